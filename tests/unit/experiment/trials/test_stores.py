"""Trials on the stores of one world: schedules, truths, placebos and what spills over."""

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.experiment.attributed import observed_log, observed_totals
from omnisim.experiment.trials import Change, Stores, store_wedge
from omnisim.schema import Channel, Event
from tests.reference.worlds import small

FIRM = {"market.horizon_days": 60, "market.burn_in_days": 7, "market.n_shoppers": 120,
        "stores.n_stores": 6}  # fmt: skip
TRAINED = Change(om.Capabilities(single_customer_view=1, staff_training=2))
STRONG = {"capabilities": om.Capabilities(single_customer_view=1), "basket.staff": 0.6,
          "primitives.staff_skill": (0.0, 0.5, 1.0)}  # fmt: skip


def stores(change=TRAINED, *, placebo=False, **fields):
    firm = small(FIRM | STRONG | fields)
    return Stores(firm.placebo() if placebo else firm, change, 15, 5)


def test_tills_are_the_total_of_the_channel_store_by_store():
    run = om.simulate(small(FIRM), seed=3)
    tills = observed_totals(run)["tills"].to_pandas()
    seen = observed_log(run, "TL0").to_pandas()
    sold = seen[(seen["channel"] == Channel.STORE) & (seen["event"] == Event.PURCHASE)]
    assert tills["value"].sum() == pytest.approx(sold["value"].sum())
    assert tills["n"].sum() == sold["n"].sum()
    assert tills["store"].nunique() == 6


def test_tills_are_part_of_what_a_stores_shoppers_spend():
    tills, everything = stores().outcome(np.full(6, 4))
    assert (tills <= everything + 1e-9).all()
    assert 0 < tills.sum() < everything.sum()


def test_in_the_placebo_nothing_is_true_and_nothing_is_found():
    result = store_wedge(stores(placebo=True))
    assert result.truth == result.truth_seen == result.on_treated == result.on_waiting == 0
    assert result.spill_over == 0
    assert result.estimate.ci_low < 0 < result.estimate.ci_high


def test_steps_are_even_and_all_are_treated_at_the_end():
    table = store_wedge(stores()).table
    assert table.groupby("period")["treated"].sum().tolist() == [0, 2, 4, 6]
    by_store = table.pivot(index="store", columns="period", values="treated").to_numpy()
    assert (np.diff(by_store.astype(int), axis=1) >= 0).all()


def test_a_strong_effect_is_true_of_treated_stores_and_found():
    result = store_wedge(stores())
    assert result.truth_seen > 0
    assert result.on_treated > 0
    assert abs(result.on_waiting) < result.on_treated / 2
    assert result.spill_over == pytest.approx(result.on_treated - result.truth_seen)
    assert result.to_frame()["spill_over"].item() == result.spill_over


def test_what_is_done_in_one_store_reaches_others_only_after_it_is_done():
    """Nothing spills over before the first day of treatment, and something does after it."""
    panel = stores()
    start = np.full(6, 4)
    never, _ = panel.outcome(start)
    start[0] = 1
    one, _ = panel.outcome(start)
    np.testing.assert_array_equal(one[:, 0], never[:, 0])
    assert (one[0, 1:] != never[0, 1:]).any()
    assert (one[1:, 1:] != never[1:, 1:]).any()


def test_stores_without_anything_in_common_are_not_reached():
    """No talk, no public voice, goods for all, no managers: waiting stores are what they were."""
    apart = {"word.mean_degree": 0, "stock.warehouse_safety_factor": 10.0, "voice.p_complain": 0.0,
             "voice.p_review": 0.0, "governance.managers_decide": False}  # fmt: skip
    panel = stores(**apart)
    start = np.full(6, 4)
    never, _ = panel.outcome(start)
    start[0] = 1
    one, _ = panel.outcome(start)
    assert (one[0, 1:] != never[0, 1:]).any()
    np.testing.assert_array_equal(one[1:], never[1:])


def test_a_store_that_opens_sells_and_sold_nothing_before():
    result = store_wedge(stores(Change(opens="store")))
    waits = result.table[~result.table["treated"]]
    assert (waits["revenue"] == 0).all()
    assert result.truth_seen > 0
    assert result.truth > 0
    assert result.estimate.ci_low > 0


def test_what_cannot_differ_between_stores_is_refused():
    with pytest.raises(ParameterError, match="offline_capture"):
        stores(Change(om.Capabilities(single_customer_view=1, offline_capture=1)))
    with pytest.raises(ParameterError, match="n_stores"):
        stores(**{"stores.n_stores": 3})
    with pytest.raises(ParameterError, match="must change something"):
        stores(Change())
