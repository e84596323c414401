"""The journey as a picture: where it begins, where it is decided, how it ends."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from omnisim.exceptions import ParameterError
from omnisim.experiment import Comparison
from omnisim.plot.flow_layout import STAGES, Bar, Layout, flow_scale, lay_flow, spread
from omnisim.plot.rows import write_lines
from omnisim.plot.theme import (
    ARM_COLORS,
    END_COLORS,
    NEUTRAL,
    PLACE_COLORS,
    SOFT_INK,
    WIDTH,
    new_axes,
    themed,
)
from omnisim.plot.wording import clean, number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ARMS = ("baseline", "variant")
X = {"first": 0.0, "last": 0.52, "end": 1.0}
BAR = 0.025
LEFT, RIGHT, BETWEEN = 0.3, 0.56, 0.12
"""Room for labels beside the bars, and between two arms, in widths of one flow."""
SIDES = {"first": "right", "last": "center", "end": "left"}
TITLES = {"first": "First visit", "last": "Last visit", "end": "How it ends"}
THIN = 4e-4
"""Share of the height below which a strand is too thin to be seen, and is not drawn."""


@themed
def flow(comparison: Comparison, *, arms: Sequence[str] = ARMS, ax: "Axes | None" = None) -> "Axes":
    """Draw journeys from their first place over the last to their end, both firms on one scale.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    arms : sequence of str, default=("baseline", "variant")
        Arms to draw beside each other; whichever are drawn, the scale is that of both.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Without scales; thickness is journeys per shopper and year, as the labels say.

    Raises
    ------
    ParameterError
        If an arm is unknown.
    """
    for arm in arms:
        if arm not in ARMS:
            raise ParameterError(f"Unknown arm {arm!r}. Known arms: 'baseline', 'variant'.")
    ax = ax or new_axes(WIDTH if len(arms) == 1 else 9.4, 4.4)
    flows = comparison.flows
    scale = flow_scale(flows)
    width = LEFT + 1 + RIGHT
    for k, arm in enumerate(arms):
        part = flows[flows["arm"] == arm]
        at = k * (width + BETWEEN) + LEFT
        layout = lay_flow(part, scale=scale)
        _draw_strands(ax, layout, at)
        before = _ends(flows, "baseline") if arm == "variant" else None
        _draw_bars(ax, layout, at, before)
        name = comparison.names[ARMS.index(arm)]
        ax.text(at - LEFT, -0.105, wrapped(name, 40, n_lines=1), fontsize=11, fontweight="bold",
                color=ARM_COLORS[arm], va="bottom")  # fmt: skip
        if not len(part):
            ax.text(at + 0.5, 0.5, "no journeys", ha="center", color=SOFT_INK)
    ax.set_xlim(0, len(arms) * (width + BETWEEN) - BETWEEN)
    ax.set_ylim(1.02, -0.17)
    ax.set_axis_off()
    return ax


def _ends(flows: pd.DataFrame, arm: str) -> dict[str, float]:
    part = flows[flows["arm"] == arm]
    return {str(k): float(v) for k, v in part.groupby("end")["journeys"].sum().items()}


def _draw_strands(ax: "Axes", layout: Layout, at: float) -> None:
    for strand in layout.strands:
        if strand.thickness < THIN:
            continue
        color = END_COLORS.get(strand.end, NEUTRAL)
        for left, right in itertools.pairwise(STAGES):
            ribbon(ax, (at + X[left] + BAR, strand.tops[left]),
                   (at + X[right], strand.tops[right]), strand.thickness, color)  # fmt: skip


def ribbon(
    ax: "Axes",
    begin: tuple[float, float],
    end: tuple[float, float],
    thickness: float,
    color: str,
) -> None:
    """Draw a curved band between two points, which are its lower corners."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (x0, y0), (x1, y1) = begin, end
    half = (x0 + x1) / 2
    points = [
        (x0, y0), (half, y0), (half, y1), (x1, y1),
        (x1, y1 + thickness), (half, y1 + thickness), (half, y0 + thickness), (x0, y0 + thickness),
        (x0, y0),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=color, alpha=0.62, linewidth=0))


def _draw_bars(ax: "Axes", layout: Layout, at: float, before: dict[str, float] | None) -> None:
    from matplotlib.patches import Rectangle

    for stage in STAGES:
        bars = [bar for bar in layout.bars if bar.stage == stage]
        ax.text(at + X[stage] + BAR / 2, -0.035, TITLES[stage], color=SOFT_INK, fontsize=8,
                ha=SIDES[stage])  # fmt: skip
        centers = [(bar.low + bar.high) / 2 for bar in bars]
        places = spread(centers, gap=0.09, low=0.02, high=0.98)
        for bar, place in zip(bars, places, strict=True):
            color = (END_COLORS if stage == "end" else PLACE_COLORS).get(bar.name, NEUTRAL)
            height = max(bar.high - bar.low, 0.003)
            ax.add_patch(Rectangle((at + X[stage], bar.low), BAR, height, facecolor=color))
            _label(ax, bar, at, place, before)


def _label(ax: "Axes", bar: Bar, at: float, place: float, before: dict[str, float] | None) -> None:
    middle = (bar.low + bar.high) / 2
    text = number(bar.journeys)
    if bar.stage == "end":
        if before is not None:
            text += f"  ({number(bar.journeys - before.get(bar.name, 0.0), sign=True)})"
        x, side = at + X["end"] + BAR + 0.05, "left"
        ax.plot([at + X["end"] + BAR, x - 0.01], [middle, place], color=NEUTRAL, linewidth=0.6)
    elif bar.stage == "first":
        x, side = at - 0.03, "right"
        ax.plot([at, x + 0.01], [middle, place], color=NEUTRAL, linewidth=0.6)
    else:
        x, side = at + X["last"] + BAR / 2, "center"
    halo = {"facecolor": "white", "alpha": 0.72, "linewidth": 0, "boxstyle": "square,pad=0.1"}
    write_lines(ax, (x, place), f"{clean(bar.name)}\n{text}", "data", ha=side, fontsize=8.3,
                bbox=halo if bar.stage == "last" else None)  # fmt: skip
