"""Figures of capability values, roll-outs and the premium's split."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import omnisim as om
from omnisim import plot
from omnisim.exceptions import ParameterError
from omnisim.experiment import CapabilityValues, PremiumSplit, RollOuts, transition
from omnisim.experiment.premium_split import summarise_premium
from omnisim.plot.roll_outs import short_order
from tests.reference.worths import made_values

OWN = {"single_customer_view": 1.0, "visible_stock": 2.0, "unified_loyalty": -0.5}


def worth(members: tuple[str, ...]) -> float:
    both = {"visible_stock", "single_customer_view"} <= set(members)
    return 30 + sum(OWN.get(name, 0.1) for name in members) + 0.8 * both


@pytest.fixture(scope="module")
def firms() -> tuple[om.Scenario, om.Scenario]:
    base = om.Scenario().replace({"capabilities.offline_capture": 1})
    names = (*OWN, "endless_aisle")
    return base, base.replace({f"capabilities.{name}": 2 for name in names})


@pytest.fixture(scope="module")
def values(firms: tuple[om.Scenario, om.Scenario]) -> CapabilityValues:
    return made_values(*firms, worth)


@pytest.fixture(scope="module")
def found(values: CapabilityValues, firms: tuple[om.Scenario, om.Scenario]) -> RollOuts:
    return transition(values, *firms, n_draws=40)


@pytest.fixture(scope="module")
def split() -> PremiumSplit:
    rows = [
        {"no effect": 3.0 + k / 10, "permuted": 2.0, "siloed": 3.3, "observed": 3.6, "all": 50.0,
         "store": 40.0 + k, "online": 25.0, "own": 45.0, "itt": 1.0, "began": 0.1,
         "stopped": 0.0, "moved": 0.1, "began change": 2.0}
        for k in range(3)
    ]  # fmt: skip
    return summarise_premium(rows, 0.95, {})


def texts(ax) -> list[str]:
    return [t.get_text() for t in ax.texts]


def test_the_waterfall_names_each_capability_and_ends_at_the_total(
    values: CapabilityValues,
) -> None:
    ax = Figure().add_subplot()
    assert plot.capability_waterfall(values, ax=ax) is ax
    written = " ".join(texts(ax)).replace("\n", " ")
    for word in ("Visible stock", "Unified loyalty", "All: profit", "+3.40", "−0.50"):
        assert word in written
    widths = [bar.get_width() for bar in ax.patches]
    assert sum(widths[:-1]) == pytest.approx(widths[-1])


def test_the_heat_map_marks_pairs_that_need_each_other(values: CapabilityValues) -> None:
    written = texts(plot.interactions(values))
    n = len(values.capabilities)
    assert len(written) == n * (n - 1) / 2
    assert written.count("needs") == 2
    assert "+0.80" in written
    plot.interactions(values, at="mean").figure.draw_without_rendering()
    with pytest.raises(ParameterError, match="Unknown at"):
        plot.interactions(values, at="middle")


def test_orders_are_drawn_best_first_and_the_worst_last(found: RollOuts) -> None:
    ax = plot.roll_outs(found, n_orders=3)
    written = [text.replace("\n", " ") for text in texts(ax)]
    assert any(text.startswith("1. ") for text in written)
    assert any(f"costs {found.orders.loc[0, 'cost']:.1f}" in text for text in written)
    assert any(f"{len(found.orders)}. " in text for text in written)
    assert short_order("visible_stock > single_customer_view") == "VS, SCV"
    ax.figure.draw_without_rendering()


def test_the_factors_multiply_to_the_observed_ratio(split: PremiumSplit) -> None:
    ax = plot.premium_split(split)
    widths = [bar.get_width() for bar in ax.patches]
    assert sum(widths[:-1]) == pytest.approx(widths[-1])
    assert "×3.60" in texts(ax)
    ax.figure.draw_without_rendering()


def test_a_figure_survives_numbers_that_are_not_known(
    values: CapabilityValues, split: PremiumSplit
) -> None:
    unknown = {"ci_low": np.nan, "ci_high": np.nan}
    blind = replace(values, worth=values.worth.assign(**unknown))
    plot.capability_waterfall(blind).figure.draw_without_rendering()
    nothing = replace(split, parts=split.parts.assign(log_ratio=np.nan, **unknown))
    assert texts(plot.premium_split(nothing)).count("n/a") == 5
