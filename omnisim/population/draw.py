"""Draw shoppers from segments: every trait of every shopper at its own address.

A trait is a function of the shopper's row, the seed and the segments alone, so adding a shopper, or
a trait, changes no other. Traits that hang together do so through standard normal scores (a
Gaussian copula): every trait keeps exactly the distribution that its segment states, whatever the
correlation. Loadings on a score are correlations; all of them are assumptions of sign from
facts.md C1 (channel preference goes with age and distance) and D6 (consent is not random: those
who consent differ in privacy concern and in value; card holders buy more even before they hold a
card), with sizes chosen here and listed below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, gammainc, ndtr, ndtri

from omnisim._validation import check_count
from omnisim.config.segments import Segment
from omnisim.exceptions import ParameterError
from omnisim.random import Draws, Stream

N_TASTES = 5  # facts.md D2: theta in R^5
DAYS_PER_WEEK = 7.0
MEAN_EXTRA_DEVICES = 2.0  # facts.md C6 (CB16 V): about 3 cookies a person, range 1-8
MAX_DEVICES = 8
AGE_RANGE = (14.0, 100.0)  # years
CONCENTRATION = 4.0  # a + b of the Beta of digital nativity and of privacy concern; assumption
OPEN_UNIT = (1e-9, 1 - 1e-9)  # keeps (0, 1) open at the ends of a rounded quantile
AGE_ON_DIGITAL = -0.5  # correlation of the scores of digital nativity and age; assumption

AFFINITY_LOADINGS: Mapping[str, Mapping[str, float]] = {
    "store": {"digital": -0.4, "distance": -0.2},
    "website": {"digital": 0.4, "distance": 0.2},
    "app": {"digital": 0.5, "distance": 0.1},
}
"""Correlation of each channel's utility with scores (sign C1; sizes assumptions). Distance counts
here beyond the cost of the way, which the choice model charges for itself."""

IDENTIFIER_LOADINGS: Mapping[str, Mapping[str, float]] = {
    "has_app": {"digital": 0.5, "need": 0.2},
    "has_account": {"digital": 0.5},
    "has_card": {"need": 0.3, "privacy": -0.2},
    "email_consent": {"privacy": -0.5, "need": 0.2},
    "tracking_consent": {"privacy": -0.5, "need": 0.1},
    "aware": {},
    "n_devices": {"digital": 0.3},
    "push_consent": {"privacy": -0.4, "need": 0.2},
    "location_consent": {"privacy": -0.5},
    "mail_consent": {"privacy": -0.3},
}
"""Correlation of the score behind each identifier with other scores (assumptions)."""

Floats = npt.NDArray[np.float64]
Columns = dict[str, npt.NDArray[Any]]


class TraitStep(IntEnum):
    """The step in the address of a trait's uniform. Permanent: append, never renumber."""

    SEGMENT = 0
    AGE = 1
    DIGITAL = 2
    PRICE_SENSITIVITY = 3
    DISTANCE = 4
    PRIVACY = 5
    STORE_AFFINITY = 6
    WEBSITE_AFFINITY = 7
    APP_AFFINITY = 8
    CUSTOMER = 9
    PAST_PURCHASES = 10


IDENTITY_STEPS = tuple(IDENTIFIER_LOADINGS)
"""Steps in `Stream.IDENTITY`: the place in this tuple. Permanent: append, never reorder."""


@dataclass(frozen=True)
class Membership:
    """Which segment each shopper belongs to, with the segments' parameters as columns.

    Attributes
    ----------
    segments : tuple of Segment
    names : tuple of str
    segment : ndarray of shape (n_shoppers,), int16
        Place of each shopper's segment in `segments`.
    """

    segments: tuple[Segment, ...]
    names: tuple[str, ...]
    segment: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return int(self.segment.size)

    def column(self, parameter: str) -> Floats:
        """Return one parameter of `Segment` for every shopper, shape (n_shoppers,), float64."""
        values = np.array([getattr(s, parameter) for s in self.segments], dtype=np.float64)
        return values[self.segment]


