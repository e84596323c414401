"""Roll-out orders: hand calculation, common draws, feasibility."""

import importlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.experiment import CostPriors, transition
from tests.reference.worths import made_values

SURE = CostPriors(
    opex=(1, 1, 1), capex=(1, 1, 1), delay=(1, 1, 1), consulting=(0, 0, 0),
    tags=(1, 1, 1), outage=(1, 1, 1), discount_rate=(0, 0, 0), horizon_years=2.0,
)  # fmt: skip
TWO = {"capabilities.visible_stock": 2, "capabilities.endless_aisle": 2}
FOUR = TWO | {"capabilities.single_customer_view": 2, "capabilities.offline_capture": 2}


def firms(changes, **costs):
    plain = {
        f"rollout.{name}.{field}": 0.0
        for name in ("visible_stock", "endless_aisle")
        for field in ("p_partial", "outage_days", "ramp_weeks", "delay_weeks")
    }
    plain |= {"capabilities.offline_capture": int("capabilities.visible_stock" in changes)}
    base = om.Scenario().replace(plain | {name.replace("__", "."): v for name, v in costs.items()})
    return base, base.replace(changes)


def each(members):
    return 0.5 * len(members)


def test_one_order_by_hand():
    """Half a euro a shopper and year for each of two, 3 million shoppers, 2 years (104 weeks)."""
    free = (0.0, 0.0, 0.0)
    base, variant = firms(
        TWO, capability_costs__visible_stock=(0.0, 0.0, 100_000.0),
        capability_costs__endless_aisle=free, investments__visible_stock=(0.0, 0.0, 400_000.0),
        investments__endless_aisle=(0.0, 0.0, 1_000.0), stores__n_stores=2,
    )  # fmt: skip
    found = transition(made_values(base, variant, each), base, variant, priors=SURE, n_draws=5)
    years = 104 * 7 / 365
    per_year = 0.5 * 20_000 * 150
    expected = 2 * per_year * years - 400_000 - 100_000 * years - 1_000 * 2 * 150
    assert found.orders["order"].tolist() == ["visible_stock > endless_aisle"]
    assert found.orders.loc[0, "npv"] == pytest.approx(expected / 1e6)
    assert found.orders.loc[0, "p_loss"] == 0
    assert found.orders.loc[0, "p_best"] == 1
    assert found.steps["npv"].sum() == pytest.approx(expected / 1e6)
    spent = 400_000 + 100_000 * years + 1_000 * 2 * 150
    assert found.orders.loc[0, "cost"] == pytest.approx(spent / 1e6)
    weekly = (2 * per_year - 100_000) * 7 / 365
    assert found.orders.loc[0, "payback_years"] == pytest.approx(
        np.ceil(700_000 / weekly) * 7 / 365
    )


def test_a_worthless_roll_out_loses_its_cost_for_sure():
    base, variant = firms(TWO)
    found = transition(made_values(base, variant, lambda m: 1.0), base, variant, n_draws=50)
    assert (found.orders["p_loss"] == 1).all()
    assert np.isinf(found.orders["payback_years"]).all()


def test_consultants_are_paid_on_top_of_the_investment():
    free = dict.fromkeys(("visible_stock", "endless_aisle"), (0.0, 0.0, 0.0))
    costs = {f"capability_costs__{name}": none for name, none in free.items()}
    base, variant = firms(TWO, **costs)
    values = made_values(base, variant, lambda m: 0.0)
    npv = {
        share: transition(
            values, base, variant, priors=replace(SURE, consulting=(share,) * 3), n_draws=5
        ).orders.loc[0, "npv"]
        for share in (0.0, 0.5)
    }
    assert npv[0.0] < 0
    assert npv[0.5] == pytest.approx(1.5 * npv[0.0])


def test_the_order_that_earns_early_is_best():
    base, variant = firms(FOUR)
    values = made_values(base, variant, lambda m: 9.0 * ("visible_stock" in m), noise=0.1)
    found = transition(values, base, variant, n_draws=200)
    best = found.orders.iloc[0]
    assert best["order"].startswith("visible_stock")
    assert best["behind"] == 0
    assert (found.orders["behind"].to_numpy()[1:] > 0).all()
    assert found.orders["p_best"].sum() == pytest.approx(1)
    draws = found.draws.pivot(index="draw", columns="order", values="npv")
    worst = found.orders.iloc[-1]
    assert (draws[best["order"]] - draws[worst["order"]]).mean() == pytest.approx(worst["behind"])


def test_all_feasible_orders_are_compared_on_the_same_draws():
    base, variant = firms(FOUR)
    values = made_values(base, variant, each, noise=0.2)
    found = transition(values, base, variant, n_draws=20)
    assert len(found.orders) == 12  # 4! orders, half of which put the aisle before the stock
    again = transition(values, base, variant, n_draws=20, orders=[
        found.orders["order"].iloc[-1].split(" > ")])  # fmt: skip
    row = found.draws[found.draws["order"] == again.orders.loc[0, "order"]]
    assert again.draws["npv"].tolist() == row["npv"].tolist()


