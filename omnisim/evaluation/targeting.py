"""In which order units are treated, and with which action, as the budget grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from omnisim._validation import check_positive
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.exceptions import ParameterError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Upgrades:
    """Moves of units from one action to the next, in the order in which they are made.

    Attributes
    ----------
    row, before, to : ndarray of shape (n_moves,), int64
        Which row moves, from which action to which.
    middle : ndarray of shape (n_moves,), float64
        Budget at the middle of the move's block, per row of the log.
    block_first : ndarray of shape (n_blocks + 1,), int64
        First move of each block; moves of a block are worth the same and are made together.
    block_end : ndarray of shape (n_blocks,), float64
        Budget spent once a block is made, per row of the log.
    final : ndarray of shape (n_rows,), int64
        Action of each row after all moves.
    """

    row: Ints
    before: Ints
    to: Ints
    middle: Floats
    block_first: Ints
    block_end: Floats
    final: Ints

    @property
    def n_rows(self) -> int:
        """Rows of the log."""
        return len(self.final)

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""
        return len(self.block_end)

    @property
    def total(self) -> float:
        """Budget of all moves, per row of the log."""
        return float(self.block_end[-1])


def plan_upgrades(
    log: LoggedFeedback, uplift: Floats, control: int, costs: Mapping[str, float] | None
) -> Upgrades:
    """Order the moves of all rows by predicted uplift per cost, best first.

    Each row climbs the concave hull of its (cost, uplift) points from the control at (0, 0), so
    that its moves come in falling order of worth. Without costs all actions cost one: a single
    move a row, to its best action, whatever the sign of the uplift.
    """
    cost = np.ones(log.n_actions) if costs is None else _checked_costs(costs, log, control)
    allowed = np.ones(uplift.shape, dtype=np.bool_) if log.eligible is None else log.eligible
    current = np.full(len(log), control)
    spent, reached = np.zeros(len(log)), np.zeros(len(log))
    others = [a for a in range(log.n_actions) if a != control]
    moves = []
    for _ in others:
        worth = np.full(uplift.shape, -np.inf)
        dearer = cost[others] > spent[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (uplift[:, others] - reached[:, None]) / (cost[others] - spent[:, None])
        worth[:, others] = np.where(dearer & allowed[:, others], slope, -np.inf)
        # of equal slopes the dearest: the points between lie on the same edge
        best = _dearest(worth, cost)
        value = worth[np.arange(len(log)), best]
        row = np.flatnonzero(value > (-np.inf if costs is None else 0.0))
        if len(row) == 0:
            break
        step = cost[best[row]] - spent[row]
        moves.append((row, current[row], best[row], value[row], step))
        current[row] = best[row]
        spent[row], reached[row] = cost[best[row]], uplift[row, best[row]]
    if not moves:
        raise ParameterError("No unit would be treated: the prediction gains nowhere.")
    return _ordered(moves, current)


def _dearest(worth: Floats, cost: Floats) -> Ints:
    """Return the action of the highest worth in each row, of several the dearest."""
    order = np.argsort(-cost, kind="stable")
    return np.asarray(order[np.argmax(worth[:, order], axis=1)], dtype=np.int64)


def _ordered(moves: list[tuple[Ints, Ints, Ints, Floats, Floats]], final: Ints) -> Upgrades:
    """Sort moves by falling worth and join those of the same worth to blocks."""
    row, before, to, value, step = (np.concatenate(column) for column in zip(*moves, strict=True))
    order = np.lexsort((row, -value))
    value = value[order]
    first = np.flatnonzero(np.concatenate(([True], value[1:] != value[:-1])))
    end = np.cumsum(np.add.reduceat(step[order], first)) / len(final)
    begin = np.concatenate(([0.0], end[:-1]))
    sizes = np.diff(np.append(first, len(value)))
    return Upgrades(
        row=row[order],
        before=before[order],
        to=to[order],
        middle=np.repeat((begin + end) / 2, sizes),
        block_first=np.append(first, len(value)),
        block_end=end,
        final=final,
    )


def _checked_costs(costs: Mapping[str, float], log: LoggedFeedback, control: int) -> Floats:
    names = [name for a, name in enumerate(log.action_names) if a != control]
    if set(costs) != set(names):
        raise ParameterError(f"costs must name {names}, and no other. Got {list(costs)}.")
    found = {name: check_positive(f"costs[{name!r}]", costs[name]) for name in names}
    return np.array([found.get(name, 0.0) for name in log.action_names])
