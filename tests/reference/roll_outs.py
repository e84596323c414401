"""A roll-out twice: simulated, and by the arithmetic of `transition` over steady firms."""

import numpy as np

from omnisim.evaluation.transition import DAYS_PER_YEAR, Projects, step_cash
from omnisim.experiment.measures import measure
from omnisim.simulation import simulate
from omnisim.simulation.firm.capability_costs import investment, running_cost

ENTIRE = ("p_partial", "outage_days")


def both_ways(base, order, *, n_replications, seed):
    """Return per replication, in EUR per shopper: arithmetic and simulation.

    Parameters
    ----------
    base : Scenario
        The siloed firm; partial success and outages are left out.
    order : sequence of str
        Capabilities at level 2, each started when the one before goes live.

    Returns
    -------
    dict of str to ndarray of shape (n_replications, 2)
        "paid": investments and running costs; "earned": what contribution gains.
    """
    base = base.replace({f"rollout.{name}.{field}": 0.0 for name in order for field in ENTIRE})
    starts, start = {}, 0.0
    for name in order:
        starts[f"rollout.{name}.start_week"] = start
        start += getattr(base.rollout, name).delay_weeks
    levels = [{f"capabilities.{n}": 2 for n in order[:k]} for k in range(len(order) + 1)]
    rolled = base.replace(levels[-1] | starts | {"rollout.is_simulated": True})
    years = base.market.horizon_days / DAYS_PER_YEAR
    earned, paid = [], []
    for k in range(n_replications):
        runs = [measure(simulate(base.replace(c), seed=seed, replication=k)) for c in levels]
        there = measure(simulate(rolled, seed=seed, replication=k))
        value = {(1 << s) - 1: np.array([runs[s]["contribution", ""]]) for s in range(len(levels))}
        gain = years * (there["contribution", ""] - runs[0]["contribution", ""])
        cost = -years * (there["line", "capabilities"] + there["line", "investment"])
        earned.append((_cash(base, rolled, order, value, paid=False), gain))
        paid.append((-_cash(base, rolled, order, dict.fromkeys(value, np.zeros(1))), cost))
    return {"earned": np.array(earned), "paid": np.array(paid)}


def _cash(base, rolled, order, value, *, paid=True):
    """Return the undiscounted cash of the whole horizon, in EUR per shopper."""
    weeks, per = base.market.horizon_days // 7, base.market.shoppers_per_region
    ways = [getattr(rolled.rollout, name) for name in order]

    def columns(numbers):
        return np.array([numbers], dtype=float)

    nothing = columns([0.0] * len(order))
    projects = Projects(
        capex=columns([investment(rolled, n, 2) / per for n in order]) if paid else nothing,
        opex=columns([running_cost(rolled, n, 2) * DAYS_PER_YEAR / per for n in order])
        if paid
        else nothing,
        delay_weeks=columns([way.delay_weeks for way in ways]),
        ramp_weeks=columns([way.ramp_weeks for way in ways]),
        ramp_share=np.ones((len(order), len(order))),
        realised=columns([1.0] * len(order)),
        outage_days=nothing,
    )
    cash = step_cash(range(len(order)), value, projects, n_weeks=weeks, outage_share=0.0)
    return float(cash.sum())
