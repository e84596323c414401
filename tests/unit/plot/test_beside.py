"""Figures with two numbers a row: each dot and whisker where its number is."""

import pandas as pd
import pytest

from omnisim import plot
from omnisim.exceptions import ParameterError
from omnisim.experiment import CapabilityGains, MeasurementValue, NaiveAudit
from omnisim.experiment.trials import TrialsBesideTruth

SAMPLES = pd.DataFrame({"replication": [0, 1]})
MOVED = "revenue that changed own channel"


def dots(ax) -> list[float]:
    return [float(line.get_xdata()[0]) for line in ax.lines if line.get_marker() == "o"]


def texts(ax) -> str:
    return " ".join(text.get_text() for text in ax.texts)


def test_gains_draw_what_comes_from_rivals_and_what_only_moved() -> None:
    columns = ["capability", "kind", "source", "difference", "ci_low", "ci_high"]
    rows = [
        (name, kind, source, value + (kind == "remove last"), value - 1, value + 1)
        for name, kind in (("visible_stock", "add first"), ("visible_stock", "remove last"),
                           ("all", "add first"))
        for source, value in (("new", 0.5), ("from rivals", 1.5), (MOVED, 2.5))
    ]  # fmt: skip
    found = CapabilityGains(pd.DataFrame(rows, columns=columns), SAMPLES, 0.95, {})
    ax = plot.capability_gains(found)
    assert dots(ax) == [1.5, 1.5, 2.5, 2.5]
    assert "Visible stock" in texts(ax)
    assert ax.get_xlim()[0] < 0.5


def test_tracking_is_drawn_before_and_after_its_cost() -> None:
    steps = pd.DataFrame([("TL2 - TL0", 1.25, 0.75, 1.75, 0.4, 0.85, 0.35, 1.35)],
                         columns=["step", "gross", "ci_low", "ci_high", "cost", "net", "net_low",
                                  "net_high"])  # fmt: skip
    ax = plot.measurement(MeasurementValue(pd.DataFrame(), steps, SAMPLES, SAMPLES, 0.95, {}))
    assert dots(ax) == [1.25, 0.85]
    assert "rather than" in texts(ax)


def test_groups_are_drawn_beside_the_truth() -> None:
    row = ("loyalty members", "TL2", 40.25, 30.0, 50.5, 2.75, float("nan"), float("nan"), 4.0)
    columns = ["comparison", "level", "naive", "naive_low", "naive_high", "ratio", "truth",
               "truth_low", "truth_high"]  # fmt: skip
    ax = plot.naive(NaiveAudit(pd.DataFrame([row], columns=columns), SAMPLES, 0.95, {}))
    assert dots(ax)[0] == 40.25
    assert "n/a" in texts(ax)  # a truth that is not known


def test_trials_on_people_and_on_regions_have_figures_of_their_own() -> None:
    rows = [
        ("email", "EUR per customer written to", 14.5, -33.0, 62.0, 5.5, 5.0, 1.0, 90.0),
        ("store_opening", "EUR per region and 28 days", 900.0, 800.0, 1001.0, 950.0, 950.0, 1.0,
         640.0),
    ]  # fmt: skip
    columns = ["design", "quantity", "estimate", "ci_low", "ci_high", "truth", "truth_seen",
               "covered", "width"]  # fmt: skip
    found = TrialsBesideTruth(pd.DataFrame(rows, columns=columns), SAMPLES, SAMPLES, 0.95, {})
    assert dots(plot.trials(found)) == [14.5, 5.5]
    assert dots(plot.trials(found, on="regions")) == [900.0, 950.0]
    with pytest.raises(ParameterError, match="on"):
        plot.trials(found, on="shops")
