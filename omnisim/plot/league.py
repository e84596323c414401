"""Policies in a league: what they gain, and how estimates from a log compare with the truth."""

from typing import TYPE_CHECKING

from omnisim.experiment import League
from omnisim.experiment.league_result import NO_CONTACT, ORACLE
from omnisim.plot.effects import digits_for
from omnisim.plot.policy_values import STEP, draw_estimates, name_estimators
from omnisim.plot.rows import (
    lay_rows,
    rows_of,
    scale_with_zero,
    signed_dots,
    values_right,
    whisker,
    widen,
)
from omnisim.plot.theme import INK, WIDTH, new_axes, sure_color, themed
from omnisim.plot.wording import clean, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIT = "€ per shopper and year"


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
    rows = rows_of(result.table, "world", world)
    rows = rows[rows["policy"] != NO_CONTACT].sort_values("gain", ascending=False, kind="stable")
    ax = ax or new_axes(WIDTH, 1.0 + 0.34 * len(rows))
    for y, row in enumerate(rows.itertuples()):
        color = sure_color(row.gain_low, row.gain_high)
        whisker(ax, y, row.gain_low, row.gain_high, color=color)
        face = "white" if row.policy == ORACLE else color
        ax.plot(row.gain, y, "o", color=color, markerfacecolor=face, markersize=7, zorder=4)
    lay_rows(ax, list(rows["policy"]), unit=f"Gain over no contact, {UNIT}")
    scale_with_zero(ax, rows[["gain", "gain_low", "gain_high"]])
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
    signed_dots(ax, rows["difference"], rows["ci_low"], rows["ci_high"], size=7)
    many = len(worlds) > 2
    labels = [f"{row.policy}, {row.world}" if many else row.policy for row in rows.itertuples()]
    other = "others" if many else clean(worlds[-1])
    lay_rows(ax, labels, unit=f"Gain, {other} less {clean(worlds[0])},\n{UNIT}")
    scale_with_zero(ax, rows[["difference", "ci_low", "ci_high"]])
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
        One row a policy: the truth as a diamond with its interval and in numbers, what the firm
        files of it as an open one, each estimator as a dot with its interval.

    Raises
    ------
    ParameterError
        If there is no such world, or nothing was estimated.
    """
    rows = rows_of(result.estimates, "world", world)
    policies = list(dict.fromkeys(rows["policy"]))
    names = list(dict.fromkeys(rows["estimator"]))
    ax = ax or new_axes(WIDTH, 1.3 + (0.22 + STEP * (len(names) + 1)) * len(policies))
    truth = rows.drop_duplicates("policy").set_index("policy")
    middle = len(names) / 2
    y = truth.index.map(policies.index).to_numpy() - STEP * middle
    whisker(ax, y, truth["truth_low"], truth["truth_high"], color=INK)
    ax.plot(truth["truth"], y, "D", color=INK, markersize=5, zorder=4, label="truth")
    ax.plot(truth["filed"], y, "D", color=INK, markersize=5, zorder=5, label="filed", mfc="white")
    draw_estimates(ax, rows, policies, up=middle - 1)
    lay_rows(ax, policies, unit="€ per decision, after the cost of the action")
    ends = ["value", "ci_low", "ci_high", "truth", "truth_low", "truth_high", "filed"]
    widen(ax, rows[ends].to_numpy().ravel())
    digits = digits_for(float(truth["truth"].abs().max()))
    values_right(ax, [number(truth["truth"][policy], digits) for policy in policies])
    name_estimators(ax, n_columns=min(len(names) + 2, 5))
    return ax
