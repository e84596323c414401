"""Comparisons: sums, the placebo, executors and bad arguments."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError

SMALL = {"market.n_shoppers": 1500, "market.burn_in_days": 14, "market.horizon_days": 120}


@pytest.fixture(scope="module")
def base() -> om.Scenario:
    return om.Scenario().replace(SMALL)


def integrated(scenario: om.Scenario) -> om.Scenario:
    return scenario.replace({"capabilities": om.Capabilities.integrated()})


@pytest.fixture(scope="module")
def versus(base: om.Scenario) -> om.Comparison:
    return om.compare(base, integrated(base), n_replications=2, seed=5)


def test_parts_of_the_gain_sum_to_the_difference_in_revenue(versus: om.Comparison) -> None:
    parts = versus.gain.set_index("source")["difference"]
    moved = parts.pop("revenue that changed own channel")
    assert parts.sum() == pytest.approx(versus.row("revenue")["difference"], abs=1e-9)
    assert moved > 0


def test_lines_sum_to_profit_and_channels_to_revenue(versus: om.Comparison) -> None:
    metrics = versus.metrics.set_index(["metric", "group"])
    for arm in ("baseline", "variant", "difference"):
        assert metrics.loc["line"][arm].sum() == pytest.approx(metrics.loc[("profit", ""), arm])
        revenue = metrics.loc["revenue"][arm]
        channels = revenue[revenue.index.str.startswith("channel")]
        assert channels.sum() == pytest.approx(revenue[""])


def test_journeys_in_the_flow_end_once(versus: om.Comparison, base: om.Scenario) -> None:
    run = om.simulate(base, seed=5)
    from omnisim.experiment.flows import PLACES, journey_flows

    flows = journey_flows(run)
    assert set(flows["first"]) | set(flows["last"]) <= set(PLACES.values())
    events = run.counted_events.to_pandas()
    needs = events[(events["event"] == 0) & (events["item"] >= 0)]
    assert 0 < flows["journeys"].sum() * run.shopper_years <= len(needs)


def test_the_placebo_is_exactly_nothing_and_the_naive_premium_stays(base: om.Scenario) -> None:
    placebo = base.replace({"market.n_shoppers": 4000}).placebo()
    nothing = om.compare(placebo, integrated(placebo), n_replications=2, seed=5)
    assert (nothing.metrics["difference"] == 0).all()
    assert (nothing.gain["difference"] == 0).all()
    assert (nothing.margin["difference"] == 0).all()
    premium = nothing.premium.set_index(["arm", "kind"])["ratio"]
    assert premium["variant", "causal"] == 1
    assert premium["baseline", "naive"] > 1.5
    assert premium["baseline", "naive"] == premium["variant", "naive"]


def test_the_executor_changes_no_number(base: om.Scenario, versus: om.Comparison) -> None:
    with ThreadPoolExecutor(2) as executor:
        other = om.compare(base, integrated(base), n_replications=2, seed=5, executor=executor)
    for name, table in versus.tables().items():
        pd.testing.assert_frame_equal(table, other.tables()[name], check_exact=True)


def test_pairing_reduces_variance(base: om.Scenario) -> None:
    # Managers would answer the lower cost with other promotions.
    fixed = base.replace({"governance.managers_decide": False})
    cheap = fixed.replace({"costs.delivery": 5.0})
    versus = om.compare(fixed, cheap, n_replications=3, seed=5)
    assert versus.headline["variance_reduction"] > 10
    assert versus.headline["ci_low"] > 0


def test_headline_prints(versus: om.Comparison) -> None:
    assert "EUR per shopper and year" in repr(versus)
    assert len(repr(versus).splitlines()) <= 3
    with pytest.raises(KeyError, match="profit"):
        versus.row("proft")


@pytest.mark.parametrize(
    ("change", "told"),
    [({"market.n_shoppers": 10}, "market"), ({"word.p_heard": 0.9}, "word")],
)
def test_arms_must_share_their_shoppers(
    base: om.Scenario, change: dict[str, float], told: str
) -> None:
    with pytest.raises(ParameterError, match=told):
        om.compare(base, base.replace(change), n_replications=2, seed=1)


@pytest.mark.parametrize(
    "bad", [{"n_replications": 1}, {"seed": -1}, {"confidence": 2.0}, {"lookback_days": 0.0}]
)
def test_bad_arguments_are_refused(base: om.Scenario, bad: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match=next(iter(bad))):
        om.compare(base, base, **{"n_replications": 2, "seed": 1} | bad)
