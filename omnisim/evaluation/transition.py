"""Transition economics: what it is worth to bring capabilities in one after the other.

Projects follow each other: each starts when the one before goes live. A project costs its capital
when it starts and runs up cost from then on; its effect begins after a delay and grows by a ramp.
All quantities are arrays over draws of what is not known, so that orders meet the same draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnisim.exceptions import ParameterError

Floats = NDArray[np.float64]
WEEKS_PER_YEAR = 365.0 / 7.0
DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class Projects:
    """What each player takes to bring in; arrays of shape (n_draws, n_players), float64.

    Attributes
    ----------
    capex : ndarray, unit: EUR
        Paid when the project starts.
    opex : ndarray, unit: EUR/year
        Paid from the start of the project to the end of the horizon.
    delay_weeks : ndarray, unit: weeks
        From the start to the first effect.
    ramp_weeks : ndarray, unit: weeks
        From the first effect to the whole one, linearly.
    ramp_share : ndarray of shape (n_players, n_players), float64
        What is left of the ramp of a player (row) once another (column) is there: 1 for no effect.
    realised : ndarray, in [0, 1]
        Share of its effect that the project reaches.
    outage_days : ndarray, unit: days
        Time lost when it goes live.
    """

    capex: Floats
    opex: Floats
    delay_weeks: Floats
    ramp_weeks: Floats
    ramp_share: Floats
    realised: Floats
    outage_days: Floats


def step_cash(
    order: Sequence[int],
    value: Mapping[int, Floats],
    projects: Projects,
    *,
    n_weeks: int,
    outage_share: float,
) -> Floats:
    """Return the cash that each step of an order brings, week by week, against doing nothing.

    Parameters
    ----------
    order : sequence of int
        Players in the order in which they are brought in.
    value : mapping of int to ndarray of shape (n_draws,), unit: EUR/year
        What the firm earns with each coalition, before the cost of the players.
    projects : Projects
        What bringing in takes.
    n_weeks : int
        Horizon.
    outage_share : float
        Share of the firm's earnings that is lost during an outage.

    Returns
    -------
    ndarray of shape (n_steps, n_draws, n_weeks), float64, unit: EUR
        Week w holds what is paid and earned from w to w + 1. The whole of a ramp is taken at the
        middle of the week. Steps that start after the horizon cost and bring nothing.
    """
    cash, coalition = [], 0
    for player in order:
        step = one_step(
            coalition, player, value, projects, n_weeks=n_weeks, outage_share=outage_share
        )
        cash.append(step)
        coalition |= 1 << player
    return np.stack(cash)


def one_step(
    coalition: int,
    player: int,
    value: Mapping[int, Floats],
    projects: Projects,
    *,
    n_weeks: int,
    outage_share: float,
) -> Floats:
    """Return the cash that a player brings after a coalition, shape (n_draws, n_weeks).

    In whatever order the coalition came in: projects follow each other, so the step starts when
    all delays of its members are over. See `step_cash`.
    """
    after = coalition | 1 << player
    start = starts_after(coalition, projects)
    live = start + projects.delay_weeks[:, player]
    before = _members(coalition, projects.ramp_weeks.shape[1])
    faster = np.prod(projects.ramp_share[player, before])
    ramp = np.maximum(projects.ramp_weeks[:, player] * faster, 1e-9)
    middle = np.arange(n_weeks) + 0.5
    share = np.clip((middle - live[:, None]) / ramp[:, None], 0.0, 1.0)
    gain = (value[after] - value[coalition]) * projects.realised[:, player]
    running = np.clip(np.arange(1, n_weeks + 1) - start[:, None], 0.0, 1.0)
    cash = (gain[:, None] * share - projects.opex[:, [player]] * running) / WEEKS_PER_YEAR
    lost = value[coalition] * projects.outage_days[:, player] / DAYS_PER_YEAR * outage_share
    _pay(cash, start, projects.capex[:, player])
    _pay(cash, live, lost)
    return np.asarray(cash)


def starts_after(coalition: int, projects: Projects) -> Floats:
    """Return the week in which the next project starts, shape (n_draws,)."""
    n_draws, n_players = projects.delay_weeks.shape
    members = _members(coalition, n_players)
    return projects.delay_weeks[:, members].sum(axis=1) if members else np.zeros(n_draws)


def _members(coalition: int, n_players: int) -> list[int]:
    return [k for k in range(n_players) if coalition >> k & 1]


def present_value(cash: Floats, rate: Floats) -> Floats:
    """Discount weekly cash to the start, at the middle of each week.

    Parameters
    ----------
    cash : ndarray of shape (..., n_draws, n_weeks), unit: EUR
        Cash by week.
    rate : ndarray of shape (n_draws,), float64
        Yearly discount rate, above -1.

    Returns
    -------
    ndarray of shape (..., n_draws), float64, unit: EUR
    """
    years = (np.arange(cash.shape[-1]) + 0.5) / WEEKS_PER_YEAR
    factor = (1.0 + rate[:, None]) ** -years
    return np.asarray(np.einsum("...dw,dw->...d", cash, factor))


def payback_weeks(cash: Floats) -> Floats:
    """Return the weeks after which the cumulated cash stays at or above zero; inf if it never does.

    Parameters
    ----------
    cash : ndarray of shape (n_draws, n_weeks), unit: EUR
        Undiscounted cash by week.
    """
    below = np.cumsum(cash, axis=1) < -1e-6
    n_weeks = cash.shape[1]
    last_below = n_weeks - 1 - np.argmax(below[:, ::-1], axis=1)
    weeks = np.where(below.any(axis=1), last_below + 2, 0).astype(np.float64)
    return np.where(below[:, -1], np.inf, weeks)


def realised_share(
    partial: NDArray[np.bool_], needs: Sequence[int], *, partial_share: float
) -> Floats:
    """Return the share of each effect that is reached; no player reaches more than what it needs.

    Parameters
    ----------
    partial : ndarray of shape (n_draws, n_players), bool
        Whether the project succeeds in part only.
    needs : sequence of int
        For each player the coalition of all that it needs (`Precedence.needs`).
    partial_share : float
        Share of the effect in that case, in [0, 1].
    """
    own = np.where(partial, partial_share, 1.0)
    found = own.copy()
    for player, needed in enumerate(needs):
        for other in range(own.shape[1]):
            if needed >> other & 1:
                found[:, player] = np.minimum(found[:, player], own[:, other])
    return found


def triangular(u: Floats, prior: tuple[float, float, float]) -> Floats:
    """Turn uniforms into draws of a triangular distribution (min, mode, max), by the inverse CDF.

    References
    ----------
    .. [1] Law (2015), Simulation Modeling and Analysis, 5th edition, section 8.3.15.
    """
    low, mode, high = prior
    if not low <= mode <= high:
        raise ParameterError(
            f"a triangular prior must be (min, mode, max), ascending. Got {prior}."
        )
    width = high - low
    if width == 0:
        return np.full_like(u, low)
    turn = (mode - low) / width
    left = low + np.sqrt(u * width * (mode - low))
    right = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u < turn, left, right)


def _pay(cash: Floats, week: Floats, amount: Floats) -> None:
    """Take an amount out of each draw's week; nothing if the week lies beyond the horizon."""
    inside = np.flatnonzero(week < cash.shape[1])
    cash[inside, week[inside].astype(np.int64)] -= amount[inside]
