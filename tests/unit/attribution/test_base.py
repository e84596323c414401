"""The contract that all attribution models share."""

import pickle

import pytest

import omnisim.attribution as attribution
from omnisim.attribution import AttributionModel, Linear, LogisticAttribution, MarkovAttribution
from omnisim.exceptions import NotFittedError, ParameterError
from omnisim.journeys import Journeys

PUBLIC = [getattr(attribution, name) for name in attribution.__all__]
MODELS = [
    *(x() for x in PUBLIC if isinstance(x, type) and issubclass(x, AttributionModel)
      and x is not AttributionModel),
    MarkovAttribution(order=2),
]  # fmt: skip
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
    with pytest.raises(AttributeError, match="has no attribute 'no_such_thing_'") as found:
        _ = model.fit(PATHS).no_such_thing_
    assert not isinstance(found.value, NotFittedError)


def test_fitted_model_pickles(model):
    copy = pickle.loads(pickle.dumps(model.fit(PATHS)))
    assert copy.credit_.equals(model.credit_)


def test_html_before_and_after_fit(model):
    assert "not fitted" in model._repr_html_()
    assert "<table" in model.fit(PATHS)._repr_html_()


def test_shares_sum_to_one_and_are_not_negative(model):
    journeys = Journeys.from_paths(PATHS)
    share = model.fit(journeys).touchpoint_share(journeys)
    assert (share >= 0).all()
    assert [share[:2].sum(), share[2:].sum()] == pytest.approx([1, 1])


def test_a_lone_channel_takes_all(model):
    fitted = model.fit({"path": ["a", "a > a"], "n_conversions": [2, 3], "n_nulls": [1, 1]})
    assert fitted.credit_.to_dict() == pytest.approx({"a": 5.0})


def test_row_order_and_splitting_change_nothing(model):
    split = {"path": ["c > a > b", "a > b", "c > a > b", "a > b"], "n_conversions": [0, 1, 1, 1],
             "n_nulls": [3, 1, 1, 0]}  # fmt: skip
    whole, parts = model.fit(PATHS).credit_.copy(), model.fit(split).credit_
    assert parts.to_dict() == pytest.approx(whole.to_dict(), rel=1e-12)


def test_relabelling_relabels(model):
    if isinstance(model, LogisticAttribution):
        pytest.skip("its bags are drawn by the places of the channels")
    renamed = Journeys.from_paths(PATHS).regroup({"a": "z", "b": "y", "c": "x"})
    credit = model.fit(PATHS).credit_.rename({"a": "z", "b": "y", "c": "x"})
    assert model.fit(renamed).credit_.to_dict() == pytest.approx(credit.to_dict(), rel=1e-12)


def test_fit_does_not_change_its_parameters(model):
    before = model.get_params()
    model.fit(PATHS)
    assert model.get_params() == before
