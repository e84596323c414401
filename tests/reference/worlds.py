"""Small scenarios in which a lot happens, and runs of them, for tests of the simulator."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from omnisim.config.capabilities import Capabilities
from omnisim.config.heterogeneity import Heterogeneity
from omnisim.config.scenario import Scenario
from omnisim.config.segments import Segment
from omnisim.simulation.engine import default_policy, draw_shoppers, run
from omnisim.simulation.world import World, build_world

BUSY = Segment(need_shape=3.0, need_scale_weeks=6.0, dropout_a=0.5, dropout_b=6.0)
"""Shoppers who buy about twice a month."""


ALL_ALIKE = (
    dict.fromkeys(
        [f"rivals.{name}_intercept" for name in
         ("online_search", "online", "local", "delay", "none")], -50.0)
    | {f"channels.{name}.purchase_intercept": 50.0 for name in ("store", "website", "app")}
    | {f"surfaces.{name}_every_days": 0 for name in ("online", "store", "reward")}
    | {f"experience.{name}": 0.0 for name in
       ("satisfaction_on_churn", "engagement_on_churn", "points_on_churn", "engagement_on_need")}
    | {"channels.cart_friction": -50.0, "stores.p_unplanned": 0.0, "stores.opening_hour": 0.0,
       "stores.closing_hour": 24.0, "service.patience_minutes": 1e9, "stock.store_share": 1.0,
       "stock.safety_factor": 10.0, "stock.warehouse_safety_factor": 10.0, "basket.staff": 0.0,
       "basket.errand": 0.0, "basket.relevance": 0.0, "fulfilment.return_threshold": -100.0,
       "fulfilment.delivery_fee": 0.0, "costs.points_share": 0.0, "word.p_put_off": 0.0,
       "word.promoter_above": 1.0, "word.detractor_below": -1.0, "word.imitation_per_year": 0.0,
       "governance.managers_decide": False}
)  # fmt: skip
"""Changes that let the firm meet every need at one price in any channel: none causes a sale."""


def small(changes=None, **fields):
    """Return a scenario of 40 busy shoppers over 60 days, changed by dotted name.

    Keyword arguments name fields with ``__`` for the dot.
    """
    base = {
        "segments": {"busy": BUSY},
        "market.n_shoppers": 40,
        "market.burn_in_days": 0,
        "market.horizon_days": 60,
        "word.mean_degree": 4,
        "stores.n_stores": 2,
        "stock.n_items": 8,
    }
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return Scenario().replace(base | dict(changes or {}) | named)


def finished_world(scenario, *, seed=0, replication=0, progress=None):
    """Run a scenario and return its world, whose columns can still be read."""
    world = new_world(scenario, seed=seed, replication=replication)
    world.progress = progress
    run(world)
    return world


def new_world(scenario, *, seed=0, replication=0, held_to=()) -> World:
    """Return a world before its first day; `held_to` as in `Population`."""
    shoppers = draw_shoppers(scenario, seed=seed, replication=replication)
    shoppers = replace(shoppers, held_to=np.asarray(held_to, np.uint8))
    policy = default_policy(scenario)
    return build_world(scenario, shoppers, policy, seed=seed, replication=replication)


def of(table, name):
    """Return one column of an Arrow table as an array."""
    return np.asarray(table[name])


def bits(run, table: str) -> bytes:
    """Return a table of a run as bytes; Arrow holds no two tables equal that have a NaN."""
    rows = getattr(run, table)
    return b"".join(of(rows, column).tobytes() for column in rows.column_names)


def assert_same_bytes(first, second):
    """Hold that two runs wrote the same events and postings, to the last bit."""
    for name in ("events", "postings"):
        a, b = getattr(first, name), getattr(second, name)
        assert a.num_rows == b.num_rows, name
        for column in a.column_names:
            assert of(a, column).tobytes() == of(b, column).tobytes(), (name, column)


@st.composite
def scenarios(draw):
    """Draw small scenarios over the whole range of what shoppers and firm may do."""
    n = draw(st.integers(1, 25))
    degrees = [d for d in (0, 2, 4) if d < n]
    between = lambda low, high: draw(st.floats(low, high))  # noqa: E731
    levels = draw(st.sampled_from([Capabilities.siloed(), Capabilities.integrated()]))
    segment = Segment(
        need_shape=between(0.5, 3), need_scale_weeks=between(4, 12), dropout_a=between(0.1, 2),
        p_aware=between(0, 1), p_app=between(0, 1), p_account=between(0, 1),
        p_loyalty=between(0, 1), distance_km=between(0.1, 20),
    )  # fmt: skip
    return small({
        "market.n_shoppers": n,
        "market.horizon_days": draw(st.integers(1, 45)),
        "heterogeneity": Heterogeneity(habit=between(0, 2), response=between(0, 2)),
        "word.mean_degree": draw(st.sampled_from(degrees)),
        "segments": {"drawn": segment},
        "capabilities": levels,
        "stores.n_stores": draw(st.integers(1, 3)),
        "stores.opening_hour": between(0, 10),
        "stores.closing_hour": between(11, 24),
        "stores.p_unplanned": between(0, 1),
        "stock.n_items": draw(st.integers(1, 12)),
        "stock.store_share": between(0.3, 1),
        "stock.safety_factor": between(-3, 2),
        "stock.warehouse_safety_factor": between(-3, 2),
        "stock.lead_days": between(0, 20),
        "service.service_minutes": between(1, 300),
        "choice.inspection_sd": between(0, 3),
        "choice.p_phone_check": between(0, 1),
        "channels.store.is_open": draw(st.booleans()),
        "channels.social.is_open": draw(st.booleans()),
        "channels.phone.is_open": draw(st.booleans()),
        "channels.cart_friction": between(-3, 3),
        "rivals.local_intercept": between(-3, 3),
        "rivals.delay_intercept": between(-3, 3),
        "rivals.none_intercept": between(-3, 3),
        "fulfilment.delivery_days": between(0, 6),
        "fulfilment.delivery_fee": between(0, 10),
        "fulfilment.fit_sd": between(0, 3),
        "fulfilment.p_resellable": between(0, 1),
        "costs.points_share": between(0, 0.5),
        "costs.points_minimum": between(0, 10),
        "costs.points_expire_days": draw(st.sampled_from([0, 1, 10])),
        "messages.cap_per_week": draw(st.integers(0, 3)),
        "media.display_per_week": between(0, 7),
        "media.social_per_week": between(0, 7),
        "media.broadcast_contacts": between(0, 3),
        "media.saturation": between(0, 3),
        "media.fatigue_on_ads": between(0, 1),
        "messages.at_risk_factor": between(0, 3),
        "records.keeps_addresses": draw(st.booleans()),
        "records.keeps_purchases": draw(st.booleans()),
        "offers.promoter_purchases": draw(st.integers(1, 4)),
        "surfaces.online_every_days": draw(st.sampled_from([0, 5])),
        "surfaces.store_every_days": draw(st.sampled_from([0, 5])),
        "surfaces.reward_every_days": draw(st.sampled_from([0, 5])),
    })  # fmt: skip
