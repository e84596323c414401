"""Intervals that hold at once: how often all of a family cover what is known."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import omnisim as om
from omnisim.experiment.capability_values import capability_game
from omnisim.experiment.capability_worth import coalition_name, summarise_worth

NAMES = (
    "offline_capture",
    "in_store_digital",
    "single_customer_view",
    "interactive_fit",
    "social_care",
)
OWN = dict(zip(NAMES, (1.0, -0.5, 0.0, 0.0, 2.0), strict=True))
PAIR = 0.7
"""What the first two are worth beyond apart; every other pair nothing."""

N_STUDIES, CONFIDENCE = 400, 0.9


def known(members):
    return sum(OWN[name] for name in members) + PAIR * (set(NAMES[:2]) <= set(members))


@pytest.fixture(scope="module")
def studies():
    """Values of 32 coalitions in 5 replications, with normal noise of their own in each."""
    base = om.Scenario()
    game = capability_game(base, base.replace({f"capabilities.{n}": 2 for n in NAMES}))
    rng, names = np.random.default_rng(5), [coalition_name(game, c) for c in game.coalitions]
    truth = np.array([known(game.members(c)) for c in game.coalitions])
    found = []
    for _ in range(N_STUDIES):
        values = truth + rng.normal(0, 0.5, (5, len(truth)))
        rows = pd.DataFrame(values, columns=names).rename_axis("replication")
        tidy = rows.reset_index().melt("replication", var_name="coalition")
        made = tidy.assign(metric="profit"), tidy.assign(line="revenue")
        found.append(summarise_worth(game, None, *made, confidence=CONFIDENCE, n_shoppers=1,
                                     made={}))  # fmt: skip
    return found


def rate_is_at_least(hits, rate):
    """Whether the share of hits may be at least a rate, at a false-alarm rate of 1e-6."""
    return stats.binomtest(sum(hits), len(hits), rate, alternative="less").pvalue > 1e-6


@pytest.mark.slow
def test_all_shapley_values_are_covered_at_once(studies):
    """Each of two that work together gets half of what they are worth beyond apart."""
    truth = pd.Series(OWN) + pd.Series({n: PAIR / 2 for n in NAMES[:2]}).reindex(NAMES).fillna(0)
    joint, single = [], []
    for study in studies:
        rows = study.of("profit").set_index("capability").loc[list(NAMES)]
        inside = rows["all_low"].le(truth) & rows["all_high"].ge(truth)
        joint.append(bool(inside.all()))
        single.append(bool((rows["ci_low"].le(truth) & rows["ci_high"].ge(truth)).all()))
    assert rate_is_at_least(joint, CONFIDENCE)
    assert not rate_is_at_least(single, CONFIDENCE)


@pytest.mark.slow
@pytest.mark.parametrize("at", ["first", "last", "mean"])
def test_all_interactions_are_covered_at_once(studies, at):
    truth = [PAIR * ({*pair} == {*NAMES[:2]}) for pair in combinations(NAMES, 2)]
    joint, single = [], []
    for study in studies:
        rows = study.interactions[study.interactions["at"] == at]
        rows = rows.set_index(["first", "second"]).loc[list(combinations(_order(study), 2))]
        here = [PAIR * ({*pair} == {*NAMES[:2]}) for pair in rows.index]
        assert sorted(here) == sorted(truth)
        joint.append(bool((rows["all_low"].le(here) & rows["all_high"].ge(here)).all()))
        single.append(bool((rows["ci_low"].le(here) & rows["ci_high"].ge(here)).all()))
    assert rate_is_at_least(joint, CONFIDENCE)
    assert not rate_is_at_least(single, CONFIDENCE)


def _order(study):
    return study.capabilities
