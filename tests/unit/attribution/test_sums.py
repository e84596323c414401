"""Sums by group against exact fractions, and credits that no listing of the rows changes."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest

from omnisim.attribution import Linear, Participation, ShapleyAttribution
from omnisim.attribution.sums import sum_by, sum_of
from omnisim.journeys import Journeys
from tests.property.test_invariance import make, split
from tests.reference.every_model import MODELS

EXACT = ["first touch", "last touch", "last non-direct", "linear", "U", "W", "time decay",
         "participation", "position weights", "channel weights", "Shapley", "Shapley, rate",
         "Shapley, sampled", "hazard"]  # fmt: skip


@pytest.mark.parametrize("kind", [np.int32, np.int64])
def test_sums_are_the_doubles_nearest_to_the_exact_ones(kind, seed):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 5, 5000).astype(kind)
    a = rng.normal(size=5000) * 10.0 ** rng.integers(-12, 13, 5000)
    b = rng.integers(0, 2**53, 5000)
    exact = [Fraction(0)] * 6
    for g, x, y in zip(group.tolist(), a.tolist(), b.tolist(), strict=True):
        exact[g] += Fraction(x) * y
    assert sum_by(group, 6, a, b).tolist() == [float(f) for f in exact]
    assert sum_of(a, b) == float(sum(exact))


def test_what_cancels_is_not_lost():
    assert sum_of(np.array([1.0, 1e100, 1.0, -1e100]), np.ones(4, dtype=np.int64)) == 2.0
    assert sum_by(np.empty(0, dtype=np.int64), 2, np.empty(0), np.empty(0)).tolist() == [0.0, 0.0]


@pytest.fixture(scope="module")
def real(data_dir):
    return Journeys.from_paths(data_dir / "paths" / "paths_10k.csv")


@pytest.mark.parametrize("model", [Linear(), Participation(), ShapleyAttribution()], ids=repr)
def test_credits_of_real_paths_meet_fractions(model, real):
    credit, value = defaultdict(Fraction), defaultdict(Fraction)
    for row, path in enumerate(np.split(real.channel, real.offset[1:-1])):
        met = path.tolist() if isinstance(model, Linear) else sorted(set(path.tolist()))
        for c in met:
            credit[c] += Fraction(int(real.n_conversions[row]), len(met))
            value[c] += Fraction(float(real.value[row])) / len(met)
    model.fit(real)
    for c in range(real.n_channels):
        assert abs(Fraction(model.credit_.iloc[c]) - credit[c]) < 1e-11
        assert model.credit_.iloc[c] == pytest.approx(float(credit[c]), rel=1e-15, abs=0)
        assert model.value_credit_.iloc[c] == pytest.approx(float(value[c]), rel=1e-15, abs=0)


def assert_same_bytes(name, journeys, rng):
    once = MODELS[name](str).fit(journeys)
    pieces = split(journeys, rng)
    again = MODELS[name](str).fit(pieces.take(rng.permutation(len(pieces))))
    np.testing.assert_array_equal(again.credit_, once.credit_)
    np.testing.assert_array_equal(again.value_credit_, once.value_credit_)


@pytest.mark.parametrize("name", EXACT)
def test_listing_of_real_paths_changes_no_byte(name, real, seed):
    some = real if name != "hazard" else real.take(np.arange(0, len(real), 20))
    assert_same_bytes(name, some, np.random.default_rng(seed))


@pytest.mark.parametrize("name", EXACT)
def test_listing_of_timed_journeys_changes_no_byte(name, seed):
    for k in range(10):
        assert_same_bytes(name, make([seed, k]), np.random.default_rng(k))
