"""Two numbers beside each other in each row, with intervals: what is said, and what is true."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from omnisim._validation import check_choice
from omnisim.experiment import CapabilityGains, MeasurementValue, NaiveAudit
from omnisim.experiment.split import MOVED
from omnisim.experiment.trials import TrialsBesideTruth
from omnisim.plot.rows import lay_rows, scale_with_zero, values_right, whisker
from omnisim.plot.theme import BASELINE, NEUTRAL, VARIANT, WIDTH, new_axes, themed
from omnisim.plot.wording import number, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLACES = {"people": False, "regions": True}
"""Where a trial is run, and whether its unit is a region."""

APART = 0.17
"""Of a row, how far its two dots are above and below its middle."""


class Series(NamedTuple):
    """One dot of each row: what it is called, its colour, its number and interval by row."""

    name: str
    color: str
    rows: pd.DataFrame


@themed
def capability_gains(found: CapabilityGains, *, ax: "Axes | None" = None) -> "Axes":
    """Draw what each capability, added first, takes from rivals and what it only moves.

    Parameters
    ----------
    found : CapabilityGains
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR of revenue per shopper and year.
    """
    table = found.gains[found.gains["kind"] == "add first"]
    if "measure" in table:
        table = table[table["measure"] == "revenue"]
    columns = ["difference", "ci_low", "ci_high"]
    series = [
        Series(name, color, table[table["source"] == source][columns])
        for name, source, color in (
            ("from rivals", "from rivals", VARIANT), ("changed own channel", MOVED, NEUTRAL),
        )
    ]  # fmt: skip
    labels = [title(name) for name in dict.fromkeys(table["capability"])]
    return _beside(ax, labels, series, "revenue, € per shopper and year", digits=2)


@themed
def measurement(found: MeasurementValue, *, ax: "Axes | None" = None) -> "Axes":
    """Draw what each step of tracking is worth, before and after its cost.

    Parameters
    ----------
    found : MeasurementValue
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR per shopper and year.
    """
    steps = found.steps
    series = [
        Series("worth", NEUTRAL, steps[["gross", "ci_low", "ci_high"]]),
        Series("net of its cost", VARIANT, steps[["net", "net_low", "net_high"]]),
    ]
    labels = [str(step).replace(" - ", " rather than ") for step in steps["step"]]
    return _beside(ax, labels, series, "€ per shopper and year", digits=3)


@themed
def naive(found: NaiveAudit, *, ax: "Axes | None" = None) -> "Axes":
    """Draw what a firm that compares groups reports, and what is true.

    Parameters
    ----------
    found : NaiveAudit
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR a year per visitor of the group.
    """
    values = found.values
    series = [
        Series("as compared", BASELINE, values[["naive", "naive_low", "naive_high"]]),
        Series("true", VARIANT, values[["truth", "truth_low", "truth_high"]]),
    ]
    labels = [f"{title(r.comparison)}, {r.level}" for r in values.itertuples()]
    return _beside(ax, labels, series, "€ a year more than others", digits=1)


@themed
def trials(found: TrialsBesideTruth, *, on: str = "people", ax: "Axes | None" = None) -> "Axes":
    """Draw the mean estimate of each design and the true effect.

    Parameters
    ----------
    found : TrialsBesideTruth
        Result to draw.
    on : {"people", "regions"}, default="people"
        Which designs: their units differ.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR per customer or visitor concerned, or per region and period.
    """
    check_choice("on", on, PLACES)
    values = designs_on(found, on)
    true = values.assign(low=values["truth"], high=values["truth"])
    series = [
        Series("mean estimate", BASELINE, values[["estimate", "ci_low", "ci_high"]]),
        Series("true", VARIANT, true[["truth", "low", "high"]]),
    ]
    unit = "€ per region and period" if PLACES[on] else "€ per customer or visitor concerned"
    digits = 0 if PLACES[on] else 2
    return _beside(ax, [title(name) for name in values["design"]], series, unit, digits=digits)


def designs_on(found: TrialsBesideTruth, on: str) -> pd.DataFrame:
    """Return the designs on people or on regions."""
    values = found.values
    return values[values["quantity"].str.contains("per region") == PLACES[on]]


def _beside(
    ax: "Axes | None", labels: Sequence[str], series: Sequence[Series], unit: str, *, digits: int
) -> "Axes":
    """Draw the two series, each row's numbers on the right in the order of the dots."""
    ax = ax or new_axes(WIDTH, 1.2 + 0.5 * len(labels))
    for k, one in enumerate(series):
        shift = (2 * k - 1) * APART
        values = one.rows.to_numpy(dtype=float)
        for y, (middle, low, high) in enumerate(values):
            whisker(ax, y + shift, low, high, color=one.color)
            ax.plot(middle, y + shift, "o", color=one.color, markersize=6, zorder=4)
    lay_rows(ax, labels, unit=f"{unit}\nabove: {series[0].name}; below: {series[1].name}")
    scale_with_zero(ax, [one.rows.to_numpy(dtype=float) for one in series])
    pairs = zip(*(one.rows.iloc[:, 0] for one in series), strict=True)
    values_right(
        ax, ["\n".join(number(float(v), digits, sign=True) for v in pair) for pair in pairs]
    )
    return ax
