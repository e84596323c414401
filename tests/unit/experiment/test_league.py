"""The league: judged in truth, by hand, in the placebo world, and on any number of workers."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from omnisim.config.exposures import MEDIA
from omnisim.evaluation import IPS
from omnisim.exceptions import OmnisimWarning, OverlapError, OverlapWarning, ParameterError
from omnisim.experiment import decision_rewards, evaluate_policies, learning_curves
from omnisim.experiment.league_tables import estimated
from omnisim.policies import (
    Blanket,
    EpsilonGreedy,
    LinUCB,
    NoContact,
    Online,
    Oracle,
    Propensity,
    RecencyCampaign,
    Uniform,
)  # fmt: skip
from omnisim.simulation import simulate
from tests.reference.worlds import small

pytestmark = pytest.mark.filterwarnings("ignore::omnisim.exceptions.OverlapWarning")
WORLD = small()
SIZE = {"n_training": 1, "n_logged": 1, "n_replications": 3, "window_days": 14.0, "seed": 4}


@pytest.fixture(scope="module")
def entrants():
    return {"blanket": Blanket(), "learner": EpsilonGreedy(epsilon=0.0)}


@pytest.fixture(scope="module")
def league(entrants):
    return evaluate_policies(entrants, WORLD, estimators=[IPS()], **SIZE)


def test_every_policy_is_judged_in_both_worlds(league):
    pairs = [(w, p) for w in ("siloed", "integrated")
             for p in ("none", "blanket", "learner", "oracle")]  # fmt: skip
    assert list(zip(league.table["world"], league.table["policy"], strict=True)) == pairs
    assert set(league.winners) == {"siloed", "integrated"}
    assert len(repr(league).splitlines()) <= 3
    assert set(league.samples["replication"]) == {2, 3, 4}


def test_profits_are_those_of_runs_by_hand(league):
    runs = [simulate(WORLD, policy=Blanket(), seed=4, replication=k) for k in (2, 3, 4)]
    row = league.row("siloed", "blanket")
    assert row["profit"] == pytest.approx(np.mean([run.profit_per_shopper_year for run in runs]))
    for name, margin in (("reward", "true"), ("filed", "filed")):
        rewards = [decision_rewards(run, window_days=14, margin=margin) for run in runs]
        assert row[name] == pytest.approx(np.mean([part.net_reward.mean() for part in rewards]))
    assert row["filed"] < row["reward"]


def test_gain_regret_and_price_of_a_contact_fit_each_other(league):
    for _, part in league.table.groupby("world"):
        rows = part.set_index("policy")
        np.testing.assert_allclose(rows["gain"], rows["profit"] - rows.loc["none", "profit"])
        np.testing.assert_allclose(rows["regret"], rows.loc["oracle", "profit"] - rows["profit"])
        reached = rows[rows["contacts"] > 0]
        np.testing.assert_allclose(reached["per_contact"], reached["gain"] / reached["contacts"])
        assert rows.loc["none", ["contacts", "opt_outs", "fatigue"]].tolist() == [0, 0, 0]
        assert rows.loc["blanket", "fatigue"] > 0


def test_estimates_are_those_of_the_held_log(league):
    run = simulate(WORLD, policy=Uniform(), seed=4, replication=1, decisions="features")
    log = decision_rewards(run, window_days=14)
    assert len(log) > 50
    found = league.estimates.set_index(["world", "policy"]).loc[("siloed", "none")]
    assert found["value"] == pytest.approx(IPS().estimate(log.to_feedback(), "none").value)
    assert found["truth"] == pytest.approx(league.row("siloed", "none")["reward"])
    assert found["filed"] == pytest.approx(league.row("siloed", "none")["filed"])
    assert "oracle" not in set(league.estimates["policy"])


def test_policies_learn_from_the_training_run_and_stay_as_they_were(league, entrants):
    assert not entrants["learner"].learned()
    run = simulate(WORLD, policy=Uniform(), seed=4, replication=0, decisions="features")
    policy = EpsilonGreedy(epsilon=0.0)
    policy.learn(decision_rewards(run, window_days=14).to_outcome())
    assert league.provenance["policies"]["siloed: learner"] == policy.describe()


def test_worlds_are_compared_by_gain(league):
    effect = league.world_effects().set_index("policy").loc["blanket", "difference"]
    gains = [league.row(world, "blanket")["gain"] for world in ("integrated", "siloed")]
    assert effect == pytest.approx(gains[0] - gains[1])


def test_without_effect_contacts_only_cost():
    policies = {"blanket": Blanket(), "recency": RecencyCampaign()}
    bare = {f"surfaces.{name}_every_days": 0 for name in ("online", "store", "reward")}
    costs = {"costs.message": 0.01, "push.cost": 0.01, "direct_mail.cost": 0.01}
    world = small({"exposures.inert": MEDIA, "market.n_shoppers": 80} | bare | costs)
    found = evaluate_policies(policies, {"placebo": world}, estimators=[], **SIZE)
    assert set(found.winners.values()) <= {"none", "no evidence"}
    for policy in policies:
        row = found.row("placebo", policy)
        assert row["contacts"] > 0
        assert row["gain"] == pytest.approx(-0.01 * row["contacts"])  # whole cents


def test_candidates_are_tuned_where_nobody_is_judged():
    policies = [NoContact(), Blanket(), RecencyCampaign(recent_days=30)]
    found = evaluate_policies({"tuned": policies}, {"one": WORLD}, estimators=[], **SIZE)
    profits = [
        simulate(WORLD, policy=p, seed=4, replication=5).profit_per_shopper_year for p in policies
    ]
    chosen = policies[int(np.argmax(profits))]
    assert len(set(profits)) == 3
    assert found.provenance["policies"]["one: tuned"] == chosen.describe()
    assert set(found.samples["replication"]) == {2, 3, 4}
    with pytest.raises(ParameterError, match="'empty' has none"):
        evaluate_policies({"empty": []}, {"one": WORLD}, **SIZE)


def test_workers_change_no_number(entrants):
    world = {"one": small({"market.n_shoppers": 20})}
    size = SIZE | {"n_replications": 2}
    alone = evaluate_policies(entrants, world, estimators=[], **size)
    counts = []
    with ProcessPoolExecutor(2) as executor:
        shared = evaluate_policies(entrants, world, estimators=[], executor=executor,
                                   on_wait=counts.append, **size)  # fmt: skip
    pd.testing.assert_frame_equal(alone.samples, shared.samples, check_exact=True)
    assert counts[-1] == 2 + 4 * 2


class Refuses(IPS):
    """An estimator that finds evidence for one policy only."""

    def terms(self, evidence, predicted):
        if evidence.probabilities[:, 0].mean() < 1:
            raise OverlapError("no evidence")
        return super().terms(evidence, predicted)


def test_an_estimate_without_evidence_is_left_out_and_the_others_stay(league):
    held = decision_rewards(
        simulate(WORLD, policy=Uniform(), seed=4, replication=1, decisions="features"),
        window_days=14,
    )
    entrants = {("w", "none"): NoContact(), ("w", "blanket"): Blanket()}
    with pytest.warns(OverlapWarning, match="refuses 'blanket': no evidence"):
        found = estimated(entrants, {"w": held}, [IPS(), Refuses()])
    value = found.set_index(["policy", "estimator"])["value"]
    assert np.isnan(value["blanket", "Refuses"])
    assert value.drop(("blanket", "Refuses")).notna().all()
    own = league.estimates.query("world == 'siloed' and policy == 'none'")["value"].item()
    assert value["none", "IPS"] == pytest.approx(own)


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(ParameterError, match="names other than"):
        evaluate_policies({"none": Blanket()}, WORLD, **SIZE)
    with pytest.raises(ParameterError, match="n_replications"):
        evaluate_policies({"blanket": Blanket()}, WORLD, **SIZE | {"n_replications": 1})
    with pytest.raises(OverlapError, match="for certain"):
        evaluate_policies({"blanket": Blanket()}, {"one": WORLD}, behavior=Blanket(), **SIZE)


@pytest.mark.parametrize("cheat", [Oracle(), Online(Oracle()), [Blanket(), Oracle()]])
def test_no_oracle_competes(cheat):
    with pytest.raises(ParameterError, match="'cheat' needs the truth"):
        evaluate_policies({"cheat": cheat}, WORLD, **SIZE)


def test_the_words_of_a_league_are_no_names():
    with pytest.raises(ParameterError, match="'no evidence'"):
        evaluate_policies({"no evidence": Blanket()}, WORLD, **SIZE)


def test_a_policy_that_learned_nothing_is_told():
    entrant = {"late": Propensity(refit_rows=10**6)}
    size = SIZE | {"n_replications": 2}
    with pytest.warns(OmnisimWarning, match="'late' decides at random still"):
        evaluate_policies(entrant, {"one": WORLD}, estimators=[], **size)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"policies": [Blanket()]}, "policies must be policies by name, as a dict"),
        (
            {"policies": {"a": "Blanket"}},
            r"policies\['a'\] must be an object of class Policy. Got 'Bl",
        ),
        ({"policies": {"a": Blanket}}, r"Got the class Blanket. Make an object of it: Blanket\("),
        (
            {"policies": {"a": [Blanket(), 3]}},
            r"policies\['a'\]\[1\] must be an object of class Pol",
        ),
        ({"scenario": "x"}, "scenario must be an object of class Scenario. Got 'x'"),
        ({"scenario": {"one": {}}}, r"scenario\['one'\] must be an object of class Scenario"),
        ({"estimators": ["IPS"]}, r"estimators\[0\] must be an object of class OffPolicyEstimator"),
        ({"estimators": [IPS]}, r"Make an object of it: IPS\("),
        ({"estimators": IPS()}, "estimators must be a sequence of objects"),
        ({"estimators": [IPS(), IPS()]}, "estimators must be different"),
        ({"oracle": "x"}, "oracle must be an object of class Policy"),
        ({"behavior": "Uniform"}, "behavior must be an object of class Policy"),
    ],
)
def test_what_is_none_is_told_before_anything_runs(changes, words):
    runs = []
    given = {"policies": {"a": Blanket()}, "scenario": WORLD, "on_wait": runs.append} | changes
    with pytest.raises(ParameterError, match=words):
        evaluate_policies(**given, **SIZE)
    assert not runs


@pytest.mark.parametrize(
    ("policies", "words"),
    [([LinUCB()], "policies must be policies by name"), ({"a": LinUCB}, "Got the class LinUCB")],
)
def test_learning_curves_are_of_policies_by_name(policies, words):
    with pytest.raises(ParameterError, match=words):
        learning_curves(policies, WORLD)


def test_a_short_league_prints_a_caution(league):
    assert repr(league).splitlines()[-1].startswith("judged over ")
    scenario = league.provenance["scenario"]
    market = {"market": scenario["market"] | {"horizon_days": 182}}
    provenance = {**league.provenance, "scenario": scenario | market}
    assert "judged over" not in repr(replace(league, provenance=provenance))
