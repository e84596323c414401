"""Policies in a league: what they gain, and how estimates from a log compare with the truth."""

from typing import TYPE_CHECKING

import pandas as pd

from omnisim._validation import check_choice
from omnisim.experiment import League
from omnisim.experiment.league_result import NO_CONTACT, ORACLE
from omnisim.plot.effects import digits_for
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, zero_line
from omnisim.plot.theme import (
    GAIN,
    INK,
    LOSS,
    NEUTRAL,
    PLACE_COLORS,
    SOFT_INK,
    WIDTH,
    new_axes,
    themed,
)
from omnisim.plot.wording import clean, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIT = "€ per shopper and year"
STEP = 0.2
"""Distance of the estimators within a policy's row."""


@themed
def league(result: League, *, world: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw what every policy gains over no contact in one world, the best first.

    Parameters
    ----------
    result : League
        What `omnisim.experiment.evaluate_policies` returned.
    world : str, optional
        World to draw; the last one by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        One row a policy with its paired interval; the oracle is hollow, since no firm can run it.

    Raises
    ------
    ParameterError
        If there is no such world.
    """
    rows = _of_world(result.table, world)
    rows = rows[rows["policy"] != NO_CONTACT].sort_values("gain", ascending=False, kind="stable")
    ax = ax or new_axes(WIDTH, 1.0 + 0.34 * len(rows))
    for y, row in enumerate(rows.itertuples()):
        color = _color(row.gain_low, row.gain_high)
        whisker(ax, y, row.gain_low, row.gain_high, color=color)
        face = "white" if row.policy == ORACLE else color
        ax.plot(row.gain, y, "o", color=color, markerfacecolor=face, markersize=7, zorder=4)
    lay_rows(ax, list(rows["policy"]), unit=f"Gain over no contact, {UNIT}")
    widen(ax, [0.0, *rows[["gain", "gain_low", "gain_high"]].to_numpy().ravel()])
    zero_line(ax)
    values_right(ax, [number(value, sign=True) for value in rows["gain"]])
    return ax


@themed
def world_effects(result: League, *, ax: "Axes | None" = None) -> "Axes":
    """Draw what the same policy gains more in another world than in the first, with intervals.

    Parameters
    ----------
    result : League
        A league of two worlds or more.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        One row a policy, and world where there are more than two.
    """
    rows = result.world_effects()
    worlds = list(dict.fromkeys(result.table["world"]))
    ax = ax or new_axes(WIDTH, 1.0 + 0.34 * max(len(rows), 1))
    for y, row in enumerate(rows.itertuples()):
        color = _color(row.ci_low, row.ci_high)
        whisker(ax, y, row.ci_low, row.ci_high, color=color)
        ax.plot(row.difference, y, "o", color=color, markersize=7, zorder=4)
    many = len(worlds) > 2
    labels = [f"{row.policy}, {row.world}" if many else row.policy for row in rows.itertuples()]
    other = "others" if many else clean(worlds[-1])
    lay_rows(ax, labels, unit=f"Gain, {other} less {clean(worlds[0])},\n{UNIT}")
    widen(ax, [0.0, *rows[["difference", "ci_low", "ci_high"]].to_numpy().ravel()])
    zero_line(ax)
    values_right(ax, [number(value, sign=True) for value in rows["difference"]])
    return ax


@themed
def off_policy(result: League, *, world: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the estimates that a log gave of every policy beside what it brought in truth.

    Parameters
    ----------
    result : League
        A league with off-policy estimates.
    world : str, optional
        World to draw; the last one by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        One row a policy: the truth as a diamond with its interval and in numbers, each estimator as
        a dot with its own.

    Raises
    ------
    ParameterError
        If there is no such world, or nothing was estimated.
    """
    rows = _of_world(result.estimates, world)
    policies = list(dict.fromkeys(rows["policy"]))
    names = list(dict.fromkeys(rows["estimator"]))
    colors = dict(zip(names, list(PLACE_COLORS.values()) * len(names), strict=False))
    ax = ax or new_axes(WIDTH, 1.3 + (0.22 + STEP * (len(names) + 1)) * len(policies))
    truth = rows.drop_duplicates("policy").set_index("policy")
    middle = len(names) / 2
    y = truth.index.map(policies.index).to_numpy() - STEP * middle
    whisker(ax, y, truth["truth_low"], truth["truth_high"], color=INK)
    ax.plot(truth["truth"], y, "D", color=INK, markersize=5, zorder=4, label="truth")
    for k, name in enumerate(names):
        own = rows[rows["estimator"] == name]
        y = own["policy"].map(policies.index).to_numpy() + STEP * (k + 1 - middle)
        whisker(ax, y, own["ci_low"], own["ci_high"], color=colors[name])
        ax.plot(own["value"], y, "o", color=colors[name], markersize=5, zorder=4, label=name)
    lay_rows(ax, policies, unit="€ per decision, after the cost of the action")
    ends = ["value", "ci_low", "ci_high", "truth", "truth_low", "truth_high"]
    widen(ax, rows[ends].to_numpy().ravel())
    digits = digits_for(float(truth["truth"].abs().max()))
    values_right(ax, [number(truth["truth"][policy], digits) for policy in policies])
    ax.legend(loc="lower left", bbox_to_anchor=(-0.1, 1.0), ncols=min(len(names) + 1, 4),
              frameon=False, fontsize=8, labelcolor=SOFT_INK, handletextpad=0.1,
              columnspacing=1.0, borderaxespad=0.0)  # fmt: skip
    return ax


def _of_world(table: pd.DataFrame, world: str | None) -> pd.DataFrame:
    """Return the rows of one world, by default the last."""
    known = list(dict.fromkeys(table["world"]))
    chosen = known[-1] if world is None and known else check_choice("world", world or "", known)
    return table[table["world"] == chosen]


def _color(low: float, high: float) -> str:
    return GAIN if low > 0 else LOSS if high < 0 else NEUTRAL
