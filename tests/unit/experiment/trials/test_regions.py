"""Trials on regions: schedules, truths, and placebos."""

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.experiment.trials import (
    Change,
    Regions,
    difference_in_differences,
    stepped_wedge,
    switchback,
)
from tests.reference.worlds import small

DESIGNS = (stepped_wedge, switchback, difference_in_differences)
FIRM = {"market.horizon_days": 60, "market.burn_in_days": 7}
INTEGRATED = Change(capabilities=om.Capabilities.integrated())


def regions(change=INTEGRATED, *, n_regions=6, period_days=15, placebo=False, **fields):
    firm = small(FIRM | fields)
    return Regions(firm.placebo() if placebo else firm, change, n_regions, period_days, 5)


@pytest.mark.parametrize("design", DESIGNS)
def test_in_the_placebo_nothing_is_true_and_nothing_is_found(design) -> None:
    result = design(regions(placebo=True))
    assert result.truth == 0
    assert result.estimate.ci_low < 0 < result.estimate.ci_high


@pytest.mark.parametrize("design", DESIGNS)
def test_half_or_all_are_treated_at_the_end(design) -> None:
    treated = design(regions()).table.pivot(index="region", columns="period", values="treated")
    last = treated.iloc[:, -1].sum()
    assert last == (6 if design is stepped_wedge else 3)
    if design is not switchback:
        assert not treated.iloc[:, 0].any()
        assert (np.diff(treated.to_numpy().astype(int), axis=1) >= 0).all()


def test_steps_of_a_wedge_are_even() -> None:
    treated = stepped_wedge(regions()).table.groupby("period")["treated"].sum()
    assert treated.tolist() == [0, 2, 4, 6]


def test_a_store_that_opens_sells() -> None:
    result = difference_in_differences(regions(Change(opens="store")))
    assert result.truth > 0
    assert result.estimate.value > 0
    before = result.table[result.table["period"] < 2]
    online = regions(Change(opens="store"), **{"channels.store.is_open": False})
    never = online.outcome(np.zeros((6, 4), dtype=bool))
    # Shut by an intervention, a store sells as little as one that is not there.
    assert before["revenue"].sum() == pytest.approx(never[:, :2].sum(), rel=0.5)


def test_the_strongest_regions_sold_most_before() -> None:
    result = difference_in_differences(regions(placebo=True), chosen="strongest")
    before = result.table[result.table["period"] < 2].groupby("region")["revenue"].sum()
    chosen = result.table.groupby("region")["treated"].any()
    assert before[chosen].min() >= before[~chosen].max()


def test_only_the_chosen_channels_count() -> None:
    both = regions().outcome(np.zeros((6, 4), dtype=bool))
    online = Regions(small(FIRM), INTEGRATED, 6, 15, 5, ("website", "app"))
    store = Regions(small(FIRM), INTEGRATED, 6, 15, 5, ("store",))
    parts = [part.outcome(np.zeros((6, 4), dtype=bool)) for part in (online, store)]
    np.testing.assert_allclose(parts[0] + parts[1], both)


def test_a_change_that_changes_nothing_is_refused() -> None:
    for nothing in (Change(), Change(small(FIRM).capabilities)):
        with pytest.raises(ParameterError, match="must change something"):
            regions(nothing)


def test_neighbouring_studies_and_panels_share_no_world() -> None:
    nobody = np.zeros((4, 2), dtype=bool)
    panels = [
        Regions(small(FIRM), INTEGRATED, 4, 30, seed, replication=k)
        for seed, k in ((5, 0), (6, 0), (5, 1))
    ]
    rows = [tuple(row) for panel in panels for row in panel.outcome(nobody)]
    assert len(set(rows)) == 12


def test_days_of_washout_are_not_counted() -> None:
    nobody = np.zeros((4, 2), dtype=bool)
    parts = [
        Regions(small(FIRM), INTEGRATED, 4, 30, 5, washout_days=w).outcome(nobody) for w in (0, 29)
    ]
    assert (parts[1] <= parts[0]).all()
    assert 0 < parts[1].sum() < parts[0].sum() / 10
    with pytest.raises(ParameterError, match="washout_days"):
        Regions(small(FIRM), INTEGRATED, 4, 30, 5, washout_days=30)


def test_a_panel_needs_two_periods() -> None:
    with pytest.raises(ParameterError, match="2 periods"):
        regions(period_days=40)
