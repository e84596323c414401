"""Learning curves and the effect of personalisation: by hand, in the placebo, and refused."""

import numpy as np
import pandas as pd
import pytest

from omnisim.config.exposures import MEDIA
from omnisim.exceptions import ParameterError
from omnisim.experiment import decision_rewards, learning_curves, personalisation_effect
from omnisim.experiment.personalisation import profile_error
from omnisim.policies import (
    Blanket,
    EpsilonGreedy,
    Impersonal,
    NoContact,
    Oracle,
    RecencyCampaign,
)
from omnisim.simulation import simulate
from tests.reference.worlds import small

WORLD = small({"market.n_shoppers": 25})
SIZE = {"n_rounds": 2, "n_replications": 2, "window_days": 14.0, "seed": 4}


@pytest.fixture(scope="module")
def curves():
    policies = {"learner": EpsilonGreedy(epsilon=0.3), "blanket": Blanket()}
    return learning_curves(policies, {"one": WORLD}, **SIZE)


def test_a_round_is_a_run_learned_from_and_judged_elsewhere(curves):
    policy = EpsilonGreedy(epsilon=0.3)
    run = simulate(WORLD, policy=policy.copy(), seed=4, replication=0, decisions="features")
    policy.learn(decision_rewards(run, window_days=14).to_outcome())
    gains = [
        simulate(WORLD, policy=policy.copy(), seed=4, replication=k).profit_per_shopper_year
        - simulate(WORLD, policy=NoContact(), seed=4, replication=k).profit_per_shopper_year
        for k in (2, 3)
    ]
    own = curves.table.set_index(["policy", "round"])
    assert own.loc[("learner", 1), "gain"] == pytest.approx(np.mean(gains))
    training = curves.training.set_index(["policy", "round"])
    nobody = simulate(WORLD, policy=NoContact(), seed=4, replication=0)
    assert training.loc[("learner", 1), "gain"] == pytest.approx(
        run.profit_per_shopper_year - nobody.profit_per_shopper_year
    )


def test_every_round_is_judged_under_the_same_luck(curves):
    assert set(curves.samples["replication"]) == {2, 3}
    fixed = curves.table[curves.table["policy"] == "blanket"]
    assert list(fixed["round"]) == [0, 1, 2]
    assert fixed["gain"].nunique() == 1
    changes = curves.changes().set_index("policy")
    assert changes.loc["blanket", "difference"] == 0
    learner = curves.table[curves.table["policy"] == "learner"].set_index("round")["gain"]
    assert changes.loc["learner", "difference"] == pytest.approx(learner[2] - learner[0])
    assert len(repr(curves).splitlines()) <= 3


def test_a_policy_of_a_curve_stays_as_it_was():
    policy = EpsilonGreedy(epsilon=0.3)
    learning_curves({"learner": policy}, {"one": WORLD}, **SIZE | {"n_rounds": 1})
    assert not policy.learned()


def test_curves_need_policies_rounds_and_replications():
    with pytest.raises(ParameterError, match="names other than"):
        learning_curves({"none": Blanket()}, WORLD, **SIZE)
    with pytest.raises(ParameterError, match="n_rounds"):
        learning_curves({"a": Blanket()}, WORLD, **SIZE | {"n_rounds": 0})
    with pytest.raises(ParameterError, match="n_replications"):
        learning_curves({"a": Blanket()}, WORLD, **SIZE | {"n_replications": 1})


@pytest.fixture(scope="module")
def effect():
    return personalisation_effect(
        WORLD, policy=Blanket("email:profile"), values=(1.0,), n_replications=2, seed=4
    )


def test_the_effect_is_that_of_three_runs_by_hand(effect):
    policy, found = Blanket("email:profile"), []
    for k in range(2):
        runs = [
            simulate(WORLD, policy=p, seed=4, replication=k, decisions="features")
            for p in (policy, Impersonal(policy), NoContact())
        ]
        own, same, nobody = (run.profit_per_shopper_year for run in runs)
        found.append((own - nobody, own - same, profile_error(runs[0])))
    row = effect.table.set_index("world").query("value != value").loc["siloed"]
    expected = np.mean(found, axis=0)
    assert row[["gain", "personal", "profile_error"]].tolist() == pytest.approx(list(expected))


def test_better_data_make_profiles_less_wrong_in_every_world(effect):
    for _, rows in effect.table.groupby("world"):
        better = rows.loc[rows["value"] == 1, "profile_error"].item()
        own = rows.loc[rows["value"].isna(), "profile_error"].item()
        assert better < own <= 1.2
    assert list(dict.fromkeys(effect.table["world"])) == ["siloed", "integrated"]
    assert len(repr(effect).splitlines()) <= 3


def test_worlds_are_compared_replication_by_replication(effect):
    row = effect.by_world.query("value == 1 and measure == 'gain'").iloc[0]
    gains = effect.table[effect.table["value"] == 1].set_index("world")["gain"]
    assert row["difference"] == pytest.approx(gains["integrated"] - gains["siloed"])


def test_an_error_of_profiles_lies_between_truth_and_nothing():
    world = small({"primitives.third_party_accuracy": (1.0, 1.0, 1.0)})
    run = simulate(world, policy=Oracle(), seed=4, decisions="features")
    assert 0 <= profile_error(run) < 1
    assert np.isnan(
        profile_error(simulate(world, policy=NoContact(), seed=4, decisions="features"))
    )
    with pytest.raises(ParameterError, match="features"):
        profile_error(simulate(world, policy=Oracle(), seed=4))


def test_where_exposures_do_nothing_personal_content_is_worth_nothing():
    quiet = {"messages.p_unsubscribe": 1e-12}  # opt-outs follow relevance, and end contacts
    bare = {f"surfaces.{name}_every_days": 0 for name in ("online", "store", "reward")}
    costs = {"costs.message": 0.01, "push.cost": 0.01, "direct_mail.cost": 0.01}
    world = small({"exposures.inert": MEDIA} | quiet | bare | costs)
    found = personalisation_effect({"one": world}, values=(), n_replications=2, seed=4)
    assert (found.samples["personal"] == 0).all()
    expected = -0.01 * found.samples["contacts"]
    np.testing.assert_allclose(found.samples["gain"], expected)
    assert (found.samples["contacts"] > 0).all()


def test_the_effect_needs_a_known_primitive_and_two_replications():
    with pytest.raises(ParameterError, match="primitive"):
        personalisation_effect(WORLD, policy=RecencyCampaign(), primitive="accuracy")
    with pytest.raises(ParameterError, match="n_replications"):
        personalisation_effect(WORLD, n_replications=1)


@pytest.mark.parametrize("values", ["ab", 1.0, (0.5, 0.5), (0.5, float("nan")), [[0.5]], (None,)])
def test_a_sweep_is_over_numbers_that_differ(values):
    """The same value twice counted its replications twice, in intervals far too short."""
    with pytest.raises(ParameterError, match="values must be"):
        personalisation_effect(WORLD, values=values, n_replications=2)


def test_equal_seeds_give_equal_effects():
    world = {"one": WORLD}
    first, second = (
        personalisation_effect(world, values=(), n_replications=2, seed=9) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.samples, second.samples, check_exact=True)
