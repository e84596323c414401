"""The generator is Philox, an address is all that a draw depends on, and bad input is named."""

import dataclasses
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from omnisim.exceptions import ParameterError
from omnisim.random import Draws, Stream, fresh_seed
from tests.reference import philox

LAST = 2**64 - 1
words = st.integers(0, LAST)
METHODS = {
    "uniform": {},
    "exponential": {"mean": 3.0},
    "normal": {"mean": 2.0, "sd": 0.5},
    "lognormal": {"mean_log": 0.2, "sd_log": 0.7},
    "gamma": {"shape": 0.6, "scale": 2.0},
    "beta": {"a": 0.8, "b": 2.4},
    "poisson": {"mean": 20.0},
    "categorical": {"weights": np.array([0.2, 0.5, 0.3])},
}
every_method = pytest.mark.parametrize(("method", "parameters"), METHODS.items())

# Random123, tests/kat_vectors, "philox4x64 10": counter, key, block.
KNOWN = [
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (LAST,) * 4,
        (LAST,) * 2,
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_block_equals_the_published_vectors(counter, key, expected):
    step, journey, shopper, stream = counter

    assert philox.block(key, counter) == list(expected)
    got = Draws(*key).raw(stream, shopper, journey=journey, step=step)
    assert got.tolist() == list(expected)


@given(words, words, words, words, words, words)
@example(0, 0, 0, 0, 0, 0)
@example(LAST, LAST, LAST, LAST, LAST, LAST)
def test_raw_equals_numpy_bit_for_bit(seed, replication, stream, shopper, journey, step):
    counter = step + (journey << 64) + (shopper << 128) + (stream << 192)
    # numpy adds one to its 256-bit counter before each block.
    bits = np.random.Philox(key=seed + (replication << 64), counter=(counter - 1) % 2**256)

    got = Draws(seed, replication).raw(stream, shopper, journey=journey, step=step)

    assert got.dtype == np.uint64
    assert got.tolist() == bits.random_raw(4).tolist()


@given(words, words, words, words, words, words)
def test_uniform_equals_the_slow_reference(seed, replication, stream, shopper, journey, step):
    got = Draws(seed, replication).uniform(stream, shopper, journey=journey, step=step)

    assert got == philox.uniform(seed, replication, stream, shopper, journey, step)


def test_extreme_words_stay_inside_the_open_interval():
    assert philox.uniform_of_word(0) == 2.0**-53
    assert philox.uniform_of_word(LAST) == 1 - 2.0**-53
    # Why 52 bits and not 53: the last of 2**53 centres is not a double, and rounds to 1.
    assert ((LAST >> 11) + 0.5) / 2**53 == 1.0


@every_method
def test_more_shoppers_move_no_draw(seed, method, parameters):
    draw = getattr(Draws(seed), method)

    few = draw(Stream.NEED, np.arange(50), **parameters)
    more = draw(Stream.NEED, np.arange(500), **parameters)

    np.testing.assert_array_equal(few, more[:50])


def test_order_of_shoppers_moves_no_draw(seed):
    draws = Draws(seed)
    shuffled = np.random.default_rng(seed).permutation(200)

    np.testing.assert_array_equal(
        draws.uniform(Stream.NEED, shuffled), draws.uniform(Stream.NEED, np.arange(200))[shuffled]
    )


def test_more_journeys_and_steps_move_no_draw(seed):
    draws, journeys, steps = Draws(seed), np.arange(7)[:, None], np.arange(9)

    small = draws.uniform(Stream.CART, 5, journey=journeys[:3], step=steps[:4])
    large = draws.uniform(Stream.CART, 5, journey=journeys, step=steps)

    np.testing.assert_array_equal(small, large[:3, :4])


def test_arm_with_other_decisions_moves_no_draw(seed):
    """A second arm draws from more streams, in another order, from its own object."""
    shoppers = np.arange(100)
    baseline = Draws(seed, 3).uniform(Stream.DECIDE, shoppers)
    variant = Draws(seed, 3)

    for stream in (Stream.MESSAGE, Stream.PHONE):
        variant.gamma(stream, shoppers, shape=2.0)

    np.testing.assert_array_equal(variant.uniform(Stream.DECIDE, shoppers), baseline)


@pytest.mark.parametrize("word", ["seed", "replication", "stream", "shopper", "journey", "step"])
def test_every_word_of_the_address_matters(seed, word):
    address = dict.fromkeys(["seed", "replication", "stream", "shopper", "journey", "step"], seed)
    near = address | {word: address[word] + 1}
    high = address | {word: address[word] + 2**63}

    def draw(seed, replication, stream, shopper, journey, step):
        return Draws(seed, replication).uniform(stream, shopper, journey=journey, step=step)

    assert len({float(draw(**a)) for a in (address, near, high)}) == 3


def test_changed_parameter_never_lowers_a_draw(seed):
    """Common random numbers: one uniform a draw, through the inverse distribution function."""
    draws, shoppers = Draws(seed), np.arange(300)

    for method, small, large in [
        ("exponential", {"mean": 1.0}, {"mean": 1.1}),
        ("gamma", {"shape": 0.5}, {"shape": 0.6}),
        ("beta", {"a": 2.0, "b": 3.0}, {"a": 2.1, "b": 3.0}),
        ("poisson", {"mean": 4.0}, {"mean": 4.4}),
        ("poisson", {"mean": 15.9}, {"mean": 16.1}),
        ("categorical", {"weights": np.array([4, 3, 3])}, {"weights": np.array([3, 3, 4])}),
    ]:
        low, high = (getattr(draws, method)(Stream.FIT, shoppers, **p) for p in (small, large))
        assert (low <= high).all(), method


def test_rows_of_one_address_share_a_uniform(seed):
    means = np.array([1.0, 2.0, 4.0])

    got = Draws(seed).exponential(Stream.TIMING, 8, mean=means)

    np.testing.assert_array_equal(got / got[0], means)


@every_method
def test_scalars_give_an_array_of_no_dimension(method, parameters):
    got = getattr(Draws(1), method)(Stream.NEED, 3, **parameters)

    assert isinstance(got, np.ndarray)
    assert got.shape == ()
    assert got.dtype == (np.int64 if method in ("poisson", "categorical") else np.float64)


@every_method
def test_no_shoppers_give_no_draws(method, parameters):
    assert getattr(Draws(1), method)(Stream.NEED, np.arange(0), **parameters).shape == (0,)


@every_method
def test_broadcast_equals_one_draw_at_a_time(seed, method, parameters):
    draw = getattr(Draws(seed, 2), method)
    shoppers, steps = np.array([9, 0, 2**40])[:, None], np.array([4, 1])

    got = draw(Stream.NEED, shoppers, journey=6, step=steps, **parameters)

    assert got.shape == (3, 2)
    for i, shopper in enumerate(shoppers[:, 0]):
        for k, step in enumerate(steps):
            alone = draw(Stream.NEED, int(shopper), journey=6, step=int(step), **parameters)
            assert got[i, k] == alone


def test_parameters_broadcast_by_row(seed):
    draws = Draws(seed)
    means = np.array([[1.0], [10.0]])

    got = draws.normal(Stream.NEED, np.arange(3), mean=means, sd=np.array([0.1, 1.0, 2.0]))

    z = draws.normal(Stream.NEED, np.arange(3))
    np.testing.assert_allclose(got, means + z * [0.1, 1.0, 2.0], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint32, np.int64, np.uint64])
