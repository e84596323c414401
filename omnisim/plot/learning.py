"""What policies earn as they learn, and what personalisation earns as profiles get better."""

from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from omnisim._validation import check_choice
from omnisim.experiment import LearningCurves, PersonalisationEffect
from omnisim.plot.rows import rows_of
from omnisim.plot.theme import (
    ARM_COLORS,
    GRID,
    INK,
    PLACE_COLORS,
    SOFT_INK,
    WIDTH,
    new_axes,
    themed,
)
from omnisim.plot.wording import clean, number, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES = ("-", "--", ":", "-.")


@themed
def learning_curves(
    result: LearningCurves, *, world: str | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Draw what each policy gains over no contact after each round of learning, with intervals.

    Parameters
    ----------
    result : LearningCurves
        What `omnisim.experiment.learning_curves` returned.
    world : str, optional
        World to draw; the last one by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Rounds to the right; round 0 is before any learning.

    Raises
    ------
    ParameterError
        If there is no such world.
    """
    rows = rows_of(result.table, "world", world)
    ax = ax or new_axes(WIDTH, 3.4)
    groups = rows.groupby("policy", sort=False)
    for (policy, own), color, style in zip(groups, *_looks(), strict=False):
        ax.fill_between(own["round"], own["gain_low"], own["gain_high"], color=color, alpha=0.13,
                        linewidth=0)  # fmt: skip
        ax.plot(own["round"], own["gain"], linestyle=style, marker="o", markersize=4, color=color,
                linewidth=1.6, label=clean(policy))  # fmt: skip
    ax.axhline(0.0, color=INK, linewidth=0.9, zorder=1.5)
    ax.set_xticks(range(result.n_rounds + 1))
    ax.set_xlabel("Rounds of learning from its own decisions")
    _finish(ax, "Gain over no contact, € per shopper and year", len(groups))
    return ax


@themed
def personalisation(
    result: PersonalisationEffect, *, measure: str = "personal", ax: "Axes | None" = None
) -> "Axes":
    """Draw what a policy earns in each world over the error of profiles, with intervals.

    Parameters
    ----------
    result : PersonalisationEffect
        What `omnisim.experiment.personalisation_effect` returned.
    measure : {"personal", "gain"}, default="personal"
        What content that fits a profile earns beyond the most popular item, or the policy beyond
        no contact.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Measured error of profiles to the right; a diamond is the world with its own profiles, dots
        are values of the primitive.

    Raises
    ------
    ParameterError
        If there is no such measure.
    """
    check_choice("measure", measure, ("personal", "gain"))
    ax = ax or new_axes(WIDTH, 3.2)
    groups = result.table.groupby("world", sort=False)
    colors = list(ARM_COLORS.values())[: len(groups)] if len(groups) < 3 else [*_looks()[0]]
    for (world, rows), color in zip(groups, colors, strict=False):
        swept = rows[rows["value"].notna()].sort_values("profile_error")
        ax.plot(swept["profile_error"], swept[measure], color=color, linewidth=1.4)
        for part, marker, size in ((swept, "o", 5), (rows[rows["value"].isna()], "D", 6)):
            _points(ax, part, measure, color=color, marker=marker, size=size)
        ax.plot([], [], "D-", color=color, label=clean(world))
    ax.axhline(0.0, color=INK, linewidth=0.9, zorder=1.5)
    ax.set_xlabel(f"Error of profiles: 1 less the cosine with true taste\n"
                  f"moved by {title(result.primitive).lower()}")  # fmt: skip
    what = "Personal content" if measure == "personal" else "Policy over no contact"
    _finish(ax, f"{what}, € per shopper and year", len(groups))
    return ax


def _points(
    ax: "Axes", rows: pd.DataFrame, measure: str, *, color: str, marker: str, size: float
) -> None:
    value = rows[measure].to_numpy()
    ends = np.abs(np.vstack((value - rows[f"{measure}_low"], rows[f"{measure}_high"] - value)))
    ax.errorbar(rows["profile_error"], value, ends, fmt=marker, color=color, markersize=size,
                elinewidth=1.2, capsize=3, zorder=3)  # fmt: skip


def _looks() -> tuple[list[str], Iterator[Any]]:
    """Return colours, and line styles that change when colours begin again."""
    colors = list(PLACE_COLORS.values())[:6]
    return colors * len(STYLES), cycle([style for style in STYLES for _ in colors])


def _finish(ax: "Axes", unit: str, n_lines: int) -> None:
    ax.set_ylabel(unit)
    ax.yaxis.set_major_formatter(lambda value, _: number(value, 2 if abs(value) < 1 else 1))
    ax.tick_params(axis="y", labelcolor=SOFT_INK)
    ax.grid(color=GRID)
    ax.legend(loc="lower left", bbox_to_anchor=(-0.05, 1.0), ncols=min(n_lines, 3), frameon=False,
              fontsize=8, labelcolor=SOFT_INK, columnspacing=1.0, borderaxespad=0.0)  # fmt: skip
