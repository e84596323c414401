"""Policies as plain JSON: what is read decides as what was written, and nothing else is read."""

import json
import pathlib
from dataclasses import dataclass

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import (
    Action,
    BestSegment,
    Blanket,
    Context,
    LinUCB,
    NoContact,
    Outcome,
    Policy,
    PolicyTree,
    RecencyCampaign,
    Uniform,
    load_policy,
    policy_from_dict,
)
from omnisim.policies.choosing import certain
from omnisim.policies.saving import FORMAT, decoded, encoded


@dataclass
class Learner(Policy):
    """A policy with everything that can be saved."""

    scale: float = float("inf")
    names: tuple[str, ...] | None = None

    def decide(self, context: Context) -> Action:
        return certain(np.zeros(len(context)))


@pytest.mark.parametrize("policy", [NoContact(), Blanket("push:offer"), RecencyCampaign(9.5, 3)])
def test_parameters_come_back(policy: Policy, tmp_path: pathlib.Path) -> None:
    policy.save(tmp_path / "policy.json")
    assert load_policy(tmp_path / "policy.json") == policy


def test_what_was_learned_comes_back_bit_by_bit() -> None:
    policy = Learner(names=("a", "b"))
    policy.weights_ = np.random.default_rng(3).normal(size=(2, 3)) / 3  # type: ignore[attr-defined]
    policy.nested_ = {"n": [1, (np.int8(2), None)], "x": -np.inf}  # type: ignore[attr-defined]
    again = policy_from_dict(json.loads(json.dumps(policy.to_dict())))
    assert again == policy
    assert np.array_equal(again.weights_, policy.weights_)  # type: ignore[attr-defined]
    assert again.nested_ == {"n": [1, (2, None)], "x": -np.inf}  # type: ignore[attr-defined]


def test_a_copy_is_independent() -> None:
    policy = Learner()
    policy.weights_ = np.zeros(2)  # type: ignore[attr-defined]
    policy.copy().weights_[0] = 1  # type: ignore[attr-defined]
    assert not policy.weights_.any()  # type: ignore[attr-defined]


def test_description_tells_what_was_learned_apart() -> None:
    policy = Learner()
    before = policy.describe()
    assert before == {"name": "Learner", "scale": {"float": "inf"}, "names": None}
    policy.weights_ = np.zeros(2)  # type: ignore[attr-defined]
    assert len(policy.describe()["learned"]) == 64


