"""Which channels the firm's attribution credits at one tracking level."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from omnisim.exceptions import ParameterError
from omnisim.experiment import Comparison
from omnisim.plot.rows import lay_rows, whisker
from omnisim.plot.theme import ARM_COLORS, NEUTRAL, RULE, SOFT_INK, WIDTH, new_axes, themed
from omnisim.plot.wording import percent, title, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVEL_TITLES = {
    "TL1": "TL1: digital only, by cookie",
    "TL2": "TL2: all channels, joined by person",
    "all": "Everything seen",
}
STEP = 0.24
"""Distance of the models within a channel's row."""


@themed
def attribution(comparison: Comparison, *, level: str = "TL2", ax: "Axes | None" = None) -> "Axes":
    """Draw the share of conversions that each model credits to each channel, in both firms.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    level : str, default="TL2"
        Tracking level, as in `Comparison.attribution`; ``"all"`` is the true log.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in per cent of the conversions seen, up to the largest share at any level, so that
        levels can be compared.

    Raises
    ------
    ParameterError
        If there is no such level.
    """
    table = comparison.attribution
    levels = list(dict.fromkeys(table["level"]))
    if level not in levels:
        raise ParameterError(f"Unknown tracking level {level!r}. Known levels: {levels}.")
    channels = list(dict.fromkeys(table["channel"]))
    models = list(dict.fromkeys(table["model"]))
    ax = ax or new_axes(WIDTH, 1.1 + 0.66 * len(channels))
    part = table[table["level"] == level]
    shift = part["model"].map(models.index) - (len(models) - 1) / 2
    _draw_shares(ax, part.assign(y=part["channel"].map(channels.index) + STEP * shift))
    _name_models(ax, models, len(channels))
    lay_rows(ax, [title(channel) for channel in channels], unit="share of the conversions seen")
    ax.set_xlim(-0.01, 1.06 * max(table["share"].max(), table["ci_high"].max(), 0.05))
    ax.xaxis.set_major_formatter(lambda value, _: percent(value))
    ax.set_title(LEVEL_TITLES.get(level, level), loc="left", fontsize=10, fontweight="bold", pad=20)
    _legend(ax, comparison)
    return ax


def _draw_shares(ax: "Axes", rows: pd.DataFrame) -> None:
    """Draw the share in both arms at ``y``, joined, with their intervals."""
    both = rows.groupby("y")["share"].agg(["min", "max"])
    ax.hlines(both.index, both["min"], both["max"], color=NEUTRAL, linewidth=1, zorder=2)
    for arm, color in ARM_COLORS.items():
        own = rows[rows["arm"] == arm]
        whisker(ax, own["y"], own["ci_low"], own["ci_high"], color=color)
        ax.plot(own["share"], own["y"], "o", markersize=5, color=color, zorder=4,
                markerfacecolor="white" if arm == "baseline" else color)  # fmt: skip


def _name_models(ax: "Axes", models: Sequence[str], n_channels: int) -> None:
    """Write the models beside the rows of every channel, and rule the channels apart."""
    for c in range(n_channels):
        for m, model in enumerate(models):
            y = c + STEP * (m - (len(models) - 1) / 2)
            ax.text(1.01, y, model, transform=ax.get_yaxis_transform(), va="center", fontsize=7.5,
                    color=SOFT_INK)  # fmt: skip
        ax.axhline(c + 0.5, color=RULE, linewidth=0.6)


def _legend(ax: "Axes", comparison: Comparison) -> None:
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], marker="o", linestyle="", color=color, label=wrapped(name, 16, n_lines=1),
               markerfacecolor="white" if arm == "baseline" else color)
        for (arm, color), name in zip(ARM_COLORS.items(), comparison.names, strict=True)
    ]  # fmt: skip
    ax.legend(handles=marks, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False,
              borderaxespad=0.1, handletextpad=0.2, fontsize=8.5)  # fmt: skip
