"""The figure of the touchpoints that journeys meet one after the other."""

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from omnisim._validation import check_count
from omnisim.exceptions import TableError
from omnisim.journeys import Journeys
from omnisim.journeys.journeys import check_journeys
from omnisim.plot.flow import ribbon
from omnisim.plot.flow_layout import spread
from omnisim.plot.theme import INK, NEUTRAL, RULE, SOFT_INK, VARIANT, new_axes, themed
from omnisim.plot.wording import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["journey_steps", "step_shares"]

CONVERTED, OTHER, NULL = "(converted)", "(other channels)", "(not converted)"
COLORS = ("#2c4a73", "#2a8f95", "#d99a2b", "#b9573f", "#8067a9", "#6f93c4")
BAR = 0.12
"""Width of a bar, where columns are 1 apart."""
THIN = 1e-3
"""Shares of journeys below this have no ribbon."""
LABELLED = 0.02
"""Shares of journeys from this on are labelled."""
LINE = 0.055
"""Room of a label, as a share of the height."""
LETTER = 0.07
"""Inches of a letter of the legend."""

Floats = npt.NDArray[np.float64]


def step_shares(
    journeys: Journeys, *, n_steps: int = 4, n_channels: int = 6
) -> tuple[tuple[str, ...], Floats]:
    """Return how journeys move from one touchpoint to the next.

    Parameters
    ----------
    journeys : Journeys
    n_steps : int, default=4
        Touchpoints to follow.
    n_channels : int, default=6
        Channels with the most touchpoints to tell apart; the others are one.

    Returns
    -------
    names : tuple of str
        Converted, the channels, the others, not converted.
    share : ndarray of shape (n_steps, n_names, n_names), float64
        Share of all journeys that is at the first name at touchpoint k and at the second at
        touchpoint k + 1, counted from 1. Journeys that have ended stay where they did; each k sums
        to 1.

    Raises
    ------
    TableError
        If there is no journey.
    """
    check_journeys(journeys)
    check_count("n_steps", n_steps)
    check_count("n_channels", n_channels)
    weights = (journeys.n_conversions, journeys.n_nulls)
    total = float(sum(int(w.sum()) for w in weights))
    if total == 0:
        raise TableError(f"There is no journey to draw. Got {journeys!r}.")
    weight = np.repeat(weights[0] + weights[1], journeys.length)
    touches = np.bincount(journeys.channel, weights=weight, minlength=journeys.n_channels)
    top = np.argsort(-touches, kind="stable")[:n_channels]
    names = (CONVERTED, *(journeys.channel_names[c] for c in top), OTHER, NULL)
    code = np.full(journeys.n_channels, len(names) - 2)
    code[top] = np.arange(1, len(top) + 1)
    places = np.zeros((n_steps + 1, len(journeys)), dtype=np.int64)
    ongoing = np.zeros((n_steps + 1, len(journeys)), dtype=bool)
    for k in range(n_steps + 1):
        ongoing[k] = journeys.length > k
        places[k, ongoing[k]] = code[journeys.channel[journeys.offset[:-1][ongoing[k]] + k]]
    share = np.zeros((n_steps, len(names), len(names)))
    for end, amount in zip((0, len(names) - 1), weights, strict=True):
        at = np.where(ongoing, places, end)
        for k in range(n_steps):
            np.add.at(share[k], (at[k], at[k + 1]), amount / total)
    return names, share


@themed
def journey_steps(
    journeys: Journeys, *, n_steps: int = 4, n_channels: int = 6, ax: "Axes | None" = None
) -> "Axes":
    """Draw where journeys are at each touchpoint, and where they go from there.

    Parameters
    ----------
    journeys : Journeys
    n_steps, n_channels
        As in `step_shares`.
    ax : Axes, optional

    Returns
    -------
    Axes
        A column a touchpoint; heights are shares of all journeys. The legend names all that is
        drawn; the last column says how large its parts are, of 2 % and more.
    """
    names, share = step_shares(journeys, n_steps=n_steps, n_channels=n_channels)
    width = 1.5 * (n_steps + 1) + 1.5
    across = min(max(int(width / (0.6 + LETTER * max(len(clean(n)) for n in names))), 1), 4)
    ax = ax or new_axes(width, 3.5 + 0.18 * math.ceil(len(names) / across))
    inner = [COLORS[k % len(COLORS)] for k in range(len(names) - 3)]
    colors = [VARIANT, *inner, NEUTRAL, RULE]
    columns = [*share.sum(axis=2), share[-1].sum(axis=0)]
    for k, part in enumerate(share):
        _draw_moves(ax, k, part, columns[k], columns[k + 1], colors)
    for k, sizes in enumerate(columns):
        low = np.cumsum(sizes) - sizes
        ax.bar(np.full(len(sizes), float(k)), sizes, bottom=low, width=BAR, color=colors)
    _label_column(ax, n_steps, names, columns[-1])
    seen = np.any(columns, axis=0)
    _name_colors(
        ax, [(clean(n), c) for n, c, s in zip(names, colors, seen, strict=True) if s], across
    )
    ax.set_xticks(range(n_steps + 1), [f"touchpoint {k + 1}" for k in range(n_steps + 1)])
    ax.tick_params(colors=SOFT_INK, length=0)
    ax.set_xlim(-BAR, n_steps + 1.3)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.grid(visible=False)
    return ax


def _label_column(ax: "Axes", k: int, names: tuple[str, ...], sizes: Floats) -> None:
    """Write the names and shares of a column beside it, moved apart where they would overlap."""
    large = np.flatnonzero(sizes >= LABELLED)
    centers = (np.cumsum(sizes) - sizes / 2)[large].tolist()
    places = spread(centers, gap=LINE, low=LINE / 2, high=1 - LINE / 2)
    for name, center, place in zip(large, centers, places, strict=True):
        ax.plot([k + BAR / 2, k + BAR], [center, place], color=NEUTRAL, linewidth=0.6)
        ax.text(k + BAR + 0.02, place, f"{clean(names[name])}  {100 * sizes[name]:.0f} %",
                va="center", fontsize=8, color=INK)  # fmt: skip


def _name_colors(ax: "Axes", named: list[tuple[str, str]], across: int) -> None:
    from matplotlib.patches import Patch

    ax.legend(
        handles=[Patch(color=color, label=name) for name, color in named],
        loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=2.8, ncols=across,
        frameon=False, fontsize=8,
        labelcolor=SOFT_INK,
    )  # fmt: skip


def _draw_moves(
    ax: "Axes", k: int, share: Floats, left: Floats, right: Floats, colors: list[str]
) -> None:
    """Draw the ribbons between columns k and k + 1, in the color of where they come from."""
    leave, arrive = np.cumsum(left) - left, np.cumsum(right) - right
    for source, target in np.ndindex(*share.shape):
        size = float(share[source, target])
        if size >= THIN:
            begin = (k + BAR / 2, float(leave[source]))
            end = (k + 1 - BAR / 2, float(arrive[target]))
            ribbon(ax, begin, end, size, colors[source])
        leave[source] += size
        arrive[target] += size
