"""What integration is worth over the priors of parameters, and which of them matter."""

from typing import TYPE_CHECKING

import numpy as np

from omnisim._validation import check_choice, check_count
from omnisim.experiment import ValueOverPriors
from omnisim.plot.capabilities import SCALES
from omnisim.plot.rows import lay_rows, scale_with_zero, signed_dots, values_right, zero_line
from omnisim.plot.theme import GAIN, GRID, INK, LOSS, WIDTH, new_axes, themed
from omnisim.plot.wording import number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def prior_spread(
    found: ValueOverPriors, *, metric: str = "profit", ax: "Axes | None" = None
) -> "Axes":
    """Draw how the worth of integration is spread over draws of the parameters.

    Parameters
    ----------
    found : ValueOverPriors
        Result to draw.
    metric : str, default="profit"
        What is told.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Number of draws by the mean difference of their runs, losses in another colour; the line
        below spans the range of the draws, with their mean and its interval above it.
    """
    check_choice("metric", metric, found.summary["metric"])
    row, values = found.of(metric), found.draws[metric].to_numpy()
    ax = ax or new_axes(WIDTH, 2.6)
    counts, edges = np.histogram(values, bins=_edges(values))
    for n, left, right in zip(counts, edges[:-1], edges[1:], strict=True):
        color = LOSS if right <= 0 else GAIN
        ax.bar((left + right) / 2, n, width=0.96 * (right - left), color=color, alpha=0.6)
    zero_line(ax)
    top = max(int(counts.max()), 1)
    ax.hlines(-0.06 * top, row["low"], row["high"], color=INK, linewidth=1.3)
    ax.hlines(-0.06 * top, row["ci_low"], row["ci_high"], color=INK, linewidth=4)
    ax.plot(row["mean"], -0.06 * top, "o", color=INK, markersize=5)
    ax.set_ylim(-0.14 * top, 1.08 * top)
    ax.grid(axis="y", color=GRID)
    ax.set_ylabel("draws")
    unit = str(row["unit"])
    ax.set_xlabel(f"{metric}, {SCALES.get(unit, unit)}")
    return ax


def _edges(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """Return the edges of about sqrt(n) bins of one width, zero among them."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    width = (high - low or 1.0) / max(round(len(values) ** 0.5), 4)
    first, last = np.floor(low / width), np.ceil(high / width)
    return [float(k * width) for k in np.arange(first, max(last, first + 1) + 1)]


@themed
def prior_sensitivity(
    found: ValueOverPriors,
    *,
    metric: str = "profit",
    n_shown: int = 12,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw which parameters the worth of integration hangs on, the strongest first.

    Parameters
    ----------
    found : ValueOverPriors
        Result to draw.
    metric : str, default="profit"
        What is told.
    n_shown : int, default=12
        Parameters to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Standardised rank regression coefficients with intervals that hold at once, coloured where
        they exclude zero.
    """
    check_count("n_shown", n_shown)
    check_choice("metric", metric, found.summary["metric"])
    table = found.sensitivity[found.sensitivity["metric"] == metric]
    order = table["coefficient"].abs().sort_values(ascending=False, kind="stable").index
    rows = table.loc[order].head(n_shown)
    ax = ax or new_axes(WIDTH, 1.1 + 0.34 * len(rows))
    ends = [rows[name] for name in ("coefficient", "ci_low", "ci_high")]
    signed_dots(ax, *ends, size=6.5)
    covered = percent(found.confidence)
    lay_rows(ax, list(rows["parameter"]), unit=f"rank coefficient on {metric}; {covered} at once")
    scale_with_zero(ax, rows[["coefficient", "ci_low", "ci_high"]])
    values_right(ax, [number(v, sign=True) for v in rows["coefficient"]])
    return ax
