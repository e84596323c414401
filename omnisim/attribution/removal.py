"""Removal effects of an absorbing Markov chain, solved rather than simulated.

A channel is removed by sending every step into it to the null state. With y_i the expected visits
of each state on paths that have not met channel i yet, and v the probability to convert from each
state, the conversions lost are the flow of y_i into the states of channel i, weighted by v. All
terms are sums of products of non-negative numbers, so small channels keep their relative accuracy,
and one y_i serves conversions and value alike.

Small chains are solved through the inverse of I - Q: the visits until channel i is met follow from
its diagonal block (at order 1 a scalar: the rank-one update of Sherman and Morrison). Large ones
are solved by BiCGSTAB for many channels at once, and the residuals bound the error. Where paths go
in long circles it hardly gets on, but there a sparse factorisation, one a channel, has few numbers.

- An error e in the equation of y_i changes the conversions lost by at most the sum of v * abs(e),
  because no state converts more often than v after meeting a channel.
- A residual r of v leaves v within max(abs(r)) / d of itself times the expected steps s, where s
  was solved to s - Q s >= d: (I - Q)**-1 has no negative element.

Sums go through einsum, not BLAS, whose order of summation changes with the number of threads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import splu

import omnisim.attribution._markov as _markov
import omnisim.attribution.serial as serial
from omnisim.attribution.chain import Chain
from omnisim.exceptions import RunError

__all__ = ["Removal", "absorption", "removal_effects"]

Floats = npt.NDArray[np.float64]

DENSE_STATES = 400
BLOCK_BYTES = 2**24  # of one array of the block solver
TOLERANCE = 1e-14
FEW_RESTARTS, MAX_RESTARTS = 8, 1000  # before a factorisation is tried, and in all
FACTORED_STATES = 20_000


@dataclass(frozen=True, eq=False)
class Removal:
    """Result of `removal_effects`.

    Parameters
    ----------
    p_conversion : float
        Probability that a path converts.
    expected_value : float
        Expected value of a path.
    lost_conversion, lost_value : ndarray of shape (n_channels,)
        What a path loses of both when the channel is removed; >= 0.
    error_bound : float
        No element of ``lost_conversion / p_conversion`` is further from the exact solution,
        rounding aside.
    """

    p_conversion: float
    expected_value: float
    lost_conversion: Floats
    lost_value: Floats
    error_bound: float


def removal_effects(chain: Chain, *, removal: str = "null") -> Removal:
    """Return what each channel's removal costs a path, in conversions and in value.

    Parameters
    ----------
    chain : Chain
    removal : {"null", "redistribute"}, default="null"
        Where the steps into the channel go: to the null state, or to the other steps from the same
        state, in proportion (to the null state where there is no other).
    """
    if removal == "redistribute":
        return _redistribute(chain)
    if chain.n_states <= DENSE_STATES:
        return _removal_dense(chain)
    return _removal_blocked(chain)


def absorption(chain: Chain) -> tuple[Floats, Floats, Floats]:
    """Return expected visits and chances to be reached, and what lies ahead, state by state.

    Returns
    -------
    visits, reached : ndarray of shape (n_states,)
        Expected visits a path, and the probability of at least one.
    ahead : ndarray of shape (n_states, 3)
        Probability to convert, expected value, and expected touchpoints to the end.
    """
    matrix = chain.transition
    ones = np.ones(chain.n_states)
    goal = np.column_stack([chain.p_conversion, chain.step_value, ones])
    ahead, _ = _solve(Step(matrix), goal)
    visits, _ = _solve(Step(matrix.T.tocsr()), chain.p_start[:, None])
    # The chance to come back to a state, from the diagonal of the inverse: a block at a time.
    width = max(1, min(chain.n_states, BLOCK_BYTES // (8 * chain.n_states)))
    again = np.empty(chain.n_states)
    for low in range(0, chain.n_states, width):
        states = np.arange(low, min(low + width, chain.n_states))
        unit = np.zeros((chain.n_states, len(states)))
        unit[states, np.arange(len(states))] = 1.0
        again[states] = _solve(Step(matrix), unit)[0][states, np.arange(len(states))]
    return visits[:, 0], visits[:, 0] / again, ahead


def _removal_dense(chain: Chain) -> Removal:
    """Solve through the inverse of I - Q."""
    n = chain.n_states
    leave = (chain.to_conversion + chain.to_null) / chain.visits
    solved = np.column_stack([np.eye(n), chain.p_conversion, chain.step_value])
    _markov.solve_absorbing(chain.transition.toarray(), leave, solved)
    inverse, worth = solved[:, :n], solved[:, n:]
    visits = np.einsum("i,ij->j", chain.p_start, inverse)
    lost = np.zeros((len(chain.channel_names), 2))
    for channel in range(len(lost)):
        block = slice(chain.bounds[channel], chain.bounds[channel + 1])
        if block.start == block.stop:
            continue
        # Of all visits to the block, the first ones: visits = first @ inverse[block, block].
        first = np.einsum("i,ij->j", visits[block], serial.inverse(inverse[block, block]))
        lost[channel] = np.einsum("i,ij->j", first, worth[block])
    total = np.einsum("i,ij->j", chain.p_start, worth)
    return Removal(float(total[0]), float(total[1]), lost[:, 0], lost[:, 1], 0.0)


@dataclass(frozen=True, eq=False)
class Worth:
    """What lies ahead of each state: `value` (n_states, 2) of conversions and value.

    `slack` (n_states,) is how far the conversions may be from the exact ones.
    """

    value: Floats
    slack: Floats

    @classmethod
    def of(cls, chain: Chain) -> Self:
        """Solve the chain."""
        matrix = chain.transition
        goal = np.column_stack([chain.p_conversion, chain.step_value, np.ones(chain.n_states)])
        ahead, residual = _solve(Step(matrix), goal)
        error, _, uneven = np.abs(residual).max(axis=0)
        return cls(ahead[:, :2].copy(), ahead[:, 2] * (error / (1.0 - uneven)))


def _removal_blocked(chain: Chain) -> Removal:
    """Solve for many channels at once, on the sparse matrix."""
    worth = Worth.of(chain)
    ceiling = worth.value[:, 0] + worth.slack
    backward = chain.transition.T.tocsr()
    n_channels = len(chain.channel_names)
    width = max(1, min(n_channels, BLOCK_BYTES // (8 * chain.n_states)))
    lost, bound = np.zeros((n_channels, 2)), 0.0
    for low in range(0, n_channels, width):
        channels = range(low, min(low + width, n_channels))
        ranges = [slice(chain.bounds[c], chain.bounds[c + 1]) for c in channels]
        start = np.repeat(chain.p_start[:, None], len(channels), axis=1)
        visits, residual = _solve(Step(backward, ranges), _mask(start, ranges))
        flow = backward @ visits
        missed = np.einsum("ij,i->j", np.abs(residual), ceiling)
        for column, (channel, block) in enumerate(zip(channels, ranges, strict=True)):
            first = flow[block, column] + chain.p_start[block]
            lost[channel] = np.einsum("i,ij->j", first, worth.value[block])
            bound = max(bound, missed[column] + float((first * worth.slack[block]).sum()))
    return _removal(chain, worth, lost, bound)


def _removal(chain: Chain, worth: Worth, lost: Floats, bound: float) -> Removal:
    """Return the result, whose bound takes in the error of the probability to convert."""
    total = np.einsum("i,ij->j", chain.p_start, worth.value)
    whole = float(total[0])
    largest = float(np.abs(lost[:, 0]).max()) / whole
    bound += (1.0 + largest) * float((chain.p_start * worth.slack).sum())
    return Removal(whole, float(total[1]), lost[:, 0], lost[:, 1], bound / whole)


def _redistribute(chain: Chain) -> Removal:
    """Solve with the steps into a channel shared out among the other steps of their row."""
    matrix, goal = chain.transition, np.column_stack([chain.p_conversion, chain.step_value])
    worth = Worth.of(chain)
    backward, n_channels = matrix.T.tocsr(), len(chain.channel_names)
    into = sparse.csr_array(
        (np.ones(chain.n_states), (np.arange(chain.n_states), chain.last)),
        shape=(chain.n_states, n_channels),
    )
    width = max(1, min(n_channels, BLOCK_BYTES // (8 * chain.n_states)))
    left, bound = np.zeros((n_channels, 2)), 0.0
    for low in range(0, n_channels, width):
        channels = range(low, min(low + width, n_channels))
        ranges = [slice(chain.bounds[c], chain.bounds[c + 1]) for c in channels]
        # What the other steps of each row have to be scaled by; 0 where there are none.
        kept = 1.0 - (matrix @ into[:, list(channels)].tocsr()).toarray()
        ends = _can_end(chain, ranges) & (kept > 1e-12)
        scale = np.divide(1.0, kept, out=np.zeros_like(kept), where=ends)
        start = _mask(np.repeat(chain.p_start[:, None], len(channels), axis=1), ranges)
        begun = start.sum(axis=0)
        start = scale * np.divide(start, begun, out=np.zeros_like(start), where=begun > 0)
        visits, residual = _solve(Step(backward, ranges, scale), start)
        left[list(channels)] = np.einsum("ij,ik->jk", visits, goal)
        bound = max(bound, float(np.abs(residual).sum(axis=0).max()))
    lost = np.einsum("i,ij->j", chain.p_start, worth.value) - left
    return _removal(chain, worth, lost, bound)


def _can_end(chain: Chain, ranges: list[slice]) -> npt.NDArray[np.bool_]:
    """Return from which states a path can end, for each channel left out; others convert never."""
    ends = (chain.to_conversion + chain.to_null > 0).astype(np.float64)
    can = _mask(np.repeat(ends[:, None], len(ranges), axis=1), ranges)
    while True:
        wider = _mask(np.where((can > 0) | (chain.transition @ can > 0), 1.0, 0.0), ranges)
        if (wider == can).all():
            return can > 0
        can = wider


@dataclass(frozen=True, eq=False)
class Step:
    """One step of the paths: ``matrix @ x``, each column of x a system of its own.

    Parameters
    ----------
    matrix : csr_array of shape (n_states, n_states)
    ranges : list of slice, optional
        Rows that each column has at zero; the matrix is the same for all columns without.
    scale : ndarray of shape (n_states, n_columns), optional
        What the rows of each column are multiplied by.
    """

    matrix: sparse.csr_array
    ranges: list[slice] | None = None
    scale: Floats | None = None

    def __call__(self, x: Floats) -> Floats:
        """Take the step."""
        following: Floats = self.matrix @ x
        if self.ranges is not None:
            following = _mask(following, self.ranges)
        return following if self.scale is None else self.scale * following

    def matrices(self, n_columns: int) -> Iterator[tuple[slice, sparse.csr_array]]:
        """Yield the columns that share a matrix, and that matrix."""
        if self.ranges is None:
            yield slice(0, n_columns), self.matrix
            return
        for column, rows in enumerate(self.ranges):
            weight = np.ones(self.matrix.shape[0])
            weight[rows] = 0.0
            if self.scale is not None:
                weight *= self.scale[:, column]
            yield slice(column, column + 1), sparse.diags_array(weight) @ self.matrix


def _mask(block: Floats, ranges: list[slice]) -> Floats:
    """Set each column to zero in its own range of rows, in place."""
    for column, rows in enumerate(ranges):
        block[rows, column] = 0.0
    return block


def _solve(step: Step, goal: Floats) -> tuple[Floats, Floats]:
    """Solve x = goal + step(x), a column a system; return x and its residual.

    Columns of BiCGSTAB whose recurrence breaks down are restarted from their true residual, after a
    plain iteration that gives them another one: it shrinks any error of a substochastic matrix.
    """
    x, restarts = goal.copy(), FEW_RESTARTS
    if len(goal) > FACTORED_STATES:
        restarts = MAX_RESTARTS
    scale = np.abs(goal).sum(axis=0) + np.finfo(float).tiny
    for _ in range(restarts):
        residual = goal + step(x) - x
        if _is_small(residual, goal):
            break
        x = goal + step(_bicgstab(step, x, residual, scale))
    else:
        if len(goal) > FACTORED_STATES:
            raise RunError(
                f"The chain's equations did not converge in {restarts} restarts: some paths hardly "
                "ever end. Use a lower order."
            )
        x = _factored(step, goal)
    for _ in range(2):
        x = goal + step(x)
    return x, goal + step(x) - x


def _is_small(residual: Floats, goal: Floats) -> bool:
    """Return whether no column's residual is large, neither in all nor anywhere."""
    left, whole = np.abs(residual), np.abs(goal)
    in_all = left.sum(axis=0) <= 100 * TOLERANCE * (whole.sum(axis=0) + np.finfo(float).tiny)
    anywhere = left.max(axis=0) <= 10 * TOLERANCE * whole.max(axis=0)
    return bool((in_all & anywhere).all())