def test_every_integer_type_gives_the_same_draws(dtype):
    shoppers = np.arange(100)

    got = Draws(5).uniform(Stream.NEED, shoppers.astype(dtype))

    np.testing.assert_array_equal(got, Draws(5).uniform(Stream.NEED, shoppers))


def test_strided_columns_give_the_same_draws():
    shoppers = np.arange(100)

    np.testing.assert_array_equal(
        Draws(5).uniform(Stream.NEED, shoppers[::-3]),
        Draws(5).uniform(Stream.NEED, shoppers[::-3].copy()),
    )


def test_columns_drawn_by_threads_are_the_same():
    def draw(replication):
        return Draws(3, replication).uniform(Stream.NEED, np.arange(20_000))

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(draw, range(6)))

    for replication, column in enumerate(together):
        np.testing.assert_array_equal(column, draw(replication))


@pytest.mark.parametrize(
    ("method", "parameters", "theory"),
    [
        ("exponential", {"mean": 3.0}, ("expon", (), {"scale": 3.0})),
        ("normal", {"mean": 2.0, "sd": 0.5}, ("norm", (2.0, 0.5), {})),
        (
            "lognormal",
            {"mean_log": 0.2, "sd_log": 0.7},
            ("lognorm", (0.7,), {"scale": np.exp(0.2)}),
        ),
        ("gamma", {"shape": 0.243, "scale": 2.0}, ("gamma", (0.243,), {"scale": 2.0})),
        ("gamma", {"shape": 6.25}, ("gamma", (6.25,), {})),
        ("gamma", {"shape": 1e5}, ("gamma", (1e5,), {})),
        ("beta", {"a": 0.793, "b": 2.426}, ("beta", (0.793, 2.426), {})),
        ("beta", {"a": 200.0, "b": 0.5}, ("beta", (200.0, 0.5), {})),
    ],
)
def test_draws_are_the_scipy_quantiles_of_the_uniform(seed, method, parameters, theory):
    from scipy import stats

    draws, shoppers = Draws(seed), np.arange(2_000)
    name, args, kwargs = theory

    got = getattr(draws, method)(Stream.NEED, shoppers, **parameters)

    u = draws.uniform(Stream.NEED, shoppers)
    np.testing.assert_allclose(got, getattr(stats, name)(*args, **kwargs).ppf(u), rtol=1e-10)


