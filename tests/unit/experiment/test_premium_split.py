"""The premium's split: identities by hand, and what the worlds must and must not do."""

from dataclasses import replace

import numpy as np
import pytest

import omnisim as om
from omnisim.config.experiment import Experiment
from omnisim.config.valuation import Valuation
from omnisim.exceptions import ParameterError
from omnisim.experiment import PremiumSplit, split_premium
from omnisim.experiment.premium_split import FACTORS, summarise_premium
from omnisim.experiment.premium_worlds import no_cross_effects, own_kind, spent_by_kind
from omnisim.experiment.valuation import valuation_sizes
from omnisim.population.layout import ONLINE_ONLY, STORES_ONLY
from omnisim.schema import Event, Line

SMALL = {"market.n_shoppers": 600, "market.burn_in_days": 14, "market.horizon_days": 120}


def outcome(**changes):
    whole = {
        "no effect": 3.0, "permuted": 2.0, "siloed": 3.3, "observed": 3.6, "all": 50.0,
        "store": 40.0, "online": 25.0, "own": 45.0, "itt": 1.0, "began": 0.125, "stopped": 0.025,
        "moved": 0.1, "began change": 2.5,
    }  # fmt: skip
    return whole | changes


def test_parts_by_hand():
    found = summarise_premium([outcome(), outcome()], 0.95, {})
    ratio = found.parts.set_index("part")["ratio"].to_dict()
    assert ratio == pytest.approx({
        "observed": 3.6, "exposure": 2.0, "self-selection": 1.5, "channel use": 1.1,
        "integration": 3.6 / 3.3, "cause": 3.6 / 3.0,
    })  # fmt: skip
    share = found.parts.set_index("part")["share"]
    assert share[list(FACTORS)].sum() == pytest.approx(1)
    assert share["cause"] == pytest.approx(share[["channel use", "integration"]].sum())
    assert found.do_effects["ratio"].tolist() == pytest.approx([1.25, 2.0, 50 / 45])
    value = found.encouragement.set_index("effect")["value"]
    assert value["wald"] == pytest.approx(10.0)
    assert value["late"] == pytest.approx(20.0)
    assert repr(found).startswith("PremiumSplit: observed 3.60 = exposure 2.00")


def test_every_ratio_has_the_interval_of_its_logarithm():
    found = summarise_premium([outcome(), outcome(observed=4.5), outcome(observed=3.0)], 0.95, {})
    for ratio, log in (("ratio", "log_ratio"), ("ratio_low", "ci_low"), ("ratio_high", "ci_high")):
        assert found.parts[ratio].to_numpy() == pytest.approx(np.exp(found.parts[log].to_numpy()))
    cause = found.parts.set_index("part").loc["cause"]
    assert cause["ratio_low"] < cause["ratio"] < cause["ratio_high"]


def test_a_weak_first_stage_gives_no_wald_estimate_but_the_set_that_is_left():
    moved = (0.02, -0.03, 0.01, 0.0)
    found = summarise_premium([outcome(moved=m, itt=1 + 20 * m) for m in moved], 0.95, {})
    row = found.encouragement.set_index("effect").loc["wald"]
    assert np.isnan(row["value"])
    assert (row["ci_low"], row["ci_high"]) == (-np.inf, np.inf)
    assert row["note"].startswith("first stage too weak: every value but those from")
    rest = found.encouragement.set_index("effect").drop("wald")
    assert rest["value"].notna().all()
    assert (rest["note"] == "").all()
    assert found.encouragement[["ci_low", "ci_high"]].notna().all(axis=None)


