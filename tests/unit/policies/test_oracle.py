"""The oracle is told what no firm can observe; others are not."""

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.policies import Action, Blanket, Context, Oracle, Truth
from tests.reference.contexts import made_context

SMALL = {"market.n_shoppers": 300, "market.burn_in_days": 15, "market.horizon_days": 60}


def test_true_values_decide_after_cost() -> None:
    truth = Truth(value=np.array([[0.0, 1.0, 3.0], [0.0, 1.0, 0.5], [0.0, 1.0, 3.0]]))
    eligible = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 0]], dtype=bool)
    cost = np.array([0.0, 0.5, 1.0])
    context = made_context(np.zeros((3, 1)), ("x",), truth=truth, cost=cost, eligible=eligible)
    assert Oracle().decide(context).index.tolist() == [2, 1, 1]


def test_true_tastes_choose_the_item() -> None:
    catalogue = np.array([[1.0, 0.0], [0.0, 1.0]])
    truth = Truth(taste=np.array([[0.2, 0.9], [0.9, 0.2]]))
    context = made_context(np.zeros((2, 1)), ("x",), truth=truth, catalogue=catalogue)
    action = Oracle().decide(context)
    assert action.index.tolist() == [2, 2]
    assert action.item is not None
    assert action.item.tolist() == [1, 0]


def test_without_truth_it_refuses() -> None:
    with pytest.raises(ParameterError, match=r"needs context\.truth"):
        Oracle().decide(made_context(np.zeros((1, 1)), ("x",)))


class Spy(Blanket):
    """Contact everybody, and note whether a truth came along."""

    def decide(self, context: Context) -> Action:
        assert context.truth is None
        return super().decide(context)


def test_the_simulator_tells_only_the_oracle() -> None:
    scenario = om.Scenario().replace(SMALL)
    om.simulate(scenario, policy=Spy(), seed=3)
    told = om.simulate(scenario, policy=Oracle(), seed=3)
    assert told.provenance["policy"]["name"] == "Oracle"
