"""The solver of absorbing chains against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from omnisim.attribution import _markov


def exact_inverse(step):
    """Return (I - step) ** -1 by Gauss-Jordan elimination over fractions."""
    n = len(step)
    rows = [[Fraction(int(i == j)) - Fraction(step[i][j]) for j in range(n)]
            + [Fraction(int(i == j)) for j in range(n)] for i in range(n)]  # fmt: skip
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                factor = rows[i][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[n:] for row in rows]


def solve(step, leave, goal):
    solved = goal.copy()
    _markov.solve_absorbing(step.copy(), leave.copy(), solved)
    return solved


@pytest.mark.parametrize("n", [1, 2, 7, 12])
@pytest.mark.parametrize("leaves", [2.0**-1, 2.0**-40])
def test_every_element_keeps_its_relative_accuracy(n, leaves, seed):
    # Multiples of 2 ** -45 add up to 1 exactly, so the fractions see the same chain.
    rng = np.random.default_rng([n, seed])
    leave = np.full(n, leaves)
    step = np.floor(rng.dirichlet(np.full(n, 0.3), n) * (1 - leaves) * 2**45) / 2**45
    step[np.arange(n), np.arange(n)] += 1 - leaves - step.sum(axis=1)
    found = solve(step, leave, np.eye(n))
    exact = np.array(exact_inverse(step.tolist()), dtype=object)
    for i, j in np.ndindex(n, n):
        assert abs(Fraction(found[i, j]) - exact[i, j]) <= exact[i, j] * Fraction(n, 10**14)


def test_a_state_that_only_stays_or_leaves():
    assert solve(np.array([[0.75]]), np.array([0.25]), np.array([[1.0, 2.0]])).tolist() == [[4, 8]]


def test_no_states():
    assert solve(np.empty((0, 0)), np.empty(0), np.empty((0, 2))).shape == (0, 2)