@pytest.mark.parametrize("mean", [0.0, 1e-6, 0.3, 4.0, 15.999, 16.0, 40.0, 1e4, 1e9])
def test_poisson_is_the_smallest_count_that_reaches_the_uniform(seed, mean):
    from scipy import special

    draws, shoppers = Draws(seed), np.arange(2_000)
    u = draws.uniform(Stream.NEED, shoppers)

    got = draws.poisson(Stream.NEED, shoppers, mean=mean)

    # pdtr is accurate to about 1e-12 for the largest mean.
    assert (special.pdtr(got, mean) >= u - 1e-12).all()
    assert (np.where(got > 0, special.pdtr(got - 1, mean), 0.0) <= u + 1e-12).all()


@settings(max_examples=50)
@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=12).filter(lambda w: sum(w) > 1e-9),
    st.integers(0, 2**32),
)
def test_categorical_follows_the_running_sum_of_weights(weights, shopper):
    shoppers = shopper + np.arange(20)
    draws = Draws(11)

    got = draws.categorical(Stream.SEARCH, shoppers, weights=np.array(weights))
    by_row = draws.categorical(Stream.SEARCH, shoppers, weights=np.tile(weights, (20, 1)))

    target = draws.uniform(Stream.SEARCH, shoppers) * np.cumsum(weights)[-1]
    expected = [int(np.argmax(np.cumsum(weights) > t)) for t in target]
    assert got.tolist() == by_row.tolist() == expected
    assert (np.array(weights)[got] > 0).all()


def test_categorical_weights_may_differ_by_row():
    weights = np.eye(4)[[2, 0, 3]]

    assert Draws(1).categorical(Stream.NEED, np.arange(3), weights=weights).tolist() == [2, 0, 3]


