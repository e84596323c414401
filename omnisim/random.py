"""Random numbers by address, not by turn.

A draw is a pure function of (seed, replication; stream, shopper, journey, step): Philox4x64-10 with
the key (seed, replication) and the counter (step, journey, shopper, stream). The same decision
draws the same number in every arm; adding a shopper, a step or a capability moves no other draw.
One uniform makes one draw, through the inverse distribution function, so that a draw never
decreases with its uniform and common random numbers stay common when a parameter changes.

Compiled kernels draw the same numbers one at a time, from ``ext/_draws.pxd``.
"""

import secrets
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from omnisim._addresses import (
    Address,
    Floats,
    Parameter,
    Words,
    broadcast,
    check_parameter,
    check_weights,
    check_word,
)
from omnisim._validation import check_count
from omnisim.exceptions import BuildError

try:
    import omnisim._philox as _philox
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["Draws", "Stream", "fresh_seed"]

Ints: TypeAlias = npt.NDArray[np.int64]

MAX_POISSON_MEAN = 1e9  # the range in which counts agree with scipy.stats


@unique
class Stream(IntEnum):
    """What a draw decides. Numbers are permanent: append, never renumber.

    0-31 draw the population, 32-95 the simulation, 96-127 what the firm observes, 128-159 the
    evaluation. Numbers from 1,000 upwards are free for code outside omnisim.
    """

    TRAITS = 0
    NEED_RATE = 1
    DROPOUT = 2
    BASKET_SCALE = 3
    TASTE = 4
    NETWORK = 5
    IDENTITY = 6
    COEFFICIENT = 7

    NEED = 32
    ITEM = 33
    SEARCH = 34
    DECIDE = 35
    VISIT = 36
    STOCKOUT = 37
    CART = 38
    BASKET = 39
    DELIVERY = 40
    FIT = 41
    CHURN = 42
    WORD = 43
    AWARE = 44
    DISPLAY = 45
    MESSAGE = 46
    CAPTURE = 47
    STAFF = 48
    PHONE = 49
    UNPLANNED = 50
    BACK = 51
    TIMING = 52
    STOCK_RECORD = 53
    ATTRIBUTE = 54
    HOME_STORE = 55
    JOINT = 56
    RECORD = 57
    CONTACT = 58
    WAY_BACK = 59
    IN_STORE = 60
    VOICE = 61
    PRICE = 62
    BROADCAST = 64
    VIEW = 65
    SIGN_UP = 66
    SOCIAL = 70
    SETTLE = 71
    NEAR = 72
    THIRD_PARTY = 73
    RATION = 74
    POLICY = 80
    ROLLOUT = 81
    FIRM = 82
    BROWSE = 83
    PUT_OFF = 86
    RESERVATION = 88
    MIGRATION = 90

    HOLDOUT = 95

    COOKIE = 96
    CONSENT = 97
    MATCH = 98
    DEVICE = 99
    MERGE = 100
    SENSOR = 101
    SURVEY = 105

    BOOTSTRAP = 128
    PERMUTE = 129
    FOLD = 130
    ORDERING = 140
    ASSIGNMENT = 145
    COST_PRIOR = 141
    ENCOURAGED = 142
    PARAMETER_PRIOR = 150