def test_a_replication_without_a_premium_is_left_out_whole_and_told():
    lacking = [outcome(**{world: np.nan}) for world in ("no effect", "siloed")]
    found = summarise_premium([outcome(observed=5.0), *lacking, outcome()], 0.95, {})
    parts = found.parts.set_index("part")
    assert found.n_left_out == 2
    assert parts.loc["observed", "ratio"] == pytest.approx(np.sqrt(5.0 * 3.6))
    assert parts.loc[list(FACTORS), "log_ratio"].sum() == pytest.approx(
        parts.loc["observed", "log_ratio"]
    )
    assert parts.loc[list(FACTORS), "share"].sum() == pytest.approx(1)
    assert "2 of 4 replications left out" in repr(found)


def test_where_no_replication_has_a_premium_there_is_no_split():
    found = summarise_premium([outcome(permuted=np.nan)] * 2, 0.95, {})
    assert found.n_left_out == 2
    assert found.parts[["log_ratio", "ratio", "share"]].isna().all(axis=None)


@pytest.fixture(scope="module")
def base() -> om.Scenario:
    return om.Scenario().replace(SMALL)


@pytest.fixture(scope="module")
def placebo_split(base: om.Scenario) -> PremiumSplit:
    placebo = base.placebo()
    variant = placebo.replace({"capabilities": om.Capabilities.integrated()})
    return split_premium(placebo, variant, n_replications=2, seed=5)


def test_in_the_placebo_integration_is_exactly_one(placebo_split: PremiumSplit) -> None:
    parts = placebo_split.parts.set_index("part")
    assert parts.loc["integration", "ratio"] == 1
    assert parts.loc["observed", "ratio"] > 1.3
    assert parts.loc["exposure", "ratio"] > 1.3
    assert parts.loc[list(FACTORS), "log_ratio"].sum() == pytest.approx(
        parts.loc["observed", "log_ratio"]
    )


def test_without_effects_between_channels_nothing_but_selection_is_left(
    base: om.Scenario,
) -> None:
    """The effects are listed by hand: what the split switches off beyond them would be found."""
    placebo = base.placebo().replace({
        "market.n_shoppers": 400, "choice.habit_across": 0.0, "choice.knowledge_across": 0.0,
        "channels.online_to_store": 0.0, "channels.store_to_online": 0.0,
        "channels.social.to_store": 0.0, "channels.social.to_online": 0.0,
        "channels.phone.to_store": 0.0, "channels.phone.to_online": 0.0,
        "experience.incoherence": 0.0, "experience.frustration": 0.0, "basket.errand": 0.0,
        "primitives.points_across": (0.0, 0.0, 0.0),
    })  # fmt: skip
    variant = placebo.replace({"capabilities": om.Capabilities.integrated()})
    parts = split_premium(placebo, variant, n_replications=2, seed=5).parts.set_index("part")
    assert parts.loc["channel use", ["ratio", "ci_low", "ci_high"]].tolist() == [1, 0, 0]
    assert parts.loc["integration", ["ratio", "ci_low", "ci_high"]].tolist() == [1, 0, 0]
    assert parts.loc["exposure", "ratio"] > 1.3


def test_closing_channels_costs_sales(placebo_split: PremiumSplit) -> None:
    ratio = placebo_split.do_effects.set_index("against")["ratio"]
    assert ratio["online only"] > 1.5  # stores sell most
    assert ratio["own kind only"] < ratio["online only"]
    assert ratio["store only"] < ratio["online only"]


def test_where_self_selection_is_measured_a_channel_still_acts_within_itself(
    base: om.Scenario,
) -> None:
    """Mail, points, habit and purchases on the side are no effects of one channel on another."""
    siloed = no_cross_effects(base)
    assert siloed.choice.habit == base.choice.habit > 0
    run = om.simulate(siloed, seed=5)
    counted = run.counted_events["event"].to_numpy()
    assert (counted == Event.MESSAGE).any()
    assert (run.orders["journey"].to_numpy() < 0).any()
    lines = run.counted_postings["line"].to_numpy()
    assert np.isin(lines, (Line.POINTS, Line.DISCOUNTS)).any()
    assert spent_by_kind(run).sum() / len(run.population) == pytest.approx(
        np.sum(run.orders["value"].to_numpy()) / run.shopper_years
    )


