"""Bootstrap intervals: compiled against refitted replicates, theory, errors."""

import sys
import tracemalloc
import warnings

import numpy as np
import pytest

from omnisim.attribution import LastTouch, Linear, MarkovAttribution, ShapleyAttribution, bootstrap
from omnisim.attribution.bootstrap import _refit
from omnisim.attribution.distinct import distinct_rows
from omnisim.exceptions import ParameterError
from omnisim.journeys import Journeys

PATHS = {"path": ["a > b > a", "b > c", "c", "a"], "n_conversions": [40, 25, 30, 0],
         "n_nulls": [10, 60, 80, 20], "value": [80.0, 10.0, 33.0, 0.0]}  # fmt: skip

# The package's `bootstrap` is the function; the module of that name is behind it.
bootstrap_module = sys.modules["omnisim.attribution.bootstrap"]


@pytest.fixture(scope="module")
def journeys():
    return Journeys.from_paths(PATHS)


@pytest.mark.parametrize("use_nulls", [True, False])
def test_one_pass_gives_what_refitting_gives(journeys, use_nulls, monkeypatch):
    monkeypatch.setattr(bootstrap_module, "BLOCK", 16)
    model = MarkovAttribution(use_nulls=use_nulls).fit(journeys)
    compiled = bootstrap(model, journeys, n_replicates=40, seed=5)
    slow = _refit(model, distinct_rows(journeys), 40, 5, None)
    for name, expected in slow.items():
        np.testing.assert_allclose(compiled.replicates[name], expected, rtol=1e-11, atol=1e-13)


def test_last_touch_meets_the_poisson_variance(journeys, seed):
    # A last-touch credit is a sum of Poisson(1) weights: its variance is the credit itself.
    result = bootstrap(LastTouch(), journeys, n_replicates=2000, seed=seed)
    frame = result.to_frame()
    expected = np.sqrt(frame["estimate"])
    assert frame["standard_error"].to_numpy() == pytest.approx(expected.to_numpy(), rel=0.12)


def test_credits_of_every_replicate_sum_to_its_conversions(journeys):
    markov = bootstrap(MarkovAttribution(), journeys, n_replicates=50, seed=2)
    linear = bootstrap(Linear(), journeys, n_replicates=50, seed=2)
    np.testing.assert_allclose(
        markov.replicates["credit"].sum(axis=1), linear.replicates["credit"].sum(axis=1)
    )


def test_interval_holds_the_estimate_and_shrinks_with_data(journeys):
    wide = bootstrap(MarkovAttribution(), journeys, n_replicates=300).to_frame("removal_effect")
    more = {name: values if name == "path" else [100 * v for v in values]
            for name, values in PATHS.items()}  # fmt: skip
    narrow = bootstrap(MarkovAttribution(), more, n_replicates=300).to_frame("removal_effect")
    assert ((wide["ci_low"] < wide["estimate"]) & (wide["estimate"] < wide["ci_high"])).all()
    ratio = narrow["standard_error"] / wide["standard_error"]
    assert ratio.to_numpy() == pytest.approx(0.1, rel=0.35)


