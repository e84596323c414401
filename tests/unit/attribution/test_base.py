"""The contract that all attribution models share."""

import pickle

import pytest

from omnisim.attribution import FirstTouch, LastTouch, Linear, MarkovAttribution
from omnisim.exceptions import NotFittedError, ParameterError
from omnisim.journeys import Journeys

MODELS = [FirstTouch(), LastTouch(), Linear(), MarkovAttribution(order=2)]
PATHS = {"path": ["a > b", "c > a > b"], "n_conversions": [2, 1], "n_nulls": [1, 4]}


@pytest.fixture(params=MODELS, ids=repr)
def model(request):
    fresh = type(request.param)(**request.param.get_params())
    return fresh


def test_parameters_make_an_equal_model(model):
    again = type(model)(**model.get_params())
    assert again.get_params() == model.get_params()
    assert repr(again) == repr(model)


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(MarkovAttribution(order=2)) == "MarkovAttribution(order=2)"
    assert repr(Linear()) == "Linear()"


def test_set_params_takes_effect_and_refuses_the_unknown(model):
    with pytest.raises(ParameterError, match=r"has no parameter 'ordr'"):
        model.set_params(ordr=1)
    assert MarkovAttribution().set_params(order=3).order == 3


def test_fit_returns_itself_and_takes_journeys_or_tables(model):
    assert model.fit(PATHS) is model
    by_table = model.credit_.copy()
    assert model.fit(Journeys.from_paths(PATHS)).credit_.equals(by_table)


def test_credit_sums_to_conversions(model):
    assert model.fit(PATHS).credit_.sum() == pytest.approx(3)


def test_learned_attributes_before_fit(model):
    with pytest.raises(NotFittedError, match=r"not fitted yet"):
        _ = model.credit_
    assert not hasattr(model, "credit_")
    with pytest.raises(AttributeError):
        _ = model.no_such_thing


def test_fitted_model_pickles(model):
    copy = pickle.loads(pickle.dumps(model.fit(PATHS)))
    assert copy.credit_.equals(model.credit_)


def test_html_before_and_after_fit(model):
    assert "not fitted" in model._repr_html_()
    assert "<table" in model.fit(PATHS)._repr_html_()