@pytest.mark.parametrize("value", [-1, 2**64, 1.0, "7", None, True, float("nan")])
def test_bad_seed_is_named(value):
    with pytest.raises(ParameterError, match=r"^seed must be an integer in \[0, 2\*\*64\)\. Got "):
        Draws(value)
    with pytest.raises(ParameterError, match=r"^replication must be an integer"):
        Draws(1, value)
    with pytest.raises(ParameterError, match=r"^stream must be an integer"):
        Draws(1).uniform(value, 1)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ({"shopper": -1}, "shopper must be >= 0. Got -1."),
        ({"shopper": np.array([3, -2])}, "shopper must be >= 0. Got -2 at [1]."),
        ({"journey": 1.5}, "journey must be integers in [0, 2**64). Got 1.5."),
        ({"step": 2**64}, f"step must be integers in [0, 2**64). Got {2**64}."),
        ({"step": np.array([1.0])}, "step must be integers in [0, 2**64). Got dtype float64."),
        ({"shopper": True}, "shopper must be integers in [0, 2**64). Got True."),
        (
            {"shopper": np.arange(3), "step": np.arange(2)},
            "shopper, journey, step and the parameters must broadcast together. "
            "Got shapes (3,), (), (2,).",
        ),
    ],
)
def test_bad_address_is_named(address, message):
    with pytest.raises(ParameterError) as caught:
        Draws(1).uniform(Stream.NEED, **({"shopper": 0} | address))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("method", "parameters", "message"),
    [
        ("exponential", {"mean": 0.0}, "mean must be finite and > 0. Got 0.0."),
        ("exponential", {"mean": "3"}, "mean must be numbers. Got '3'."),
        ("normal", {"mean": np.inf}, "mean must be finite. Got inf."),
        ("normal", {"sd": -1.0}, "sd must be finite and >= 0. Got -1.0."),
        ("lognormal", {"sd_log": np.nan}, "sd_log must be finite and >= 0. Got nan."),
        (
            "gamma",
            {"shape": np.array([[1.0, 0.0]])},
            "shape must be finite and > 0. Got 0.0 at [0, 1].",
        ),
        ("gamma", {"shape": 1.0, "scale": -2.0}, "scale must be finite and > 0. Got -2.0."),
        ("beta", {"a": 0.0, "b": 1.0}, "a must be finite and > 0. Got 0.0."),
        ("beta", {"a": 1.0, "b": None}, "b must be numbers. Got None."),
        (
            "poisson",
            {"mean": 1e10},
            "mean must be finite and >= 0 and <= 1e+09. Got 10000000000.0.",
        ),
        (
            "categorical",
            {"weights": np.zeros(2)},
            "weights must have a finite sum > 1e-300 over the last axis. Got 0.0.",
        ),
        (
            "categorical",
            {"weights": np.full(2, 1e308)},
            "weights must have a finite sum > 1e-300 over the last axis. Got inf.",
        ),
        (
            "categorical",
            {"weights": np.array([1.0, -1.0])},
            "weights must be finite and >= 0. Got -1.0 at [1].",
        ),
        (
            "categorical",
            {"weights": np.ones((2, 0))},
            "weights must have a last axis of at least one category. Got shape (2, 0).",
        ),
        (
            "categorical",
            {"weights": 1.0},
            "weights must have a last axis of at least one category. Got shape ().",
        ),
    ],
)
def test_bad_parameter_is_named(method, parameters, message):
    with pytest.raises(ParameterError) as caught:
        getattr(Draws(1), method)(Stream.NEED, 0, **parameters)
    assert str(caught.value) == message


def test_draws_survive_pickling():
    draws = Draws(np.uint64(LAST), np.int8(4))

    again = pickle.loads(pickle.dumps(draws))

    assert again == draws == Draws(LAST, 4)
    assert type(again.seed) is int
    assert again.uniform(Stream.NEED, 1) == draws.uniform(Stream.NEED, 1)


def test_draws_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Draws(1).seed = 2


def test_stream_numbers_are_permanent():
    pinned = {
        "TRAITS": 0, "NEED_RATE": 1, "DROPOUT": 2, "BASKET_SCALE": 3, "TASTE": 4, "NETWORK": 5,
        "IDENTITY": 6, "NEED": 32, "ITEM": 33, "SEARCH": 34, "DECIDE": 35, "VISIT": 36,
        "STOCKOUT": 37, "CART": 38, "BASKET": 39, "DELIVERY": 40, "FIT": 41, "CHURN": 42,
        "WORD": 43, "AWARE": 44, "DISPLAY": 45, "MESSAGE": 46, "CAPTURE": 47, "STAFF": 48,
        "PHONE": 49, "UNPLANNED": 50, "BACK": 51, "TIMING": 52, "STOCK_RECORD": 53, "ATTRIBUTE": 54,
        "HOME_STORE": 55, "JOINT": 56, "COOKIE": 96,
        "CONSENT": 97, "MATCH": 98, "BOOTSTRAP": 128, "PERMUTE": 129,
    }  # fmt: skip

    assert pinned == {name: Stream[name].value for name in pinned}


def test_fresh_seeds_differ_and_are_accepted():
    seeds = {fresh_seed() for _ in range(100)}

    assert len(seeds) == 100
    assert all(Draws(seed).seed < 2**63 for seed in seeds)


def test_missing_build_says_which_command_to_run(root):
    code = "import sys; sys.modules['omnisim._philox'] = None; import omnisim.random"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "omnisim.exceptions.BuildError: The compiled part of omnisim is missing" in done.stderr
    assert "pip install -e ." in done.stderr
