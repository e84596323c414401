"""Bagged logistic regression: known odds are found, credit follows them."""

import numpy as np
import pytest

from omnisim.attribution import LogisticAttribution
from omnisim.attribution.logistic import _logistic
from omnisim.exceptions import ParameterError, TableError


def table(effects, n=20_000, seed=0):
    """Draw sets of channels; each adds its effect to the log-odds."""
    rng = np.random.default_rng(seed)
    names = list(effects)
    met = rng.random((n, len(names))) < 0.4
    met[~met.any(axis=1), 0] = True
    odds = -2.0 + met @ np.array(list(effects.values()))
    won = rng.random(n) < 1 / (1 + np.exp(-odds))
    paths = [" > ".join(np.array(names)[row]) for row in met]
    return {"path": paths, "n_conversions": won.astype(int), "n_nulls": (~won).astype(int)}


def test_all_channels_in_every_bag_find_the_known_odds():
    effects = {"a": 1.0, "b": 0.5, "c": 0.0, "d": -0.5}
    model = LogisticAttribution(20, channel_share=1.0).fit(table(effects))
    error = np.abs(model.coefficient_ - np.array(list(effects.values())))
    assert (error < 5 * model.coefficient_error_).all()
    assert model.coefficient_error_.max() < 0.1


def test_one_channel_alone_meets_the_closed_form():
    # With one binary column the fit is the log of the odds ratio (30/70) / (10/90).
    from scipy import sparse

    presence = sparse.csc_array(np.array([[1.0], [0.0]]))
    beta = _logistic(presence, np.array([30, 10]), np.array([70, 90]), 1e-9)
    assert beta[0] == pytest.approx(np.log((30 / 70) / (10 / 90)), rel=1e-4)


def test_credit_goes_to_what_helps():
    model = LogisticAttribution().fit(table({"a": 1.5, "b": 0.0, "c": 0.0}))
    assert model.credit_.idxmax() == "a"
    assert model.credit_["a"] > 0.55 * model.credit_.sum()


def test_same_seed_same_credits():
    paths = table({"a": 1.0, "b": 0.2}, n=500)
    first, second = (LogisticAttribution(5, seed=3).fit(paths).credit_ for _ in range(2))
    assert first.equals(second)


def test_nothing_to_compare_with():
    with pytest.raises(TableError, match="Every journey converts"):
        LogisticAttribution().fit({"path": ["a"], "n_conversions": [1]})


@pytest.mark.parametrize(
    "options", [{"n_bags": 0}, {"channel_share": 0.0}, {"channel_share": 2.0}, {"ridge": 0.0}]
)
def test_wrong_parameters(options):
    with pytest.raises(ParameterError):
        LogisticAttribution(**options).fit({"path": ["a"], "n_conversions": [1], "n_nulls": [1]})
