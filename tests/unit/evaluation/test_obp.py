"""Values equal those of the Open Bandit Pipeline 0.4 on the same log.

It is imported without its own dependencies: of torch it needs the names of types only.
"""

import importlib
import importlib.util
import pathlib
import sys
import types

import numpy as np
import pytest

from omnisim.evaluation import (
    IPS,
    SNIPS,
    BootstrapInterval,
    CrossFitting,
    DirectMethod,
    DoublyRobust,
    LoggedFeedback,
    SelfNormalisedDR,
    ShrinkageDR,
    SwitchDR,
)
from tests.reference.off_policy import random_log

PAIRS = {
    "InverseProbabilityWeighting": (IPS(), {}),
    "SelfNormalizedInverseProbabilityWeighting": (SNIPS(), {}),
    "DirectMethod": (DirectMethod(), {}),
    "DoublyRobust": (DoublyRobust(), {}),
    "SelfNormalizedDoublyRobust": (SelfNormalisedDR(), {}),
    "SwitchDoublyRobust": (SwitchDR(threshold=1.2), {"tau": 1.2}),
    "DoublyRobustWithShrinkage": (ShrinkageDR(shrinkage=5.0), {"lambda_": 5.0}),
}


@pytest.fixture
def obp(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Module obp.ope.estimators, without what its package imports."""
    found = importlib.util.find_spec("obp")
    if found is None or found.origin is None:
        pytest.skip("the Open Bandit Pipeline is not installed (pip install --no-deps obp)")
    if importlib.util.find_spec("torch") is None:
        torch = types.ModuleType("torch")
        torch.Tensor = type("Tensor", (), {})
        monkeypatch.setitem(sys.modules, "torch", torch)
    package = types.ModuleType("obp.ope")
    package.__path__ = [str(pathlib.Path(found.origin).parent / "ope")]
    monkeypatch.setitem(sys.modules, "obp.ope", package)
    try:
        return importlib.import_module("obp.ope.estimators")
    except ImportError as error:
        pytest.skip(f"the Open Bandit Pipeline cannot be imported here: {error}")


def inputs(log, target, predicted):
    """Return the arguments of the pipeline's estimators, by way of our export."""
    feedback = log.to_obp()
    shared = {name: feedback[name] for name in ("reward", "action", "pscore")}
    return shared | {
        "action_dist": target[:, :, None],
        "estimated_rewards_by_reg_model": predicted[:, :, None],
    }


@pytest.mark.parametrize("name", PAIRS)
def test_value_is_theirs(name, obp, seed) -> None:
    ours, parameters = PAIRS[name]
    theirs = getattr(obp, name)(**parameters)
    for k in (2, 5):
        log, target = random_log(np.random.default_rng(seed), n=1000, k=k)
        predicted = CrossFitting().predict(log)
        expected = theirs.estimate_policy_value(**inputs(log, target, predicted))
        found = ours.estimate(log, target, predicted=predicted)
        assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["InverseProbabilityWeighting", "DirectMethod", "DoublyRobust"])
def test_bootstrap_interval_is_theirs_but_for_the_draws(name, obp, seed) -> None:
    """Both resample rows of a plain mean; bounds of 4,000 replicates err by 0.04 standard errors.

    Ratios differ by definition: the pipeline does not form their denominators anew.
    """
    ours, _ = PAIRS[name]
    log, target = random_log(np.random.default_rng(seed), n=500)
    predicted = CrossFitting().predict(log)
    interval = getattr(obp, name)().estimate_interval(
        **inputs(log, target, predicted), n_bootstrap_samples=4000, random_state=seed
    )
    low, high = (value for key, value in interval.items() if "CI" in key)
    boot = BootstrapInterval(n_replicates=4000, seed=seed)
    found = ours.estimate(log, target, predicted=predicted, interval=boot)
    # six deviations of the difference of two such bounds
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high), abs=0.3 * found.std_error)


def test_their_dictionary_is_read(obp, seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=300)
    again = LoggedFeedback.from_obp(log.to_obp())
    assert IPS().estimate(again, target).value == IPS().estimate(log, target).value
