"""The additive hazard: known parameters are found, credit follows them."""

import numpy as np
import pytest

from omnisim.attribution import HazardAttribution
from omnisim.exceptions import ConvergenceWarning, ParameterError
from omnisim.journeys import Journeys

STRENGTH, AGE = np.array([0.5, 0.1, 0.0]), np.array([2.0, 10.0, 5.0])
HORIZON = 20.0


def simulated(n=4000, seed=0):
    """Draw journeys of one to four touches in which each touch may convert after a while."""
    rng = np.random.default_rng(seed)
    channel, time, offset, end = [], [], [0], []
    for _ in range(n):
        touches = np.cumsum(rng.exponential(3.0, rng.integers(1, 5)))
        kinds = rng.integers(0, 3, len(touches))
        # A Poisson number of conversions a touch, each after an exponential time: the first counts.
        moments = [t + rng.exponential(AGE[k], rng.poisson(STRENGTH[k]))
                   for t, k in zip(touches, kinds, strict=True)]  # fmt: skip
        first = min((m.min() for m in moments if len(m)), default=np.inf)
        seen = touches <= first
        if first > touches[seen][-1] + HORIZON:
            first = np.inf
        channel.extend(kinds[seen])
        time.extend(touches[seen])
        offset.append(len(channel))
        end.append(first if np.isfinite(first) else np.nan)
    won = ~np.isnan(end)
    return Journeys(
        np.array(channel, dtype=np.int32), np.array(offset), won.astype(np.int64),
        (~won).astype(np.int64), np.zeros(n), ("a", "b", "c"), np.array(time), np.array(end),
    )  # fmt: skip


@pytest.fixture(scope="module")
def fitted():
    journeys = simulated()
    return journeys, HazardAttribution(HORIZON, tolerance=1e-9, max_iterations=5000).fit(journeys)


def test_known_strengths_and_ages_are_found(fitted):
    _, model = fitted
    assert model.strength_["a"] == pytest.approx(0.5, rel=0.15)
    assert model.strength_["b"] == pytest.approx(0.1, rel=0.5)
    assert model.strength_["c"] < 0.03
    assert model.mean_age_days_["a"] == pytest.approx(2.0, rel=0.2)


def test_credits_sum_to_conversions(fitted):
    journeys, model = fitted
    assert model.credit_.sum() == pytest.approx(journeys.n_conversions.sum())
    assert (model.credit_ >= 0).all()


def test_likelihood_never_falls(fitted):
    journeys, _ = fitted
    likelihoods = []
    for iterations in (3, 6, 12, 24):
        model = HazardAttribution(HORIZON, max_iterations=iterations, tolerance=1e-12)
        with pytest.warns(ConvergenceWarning, match=f"did not settle in {iterations} iterations"):
            model.fit(journeys)
        likelihoods.append(model.log_likelihood_)
    assert likelihoods == sorted(likelihoods)


def test_null_journeys_weaken_their_channel():
    paths = {"path": ["a", "b"], "n_conversions": [10, 10], "n_nulls": [0, 90]}
    strength = HazardAttribution().fit(paths).strength_
    assert strength["a"] > 5 * strength["b"]


@pytest.mark.parametrize(
    "options",
    [{"horizon_days": 0.0}, {"start_days": -1.0}, {"max_iterations": 0}, {"tolerance": 0.0}],
)
def test_wrong_parameters(options):
    with pytest.raises(ParameterError):
        HazardAttribution(**options).fit({"path": ["a"], "n_conversions": [1]})


def test_conversions_without_a_touchpoint_stop_nothing(fitted):
    """They are "(none)" at the moment of the purchase, where no decay can be read."""
    journeys, alone = fitted
    n, more = len(journeys.channel), 500
    beside = Journeys(
        np.append(journeys.channel, np.full(more, 3, dtype=np.int32)),
        np.append(journeys.offset, n + 1 + np.arange(more)),
        np.append(journeys.n_conversions, np.ones(more, dtype=np.int64)),
        np.append(journeys.n_nulls, np.zeros(more, dtype=np.int64)),
        np.zeros(len(journeys) + more), ("a", "b", "c", "(none)"),
        np.append(journeys.time, np.full(more, 5.0)), np.append(journeys.end, np.full(more, 5.0)),
    )  # fmt: skip
    found = HazardAttribution(HORIZON, tolerance=1e-9, max_iterations=5000).fit(beside)
    assert found.n_iterations_ > 2
    np.testing.assert_allclose(found.strength_.iloc[:3], alone.strength_, rtol=0.01, atol=1e-3)
    assert found.credit_["(none)"] == pytest.approx(more)
