"""The placebo suite (facts.md D8.4): where nothing has an effect, every causal number is nought.

Capabilities move no primitive and media run without taking effect; what selects shoppers into
groups stays as it is. So whatever differs between groups is selection or exposure.
"""

import itertools

import numpy as np
import pytest
from sklearn.linear_model import Ridge

import omnisim as om
from omnisim.config.exposures import MEDIA
from omnisim.evaluation import mean_interval, omnichannel_premium, uplift_curve
from omnisim.experiment import (
    CostPriors,
    capability_gains,
    capability_values,
    channel_truth,
    decision_rewards,
    measurement_value,
    naive_comparisons,
    split_premium,
    transition,
)
from omnisim.policies import Uniform, Uplift
from omnisim.random import Draws
from omnisim.schema import Channel

pytestmark = pytest.mark.slow

SEED = 11
PLACEBO = om.Scenario().placebo().replace({"market.n_shoppers": 3000, "exposures.inert": MEDIA})
VARIANT = PLACEBO.replace({"capabilities": om.Capabilities.integrated()})
FOUR = PLACEBO.replace({
    "capabilities.single_customer_view": 2, "capabilities.offline_capture": 2,
    "capabilities.visible_stock": 2, "capabilities.endless_aisle": 2,
})  # fmt: skip


def short(scenario: om.Scenario) -> om.Scenario:
    return scenario.replace({"market.n_shoppers": 1000, "market.horizon_days": 120})


def test_integration_is_worth_nothing_and_the_naive_premium_is_two_to_eight() -> None:
    """Media take effect here."""
    live = {"market.n_shoppers": 12_000, "exposures.inert": ()}
    base, variant = PLACEBO.replace(live), VARIANT.replace(live)
    versus = om.compare(base, variant, n_replications=2, seed=SEED)
    assert (versus.metrics["difference"] == 0).all()
    assert (versus.gain["difference"] == 0).all()
    premium = versus.premium.set_index(["arm", "kind"])["ratio"]
    assert 2 < premium["variant", "naive"] < 8
    assert premium["variant", "causal"] == 1


def test_the_naive_premium_is_two_even_where_nothing_at_all_has_an_effect() -> None:
    """Media are inert as well: 2.07 (1.95 to 2.18) from 12 replications of 12,000 shoppers."""
    firm = PLACEBO.replace({"market.n_shoppers": 12_000})
    ratios = []
    for k in range(12):
        orders = om.simulate(firm, seed=SEED, replication=k, decisions="off").orders
        kind = (orders["channel"].to_numpy() != Channel.STORE).astype(np.int64)
        shopper, value = orders["shopper"].to_numpy(), orders["value"].to_numpy()
        found = omnichannel_premium(shopper, kind, value, draws=Draws(SEED, k))
        ratios.append(found.naive)
    mean, low, high = mean_interval(np.array(ratios), confidence=0.95)
    assert 2 <= mean < 8
    assert 1.8 < low
    assert high < 2.4


def test_no_capability_is_worth_anything_by_any_order() -> None:
    base = short(PLACEBO)
    values = capability_values(base, short(FOUR), n_replications=5, seed=SEED)
    assert (values.worth["value"] == 0).all()
    assert (values.interactions["value"] == 0).all()
    free = CostPriors(outage_share=0.0)  # outages cost sales, whatever comes in
    orders = transition(values, base, short(FOUR), priors=free, n_draws=20).orders
    assert (orders["npv"] == 0).all()


def test_no_capability_creates_or_moves_anything() -> None:
    found = capability_gains(short(PLACEBO), short(FOUR), n_replications=2, seed=SEED)
    assert (found.gains["difference"] == 0).all()


def test_the_premium_is_selection_and_exposure_alone() -> None:
    parts = split_premium(PLACEBO, VARIANT, n_replications=2, seed=SEED).parts.set_index("part")
    assert parts.loc["integration", "ratio"] == 1
    assert parts.loc["exposure", "ratio"] > 1


def test_seeing_more_is_worth_nothing_where_no_contact_has_an_effect() -> None:
    """What is left of profit is the cost of more messages, which no level makes up for."""
    free = short(VARIANT).replace({"costs.message": 0.0})
    steps = measurement_value(free, n_replications=2, seed=SEED, digital_cost=0.0).steps
    assert steps["gross"].abs().max() == 0


def test_media_without_effect_contribute_nothing() -> None:
    truth = channel_truth(short(PLACEBO), n_replications=2, seed=SEED)
    media = truth.samples[truth.samples["channel"].isin(MEDIA)]
    inert = media[media["way"] == "inert"]
    assert len(inert)
    assert (inert["value"] == 0).all()


def test_members_look_better_and_their_card_did_nothing() -> None:
    """Points are money, so that a card without effect is one without points."""
    pointless = PLACEBO.replace({"costs.points_share": 0.0, "experience.points_on_churn": 0.0})
    rows = naive_comparisons(pointless, n_replications=4, seed=SEED).values
    members = rows[rows["comparison"] == "loyalty members"]
    assert (members["naive_low"] > 0).all()
    assert members["truth"].abs().max() < 1e-9
    assert rows.loc[rows["comparison"] == "e-mail openers", "truth"].abs().max() < 1e-9


def test_uplift_out_of_sample_is_nought() -> None:
    """Learned in one replication of a randomised log and judged in the next, fifteen times."""
    firm = short(PLACEBO)
    logs = [
        decision_rewards(
            om.simulate(firm, policy=Uniform(), seed=SEED, replication=k, decisions="features"),
            window_days=28,
        )
        for k in range(16)
    ]
    qini, covered = [], 0
    for train, test in itertools.pairwise(logs):
        policy = Uplift(learner="T", estimator=Ridge(1.0)).fit(train.to_outcome())
        log = test.to_feedback()
        predicted = np.zeros((len(log), log.n_actions))
        predicted[:, policy.tried_] = policy.gains(test.outcome.context.features)
        curve = uplift_curve(log, predicted, control="none", n_points=2)
        qini.append(curve.qini)
        covered += curve.qini_low <= 0 <= curve.qini_high
    _, low, high = mean_interval(np.array(qini), confidence=0.99)
    assert low <= 0 <= high
    assert covered >= 11  # binomial(15, 0.95) is below with probability 7e-5
