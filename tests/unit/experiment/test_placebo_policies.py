"""Where no message takes effect, a policy changes what messages cost and nothing else."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from omnisim.config.exposures import MEDIA
from omnisim.experiment import decision_rewards, evaluate_policies
from omnisim.policies import (
    RFM,
    BestSegment,
    Blanket,
    EpsilonGreedy,
    LinearThompson,
    LinUCB,
    NoContact,
    Online,
    Propensity,
    RecencyCampaign,
    Uniform,
    Uplift,
)
from omnisim.simulation import simulate
from tests.reference.worlds import small

WORLD = small({
    "exposures.inert": MEDIA, "market.n_shoppers": 80, "governance.managers_decide": False,
    "surfaces.online_every_days": 0, "surfaces.store_every_days": 0,
    "surfaces.reward_every_days": 0,
})  # fmt: skip
POLICIES = {
    "blanket": Blanket(), "recency": RecencyCampaign(), "uniform": Uniform(),
    "linucb": LinUCB(), "thompson": LinearThompson(), "greedy": EpsilonGreedy(epsilon=0.1),
    "online": Online(LinearThompson(), window_days=10), "rfm": RFM(),
    "segment": BestSegment(min_rows=10),
    "propensity": Propensity(min_rows=10, refit_rows=100),
    "uplift": Uplift(learner="T", estimator=Ridge(1.0), min_rows=10, refit_rows=100),
}  # fmt: skip


@pytest.fixture(scope="module")
def trained():
    """Return the policies after a randomised log of the placebo world."""
    run = simulate(WORLD, policy=Uniform(), seed=1, decisions="features")
    outcome = decision_rewards(run, window_days=14).to_outcome()
    copies = {name: policy.copy() for name, policy in POLICIES.items()}
    for policy in copies.values():
        policy.learn(outcome)
    assert all(policy.is_trained() for policy in copies.values())
    return copies


@pytest.mark.parametrize("luck", range(3, 6))
@pytest.mark.parametrize("name", POLICIES)
def test_the_books_differ_by_what_messages_cost(name, luck, trained):
    """To the cent, line by line; so no policy beats another beyond the difference in cost."""
    quiet = simulate(WORLD, policy=NoContact(), seed=luck)
    run = simulate(WORLD, policy=trained[name], seed=luck)
    moved = run.ledger() - quiet.ledger()
    assert set(moved.index[moved.abs() > 1e-9]) <= {"messages"}
    assert moved["messages"] <= 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::omnisim.exceptions.OverlapWarning")
@pytest.mark.parametrize("luck", range(20, 23))
def test_no_policy_wins(luck):
    """The winner is that nobody is contacted, or there is no evidence, for every seed."""
    found = evaluate_policies(
        POLICIES, {"placebo": WORLD}, estimators=[], n_training=1, n_logged=1, n_replications=6,
        window_days=14.0, seed=luck,
    )  # fmt: skip
    assert set(found.winners.values()) <= {"none", "no evidence"}
    gains = found.table.set_index("policy")["gain"]
    assert (gains <= 1e-12).all()
    assert np.isclose(gains["none"], 0)
