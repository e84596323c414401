"""With one sales channel, what integrates channels changes nothing: siloed is integrated.

Firms are as they would be without the other channels: nothing else is set. Capabilities that need
two channels are then idle; those that help within one channel are not, and stay as they are. In
`Scenario.single_channel` these have nothing to act on either.
"""

import numpy as np
import pytest
from scipy import stats

from omnisim.config.capabilities import NEEDS, Capabilities
from omnisim.config.scenario import Scenario
from omnisim.schema import Line
from omnisim.simulation import simulate
from tests.reference.worlds import of, small

EVERY = tuple(Capabilities.model_fields)
ACROSS = (
    "single_customer_view", "geofence", "visible_stock", "endless_aisle", "cross_channel_returns",
    "unified_loyalty", "price_coherence", "cross_functional_governance",
)  # fmt: skip
"""K1, K5, K7, K8, K9, K10, K13, K15: a second channel, or its records, is what each works with."""

WITHIN = {
    "store": {
        "offline_capture", "personalisation_engine", "coordinated_automation", "in_store_digital",
        "staff_training", "always_open_service", "advocacy_nurturing", "social_care",
    },
    "website": {"personalisation_engine", "always_open_service", "advocacy_nurturing",
                "interactive_fit"},
    "app": {"personalisation_engine", "always_open_service", "advocacy_nurturing",
            "interactive_fit"},
}  # fmt: skip
"""What acts within one channel, as MODEL.md says ("Limits that hold")."""

FALSE_ALARM = 1e-6


def firm(channel, **fields):
    """Return a firm with one sales channel, 200 shoppers and 60 days."""
    closed = {"store", "website", "app"} - {channel}
    return small(market__n_shoppers=200, **fields).without(*closed)


def levels(channel, names, level=2):
    """Return capabilities at a level, with what they need; none that the one channel rules out."""
    possible = Capabilities.integrated().within([channel])
    wanted = {name: level for name in names if getattr(possible, name)}
    for _ in NEEDS:  # what is needed may need something itself
        for name in list(wanted):
            for need in NEEDS.get(name, ()):
                least = need.least[wanted[name]]
                wanted[need.capability] = max(wanted.get(need.capability, 0), least)
    return Capabilities(**wanted)


def lived(scenario, levels, seed):
    """Return events and books of a run, without what is paid for capabilities and their data."""
    run = simulate(scenario.replace({"capabilities": levels}), seed=seed)
    books = run.postings.to_pandas()
    books = books[~books["line"].isin((Line.CAPABILITIES, Line.INVESTMENT, Line.TRACKING))]
    return run, [of(run.events, name).tobytes() for name in run.events.column_names], books


def assert_the_same(scenario, capabilities, seed):
    run, events, books = lived(scenario, Capabilities.siloed(), seed)
    _, other, others = lived(scenario, capabilities, seed)
    assert run.orders.num_rows > 20
    assert events == other
    assert books.reset_index(drop=True).equals(others.reset_index(drop=True))


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("channel", WITHIN)
def test_siloed_equals_integrated_in_a_firm_with_one_channel(channel, level, seed):
    """All that works across channels, at once and to the last bit."""
    assert_the_same(firm(channel), levels(channel, ACROSS, level), seed)


@pytest.mark.slow
@pytest.mark.parametrize("channel", WITHIN)
@pytest.mark.parametrize("name", EVERY)
def test_what_acts_in_one_channel_is_what_the_model_says(channel, name):
    """In a run of fixed luck, those that are said to act do, and no other does."""
    runs = [
        lived(firm(channel), each, 3)[1]
        for each in (levels(channel, (name,)), Capabilities.siloed())
    ]
    assert (runs[0] != runs[1]) == (name in WITHIN[channel])


def test_points_that_count_nowhere_else_make_nobody_sign_up(seed):
    """K10 multiplies sign-ups where there are two ledgers, and only there."""
    both = small(market__n_shoppers=200)
    joined = levels("store", ("unified_loyalty",))
    assert joined.unified_loyalty == 2
    counted = [lived(both, caps, seed)[1] for caps in (Capabilities.siloed(), joined)]
    assert counted[0] != counted[1]
    assert_the_same(firm("store"), joined, seed)


@pytest.mark.parametrize("name", EVERY)
def test_in_the_single_channel_limit_no_capability_does_anything(name):
    one = small(market__n_shoppers=100).single_channel()
    assert_the_same(one, levels("website", (name,)), 3)


SHAPE, SCALE_WEEKS, WEEKS, N = 1.2, 10.0, 40, 8_000


def without_churn():
    """Return a market in which nobody drops out: a Beta(1e-6, 1000) chance at each purchase."""
    who = Scenario().segments["mainstream"].model_copy(update={
        "share": 1.0, "p_aware": 1.0, "need_shape": SHAPE, "need_scale_weeks": SCALE_WEEKS,
        "dropout_a": 1e-6, "dropout_b": 1000.0,
    })  # fmt: skip
    return Scenario().replace({
        "segments": {"all": who}, "market.n_shoppers": N, "market.burn_in_days": 0,
        "market.horizon_days": WEEKS * 7, "word.mean_degree": 0,
    }).single_channel()  # fmt: skip


def p_value(counts, scale):
    """Return the chance of counts as far from the negative binomial of Gamma rates."""
    law = stats.nbinom(SHAPE, scale / (scale + WEEKS))
    top = 25
    seen = np.append(np.bincount(np.minimum(counts, top), minlength=top)[:top],
                     (counts >= top).sum())  # fmt: skip
    expected = N * np.append(law.pmf(np.arange(top)), law.sf(top - 1))
    return stats.chisquare(seen, expected).pvalue


def test_without_churn_purchases_are_negative_binomial(seed):
    """Ehrenberg's NBD: Poisson purchases at Gamma rates; another scale would be refused."""
    orders = simulate(without_churn(), seed=seed).orders
    counts = np.bincount(of(orders, "shopper"), minlength=N)
    assert p_value(counts, SCALE_WEEKS) > FALSE_ALARM
    assert p_value(counts, 1.15 * SCALE_WEEKS) < FALSE_ALARM
