"""The paired differences behind an interval."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from omnisim.experiment import Comparison
from omnisim.plot.theme import GRID, INK, NEUTRAL, VARIANT, WIDTH, new_axes, themed
from omnisim.plot.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def replications(comparison: Comparison, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the difference in profit of each replication, their mean and its interval.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Differences in EUR per shopper and year, smallest first.
    """
    gaps = np.sort(paired_gaps(comparison))
    row = comparison.headline
    ax = ax or new_axes(WIDTH, 2.5)
    place = np.arange(1, len(gaps) + 1)
    if np.isfinite([row["ci_low"], row["ci_high"]]).all():
        ax.axhspan(row["ci_low"], row["ci_high"], color=VARIANT, alpha=0.16, linewidth=0)
    ax.axhline(row["difference"], color=VARIANT, linewidth=1.6)
    ax.axhline(0, color=INK, linewidth=0.9)
    ax.plot(place, gaps, "o", color=NEUTRAL, markersize=5.5, zorder=3)
    ax.grid(axis="y", color=GRID)
    ax.set_xticks([])
    ax.set_xlim(0.4, len(gaps) + 0.6)
    ax.set_xlabel(f"{len(gaps)} replications, smallest difference first")
    ax.set_ylabel("€ per shopper and year")
    ax.yaxis.set_major_formatter(lambda value, _: number(value, _digits(gaps)))
    ax.tick_params(axis="y", labelsize=8.5)
    return ax


def paired_gaps(comparison: Comparison, metric: str = "profit") -> NDArray[np.float64]:
    """Return the difference of each replication, variant minus baseline, in their order."""
    samples = comparison.samples
    rows = samples[(samples["metric"] == metric) & (samples["group"] == "")]
    wide = rows.pivot(index="replication", columns="arm", values="value")
    return np.asarray(wide["variant"] - wide["baseline"], dtype=np.float64)


def _digits(values: NDArray[np.float64]) -> int:
    span = float(np.ptp(np.append(values, 0.0)))
    return 0 if span > 20 else 1 if span > 2 else 2