def _factored(step: Step, goal: Floats) -> Floats:
    """Solve x = goal + step(x) by a sparse factorisation for each matrix."""
    x = np.empty_like(goal)
    for columns, matrix in step.matrices(goal.shape[1]):
        left = (sparse.eye_array(len(goal)) - matrix).tocsc()
        factors, own = splu(left), np.ascontiguousarray(goal[:, columns])
        solved = factors.solve(own)
        for _ in range(2):  # what rounding left
            solved += factors.solve(own - left @ solved)
        x[:, columns] = solved
    return x


def _bicgstab(step: Step, x: Floats, residual: Floats, scale: Floats) -> Floats:
    """Improve x by up to 50 steps of BiCGSTAB on every column (van der Vorst 1992)."""
    r, shadow = residual.copy(), residual.copy()
    p, x = residual.copy(), x.copy()
    rho = _dot(shadow, r)
    for _ in range(50):
        v = p - step(p)
        alpha = _ratio(rho, _dot(shadow, v))
        s = r - alpha * v
        t = s - step(s)
        omega = _ratio(_dot(t, s), _dot(t, t))
        x += alpha * p + omega * s
        r = s - omega * t
        if (np.abs(r).sum(axis=0) <= TOLERANCE * scale).all():
            break
        rho, previous = _dot(shadow, r), rho
        p = r + _ratio(rho, previous) * _ratio(alpha, omega) * (p - omega * v)
    return x


def _dot(a: Floats, b: Floats) -> Floats:
    product: Floats = np.einsum("ij,ij->j", a, b)
    return product


def _ratio(a: Floats, b: Floats) -> Floats:
    """Divide; 0 where the divisor vanishes, which leaves a finished column as it is."""
    ratio: Floats = np.divide(a, b, out=np.zeros_like(a), where=np.abs(b) > 1e-300)
    return ratio
