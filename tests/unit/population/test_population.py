"""Populations drawn from segments: addresses, distributions, correlations, checks."""

import dataclasses
import pickle

import numpy as np
import pytest

from omnisim.config.segments import Segment
from omnisim.exceptions import ParameterError
from omnisim.population import Population
from omnisim.population.layout import LAYOUT
from omnisim.random import Draws

SEGMENTS = {
    "mainstream": Segment(share=0.7),
    "digital": Segment(
        share=0.3, need_shape=0.6, age_mean=30.0, digital_nativity=0.8, website_affinity=1.0
    ),
}
N_LARGE = 40_000


def draw(n, seed=42, segments=SEGMENTS, mean_degree=4):
    return Population.from_segments(
        segments, n, draws=Draws(seed), mean_degree=mean_degree, p_rewire=0.1
    )


@pytest.fixture(scope="module")
def large():
    return draw(N_LARGE, segments={"all": Segment()})


def five_sigma(sd, n=N_LARGE):
    """Half-width with a false-alarm rate of 6e-7."""
    return 5 * sd / np.sqrt(n)


def test_adding_a_shopper_changes_no_other_row(seed):
    few, more = draw(200, seed), draw(201, seed)

    for name in LAYOUT:
        assert (getattr(few, name) == getattr(more, name)[:200]).all(), name


def test_changing_a_parameter_moves_no_other_trait(seed):
    other = {k: s.model_copy(update={"affinity_sd": 0.1}) for k, s in SEGMENTS.items()}

    base, changed = draw(300, seed), draw(300, seed, segments=other)

    moved = {n for n in LAYOUT if (getattr(base, n) != getattr(changed, n)).any()}
    assert moved == {"affinity"}


def test_same_seed_same_bytes_other_replication_other_shoppers():
    once, again = draw(100), draw(100)
    other = Population.from_segments(SEGMENTS, 100, draws=Draws(42, 1), mean_degree=4, p_rewire=0.1)

    for name in LAYOUT:
        assert getattr(once, name).tobytes() == getattr(again, name).tobytes()
    assert (once.need_rate != other.need_rate).all()


def test_columns_have_the_stated_layout():
    population = draw(50)

    for name, (dtype, tail) in LAYOUT.items():
        column = getattr(population, name)
        assert (column.dtype, column.shape) == (np.dtype(dtype), (50, *tail)), name
        assert column.flags.c_contiguous
        assert not column.flags.writeable
    assert np.linalg.norm(population.taste, axis=1) == pytest.approx(np.ones(50))


def test_one_shopper_is_a_population():
    population = draw(1, mean_degree=0)

    assert len(population) == 1
    assert population.network.n_ties == 0


def test_demand_has_the_moments_of_its_segment(large):
    """Means and deviations of Gamma(r, alpha), Beta(a, b) and E[p / nu] = p v / (q - 1)."""
    r, alpha_days, a, b = 0.243, 4.414 * 7, 0.793, 2.426
    rate_sd = np.sqrt(r) / alpha_days
    drop_mean = a / (a + b)
    drop_sd = np.sqrt(drop_mean * (1 - drop_mean) / (a + b + 1))
    p, q, v = 6.25, 3.74, 15.45
    basket_mean = p * v / (q - 1)
    basket_sd = basket_mean / np.sqrt(q - 2)

    assert large.need_rate.mean() == pytest.approx(r / alpha_days, abs=five_sigma(rate_sd))
    assert large.dropout.mean() == pytest.approx(drop_mean, abs=five_sigma(drop_sd))
    assert large.mean_basket.mean() == pytest.approx(basket_mean, abs=five_sigma(basket_sd))


@pytest.mark.parametrize(
    ("column", "mean", "sd"),
    [
        ("digital", 0.6, 0.22), ("privacy", 0.3, 0.21), ("price_sensitivity", 1.0, 0.31),
        ("has_app", 0.25, 0.44), ("has_account", 0.5, 0.5), ("has_card", 0.5, 0.5),
        ("tracking_consent", 0.6, 0.49), ("email_consent", 0.6, 0.49), ("aware", 0.85, 0.36),
        ("n_devices", 3.0, 1.42), ("alive", 1.0, 0.0),
    ],
)  # fmt: skip
def test_traits_keep_the_mean_of_their_segment_whatever_the_correlations(large, column, mean, sd):
    # Devices: the Poisson is cut at 8, which takes 0.0014 off its mean.
    slack = 0.002 if column == "n_devices" else 1e-12
    assert getattr(large, column).mean() == pytest.approx(mean, abs=five_sigma(sd) + slack)