def test_points_of_the_firm_that_joins_them_count_apart_there(base: om.Scenario) -> None:
    joined = base.replace(
        {"capabilities.unified_loyalty": 2, "capabilities.single_customer_view": 2}
    )
    felt = [no_cross_effects(firm).primitives.at(firm.capabilities) for firm in (base, joined)]
    assert [primitives["points_across"] for primitives in felt] == [0.0, 0.0]
    assert joined.primitives.at(joined.capabilities)["points_across"] > 0


ALONE = {
    "rivals.online_intercept": -20.0, "rivals.local_intercept": -20.0,
    "rivals.none_intercept": -20.0, "rivals.delay_intercept": -20.0,
    "rivals.online_search_intercept": -20.0, "channels.cart_friction": -20.0,
    "stores.p_unplanned": 0.0, "stock.store_share": 1.0, "stock.safety_factor": 5.0,
    "fulfilment.delivery_fee": 0.0, "costs.points_share": 0.0, "service.staff_per_store": 50,
}  # fmt: skip
"""Nobody has anything but the firm, and every need ends in a purchase in any channel."""


def test_where_being_multichannel_has_no_effect_the_do_effect_is_one(base: om.Scenario) -> None:
    """The needs and baskets of a shopper are the same; where they buy is not, nor how soon.

    What comes sooner is counted sooner, and ends the shopper's time with the firm sooner.
    """
    world = base.placebo().replace(ALONE)
    table = split_premium(world, world, n_replications=2, seed=5)
    ratio = table.do_effects.set_index("against")["ratio"]
    assert ratio["own kind only"] == pytest.approx(1, abs=0.02)
    assert table.parts.set_index("part")["ratio"]["observed"] > 1.3


def test_the_do_effect_restricts_shoppers_not_the_firm(base: om.Scenario) -> None:
    whole = om.simulate(base, seed=5)
    held = own_kind(whole)
    run = om.simulate(base, population=replace(whole.population, held_to=held), seed=5)
    spent = spent_by_kind(run)
    assert (spent[held == STORES_ONLY, 1] == 0).all()
    assert (spent[held == ONLINE_ONLY, 0] == 0).all()
    assert (spent > 0).any(axis=0).all()


def test_where_self_selection_is_measured_prices_that_differ_offend_nobody(
    base: om.Scenario,
) -> None:
    """In the siloed firm managers set prices apart, and who was asked less elsewhere minds."""
    mild, touchy = (base.replace({"experience.incoherence": size}) for size in (0.0, 50.0))
    felt = [om.simulate(world, seed=5).final["satisfaction"] for world in (mild, touchy)]
    assert not np.array_equal(*felt)
    felt = [
        om.simulate(no_cross_effects(world), seed=5).final["satisfaction"]
        for world in (mild, touchy)
    ]
    assert np.array_equal(*felt)


STORE_ONLY = {"channels.website.is_open": False, "channels.app.is_open": False}


@pytest.mark.parametrize("closed", [{"channels.store.is_open": False}, STORE_ONLY])
def test_firms_that_sell_in_one_kind_of_channel_are_refused(
    base: om.Scenario, closed: dict[str, bool]
) -> None:
    with pytest.raises(ParameterError, match="of variant must have the store open, and website"):
        split_premium(base, base.replace(closed), n_replications=2, seed=5)


def test_a_valuation_refuses_them_before_its_first_run(base: om.Scenario) -> None:
    both = base.replace(STORE_ONLY)
    levels = om.Capabilities.integrated().within(["store"]).model_dump()
    experiment = Experiment(
        scenario=both, variant={"capabilities": levels}, value=Valuation(premium=True)
    )
    with pytest.raises(ParameterError, match="of baseline must have the store open"):
        valuation_sizes(experiment, seed=5)