def test_shares_sum_to_one(journeys):
    result = bootstrap(MarkovAttribution(order=2), journeys, n_replicates=20)
    assert result.share_frame()["estimate"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("order", [1, 2])
def test_replicates_are_smoothed_as_the_model_is(journeys, order):
    raw = bootstrap(MarkovAttribution(order), journeys, n_replicates=30)
    smooth = bootstrap(MarkovAttribution(order, smoothing=50.0), journeys, n_replicates=30)
    effect = smooth.replicates["removal_effect"]
    assert not np.allclose(effect, raw.replicates["removal_effect"], atol=1e-3)
    estimate = smooth.model.removal_effect_.to_numpy()
    assert ((effect.min(axis=0) < estimate) & (estimate < effect.max(axis=0))).all()


def test_difference_of_a_model_with_itself_is_nil(journeys):
    result = bootstrap(Linear(), journeys, n_replicates=30)
    assert (result.difference(result) == 0).all().all()


def test_difference_shares_its_weights(journeys):
    first = bootstrap(Linear(), journeys, n_replicates=200, seed=1)
    second = bootstrap(ShapleyAttribution(), journeys, n_replicates=200, seed=1)
    difference = first.difference(second)
    apart = np.hypot(first.to_frame()["standard_error"], second.to_frame()["standard_error"])
    assert (difference["standard_error"] < apart).all()


def test_difference_refuses_other_weights(journeys):
    first = bootstrap(Linear(), journeys, n_replicates=20, seed=1)
    with pytest.raises(ParameterError, match=r"same seed and replicates\. Got seeds 1 and 2"):
        first.difference(bootstrap(Linear(), journeys, n_replicates=20, seed=2))
    with pytest.raises(ParameterError, match="20 and 21 replicates"):
        first.difference(bootstrap(Linear(), journeys, n_replicates=21, seed=1))


@pytest.mark.parametrize(
    "column",
    [{"n_conversions": [41, 25, 30, 0]}, {"n_nulls": [10, 60, 80, 21]},
     {"value": [80.0, 10.0, 34.0, 0.0]}, {"path": ["a > b > a", "b > d", "d", "a"]},
     {"path": ["a > b > a", "c > b", "c", "a"]}],
)  # fmt: skip
def test_difference_refuses_other_journeys(journeys, column):
    first = bootstrap(Linear(), journeys, n_replicates=20, seed=1)
    other = bootstrap(Linear(), PATHS | column, n_replicates=20, seed=1)
    with pytest.raises(ParameterError, match="bootstrap of the same journeys"):
        first.difference(other)


def test_same_seed_same_replicates_whatever_their_number(journeys):
    few = bootstrap(MarkovAttribution(), journeys, n_replicates=100, seed=9)
    many = bootstrap(MarkovAttribution(), journeys, n_replicates=300, seed=9)
    np.testing.assert_array_equal(few.replicates["credit"], many.replicates["credit"][:100])


def test_progress_is_told_of_every_replicate(journeys):
    for model in (Linear(), MarkovAttribution()):
        done = []
        bootstrap(model, journeys, n_replicates=140, progress=done.append)
        assert sum(done) == 140


def test_the_model_given_is_left_unfitted(journeys):
    model = Linear()
    bootstrap(model, journeys, n_replicates=2)
    assert not hasattr(model, "credit_")


@pytest.mark.parametrize("options", [{"n_replicates": 1}, {"confidence": 1.0}, {"seed": -1}])
def test_wrong_parameters(journeys, options):
    with pytest.raises(ParameterError):
        bootstrap(MarkovAttribution(), journeys, **options)


def test_unknown_quantity(journeys):
    with pytest.raises(ParameterError, match="Unknown quantity 'removal_effect'"):
        bootstrap(Linear(), journeys, n_replicates=2).to_frame("removal_effect")


REDISTRIBUTED = {"path": ["a > a > b", "b > a > a > c", "c > a", "a > b"],
                 "n_conversions": [2, 1, 1, 3], "n_nulls": [4, 1, 2, 1],
                 "value": [60.0, 10.0, 10.0, 30.0]}  # fmt: skip


def test_intervals_are_of_the_replicates_that_can_be_divided():
    model = MarkovAttribution(removal="redistribute")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        result = bootstrap(model, REDISTRIBUTED, n_replicates=50)
    draws = result.replicates["credit"]
    lost = int(np.isnan(draws).any(axis=1).sum())
    assert 0 < lost < 48
    assert result.n_undivided() == lost
    assert f"50 replicates ({lost} could not be divided)" in repr(result)
    assert [str(w.message).split(".")[0] for w in told] == [
        "Of 50 replicates some could not be divided: "
        f"{lost} for credit, {result.n_undivided('value_credit')} for value_credit"
    ]
    good = draws[~np.isnan(draws).any(axis=1)]
    low = result.to_frame()["ci_low"]
    np.testing.assert_array_equal(low, np.quantile(good, (1 - 0.95) / 2, axis=0))
    share = good / good.sum(axis=1, keepdims=True) * (good.sum(axis=1, keepdims=True) > 0)
    np.testing.assert_allclose(result.share_frame()["standard_error"], share.std(axis=0, ddof=1))
    assert result.difference(result).loc["a", "ci_high"] == 0


def test_blocks_bound_memory_and_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    channel = rng.integers(0, 200, 3000).astype(np.int32)
    one, offset = np.ones(1000, dtype=np.int64), np.arange(0, 3001, 3)
    names = tuple(f"c{k:03d}" for k in range(200))
    journeys = Journeys(channel, offset, one, one, np.ones(1000), names)
    tracemalloc.start()
    found = bootstrap(MarkovAttribution(), journeys, n_replicates=128).replicates
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 8 * bootstrap_module.BLOCK_CELLS < 6 * 8 * 128 * 200 * 201
    for cells in (2**30, 1):
        monkeypatch.setattr(bootstrap_module, "BLOCK_CELLS", cells)
        again = bootstrap(MarkovAttribution(), journeys, n_replicates=20).replicates
        for name, draws in again.items():
            np.testing.assert_array_equal(draws, found[name][:20])
