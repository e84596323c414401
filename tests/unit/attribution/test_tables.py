"""Models side by side, credits against costs, and the chain as a graph."""

import io

import networkx as nx
import numpy as np
import pytest

from omnisim.attribution import (
    LastTouch,
    MarkovAttribution,
    budget_table,
    compare_models,
    standard_models,
    to_digraph,
)
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys

PATHS = {"path": ["ad > mail", "mail", "ad > ad"], "n_conversions": [4, 1, 0],
         "n_nulls": [0, 2, 3], "value": [200.0, 20.0, 0.0]}  # fmt: skip


def test_every_column_sums_to_the_conversions():
    table = compare_models(PATHS)
    assert table.sum().to_numpy() == pytest.approx(5.0)
    assert compare_models(PATHS, quantity="value_credit").sum().to_numpy() == pytest.approx(220.0)


BASIC = {"first touch", "last touch", "linear", "participation", "position (U)", "position (W)",
         "position (J)", "position (inverse J)", "time decay", "Shapley", "Markov 1",
         "Markov 2"}  # fmt: skip


def test_default_has_every_model_that_the_journeys_can_tell_of():
    nulls = {"Shapley of rates", "logistic"}
    assert set(standard_models()) == BASIC | nulls | {"last non-direct", "hazard"}
    assert set(compare_models(PATHS)) == BASIC | nulls
    assert set(compare_models({"path": ["a > Direct"], "n_conversions": [1]})) == BASIC | {
        "last non-direct"
    }
    events = {"user": [1, 1, 2], "time": [0.0, 3.0, 1.0], "channel": ["a", "Direct", "a"],
              "conversion": [0, 1, 0]}  # fmt: skip
    table = compare_models(Journeys.from_events(events))
    assert set(table) == set(standard_models())
    assert table["last non-direct"].to_dict() == {"Direct": 0.0, "a": 1.0}
    assert table.sum().to_numpy() == pytest.approx(1.0)


def test_participation_is_the_shapley_value_of_conversions_and_not_that_of_rates():
    table = compare_models(PATHS)
    assert table["participation"].tolist() == table["Shapley"].tolist()
    assert abs(table["Shapley of rates"] - table["Shapley"]).max() > 0.1


def test_rates_of_many_channels_are_sampled():
    paths = {"path": [f"c{k}" for k in range(21)], "n_conversions": [1] * 21, "n_nulls": [1] * 21}
    model = standard_models(Journeys.from_paths(paths))["Shapley of rates"]
    assert model.method == "sampled"


def test_models_can_be_chosen():
    table = compare_models(PATHS, {"mine": LastTouch()})
    assert table["mine"].to_dict() == {"ad": 0.0, "mail": 5.0}
    with pytest.raises(ParameterError, match="Unknown quantity"):
        compare_models(PATHS, quantity="cost")
    with pytest.raises(ParameterError, match=r"models must be models by name, as a dict. Got \["):
        compare_models(PATHS, [LastTouch()])
    with pytest.raises(ParameterError, match=r"models\['mine'\] must be an attribution model"):
        compare_models(PATHS, {"mine": LastTouch})


def test_money_by_hand():
    table = budget_table(MarkovAttribution().fit(PATHS), {"mail": 55.0, "ad": 45.0})
    assert table["share_of_cost"].tolist() == [0.45, 0.55]
    assert table["budget"].sum() == pytest.approx(100.0)
    np.testing.assert_allclose(table["roas"], table["value_credit"] / [45.0, 55.0])
    np.testing.assert_allclose(table["cpa"], [45.0, 55.0] / table["credit"])


def test_channels_without_cost_get_no_budget_and_no_roas():
    table = budget_table(LastTouch().fit(PATHS), {"mail": 10.0})
    assert np.isnan(table.loc["ad", "roas"])
    assert table.loc["ad", "budget"] == 0.0
    assert np.isnan(table.loc["ad", "cpa"])


def test_without_any_value_there_is_no_return():
    worthless = PATHS | {"value": [0.0, 0.0, 0.0]}
    table = budget_table(LastTouch().fit(worthless), {"mail": 10.0, "ad": 5.0})
    assert table["roas"].isna().all()
    assert table.loc["mail", "cpa"] == 2.0


@pytest.mark.parametrize("name", ["a\x00b", "\x1b", "a\x08", "\ufffe"])
def test_graphs_refuse_names_that_xml_cannot_hold(name):
    model = MarkovAttribution().fit({"path": [f"ad > x{name}x"], "n_conversions": [1]})
    with pytest.raises(TableError, match=r"must hold no control characters.*Journeys\.regroup"):
        to_digraph(model)


def test_no_cost_at_all():
    assert budget_table(LastTouch().fit(PATHS), {})["share_of_cost"].isna().all()


@pytest.mark.parametrize(
    "costs", [{"mial": 1.0}, {"mail": -1.0}, {"mail": float("inf")}, {"mail": "1"}]
)
def test_wrong_costs(costs):
    with pytest.raises(ParameterError):
        budget_table(LastTouch().fit(PATHS), costs)


@pytest.mark.parametrize("order", [1, 2])
def test_graph_conserves_flow(order):
    graph = to_digraph(MarkovAttribution(order).fit(PATHS))
    for node in graph:
        out = sum(d["probability"] for *_, d in graph.out_edges(node, data=True))
        assert out == pytest.approx(0.0 if node in ("(conversion)", "(null)") else 1.0)
        into = sum(d["count"] for *_, d in graph.in_edges(node, data=True))
        assert node == "(start)" or into == graph.nodes[node]["visits"]


def test_graph_goes_out_as_graphml():
    file = io.BytesIO()
    nx.write_graphml(to_digraph(MarkovAttribution().fit(PATHS)), file)
    again = nx.read_graphml(io.BytesIO(file.getvalue()))
    assert again.edges["(start)", "ad"]["probability"] == pytest.approx(0.7)


def test_unlikely_edges_can_be_left_out():
    model = MarkovAttribution().fit(PATHS)
    assert all(
        d["probability"] >= 0.5 for *_, d in to_digraph(model, min_probability=0.5).edges(data=True)
    )
    with pytest.raises(ParameterError, match="min_probability"):
        to_digraph(model, min_probability=2)


def test_a_negative_credit_gets_no_budget():
    model = LastTouch().fit({"path": ["a", "b"], "n_conversions": [1, 1], "value": [5.0, 5.0]})
    model.value_credit_ = model.value_credit_ * 0 + [12.0, -2.0]
    assert budget_table(model, {"a": 1.0, "b": 1.0})["budget"].to_dict() == {"a": 2.0, "b": 0.0}