@dataclass(frozen=True, slots=True)
class Draws:
    """Every random number of one replication, each at its address.

    All methods take an address: `stream` (an int, as a rule a `Stream`), `shopper`, `journey` and
    `step` (ints or integer arrays, 0 <= value < 2**64). Address and parameters broadcast together
    to the shape of the result, which is always an array: of shape () where all are scalars. Rows
    that share an address share a uniform.

    Parameters
    ----------
    seed : int
        Seed of the study, 0 <= seed < 2**64.
    replication : int, default=0
        Number of the replication, 0 <= replication < 2**64. Arms under comparison share it.

    Raises
    ------
    ParameterError
        If a seed, an address or a parameter is outside its range, or shapes do not broadcast.

    References
    ----------
    .. [1] Salmon, Moraes, Dror and Shaw (2011). Parallel random numbers: as easy as 1, 2, 3.
       Proceedings of SC'11. doi:10.1145/2063384.2063405

    Examples
    --------
    >>> draws = Draws(seed=7)
    >>> few = draws.uniform(Stream.TASTE, np.arange(3))
    >>> more = draws.uniform(Stream.TASTE, np.arange(1_000))
    >>> bool((few == more[:3]).all())
    True
    """

    seed: int
    replication: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", check_word("seed", self.seed))
        object.__setattr__(self, "replication", check_word("replication", self.replication))

    def raw(
        self, stream: int, shopper: Address, *, journey: Address = 0, step: Address = 0
    ) -> Words:
        """Return the four Philox words of each address, uint64, in a new last axis.

        Draws use the first word only.
        """
        address, shape, _ = broadcast(shopper, journey, step)
        out = np.empty((address[0].size, 4), dtype=np.uint64)
        key = self.seed, self.replication, check_word("stream", stream)
        _philox.words(*key, *address, out)
        return out.reshape(*shape, 4)

    def uniform(
        self, stream: int, shopper: Address, *, journey: Address = 0, step: Address = 0
    ) -> Floats:
        """Return uniforms in the open interval (0, 1): odd multiples of 2**-53."""
        u, shape, _ = self._uniforms(stream, shopper, journey, step)
        return u.reshape(shape)

    def exponential(
        self,
        stream: int,
        shopper: Address,
        *,
        journey: Address = 0,
        step: Address = 0,
        mean: Parameter = 1.0,
    ) -> Floats:
        """Return exponentials with `mean` > 0, in its unit."""
        mean = check_parameter("mean", mean)
        u, shape, parameters = self._uniforms(stream, shopper, journey, step, mean)
        _philox.to_exponential(u, *parameters)
        return u.reshape(shape)

    def normal(
        self,
        stream: int,
        shopper: Address,
        *,
        journey: Address = 0,
        step: Address = 0,
        mean: Parameter = 0.0,
        sd: Parameter = 1.0,
    ) -> Floats:
        """Return normals with `mean` and standard deviation `sd` >= 0."""
        mean = check_parameter("mean", mean, low=-np.inf)
        sd = check_parameter("sd", sd, closed=True)
        u, shape, parameters = self._uniforms(stream, shopper, journey, step, mean, sd)
        _philox.to_normal(u, *parameters)
        return u.reshape(shape)

    def lognormal(
        self,
        stream: int,
        shopper: Address,
        *,
        journey: Address = 0,
        step: Address = 0,
        mean_log: Parameter = 0.0,
        sd_log: Parameter = 1.0,
    ) -> Floats:
        """Return exponentials of normals with mean `mean_log` and deviation `sd_log` >= 0.

        Their own mean is ``exp(mean_log + sd_log**2 / 2)``.
        """
        mean_log = check_parameter("mean_log", mean_log, low=-np.inf)
        sd_log = check_parameter("sd_log", sd_log, closed=True)
        u, shape, parameters = self._uniforms(stream, shopper, journey, step, mean_log, sd_log)
        _philox.to_lognormal(u, *parameters)
        return u.reshape(shape)

    def gamma(
        self,
        stream: int,
        shopper: Address,
        *,
        journey: Address = 0,
        step: Address = 0,
        shape: Parameter,
        scale: Parameter = 1.0,
    ) -> Floats:
        """Return gammas with `shape` > 0 and `scale` > 0, so of mean ``shape * scale``."""
        shape = check_parameter("shape", shape)
        scale = check_parameter("scale", scale)
        u, dimensions, parameters = self._uniforms(stream, shopper, journey, step, shape, scale)
        _philox.to_gamma(u, *parameters)
        return u.reshape(dimensions)

    def beta(
        self,
        stream: int,
        shopper: Address,
        *,
        journey: Address = 0,
        step: Address = 0,
        a: Parameter,
        b: Parameter,
    ) -> Floats:
        """Return betas with `a` > 0 and `b` > 0, in [0, 1] and of mean ``a / (a + b)``."""
        a = check_parameter("a", a)
        b = check_parameter("b", b)
        u, shape, parameters = self._uniforms(stream, shopper, journey, step, a, b)
        _philox.to_beta(u, *parameters)
        return u.reshape(shape)

    def poisson(
        self,
        stream: int,
        shopper: Address,
        *,
        journey: Address = 0,
        step: Address = 0,
        mean: Parameter,
    ) -> Ints:
        """Return Poisson counts, int64, with `mean` in [0, 1e9]."""
        mean = check_parameter("mean", mean, high=MAX_POISSON_MEAN, closed=True)
        u, shape, parameters = self._uniforms(stream, shopper, journey, step, mean)
        out = np.empty(u.size, dtype=np.int64)
        _philox.to_poisson(u, *parameters, out)
        return out.reshape(shape)

    def categorical(
        self,
        stream: int,
        shopper: Address,
        *,
        journey: Address = 0,
        step: Address = 0,
        weights: Parameter,
    ) -> Ints:
        """Return category indices, int64, with probabilities proportional to `weights`.

        Parameters
        ----------
        stream, shopper, journey, step
            The address, as in the class.
        weights : array of shape (..., n_categories), float64
            Finite and >= 0, each row with a finite sum above 1e-300. All axes but the last
            broadcast with the address. An index of weight 0 is never returned.
        """
        weight = check_weights(weights)
        u, shape, _ = self._uniforms(stream, shopper, journey, step, weight[..., 0])
        out = np.empty(u.size, dtype=np.int64)
        n_categories = weight.shape[-1]
        if weight.size == n_categories:
            _philox.to_category_cumulative(u, np.cumsum(weight), out)
        else:
            rows = np.broadcast_to(weight, (*shape, n_categories)).reshape(-1, n_categories)
            _philox.to_category(u, np.ascontiguousarray(rows), out)
        return out.reshape(shape)

    def _uniforms(
        self,
        stream: int,
        shopper: Address,
        journey: Address,
        step: Address,
        *parameters: Floats,
    ) -> tuple[Floats, tuple[int, ...], list[Floats]]:
        """Return flat uniforms, the shape of the result, and the parameters as flat columns."""
        address, shape, columns = broadcast(shopper, journey, step, *parameters)
        u = np.empty(address[0].size)
        key = self.seed, self.replication, check_word("stream", stream)
        _philox.uniforms(*key, *address, u)
        return u, shape, columns


def fresh_seed() -> int:
    """Return a seed in [0, 2**63) from the operating system's entropy, for the caller to record."""
    return secrets.randbits(63)


def chosen_seed(seed: int | None) -> int:
    """Return a seed that was given, if it may be one, or else a fresh one."""
    return fresh_seed() if seed is None else check_count("seed", seed, minimum=0)
