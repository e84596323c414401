"""Shapley attribution: oracles, axioms, sampling and its bound."""

import numpy as np
import pytest
from hypothesis import given, settings

from omnisim.attribution import Participation, ShapleyAttribution
from omnisim.exceptions import ParameterError
from omnisim.journeys import Journeys
from tests.reference.journeys import as_columns, tables
from tests.reference.shapley import shapley_rates, shapley_values


@pytest.mark.parametrize("worth", ["conversions", "rate"])
@given(table=tables)
@settings(max_examples=30, deadline=None)
def test_values_meet_all_permutations(table, worth):
    model = ShapleyAttribution(worth).fit(as_columns(table))
    for name, (credit, value) in shapley_values(table, worth).items():
        assert model.credit_[name] == pytest.approx(credit, abs=1e-10)
        assert model.value_credit_[name] == pytest.approx(value, abs=1e-9)


@given(table=tables)
@settings(max_examples=30, deadline=None)
def test_the_oracles_agree(table):
    permuted = shapley_values(table, "rate")
    for name, pair in shapley_rates(table).items():
        assert pair == pytest.approx(permuted[name], abs=1e-10)


@pytest.mark.parametrize("n_channels", [6, 8, 11])
def test_rates_of_many_channels_meet_all_sets(n_channels, seed):
    rng = np.random.default_rng([n_channels, seed])
    names = [f"c{k:02d}" for k in range(n_channels)]
    rows = [
        ([names[k] for k in rng.integers(0, n_channels, rng.geometric(0.3))], int(won), int(left),
         float(8 * won * rng.integers(0, 9)))
        for won, left in rng.poisson([2.0, 5.0], (60, 2))
    ]  # fmt: skip
    rows += [([name], 1, 1, 2.0) for name in names]
    model = ShapleyAttribution("rate").fit(as_columns(rows))
    for name, (credit, value) in shapley_rates(rows).items():
        assert model.credit_[name] == pytest.approx(credit, rel=1e-10, abs=1e-10)
        assert model.value_credit_[name] == pytest.approx(value, rel=1e-10, abs=1e-8)


def test_real_paths_meet_all_sets(real):
    names = np.array(real.channel_names, dtype=object)
    rows = [
        (names[real.channel[a:b]].tolist(), int(c), int(n), float(v))
        for a, b, c, n, v in zip(real.offset[:-1], real.offset[1:], real.n_conversions,
                                 real.n_nulls, real.value, strict=True)
    ]  # fmt: skip
    sets = {}
    for channels, *amounts in rows:
        total = sets.setdefault(frozenset(channels), [0, 0, 0.0])
        sets[frozenset(channels)] = [a + b for a, b in zip(total, amounts, strict=True)]
    exact = shapley_rates([(list(channels), *amounts) for channels, amounts in sets.items()])
    model = ShapleyAttribution("rate").fit(real)
    for name, (credit, value) in exact.items():
        assert model.credit_[name] == pytest.approx(credit, abs=1e-10)
        assert model.value_credit_[name] == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("worth", ["conversions", "rate"])
@given(table=tables)
@settings(max_examples=30, deadline=None)
def test_credits_sum_to_conversions(table, worth):
    model = ShapleyAttribution(worth).fit(as_columns(table))
    assert model.credit_.sum() == pytest.approx(sum(r[1] for r in table))
    assert model.value_credit_.sum() == pytest.approx(sum(r[3] for r in table))
    assert model.error_bound_ == 0


def test_null_player_takes_nothing():
    paths = {"path": ["a", "a > b", "b > c"], "n_conversions": [3, 2, 0], "n_nulls": [0, 0, 4]}
    assert ShapleyAttribution().fit(paths).credit_["c"] == 0


@pytest.fixture(scope="module")
def real(data_dir):
    return Journeys.from_paths(data_dir / "paths" / "paths_10k.csv")


def test_real_paths_by_table_and_by_permutations(real):
    exact = ShapleyAttribution("rate").fit(real)
    sampled = ShapleyAttribution("rate", method="sampled", n_permutations=2000, seed=3).fit(real)
    error = np.abs(sampled.credit_ - exact.credit_)
    assert (error < sampled.error_bound_).all()
    off = np.abs(sampled.value_credit_ - exact.value_credit_).max()
    assert 0 < off < sampled.value_error_bound_
    assert exact.value_error_bound_ == 0
    assert (error < 6 * sampled.standard_error_ + 1e-9).all()
    assert sampled.credit_.sum() == pytest.approx(19_785)


def test_conversion_game_is_an_even_split_of_distinct_channels(real):
    shapley, participation = ShapleyAttribution().fit(real), Participation().fit(real)
    np.testing.assert_allclose(shapley.credit_, participation.credit_, rtol=1e-12)


def test_position_credits_by_hand():
    paths = {"path": ["a > b > a", "b"], "n_conversions": [4, 1]}
    table = ShapleyAttribution().fit(paths).position_credit_
    assert table.loc["a"].tolist() == [2.0, 0.0]
    assert table.loc["b"].tolist() == [1.0, 2.0]


def test_position_credits_sum_to_the_credits(real):
    model = ShapleyAttribution().fit(real)
    np.testing.assert_allclose(model.position_credit_.sum(axis=1), model.credit_, rtol=1e-12)


def test_more_channels_than_a_table_holds_are_sampled():
    names = [f"c{i:02d}" for i in range(40)]
    paths = {"path": [f"{a} > {b}" for a, b in zip(names, names[1:] + names[:1], strict=True)],
             "n_conversions": [1] * 40, "n_nulls": [1] * 40}  # fmt: skip
    model = ShapleyAttribution("rate", n_permutations=512).fit(paths)
    assert model.error_bound_ > 0
    assert model.value_error_bound_ == 0  # there is no value
    paid = ShapleyAttribution("rate", n_permutations=512).fit(paths | {"value": [6.0] * 40})
    assert paid.value_error_bound_ == pytest.approx(3.0 * model.error_bound_)
    assert np.abs(model.credit_ - 1.0).max() < 6 * model.standard_error_.max()
    with pytest.raises(ParameterError, match=r"method='exact' takes at most 25 channels. Got 40"):
        ShapleyAttribution("rate", method="exact").fit(paths)


def test_same_seed_same_credits(real):
    first, second = (
        ShapleyAttribution("rate", method="sampled", n_permutations=64).fit(real) for _ in range(2)
    )
    assert first.credit_.equals(second.credit_)


@pytest.mark.parametrize(
    "options",
    [{"worth": "rates"}, {"method": "guess"}, {"n_permutations": 1}, {"confidence": 1.2}],
)
def test_wrong_parameters(options):
    with pytest.raises(ParameterError):
        ShapleyAttribution(**options).fit({"path": ["a"], "n_conversions": [1]})