def test_orders_of_a_sampled_study_pass_through_what_was_run():
    base, variant = firms(FOUR)
    values = made_values(base, variant, each)
    path = ["", "visible_stock", "visible_stock + endless_aisle",
            "offline_capture + visible_stock + endless_aisle",
            "single_customer_view + offline_capture + visible_stock + endless_aisle",
            "offline_capture + visible_stock"]  # fmt: skip
    few = replace(values, account=values.account[values.account["coalition"].isin(path)])
    found = transition(few, base, variant, n_draws=5)
    assert sorted(found.orders["order"]) == [
        "visible_stock > endless_aisle > offline_capture > single_customer_view",
        "visible_stock > offline_capture > endless_aisle > single_customer_view",
    ]
    with pytest.raises(ParameterError, match="no run has the coalition"):
        transition(few, base, variant, orders=[list(values.capabilities)])


def test_it_prints_the_best_order():
    base, variant = firms(TWO)
    found = transition(made_values(base, variant, each), base, variant, n_draws=5)
    assert "visible_stock > endless_aisle" in repr(found)
    assert len(repr(found).splitlines()) <= 3


def test_bad_orders_are_refused():
    base, variant = firms(TWO)
    values = made_values(base, variant, each)
    with pytest.raises(ParameterError, match="each of"):
        transition(values, base, variant, orders=[["visible_stock"]])
    with pytest.raises(ParameterError, match="must come after"):
        transition(values, base, variant, orders=[["endless_aisle", "visible_stock"]])
    with pytest.raises(ParameterError, match="same firms"):
        transition(values, base, base.replace(FOUR))


def test_orders_that_are_none_or_text_are_refused():
    base, variant = firms(TWO)
    values = made_values(base, variant, each)
    with pytest.raises(ParameterError, match="at least one order"):
        transition(values, base, variant, orders=[])
    with pytest.raises(ParameterError, match="sequence of names"):
        transition(values, base, variant, orders=["visible_stock"])


@pytest.mark.parametrize("prior", [(2, 1, 0), (0, np.nan, 1), (0, 1, np.inf), (-2, 0, 1), (0, 1)])
@pytest.mark.parametrize("name", ["opex", "delay", "goods", "consulting", "discount_rate"])
def test_priors_that_are_none_are_refused(name, prior):
    with pytest.raises(ParameterError, match=name):
        CostPriors(**{name: prior})


def test_a_horizon_has_at_least_a_week():
    with pytest.raises(ParameterError, match="at least a week"):
        CostPriors(horizon_years=0.001)


def test_stores_that_are_closed_cost_nothing():
    """As in a run: what is paid for each store is paid where stores are run."""
    sensed = {"capabilities.offline_capture": 2}
    base, variant = (firm.replace({"channels.store.is_open": False}) for firm in firms(sensed))
    found = transition(made_values(base, variant, lambda m: 0.0), base, variant, n_draws=5)
    assert found.orders.loc[0, "cost"] == 0
    open_ = transition(made_values(*firms(sensed), lambda m: 0.0), *firms(sensed), n_draws=5)
    assert open_.orders.loc[0, "cost"] > 0


def test_the_error_of_few_replications_is_student_s_t():
    """Free projects at once: a draw's NPV is the gain of two years, a t about its mean."""
    free = (0.0, 0.0, 0.0)
    base, variant = firms(
        TWO, capability_costs__visible_stock=free, capability_costs__endless_aisle=free,
        investments__visible_stock=free, investments__endless_aisle=free,
    )  # fmt: skip
    values = made_values(base, variant, each, noise=1.0, n_replications=6)
    found = transition(values, base, variant, priors=SURE, n_draws=4_000)
    rows = values.samples[values.samples["metric"] == "contribution"]
    wide = rows.pivot(index="replication", columns="coalition", values="value")
    gain = wide["visible_stock + endless_aisle"] - wide[""]
    scale = 20_000 * 150 * (104 * 7 / 365) / 1e6
    spread = scale * gain.std() / 6**0.5
    t = (found.draws["npv"] - scale * gain.mean()) / spread
    assert stats.kstest(t, stats.t(df=5).cdf).pvalue > 1e-4
    assert stats.kstest(t, stats.norm.cdf).pvalue < 1e-4


def test_four_replications_are_too_few():
    base, variant = firms(TWO)
    with pytest.raises(ParameterError, match="at least 5 replications"):
        transition(made_values(base, variant, each, n_replications=4), base, variant)


def test_only_capabilities_that_touch_a_channel_have_outages():
    """As in a run: the aisle closes nothing when it goes live, stock closes the website."""
    npv = {}
    for name in ("visible_stock", "endless_aisle"):
        base, variant = firms(TWO, **{f"rollout__{name}__outage_days": 30.0})
        values = made_values(base, variant, lambda m: 10.0)
        npv[name] = transition(values, base, variant, priors=SURE, n_draws=50).orders.loc[0, "npv"]
    base, variant = firms(TWO)
    values = made_values(base, variant, lambda m: 10.0)
    without = transition(values, base, variant, priors=SURE, n_draws=50).orders.loc[0, "npv"]
    assert npv["endless_aisle"] == without
    assert npv["visible_stock"] < without


