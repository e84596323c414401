"""Arguments that are not what they should be get an error that says what they must be."""

import pandas as pd
import pytest

from omnisim.attribution import (
    LastTouch,
    Linear,
    MarkovAttribution,
    bootstrap,
    budget_table,
    choose_order,
    compare_models,
    count_files,
    count_stream,
    merge_chains,
    to_digraph,
)
from omnisim.exceptions import ParameterError
from omnisim.journeys import Journeys

PATHS = {"path": ["a > b", "b"], "n_conversions": [2, 1], "n_nulls": [1, 4]}


@pytest.fixture(scope="module")
def journeys():
    return Journeys.from_paths(PATHS)


@pytest.fixture
def file(tmp_path):
    pd.DataFrame(PATHS).to_csv(tmp_path / "paths.csv", index=False)
    return str(tmp_path / "paths.csv")


@pytest.mark.parametrize("model", ["markov", Linear, None])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(ParameterError, match=r"model must be an attribution model, such as Linear"):
        bootstrap(model, PATHS)
    with pytest.raises(ParameterError, match=r"model must be an attribution model, such as Linear"):
        budget_table(model, {})


@pytest.mark.parametrize("confidence", ["x", None, True, 1.0])
def test_bootstrap_refuses_odd_confidence(confidence):
    with pytest.raises(ParameterError, match=r"confidence must lie in \(0, 1\)"):
        bootstrap(Linear(), PATHS, confidence=confidence)


def test_difference_is_taken_from_a_bootstrap():
    with pytest.raises(ParameterError, match=r"other must be the Bootstrap of another model"):
        bootstrap(Linear(), PATHS, n_replicates=2).difference(3)


@pytest.mark.parametrize("costs", [None, [1], "a"])
def test_costs_are_a_mapping(costs):
    with pytest.raises(ParameterError, match=r"costs must map channels to what they cost"):
        budget_table(LastTouch().fit(PATHS), costs)


@pytest.mark.parametrize("least", ["x", None, True, 2.0])
def test_graphs_refuse_odd_probabilities(least):
    with pytest.raises(ParameterError, match=r"min_probability must lie in \[0, 1\]"):
        to_digraph(MarkovAttribution().fit(PATHS), min_probability=least)


def test_graphs_are_of_chains():
    with pytest.raises(ParameterError, match=r"model must be a MarkovAttribution"):
        to_digraph(Linear().fit(PATHS))


@pytest.mark.parametrize("chain", [None, "x", PATHS])
def test_what_is_no_chain_is_refused(chain):
    with pytest.raises(ParameterError, match=r"chain must be a Chain"):
        MarkovAttribution().fit_chain(chain)
    with pytest.raises(ParameterError, match=r"chains must be Chains"):
        merge_chains([chain])


def test_streams_are_of_journeys(journeys):
    with pytest.raises(ParameterError, match=r"pass \[journeys\]"):
        count_stream(journeys)
    with pytest.raises(ParameterError, match=r"journeys must be an iterable of Journeys"):
        count_stream([PATHS])
    with pytest.raises(ParameterError, match=r"journeys must be an iterable of Journeys"):
        count_stream(None)


def test_use_nulls_is_true_or_false(journeys, file):
    for count, what in ((count_stream, [journeys]), (count_files, [file])):
        with pytest.raises(ParameterError, match=r"use_nulls must be True or False. Got 'x'"):
            count(what, use_nulls="x")


def test_files_are_counted_by_an_executor_with_options_of_the_reader(file):
    with pytest.raises(ParameterError, match=r"executor must be one of concurrent.futures"):
        count_files([file], executor="dask")
    with pytest.raises(ParameterError, match=r"no option 'nulls'.*Did you mean 'n_nulls'"):
        count_files([file], nulls="n_nulls")
    with pytest.raises(ParameterError, match=r"no option 'separator'"):
        count_files([file], kind="events", separator=">")
    with pytest.raises(ParameterError, match=r"files must be a sequence of files. Got 3"):
        count_files(3)
    with pytest.raises(ParameterError, match=r"files must be a sequence of files. Got \[3\]"):
        count_files([3])
    assert count_files([file], n_nulls="n_nulls").to_null.sum() == 5


def test_progress_is_a_function():
    with pytest.raises(ParameterError, match=r"progress must be a function. Got 3"):
        bootstrap(Linear(), PATHS, n_replicates=2, progress=3)


def test_there_is_a_model_to_compare():
    with pytest.raises(ParameterError, match=r"models must hold at least one model"):
        compare_models(PATHS, {})


def test_orders_are_chosen_by_so_many_folds_at_most():
    with pytest.raises(ParameterError, match=r"n_folds must be at most 1,000. Got 1,000,000"):
        choose_order(PATHS, n_folds=10**6)