def test_affinities_have_the_stated_spread(large):
    assert large.affinity.mean(axis=0) == pytest.approx([0, 0, 0], abs=five_sigma(1.2))
    assert large.affinity.std(axis=0) == pytest.approx([1.2] * 3, abs=five_sigma(1.2))


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        ("age", "digital", -1), ("has_app", "digital", 1), ("has_account", "digital", 1),
        ("email_consent", "privacy", -1), ("tracking_consent", "privacy", -1),
        ("tracking_consent", "need_rate", 1), ("has_card", "need_rate", 1),
        ("n_devices", "digital", 1), ("privacy", "digital", 0), ("dropout", "need_rate", 0),
        ("basket_scale", "need_rate", 0), ("distance_km", "age", 0),
    ],
)  # fmt: skip
def test_traits_hang_together_as_documented(large, one, other, sign):
    from scipy.stats import spearmanr

    rho = spearmanr(getattr(large, one), getattr(large, other)).statistic
    if sign:
        assert rho * sign > 0.04
    else:
        assert abs(rho) < five_sigma(1.0)


def test_affinities_go_with_age_nativity_and_distance(large):
    store, website, app = large.affinity.T

    def rho(one, other):
        return np.corrcoef(one, other)[0, 1]

    assert rho(store, large.age) == pytest.approx(0.2, abs=0.03)  # -0.4 x -0.5
    assert rho(website, large.age) == pytest.approx(-0.2, abs=0.03)
    assert rho(app, large.age) == pytest.approx(-0.25, abs=0.03)
    assert rho(store, np.log(large.distance_km)) == pytest.approx(-0.2, abs=0.03)
    assert rho(website, np.log(large.distance_km)) == pytest.approx(0.2, abs=0.03)


def test_segments_shift_their_shoppers():
    population = draw(20_000)

    share = (population.segment == 1).mean()
    digital = population.affinity[population.segment == 1, 1].mean()
    assert share == pytest.approx(0.3, abs=five_sigma(0.46, 20_000))
    assert digital == pytest.approx(1.0, abs=five_sigma(1.2, 5_500))


def test_extreme_segments_stay_in_range():
    sure = dict.fromkeys(
        ("p_app", "p_account", "p_email_consent", "p_tracking_consent", "p_loyalty", "p_aware"), 1.0
    )
    extreme = Segment(age_sd=40.0, digital_nativity=0.999, privacy_mean=0.001, distance_sd=3.0,
                      need_shape=0.01, **sure)  # fmt: skip

    population = draw(2_000, segments={"all": extreme})

    for name in ("has_app", "has_account", "has_card", "email_consent", "tracking_consent"):
        assert (getattr(population, name) == 1).all()
    assert 14 <= population.age.min() <= population.age.max() <= 100
    assert (population.digital < 1).all()
    assert (population.privacy > 0).all()


def test_summary_and_frame_name_segments():
    population = draw(500)

    summary = population.summary()
    frame = population.to_frame()

    assert summary.index.tolist() == ["mainstream", "digital", "all"]
    assert summary["n_shoppers"].tolist()[2] == 500
    assert summary.loc["all", "mean_basket"] == pytest.approx(population.mean_basket.mean())
    assert len(frame) == 500
    assert frame["website_affinity"].to_numpy() == pytest.approx(population.affinity[:, 1])
    assert set(frame["segment"]) == {"mainstream", "digital"}
    assert repr(population).startswith("Population(500 shoppers in 2 segments, 1,000 ties, ")


def test_costs_less_than_300_bytes_a_shopper():
    assert draw(1_000, mean_degree=8).nbytes < 300_000


def test_replace_checks_its_changes():
    population = draw(10)

    changed = dataclasses.replace(population, aware=np.zeros(10, dtype=np.uint8))

    assert not changed.aware.any()
    assert changed.need_rate is not None
    for change, message in [
        ({"aware": np.zeros(9, dtype=np.uint8)}, r"aware must be uint8 of shape \(10,\)"),
        ({"aware": np.zeros(10)}, "Got float64"),
        ({"dropout": np.full(10, 1.5)}, r"dropout must be finite and lie in \[0, 1\]. Got 1.5"),
        ({"need_rate": np.full(10, np.nan)}, "need_rate must be finite"),
        ({"segment": np.full(10, 2, dtype=np.int16)}, r"segment must lie in \[0, 2\)"),
        ({"network": draw(11).network}, "network must hold 10 shoppers. Got 11"),
        ({"segment": np.empty(0, dtype=np.int16)}, "at least one shopper"),
    ]:
        with pytest.raises(ParameterError, match=message):
            dataclasses.replace(population, **change)


def test_pickles():
    population = draw(20)

    copy = pickle.loads(pickle.dumps(population))

    assert (copy.taste == population.taste).all()
    assert copy.segment_names == population.segment_names


@pytest.mark.parametrize("n", [0, -1, 2.5, True])
def test_number_of_shoppers_is_checked(n):
    with pytest.raises(ParameterError, match="n_shoppers must be an integer >= 1"):
        draw(n)


def test_no_segment_is_an_error():
    with pytest.raises(ParameterError, match=r"segments must hold 1 to 32767 segments. Got 0"):
        draw(5, segments={})