def account(values, lines):
    """Return values whose account is ``lines``: by line, what a coalition of members books."""
    rows = [
        (row.replication, row.coalition, line, worth([m for m in row.coalition.split(" + ") if m]))
        for row in values.account.itertuples()
        for line, worth in lines.items()
    ]
    columns = ["replication", "coalition", "line", "value"]
    return replace(values, account=pd.DataFrame(rows, columns=columns))


BOOKS = {
    "revenue": lambda m: 10.0 + len(m), "cost_of_goods": lambda m: -5.0, "delivery": lambda m: -1.0,
    "return_handling": lambda m: -0.5 * len(m), "service": lambda m: -2.0, "self_service":
    lambda m: -0.1 * len(m), "media": lambda m: -0.3 * len(m), "messages": lambda m: -0.2 * len(m),
    "staff": lambda m: -3.0 - 0.4 * len(m), "capabilities": lambda m: -99.0 * len(m),
    "investment": lambda m: -99.0,
}  # fmt: skip
MOVED = {"goods": 0.0, "delivery": 0.0, "returns": -0.5, "contacts": 0.0, "self_service": -0.1,
         "clicks": -0.3, "messages": -0.2, "training": -0.4}  # fmt: skip


@pytest.mark.parametrize("name", MOVED)
def test_a_prior_multiplies_its_lines_by_hand(name):
    """Twice a cost takes its change once more, for two years; what does not change is of no effect.

    Of staff only what is beyond the baseline's counts; capabilities are paid for as projects.
    """
    base, variant = firms(TWO)
    values = account(made_values(base, variant, each), BOOKS)
    npv = [
        transition(values, base, variant, priors=replace(SURE, **ONES | {name: (f, f, f)}),
                   n_draws=5).orders.loc[0, "npv"]
        for f in (1.0, 2.0)
    ]  # fmt: skip
    years, chain = 104 * 7 / 365, 20_000 * 150 / 1e6
    assert npv[1] - npv[0] == pytest.approx(2 * MOVED[name] * years * chain, abs=1e-9)


ONES = dict.fromkeys(MOVED, (1.0, 1.0, 1.0))


def test_with_every_factor_at_one_the_account_sums_to_contribution():
    base, variant = firms(TWO)
    sure = replace(SURE, **ONES)
    lines = {**BOOKS, "revenue": lambda m: 0.0}
    rest = sum(worth([]) for name, worth in lines.items() if name not in ("capabilities",
               "investment"))  # fmt: skip
    gain = sum(MOVED.values())
    whole = made_values(base, variant, lambda m: rest + gain * len(m))
    by_line = account(whole, lines)
    npv = [transition(v, base, variant, priors=sure, n_draws=5).orders.loc[0, "npv"]
           for v in (whole, by_line)]  # fmt: skip
    assert npv[0] == pytest.approx(npv[1])


def test_what_noise_and_priors_do_is_told_apart():
    base, variant = firms(TWO)
    noisy = made_values(base, variant, each, noise=1.0, n_replications=8)
    sure = transition(noisy, base, variant, priors=SURE, n_draws=400).orders.loc[0]
    assert sure["noise_share"] == pytest.approx(1)
    assert sure["p_loss_noise"] == sure["p_loss"]
    assert sure["p_loss_priors"] in (0.0, 1.0)
    exact = transition(made_values(base, variant, each), base, variant, n_draws=400).orders.loc[0]
    assert exact["noise_share"] == 0
    assert exact["p_loss_priors"] == exact["p_loss"]
    assert exact["p_loss_noise"] in (0.0, 1.0)
    both = transition(noisy, base, variant, n_draws=400).orders.loc[0]
    assert 0 < both["noise_share"] < 1


def test_the_best_order_is_exact_and_judged_on_other_draws():
    """Of 12 orders that differ by luck of the draws alone, the choice flatters none."""
    base, variant = firms(FOUR)
    values = made_values(base, variant, each, noise=0.5, n_replications=6)
    found = transition(values, base, variant, n_draws=60).orders
    assert (found["npv_chosen"].diff().dropna() <= 0).all()
    gap = found["npv_chosen"] - found["npv"]
    assert (gap != 0).all()
    larger = transition(values, base, variant, n_draws=60, seed=1).orders
    assert larger.loc[0, "npv"] != found.loc[0, "npv"]


def test_orders_beyond_the_table_are_searched_too(monkeypatch):
    """With room for 3 of 12 orders the first and the last are still the best and the worst."""
    base, variant = firms(FOUR)
    earns = {"visible_stock": 9.0, "endless_aisle": 3.0, "offline_capture": -2.0}
    values = made_values(base, variant, lambda m: sum(earns.get(name, 0.0) for name in m))
    every = transition(values, base, variant, n_draws=20).orders
    module = importlib.import_module("omnisim.experiment.transition")  # the verb has its name
    monkeypatch.setattr(module, "MAX_ORDERS", 3)
    few = transition(values, base, variant, n_draws=20).orders
    assert len(every) == 12
    assert len(few) <= 3
    for place in (0, -1):
        assert few["order"].iloc[place] == every["order"].iloc[place]