def assign_segments(segments: Mapping[str, Segment], n_shoppers: int, draws: Draws) -> Membership:
    """Draw each shopper's segment with probability proportional to its share."""
    n = check_count("n_shoppers", n_shoppers)
    if not 0 < len(segments) < 2**15:
        raise ParameterError(f"segments must hold 1 to 32767 segments. Got {len(segments)}.")
    weights = np.array([segment.share for segment in segments.values()])
    drawn = draws.categorical(
        Stream.TRAITS, np.arange(n), step=TraitStep.SEGMENT, weights=weights
    )  # fmt: skip
    return Membership(tuple(segments.values()), tuple(segments), drawn.astype(np.int16))


def draw_demand(members: Membership, draws: Draws) -> Columns:
    """Draw what governs how often a shopper buys, for how long, and how much.

    Need rate Gamma(r, alpha), drop-out Beta(a, b) and inverse basket scale nu Gamma(q, v) are
    independent, as in BG/NBD and Gamma-Gamma [1]_ [2]_; facts.md T-44 finds a correlation of 0.11
    between frequency and value, which this leaves out.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005). "Counting your customers" the easy way. Marketing Science
       24(2), 275-284. doi:10.1287/mksc.1040.0098
    .. [2] Fader, Hardie and Lee (2005). RFM and CLV. Journal of Marketing Research 42(4), 415-430.
       doi:10.1509/jmkr.2005.42.4.415
    """
    shopper = np.arange(len(members))
    weeks = members.column("need_scale_weeks")
    return {
        "need_rate": draws.gamma(
            Stream.NEED_RATE, shopper, shape=members.column("need_shape"),
            scale=1 / (weeks * DAYS_PER_WEEK),
        ),
        "dropout": draws.beta(
            Stream.DROPOUT, shopper, a=members.column("dropout_a"), b=members.column("dropout_b")
        ),
        "basket_shape": members.column("basket_shape"),
        "basket_scale": draws.gamma(
            Stream.BASKET_SCALE, shopper, shape=members.column("basket_q"),
            scale=1 / members.column("basket_scale"),
        ),
        "alive": np.ones(len(members), dtype=np.uint8),
    }  # fmt: skip


def need_score(members: Membership, need_rate: Floats) -> Floats:
    """Return the normal score of each need rate within its segment's Gamma, clipped to +-6."""
    mean_weeks = members.column("need_scale_weeks") * DAYS_PER_WEEK
    rank = gammainc(members.column("need_shape"), need_rate * mean_weeks)
    return np.asarray(np.clip(ndtri(rank), -6.0, 6.0), dtype=np.float64)


def draw_traits(members: Membership, need: Floats, draws: Draws) -> Columns:
    """Draw all traits but demand: taste, channels, person, identifiers and consents.

    Parameters
    ----------
    members : Membership
        The segment of each shopper.
    need : ndarray of shape (n_shoppers,), float64
        Normal score of the need rate, from `need_score`.
    draws : Draws
        Uses `Stream.TRAITS`, `Stream.TASTE` and `Stream.IDENTITY`.

    Returns
    -------
    dict of str to ndarray
        Columns of `Population` but those of demand and the network.
    """
    shopper = np.arange(len(members))
    age = draws.normal(Stream.TRAITS, shopper, step=TraitStep.AGE)
    own = draws.normal(Stream.TRAITS, shopper, step=TraitStep.DIGITAL)
    scores = {
        "digital": _mix({"age": AGE_ON_DIGITAL}, {"age": age}, own),
        "distance": draws.normal(Stream.TRAITS, shopper, step=TraitStep.DISTANCE),
        "privacy": draws.normal(Stream.TRAITS, shopper, step=TraitStep.PRIVACY),
        "need": need,
    }
    years = members.column("age_mean") + members.column("age_sd") * age
    sd = members.column("price_sensitivity_sd")
    return {
        "age": np.clip(years, *AGE_RANGE).astype(np.float32),
        "digital": _beta_quantile(members.column("digital_nativity"), scores["digital"]),
        "price_sensitivity": draws.lognormal(
            Stream.TRAITS, shopper, step=TraitStep.PRICE_SENSITIVITY,
            mean_log=-sd * sd / 2, sd_log=sd,
        ),
        "distance_km": members.column("distance_km")
        * np.exp(members.column("distance_sd") * scores["distance"]),
        "privacy": _beta_quantile(members.column("privacy_mean"), scores["privacy"]),
        "taste": _draw_taste(shopper, draws),
        "affinity": _draw_affinity(members, scores, draws),
        **_draw_identifiers(members, scores, draws),
    }  # fmt: skip


