"""Transition economics against hand calculations."""

import numpy as np
import pytest
from scipy.stats import kstest, triang

from omnisim.evaluation.transition import (
    WEEKS_PER_YEAR,
    Projects,
    payback_weeks,
    present_value,
    realised_share,
    step_cash,
    triangular,
)
from omnisim.exceptions import ParameterError

YEAR = 365.0 / 7.0


def projects(**fields):
    """Two players, one draw; everything zero but what is given, and effects fully reached."""
    names = ("capex", "opex", "delay_weeks", "ramp_weeks", "realised", "outage_days")
    whole = {name: [0.0, 0.0] for name in names} | {"realised": [1.0, 1.0]} | fields
    ramp_share = whole.pop("ramp_share", np.ones((2, 2)))
    return Projects(
        **{name: np.array([values]) for name, values in whole.items()}, ramp_share=ramp_share
    )


def value(*euros):
    """Earnings a year of the coalitions (), (0), (1), (0, 1)."""
    return {c: np.array([float(v)]) for c, v in enumerate(euros)}


def cash(order, values, how, n_weeks=10, outage_share=1.0):
    return step_cash(order, values, how, n_weeks=n_weeks, outage_share=outage_share)


def test_a_gain_without_delay_is_its_annuity():
    flow = cash([0], value(0, YEAR, 0, 0), projects(), n_weeks=4)
    assert flow.sum(axis=0) == pytest.approx(np.ones((1, 4)))
    rate = np.array([0.1])
    expected = sum(1.1 ** -((w + 0.5) / YEAR) for w in range(4))
    assert present_value(flow.sum(axis=0), rate) == pytest.approx([expected])


def test_delay_ramp_capex_and_opex_by_hand():
    """Capital 30 at week 0, 2 a week from then on; 8 a week after 2 weeks, by a ramp of 4."""
    how = projects(capex=[30.0, 0], opex=[2 * YEAR, 0], delay_weeks=[2.0, 0], ramp_weeks=[4.0, 0])
    flow = cash([0], value(0, 8 * YEAR, 0, 0), how, n_weeks=8)[0, 0]
    gain = [0, 0, 1, 3, 5, 7, 8, 8]  # 8 x (1/8, 3/8, 5/8, 7/8) on the ramp
    expected = np.array(gain) - 2.0
    expected[0] -= 30
    assert flow == pytest.approx(expected)


def test_governance_that_came_before_shortens_a_ramp():
    """Half of 4 weeks: the whole of 8 a week after 2; brought in after it, all 4 weeks."""
    how = projects(ramp_weeks=[4.0, 0], ramp_share=np.array([[1.0, 0.5], [1.0, 1.0]]))
    worth = value(0, 8 * YEAR, 0, 8 * YEAR)
    assert cash([1, 0], worth, how, n_weeks=5)[1, 0] == pytest.approx([2, 6, 8, 8, 8])
    assert cash([0, 1], worth, how, n_weeks=5)[0, 0] == pytest.approx([1, 3, 5, 7, 8])


def test_projects_follow_each_other():
    """The second starts when the first goes live, in week 3, and adds to it."""
    how = projects(capex=[10.0, 20.0], opex=[0, YEAR], delay_weeks=[3.0, 2.0])
    flow = cash([0, 1], value(0, 5 * YEAR, 100, 12 * YEAR), how, n_weeks=7)[:, 0]
    assert flow[0] == pytest.approx([-10, 0, 0, 5, 5, 5, 5])
    assert flow[1] == pytest.approx([0, 0, 0, -21, -1, 6, 6])


def test_a_project_beyond_the_horizon_is_no_project():
    how = projects(capex=[10.0, 20.0], opex=[0, YEAR], delay_weeks=[50.0, 2.0])
    flow = cash([0, 1], value(0, 5 * YEAR, 0, 12 * YEAR), how)
    assert flow[1].sum() == 0


def test_an_outage_costs_what_is_earned_in_that_time():
    how = projects(delay_weeks=[2.0, 0], outage_days=[3.0, 0])
    flow = cash([0], value(365.0, 365.0, 0, 0), how, outage_share=0.5)[0, 0]
    assert flow == pytest.approx([0, 0, -1.5, 0, 0, 0, 0, 0, 0, 0])


def test_partial_success_holds_back_what_needs_it():
    partial = np.array([[True, False, False], [False, True, False]])
    found = realised_share(partial, (0, 0b001, 0b011), partial_share=0.5)
    assert found.tolist() == [[0.5, 0.5, 0.5], [1.0, 0.5, 0.5]]
    half = cash([0], value(0, 4 * YEAR, 0, 0), projects(realised=[0.5, 1.0]))
    assert half[0, 0] == pytest.approx([2.0] * 10)


@pytest.mark.parametrize(
    ("flow", "weeks"),
    [([-10, 5, 5, 1], 3), ([1, 1, 1, 1], 0), ([-10, 1, 1, 1], np.inf), ([-1, 2, -3, 5], 4)],
)
def test_payback(flow, weeks):
    assert payback_weeks(np.array([flow], dtype=float)) == [weeks]


def test_steps_sum_to_the_value_of_the_order(seed):
    rng = np.random.default_rng(seed)
    n = 20
    fields = {f: rng.uniform(0, 5, (n, 2)) for f in
              ("capex", "opex", "delay_weeks", "ramp_weeks", "outage_days")}  # fmt: skip
    how = Projects(**fields, ramp_share=np.ones((2, 2)), realised=np.ones((n, 2)))
    values = {c: rng.normal(0, 100, n) for c in range(4)}
    rate = rng.uniform(0.08, 0.12, n)
    flow = cash([1, 0], values, how, n_weeks=260)
    steps = present_value(flow, rate)
    assert steps.shape == (2, n)
    assert steps.sum(axis=0) == pytest.approx(present_value(flow.sum(axis=0), rate))
    last_year = flow.sum(axis=0)[:, -26:].mean(axis=1) * WEEKS_PER_YEAR
    assert last_year == pytest.approx(values[3] - values[0] - how.opex.sum(axis=1))


def test_triangular_draws_have_the_distribution(seed):
    u = np.random.default_rng(seed).uniform(size=2_000)
    found = triangular(u, (2.0, 3.0, 7.0))
    assert kstest(found, triang(0.2, 2, 5).cdf).pvalue > 1e-6
    assert (np.diff(triangular(np.linspace(0, 1, 50), (2.0, 3.0, 7.0))) > 0).all()
    assert triangular(u, (4.0, 4.0, 4.0)) == pytest.approx(np.full(2_000, 4.0))
    with pytest.raises(ParameterError, match="ascending"):
        triangular(u, (3.0, 2.0, 7.0))
