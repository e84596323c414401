"""Values of policies on a log, by estimator."""

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from omnisim.evaluation import PolicyValues
from omnisim.plot.effects import digits_for
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, zero_line
from omnisim.plot.theme import PLACE_COLORS, SOFT_INK, WIDTH, new_axes, themed
from omnisim.plot.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEP = 0.2
"""Distance of the estimators within a policy's row."""


@themed
def policy_values(
    result: PolicyValues, *, unit: str = "reward per decision", ax: "Axes | None" = None
) -> "Axes":
    """Draw the value of every policy by every estimator, with intervals.

    Parameters
    ----------
    result : PolicyValues
        What `omnisim.evaluation.policy_values` returned.
    unit : str, default="reward per decision"
        Name of the scale.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in the unit of the reward, with a line at the reference policy. The line and the
        numbers beside the rows are those of the last estimator.
    """
    table = result.to_frame()
    policies = list(dict.fromkeys(table["policy"]))
    names = list(dict.fromkeys(table["estimator"]))
    ax = ax or new_axes(WIDTH, 1.3 + (0.2 + STEP * len(names)) * len(policies))
    draw_estimates(ax, table, policies, up=(len(names) - 1) / 2)
    lay_rows(ax, policies, unit=unit)
    widen(ax, table[["value", "ci_low", "ci_high"]].to_numpy().ravel())
    last = table[table["estimator"] == names[-1]].set_index("policy")["value"]
    if result.reference is not None:
        zero_line(ax, at=float(last[result.reference]))
    digits = digits_for(float(np.abs(last).max()))
    values_right(ax, [number(last[policy], digits) for policy in policies])
    name_estimators(ax, n_columns=min(len(names), 3))
    return ax


def draw_estimates(ax: "Axes", table: pd.DataFrame, policies: Sequence[str], *, up: float) -> None:
    """Draw the estimates of each policy in its row, a colour an estimator.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    table : DataFrame
        policy, estimator, value, ci_low, ci_high.
    policies : sequence of str
        The rows, downwards.
    up : float
        How many steps the first estimator stands above the middle of the row.
    """
    groups = table.groupby("estimator", sort=False)
    for k, ((name, own), color) in enumerate(
        zip(groups, cycle(PLACE_COLORS.values()), strict=False)
    ):
        y = own["policy"].map(policies.index).to_numpy() + STEP * (k - up)
        whisker(ax, y, own["ci_low"], own["ci_high"], color=color)
        ax.plot(own["value"], y, "o", color=color, markersize=5, zorder=4, label=name)


def name_estimators(ax: "Axes", *, n_columns: int) -> None:
    """Name what was drawn, above the axes."""
    ax.legend(loc="lower left", bbox_to_anchor=(-0.1, 1.0), ncols=n_columns, frameon=False,
              fontsize=8, labelcolor=SOFT_INK, handletextpad=0.1, columnspacing=1.0,
              borderaxespad=0.0)  # fmt: skip
