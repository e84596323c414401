"""Policies as files declare them: made as by hand, or refused by name."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from omnisim.exceptions import ConfigError
from omnisim.policies import (
    RFM,
    Context,
    Impersonal,
    LinUCB,
    RecencyCampaign,
    Rule,
    Rules,
    Uplift,
    declared_policy,
)
from omnisim.policies.declared import declared_estimator


def test_a_kind_with_parameters_is_the_policy_made_by_hand():
    made = declared_policy({"kind": "LinUCB", "alpha": 2, "features": ["mean_value"]})
    assert made == LinUCB(alpha=2.0, features=("mean_value",))
    assert isinstance(made.alpha, float)
    assert declared_policy({"kind": "RFM", "money": [1.0, 2.0]}) == RFM(money=(1.0, 2.0))


def test_policies_within_policies_and_estimators_are_tables():
    inner = {"kind": "RecencyCampaign", "recent_days": 9.0}
    assert declared_policy({"kind": "Impersonal", "policy": inner}) == Impersonal(
        RecencyCampaign(recent_days=9.0)
    )
    table = {"kind": "sklearn.linear_model.Ridge", "alpha": 3.0}
    made = declared_policy({"kind": "Uplift", "learner": "T", "estimator": table})
    assert isinstance(made, Uplift)
    assert isinstance(made.estimator, Ridge)
    assert made.estimator.alpha == 3.0
    assert isinstance(declared_estimator("sklearn.linear_model.Ridge"), Ridge)


def test_rules_stand_in_the_table_or_in_a_file(write):
    rule = {"trigger": "campaign", "action": "email:profile", "where": ["n_purchases >= 2"]}
    by_hand = Rules((Rule(**rule),), holdout=0.1)
    assert declared_policy({"kind": "Rules", "rule": [rule], "holdout": 0.1}) == by_hand
    path = write(
        'holdout = 0.1\n[[rule]]\naction = "email:profile"\nwhere = ["n_purchases >= 2"]\n'
    )
    assert declared_policy({"kind": "Rules", "file": path}) == by_hand


BAD = [
    ({}, "kind: Unknown kind ''"),
    ({"kind": "LinUBC"}, "Did you mean 'LinUCB'?"),
    ({"kind": "FittedPolicy"}, "kind: Unknown kind 'FittedPolicy'"),
    ({"kind": "LinUCB", "alpha": "much"}, "alpha = 'much': must be a number"),
    ({"kind": "LinUCB", "alfa": 1}, "alfa = 1: unknown key; did you mean 'alpha'?"),
    ({"kind": "LinUCB", "alpha": -1}, "kind LinUCB: alpha must be a finite number > 0. Got -1"),
    ({"kind": "Impersonal"}, "policy: missing, and has no default"),
    ({"kind": "Impersonal", "policy": {"kind": "RMF"}}, "policy.kind: Unknown kind 'RMF'"),
    ({"kind": "Uplift", "estimator": "os.system"}, "estimator.kind = 'os.system': cannot be made"),
    ({"kind": "Uplift", "estimator": "sklearn.base.clone"}, "no method 'fit'"),
    ({"kind": "Uplift", "estimator": {"kind": "sklearn.linear_model.Ridge", "a": 1}}, "unexpected"),
    ({"kind": "Rules", "file": "absent.toml"}, "file: absent.toml: cannot be read"),
    ({"kind": "Rules", "file": "absent.toml", "holdout": 0.1}, "take no other keys"),
    ({"kind": "Rules", "rule": [{"trigger": "moon"}]}, "rule[0].trigger = 'moon': must be"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "message"), BAD)
def test_what_cannot_be_made_is_told_by_name(table, message):
    with pytest.raises(ConfigError) as error:
        declared_policy(table)
    assert message in str(error.value)


def test_the_impersonal_twin_writes_to_the_same_people_about_the_best_seller():
    actions = ("none", "email:popular", "email:profile", "email:offer10", "show:profile")
    context = Context.of(np.zeros((5, 1)), actions)

    class Cycle(RecencyCampaign):
        def decide(self, context):
            from omnisim.policies.choosing import certain

            return certain(np.arange(5))

    made = Impersonal(Cycle()).decide(context)
    assert made.index.tolist() == [0, 1, 1, 3, 0]
    assert made.item.tolist() == [0] * 5


def test_the_impersonal_twin_does_nothing_where_the_best_seller_may_not_be_shown():
    context = Context.of(
        np.zeros((3, 1)), ("none", "email:popular", "email:profile"), u=[0.1, 0.9, 0.9],
        eligible=[[1, 0, 1], [1, 0, 1], [1, 1, 1]],
    )  # fmt: skip
    made = Impersonal(declared_policy({"kind": "Uniform"})).decide(context)
    assert made.index.tolist() == [0, 0, 1]
    np.testing.assert_allclose(made.propensity, [1, 1, 2 / 3])
    np.testing.assert_allclose(made.probabilities, [[1, 0, 0], [1, 0, 0], [1 / 3, 2 / 3, 0]])


def test_the_impersonal_twin_of_a_lottery_keeps_exact_propensities():
    context = Context.of(
        np.zeros((3, 1)), ("none", "email:popular", "email:profile"), u=[0.1, 0.5, 0.9]
    )
    made = Impersonal(declared_policy({"kind": "Uniform"})).decide(context)
    assert made.index.tolist() == [0, 1, 1]
    np.testing.assert_allclose(made.propensity, [1 / 3, 2 / 3, 2 / 3])
    np.testing.assert_allclose(made.probabilities, [[1 / 3, 2 / 3, 0]] * 3)


@pytest.mark.parametrize(
    ("estimator", "message"),
    [({"kind": "sklearn.linear_model.Ridge", "alpha": -1}, "alpha"),
     ("sklearn.cluster.KMeans", "neither a regressor nor a classifier")],
)  # fmt: skip
def test_an_estimator_that_cannot_serve_is_refused(estimator, message):
    with pytest.raises(ConfigError, match=message):
        declared_estimator(estimator)
