"""Attribution models are estimators as scikit-learn knows them."""

import pickle

import pytest
import sklearn.base as sklearn_base
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks, estimator_html_repr
from sklearn.utils.validation import check_is_fitted

import omnisim.attribution as attribution
from omnisim.attribution import AttributionModel

PATHS = {"path": ["a > b", "c > a > b"], "n_conversions": [2, 1], "n_nulls": [1, 4]}
PUBLIC = [getattr(attribution, name) for name in attribution.__all__]
MODELS = [
    x
    for x in PUBLIC
    if isinstance(x, type) and issubclass(x, AttributionModel) and x is not AttributionModel
]


@pytest.fixture(params=MODELS, ids=lambda m: m.__name__)
def model(request):
    return request.param()


def test_clone_is_unfitted_and_equal(model):
    copy = sklearn_base.clone(model.fit(PATHS))
    assert copy is not model
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "credit_")


def test_clone_fits_to_the_same_credits(model):
    copy = sklearn_base.clone(model)
    assert copy.fit(PATHS).credit_.equals(model.fit(PATHS).credit_)


def test_no_attribute_is_learned_before_fit(model):
    learned = [name for name in vars(model) if name.endswith("_")]
    assert learned == []


def test_fit_learns_only_names_with_an_underscore(model):
    before = set(vars(model))
    model.fit(PATHS)
    assert all(name.endswith("_") for name in set(vars(model)) - before)


def test_fit_is_idempotent(model):
    first = pickle.dumps(model.fit(PATHS).credit_)
    assert pickle.dumps(model.fit(PATHS).credit_) == first


def test_parameters_of_a_clone_can_be_set(model):
    copy = sklearn_base.clone(model)
    copy.set_params(**model.get_params(deep=True))
    assert copy.get_params() == model.get_params()


APPLICABLE = (
    "check_parameters_default_constructible",
    "check_no_attributes_set_in_init",
    "check_get_params_invariance",
    "check_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
)
"""Those of scikit-learn's checks that do not fit to a matrix of numbers."""


@pytest.mark.parametrize("check", APPLICABLE)
def test_scikit_learns_own_checks(model, check):
    getattr(estimator_checks, check)(type(model).__name__, model)


def test_scikit_learn_tells_fitted_from_unfitted(model):
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    assert check_is_fitted(model.fit(PATHS)) is None
    assert type(model).__name__ in estimator_html_repr(model)
