"""The log of decisions: complete, exact, and no part of what happens."""

import json

import numpy as np
import pytest

from omnisim.policies import NoContact, Uniform
from omnisim.schema import DECISIONS, Event, Trigger
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, of, small

WORLD = small({
    "capabilities.single_customer_view": 2,
    "capabilities.geofence": 2,
    "capabilities.advocacy_nurturing": 2,
    "offers.promoter_purchases": 2,
    "messages.at_risk_factor": 1.5,
    "surfaces.online_every_days": 7,
    "surfaces.store_every_days": 7,
    "surfaces.reward_every_days": 14,
    "segments.busy.p_app": 0.9,
    "segments.busy.p_push_consent": 0.9,
    "segments.busy.p_location_consent": 0.9,
    "segments.busy.p_loyalty": 0.9,
    "segments.busy.distance_km": 1.0,
    "market.n_shoppers": 120,
})  # fmt: skip


@pytest.fixture(scope="module")
def run():
    return simulate(WORLD, policy=Uniform(), seed=5, decisions="features")


def names(table, key):
    return json.loads(table.schema.metadata[key.encode()])


def test_every_decision_point_is_there(run):
    assert set(of(run.decisions, "trigger").tolist()) == {int(t) for t in Trigger}
    assert run.decisions.column_names == [*DECISIONS.names, "features"]


def test_every_message_is_a_decision_and_has_its_propensity(run):
    actions = names(run.decisions, "actions")
    wrote = np.array([a.split(":")[0] in ("email", "push", "mail") for a in actions])
    chosen = of(run.decisions, "action")
    sent = of(run.events, "event") == Event.MESSAGE
    assert wrote[chosen].sum() == sent.sum()
    logged = np.sort(of(run.events, "propensity")[sent])
    assert (np.sort(of(run.decisions, "propensity")[wrote[chosen]]) == logged).all()


def test_the_action_was_eligible_and_its_propensity_is_exact(run):
    bits = of(run.decisions, "eligible")
    assert ((bits >> of(run.decisions, "action")) & 1 == 1).all()
    n_eligible = np.array([int(b).bit_count() for b in bits])
    assert (n_eligible >= 2).all()  # else there is nothing to decide
    np.testing.assert_allclose(of(run.decisions, "propensity"), 1 / n_eligible)


def test_features_are_what_the_policy_saw(run):
    features = np.stack(run.decisions["features"].to_numpy())
    column = names(run.decisions, "features").index("is_near_rival")
    near = of(run.decisions, "trigger") == Trigger.NEAR_RIVAL
    assert (features[:, column] == near).all()
    assert np.isfinite(features).all()


def test_the_log_changes_nothing(run):
    again = simulate(WORLD, policy=Uniform(), seed=5, decisions="off")
    assert again.decisions is None
    assert_same_bytes(again, run)


def test_decisions_of_nobody_contact_nobody():
    run = simulate(WORLD, policy=NoContact(), seed=5)
    assert not of(run.decisions, "action").any()
    events = set(of(run.events, "event").tolist())
    assert not events & {Event.MESSAGE, Event.OPEN, Event.ADVISED, Event.COUPON}