@pytest.mark.parametrize("dtype", ["<f4", "<f8", "<i4", "|b1", "|u1"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_arrays_keep_dtype_and_shape(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.ones(shape, dtype=dtype)
    again = decoded(json.loads(json.dumps(encoded(array))))
    assert again.dtype == array.dtype
    assert again.shape == array.shape
    assert again.flags.writeable


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"format": FORMAT + 1}, f"must have format {FORMAT}, .*Got {FORMAT + 1}"),
        ({"format": "x"}, f"must have format {FORMAT}, .*Got 'x'"),
        ({"format": FORMAT, "policy": "Blankt"}, "Did you mean 'Blanket'"),
    ],
)
def test_other_files_are_refused(made: dict[str, object], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        policy_from_dict(made)


def test_files_of_the_first_format_are_refused_by_it() -> None:
    """What was learned then had other arrays."""
    made = of_segments() | {"format": 1}
    for name in ("control_total_", "control_weight_", "control_count_"):
        del made["learned"][name]
    with pytest.raises(ParameterError, match=r"Got 1\. Make and train the policy again"):
        policy_from_dict(made)


@pytest.mark.parametrize("text", ["not JSON", "[1]"])
def test_files_without_a_policy_are_refused(text: str, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(text)
    with pytest.raises(ParameterError, match="must hold a policy"):
        load_policy(file)


def of_bandit(**changes: object) -> dict[str, object]:
    """Return a bandit that has learned, with other values of what it learned."""
    policy, context = LinUCB(), Context.of(np.ones((5, 2)), ["none", "a"])
    policy.learn(Outcome(context, policy.decide(context), np.ones(5)))
    made = policy.to_dict()
    return made | {"learned": made["learned"] | changes}


def of_segments(**changes: object) -> dict[str, object]:
    policy, context = BestSegment(by=("x0",)), Context.of(np.arange(5.0)[:, None], ["none", "a"])
    policy.learn(Outcome(context, policy.decide(context), np.ones(5)))
    made = policy.to_dict()
    return made | {"learned": made["learned"] | changes}


def of_tree(**changes: object) -> dict[str, object]:
    """Return a tree of one question about two features."""
    rng = np.random.default_rng(0)
    context = Context.of(rng.normal(size=(60, 2)), ["none", "a"], u=rng.random(60))
    policy = PolicyTree(depth=1, min_rows=10, n_folds=2)
    made = policy.fit(Outcome(context, Uniform().decide(context), np.ones(60))).to_dict()
    return made | {"learned": made["learned"] | changes}


NOW = {"format": FORMAT}


def array(values: object, dtype: str = "<f8") -> object:
    return encoded(np.full((3, 2), values, dtype=dtype))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (None, "must hold a policy"),
        (NOW | {"policy": ["LinUCB"]}, "Unknown policy"),
        (NOW | {"policy": "FittedPolicy"}, "Unknown policy"),
        (NOW | {"policy": "LinUCB"}, "'parameters' must be a JSON object. Got None"),
        (NOW | {"policy": "LinUCB", "parameters": {}, "learned": [1]}, "'learned' must be"),
        (NOW | {"policy": "LinUCB", "parameters": {"q": 1}, "learned": {}}, "argument 'q'"),
        (NOW | {"policy": "Online", "parameters": {}, "learned": {}}, "KeyError: 'policy'"),
        (NOW | {"policy": "Impersonal", "parameters": {"policy": "x"}, "learned": {}},
         "must hold a policy"),
        (NOW | {"policy": "Uplift", "parameters": {}, "learned": {"x_": [1, 2]}},
         "rows kept must be of one number"),
        (of_bandit(decide=3), "ends in '_'. Got 'decide'"),
        (of_bandit(theta_={"array": "AAAA", "dtype": "<f8", "shape": [3, 2]}), "is damaged"),
        (of_bandit(theta_={"array": "", "dtype": "wat", "shape": [0]}), "is damaged"),
        (of_bandit(theta_={"array": "", "dtype": "|O", "shape": [0]}), "is damaged"),
        (of_bandit(theta_={"array": ""}), "is damaged"),
        (of_bandit(theta_=array(1, "<f4")), "theta_ must hold finite numbers of dtype float64"),
        (of_bandit(theta_=array(np.nan)), "theta_ must hold finite"),
        (of_bandit(theta_=encoded(np.ones((2, 2)))), r"theta_ must have shape \(3, 2\)"),
        (of_segments(total_=encoded(np.ones((2, 2)))), r"total_ must .* shape \(3, 2\). Got"),
        (of_segments(count_=array(1)), "count_ must hold finite numbers of dtype int64"),
        (of_segments(cuts_=encoded(np.ones(2))), r"cuts_ must .* shape \(1, 2\). Got"),
        (of_segments(weight_=None), "weight_ must hold finite numbers"),
        (of_tree(leaf_gain_=encoded(np.ones((2, 2)))), r"leaf_gain_ must .* shape \(3, 2\)"),
        (of_tree(feature_=encoded(np.array([2, -1, -1]))), "feature_ must be below 2"),
        (of_tree(feature_=encoded(np.array([0, -1, 0]))), "and -1 in the last row of leaves"),
        (of_tree(threshold_=array(np.nan)), "threshold_ must hold finite"),
        (of_tree(tried_=encoded(np.arange(1))), r"leaf_gain_ must .* shape \(3, 1\)"),
        (of_tree(tried_=encoded(np.array([0, 9]))), "tried_ must number actions"),
        (of_tree(tried_=None), "tried_ must number actions"),
    ],
)  # fmt: skip
def test_damaged_policies_are_told(made: object, words: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(ParameterError, match=words):
        policy_from_dict(made)  # type: ignore[arg-type]
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(made))
    with pytest.raises(ParameterError, match=f"policy.json: .*{words}"):
        load_policy(file)


def test_a_damaged_estimator_is_told() -> None:
    pytest.importorskip("skops.io")
    with pytest.raises(ParameterError, match="saved estimator cannot be read"):
        decoded({"skops": "AAAA"})


def test_files_that_cannot_be_read_or_written_are_told(tmp_path: pathlib.Path) -> None:
    for place in (tmp_path / "none.json", tmp_path, None):
        with pytest.raises(ParameterError, match="cannot be read as a policy"):
            load_policy(place)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="cannot be written"):
        NoContact().save(tmp_path / "none" / "policy.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParameterError, match="must hold a policy in JSON"):
        load_policy(tmp_path / "bytes.json")


@pytest.mark.parametrize("value", [np.array(["a"]), object(), {1: 2}])
def test_what_cannot_be_saved_is_refused(value: object) -> None:
    with pytest.raises(ParameterError, match="cannot be saved"):
        encoded(value)