def _draw_taste(shopper: npt.NDArray[np.int64], draws: Draws) -> Floats:
    """Draw directions uniform on the sphere, (n_shoppers, N_TASTES)."""
    taste = draws.normal(Stream.TASTE, shopper[:, None], step=np.arange(N_TASTES))
    return np.asarray(taste / np.linalg.norm(taste, axis=1, keepdims=True))


def _draw_affinity(members: Membership, scores: Mapping[str, Floats], draws: Draws) -> Floats:
    """Draw utilities of store, website and app: segment shift + affinity_sd * score."""
    sd = members.column("affinity_sd")
    affinity = np.empty((len(members), len(AFFINITY_LOADINGS)))
    shopper = np.arange(len(members))
    for place, (channel, loadings) in enumerate(AFFINITY_LOADINGS.items()):
        step = TraitStep.STORE_AFFINITY + place
        own = draws.normal(Stream.TRAITS, shopper, step=step)
        shift = members.column(f"{channel}_affinity")
        affinity[:, place] = shift + sd * _mix(loadings, scores, own)
    return affinity


def _draw_identifiers(members: Membership, scores: Mapping[str, Floats], draws: Draws) -> Columns:
    """Draw what the firm may recognise a shopper by, and what the shopper allows."""
    shopper = np.arange(len(members))
    rank = {
        name: ndtr(_mix(loadings, scores, draws.normal(Stream.IDENTITY, shopper, step=step)))
        for step, (name, loadings) in enumerate(IDENTIFIER_LOADINGS.items())
    }
    shares = {"has_app": "p_app", "has_account": "p_account", "has_card": "p_loyalty",
              "email_consent": "p_email_consent", "tracking_consent": "p_tracking_consent",
              "aware": "p_aware", "push_consent": "p_push_consent",
              "location_consent": "p_location_consent",
              "mail_consent": "p_mail_consent"}  # fmt: skip
    has = {name: rank[name] > 1 - members.column(share) for name, share in shares.items()}
    # The share consents among those whose address is known.
    n_devices = 1 + np.searchsorted(_device_ranks(), rank["n_devices"])
    flags: Columns = {name: flag.astype(np.uint8) for name, flag in has.items()}
    return flags | {"n_devices": n_devices.astype(np.int8)}


def _device_ranks() -> Floats:
    """Return P(devices <= k) for k = 1 ... MAX_DEVICES - 1, devices being 1 + Poisson."""
    k = np.arange(1, MAX_DEVICES - 1)
    terms = np.concatenate([[1.0], np.cumprod(MEAN_EXTRA_DEVICES / k)])
    return np.asarray(np.exp(-MEAN_EXTRA_DEVICES) * np.cumsum(terms))


def _mix(loadings: Mapping[str, float], scores: Mapping[str, Floats], own: Floats) -> Floats:
    """Return a standard normal score that correlates with independent `scores` as stated."""
    left = 1.0 - sum(loading * loading for loading in loadings.values())
    parts: Sequence[Floats] = [loading * scores[name] for name, loading in loadings.items()]
    return np.asarray(sum(parts, np.sqrt(left) * own))


def _beta_quantile(mean: Floats, score: Floats) -> Floats:
    """Return a Beta variable of the given mean whose normal score is `score`, inside (0, 1)."""
    drawn = betaincinv(mean * CONCENTRATION, (1 - mean) * CONCENTRATION, ndtr(score))
    return np.asarray(np.clip(drawn, *OPEN_UNIT), dtype=np.float64)
