"""Word of mouth alone: awareness follows the Bass curve of the primitives p and q.

Everybody knows two hundred others at random and nobody buys, so that nothing but innovation and
imitation makes shoppers aware. The band about the curve is that of a population of finite size.

References
----------
.. [1] Bass (1969). A new product growth for model consumer durables. Management Science 15(5),
   215-227. doi:10.1287/mnsc.15.5.215
.. [2] Van Kampen (2007). Stochastic Processes in Physics and Chemistry, 3rd edition, chapter X
   (the linear noise approximation).
"""

import numpy as np

from omnisim.schema import Event
from omnisim.simulation import simulate
from tests.reference.worlds import of, small

N, N_DAYS = 10_000, 365
DAYS = np.arange(15, N_DAYS, 3)
P, Q = 0.3, 3.8
"""Ten times those of T-73, a year: their curve over ten years in one."""


def aware_share(seed, **word):
    """Return the share of shoppers who are aware on `DAYS`."""
    scenario = small(
        {"segments.busy.p_aware": 0.0, "segments.busy.need_scale_weeks": 1e5,
         "market.n_shoppers": N, "market.horizon_days": N_DAYS,
         "channels.browse_online_per_week": 0.0, "channels.browse_store_per_week": 0.0,
         "media.display_per_week": 0.0, "governance.managers_decide": False,
         "word.mean_degree": 200, "word.p_rewire": 1.0, "word.p_heard": 0.0,
         "word.goodwill_per_year": 0.0, "word.innovation_per_year": P}
        | {f"word.{name}": value for name, value in word.items()}
    )  # fmt: skip
    events = simulate(scenario, seed=seed).events
    times = np.sort(of(events, "time")[of(events, "event") == Event.AWARE])
    return np.searchsorted(times, DAYS, side="right") / N


def bass(p, q):
    """Return the share of adopters on `DAYS`, from equation 8 of [1]_."""
    decay = np.exp(-(p + q) * DAYS / 365)
    return (1 - decay) / (1 + q / p * decay)


def spread(p, q):
    """Return the standard deviation of that share among N, by the linear noise approximation.

    dF = (p + q F)(1 - F) dt; dV = 2 (q - p - 2 q F) V dt + (p + q F)(1 - F) / N dt, by days.
    """
    share, variance, found = 0.0, 0.0, []
    for _ in range(int(DAYS[-1])):
        flow = (p + q * share) * (1 - share)
        variance += (2 * (q - p - 2 * q * share) * variance + flow / N) / 365
        share += flow / 365
        found.append(variance)
    return np.sqrt(np.array(found)[DAYS - 1])


def farthest(share, p, q):
    """Return the largest distance from the Bass curve of p and q, in standard deviations."""
    return np.max(np.abs(share - bass(p, q)) / spread(p, q))


def test_awareness_follows_the_bass_curve_of_the_primitives(seed):
    """Over the whole curve; that of an imitation a quarter smaller lies far away."""
    share = aware_share(seed, imitation_per_year=Q)
    assert share[-1] > 0.75
    assert farthest(share, P, Q) < 5
    assert farthest(share, P, 0.75 * Q) > 10


def test_without_imitation_awareness_grows_exponentially(seed):
    """The placebo: 1 - exp(-p t), though everybody has two hundred acquaintances."""
    share = aware_share(seed, imitation_per_year=0.0)
    assert farthest(share, P, 0.0) < 5
    assert farthest(share, 1.25 * P, 0.0) > 5
