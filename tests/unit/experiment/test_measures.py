"""What is measured of a run: retention of a cohort, discounting, and groups that add up."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from omnisim.experiment.customers import common_customers, customers_of
from omnisim.experiment.groups import groupings
from omnisim.experiment.measures import contribution_by_shopper, measure
from omnisim.schema import EVENTS, POSTINGS, Event, Line, Table
from omnisim.simulation import SimulationResult, simulate
from tests.reference.worlds import small

SIZE = {"market.n_shoppers": 300, "market.burn_in_days": 10, "market.horizon_days": 90}


@pytest.fixture(scope="module")
def run() -> SimulationResult:
    return simulate(small(SIZE), seed=4)


def table(schema: Table, rows: list[dict[str, float]]) -> pa.Table:
    """Return rows of a log in which all that is not told is 0."""
    columns = {name: [row.get(name, 0) for row in rows] for name in schema.names}
    return pa.table(columns, schema=schema.arrow)


def with_events(run: SimulationResult, events: list[tuple[float, int, Event]]) -> SimulationResult:
    rows = [{"time": t, "shopper": i, "event": int(kind)} for t, i, kind in events]
    return replace(run, events=table(EVENTS, rows))


def test_customers_bought_in_the_burn_in_and_are_not_lost_at_its_end(run: SimulationResult) -> None:
    start = float(run.scenario.market.burn_in_days)
    made = with_events(run, [
        (0.5, 1, Event.PURCHASE), (0.5, 2, Event.PURCHASE), (0.5, 3, Event.PURCHASE),
        (0.6, 2, Event.CHURN), (0.6, 3, Event.CHURN), (0.7, 3, Event.BACK),
        (start, 4, Event.PURCHASE), (start + 1, 1, Event.CHURN),
    ])  # fmt: skip
    assert np.flatnonzero(customers_of(made)).tolist() == [1, 3]


def test_retention_is_that_of_the_cohort_whoever_comes_later(run: SimulationResult) -> None:
    """Of customers 1 to 4, two are lost and one buys; who else is aware does not count."""
    n = len(run.population)
    start = float(run.scenario.market.burn_in_days)
    bought = [(0.5, i, Event.PURCHASE) for i in range(1, 5)]
    made = with_events(
        run, [*bought, (start + 1, 3, Event.PURCHASE), (start + 1, 9, Event.PURCHASE)]
    )
    alive = np.ones(n, np.uint8)
    alive[[1, 2]] = 0
    for n_aware in (5, n):
        aware = (np.arange(n) < n_aware).astype(np.uint8)
        found = measure(replace(made, final={**run.final, "alive": alive, "aware": aware}))
        assert found["retention", ""] == 0.5
        assert found["bought again", ""] == 0.25
        assert found["considers the firm", ""] == pytest.approx((n_aware - 2) / n)


def test_luck_alone_keeps_no_more_of_the_common_customers() -> None:
    """The same firm and persons twice: its own customers seem to stay, those of both do not."""
    firm = small({"market.n_shoppers": 400, "market.burn_in_days": 60, "market.horizon_days": 60})
    one = simulate(firm, seed=1)
    gaps = {"own": [], "common": []}
    for seed in range(2, 8):
        other = simulate(firm, population=one.population, seed=seed)
        for name, customers in (
            ("own", customers_of(one)),
            ("common", common_customers(one, other)),
        ):
            kept = [measure(run, customers)["retention", ""] for run in (one, other)]
            gaps[name].append(kept[0] - kept[1])
    own, common = (np.array(gaps[name]) for name in ("own", "common"))
    error = common.std(ddof=1) / len(common) ** 0.5
    assert abs(common.mean()) < 4 * error
    assert own.mean() > 0.02 + 4 * error


def test_the_same_persons_are_followed_if_they_are_given(run: SimulationResult) -> None:
    customers = np.zeros(len(run.population), np.bool_)
    customers[:7] = True
    considers = (run.final["alive"] == 1) & (run.final["aware"] == 1)
    assert measure(run, customers)["retention", ""] == pytest.approx(considers[:7].mean())


def test_profit_is_discounted_to_the_first_counted_day(run: SimulationResult) -> None:
    """100 EUR at once and 110 EUR a year later are worth 200 EUR at 10 % a year."""
    start = float(run.scenario.market.burn_in_days)
    rows = [(start, 10_000), (start + 365, 11_000)]
    postings = table(POSTINGS, [
        {"time": t, "line": int(Line.REVENUE), "shopper": 1, "cents": cents} for t, cents in rows
    ])  # fmt: skip
    found = measure(replace(run, postings=postings))
    assert run.scenario.market.discount_rate == 0.10
    assert found["profit", ""] == pytest.approx(210 / run.shopper_years)
    assert found["discounted profit", ""] == pytest.approx(200 / run.shopper_years)


def test_at_a_rate_of_zero_it_is_profit(run: SimulationResult) -> None:
    found = measure(replace(run, scenario=run.scenario.replace({"market.discount_rate": 0.0})))
    assert found["discounted profit", ""] == pytest.approx(found["profit", ""], abs=1e-9)


def test_shopper_contribution_and_what_it_leaves_out_are_profit() -> None:
    """Messages and advertisements are posted in whole cents a day and channel, here by contact."""
    run = simulate(small(SIZE | {"media.broadcast_contacts": 0.0}), seed=4)
    table = run.counted_postings.to_pandas()
    told = table["line"].isin((Line.MESSAGES, Line.MEDIA)) & (table["shopper"] < 0)
    assert table[told]["cents"].sum() < 0
    rest = table[(table["shopper"] < 0) & ~told]["cents"].sum() / 100
    rounding = 0.005 * told.sum() + 0.01
    whole = contribution_by_shopper(run).sum() + rest
    assert whole == pytest.approx(table["cents"].sum() / 100, abs=rounding)


def test_groups_weighted_by_size_sum_to_the_whole(run: SimulationResult) -> None:
    found = measure(run)
    n = len(run.population)
    customers = customers_of(run)
    for group, names in groupings(run.population):
        size = np.bincount(group, minlength=len(names))
        kept = np.bincount(group, weights=customers, minlength=len(names))
        for metric, weight in (
            ("shopper contribution", size / n), ("surplus", size / n),
            ("retention", kept / customers.sum()),
        ):  # fmt: skip
            values = [found[metric, name] for name in names]
            assert np.nansum(values * weight) == pytest.approx(found[metric, ""])


def test_a_group_with_nobody_in_it_has_no_value(run: SimulationResult) -> None:
    people = replace(run.population, age=np.full(len(run.population), 40.0, np.float32))
    found = measure(replace(run, population=people))
    for metric in ("shopper contribution", "surplus", "retention"):
        assert np.isnan(found[metric, "age below 35"])
        assert found[metric, "age 35 to 54"] == pytest.approx(found[metric, ""])
