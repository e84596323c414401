"""Worlds with random parameters in a random state, for comparing kernels with their oracles."""

from omnisim.config.capabilities import Capabilities
from omnisim.config.exposures import MEDIA
from omnisim.config.heterogeneity import Heterogeneity
from tests.reference.worlds import new_world, small


def random_world(rng, **fields):
    """Return a world before its first day whose columns hold what a long run might leave."""
    between = rng.uniform
    is_siloed, has_app = bool(rng.uniform() < 0.5), bool(rng.uniform() < 0.7)
    levels = Capabilities.siloed() if is_siloed else Capabilities.integrated()
    scenario = small({
        "capabilities": levels if has_app else levels.within(("store", "website")),
        "stores.opening_hour": between(0, 10),
        "stores.closing_hour": between(11, 24),
        "stores.visit_goodwill": 0.3,
        "stores.p_unplanned": between(0.1, 0.5),
        "channels.app.is_open": has_app,
        "primitives.stock_shown": (0.2, 0.5, 0.8),
        "primitives.record_accuracy": (0.3, 0.5, 0.7),
        "channels.browse_online_per_week": between(1, 20),
        "channels.browse_store_per_week": between(1, 20),
        "primitives.checks_answered": (0.3, 0.5, 0.9),
        "primitives.match_recall": (0.4, 0.5, 0.8),
        "segments.busy.p_app": 0.6,
        "segments.busy.p_location_consent": 0.8,
        "in_store.margin_floor": between(0, 0.3),
        "rivals.online_price_gap": between(0, 0.5),
        "choice.p_phone_check": between(0.3, 1),
        "choice.nest": between(0.1, 1),
        "choice.believed_availability": between(0.3, 0.9),
        "costs.points_share": between(0, 0.3),
        "costs.points_minimum": between(0, 5),
        "costs.points_expire_days": between(1, 30),
        "basket.staff": between(-0.5, 0.5),
        "basket.errand": between(-0.5, 0.5),
        "basket.relevance": between(-0.5, 0.5),
        "fulfilment.fit_sd": between(0.5, 3),
        "fulfilment.fit_likeness": between(0.2, 2),
        "fulfilment.p_resellable": between(0.3, 0.8),
        "stock.review_days": between(1, 20),
        "stock.store_share": between(0.4, 0.8),
        "experience.rating": between(0.3, 0.9),
        "experience.rating_fit": between(0.2, 0.8),
        "experience.rating_obstacle": between(-0.9, 0.2),
        "experience.loss_weight": between(1, 4),
        "experience.frustration": between(0.2, 3),
        "experience.coherence_norm": between(0, 0.5),
        "experience.points_centre": between(0, 9),
        "experience.engagement_on_need": between(0.05, 1),
        "word.p_recommend": between(0.2, 0.8),
        "word.p_warn": between(0.2, 0.8),
        "word.p_put_off": between(0.2, 0.8),
        "media.display_per_week": between(0, 5),
        "exposures.inert": tuple(m for m in (*MEDIA, "screen") if rng.uniform() < 0.2),
        "media.p_ad_click": 0.3,
        "messages.p_open": between(0.3, 0.8),
        "messages.p_click": 0.5,
        "messages.p_unsubscribe": between(0.1, 0.3),
        "media.social_per_week": between(0, 5),
        "media.broadcast_contacts": between(0, 5),
        "media.settling": between(0.1, 0.9),
        "media.settled_goodwill": between(0, 1),
        "media.saturation": between(0, 3) * bool(rng.uniform() < 0.7),
        "media.fatigue_on_ads": between(0, 1),
        "push.p_open": between(0.3, 0.8),
        "push.p_click": 0.5,
        "push.passes_per_week": between(3, 7),
        "clienteling.p_open": between(0.3, 0.8),
        "direct_mail.p_unsubscribe": between(0.1, 0.3),
        "primitives.content_signals": (0.0, 0.2, 0.5),
        "records.keeps_purchases": bool(rng.uniform() < 0.8),
        "records.tracking_level": str(rng.choice(["TL0", "TL1", "TL2"], p=[0.1, 0.2, 0.7])),
        "offers.coupon_days": between(1, 60),
        "surfaces.shown_help": between(0.1, 1),
        "surfaces.advice_weight": between(0.5, 3),
        "segments.busy.p_aware": 0.6,
        "segments.busy.dropout_b": between(0.5, 3),
        "channels.social.is_open": bool(rng.uniform() < 0.5),
        "channels.social.to_store": between(-1, 1),
        "channels.social.to_online": between(-1, 1),
        "channels.phone.is_open": bool(rng.uniform() < 0.5),
        "channels.phone.to_store": between(-1, 1),
        "channels.phone.to_online": between(-1, 1),
        "choice.habit_across": between(0, 1),
        "choice.knowledge_across": between(0, 1),
        "messages.owed_personal": between(0.1, 0.6),
    }, **fields)  # fmt: skip
    spreads = {f"heterogeneity.{name}": between(0, 1) for name in Heterogeneity.model_fields}
    scenario = scenario.replace(spreads)
    address = {"seed": int(rng.integers(2**63)), "replication": int(rng.integers(9))}
    held_to = rng.choice(3, scenario.market.n_shoppers, p=(0.6, 0.2, 0.2))
    world = new_world(scenario, **address, held_to=held_to)
    by_day = int(world.draws.seed % 3 == 0)
    world.state.params = world.state.params | {
        "promotion": rng.uniform(0, 0.3, 3).tolist(), "has_capacity": by_day,
        "collects": 1 - by_day,
    }  # fmt: skip
    scatter(world.columns, rng)
    return world


def scatter(columns, rng):
    """Overwrite what changes during a run with plausible values."""
    n = len(columns["alive"])
    columns["alive"][:] = rng.uniform(size=n) < 0.8
    columns["goodwill"][:] = rng.exponential(1.0, n)
    columns["fatigue"][:] = rng.exponential(2.0, n)
    columns["engagement"][:] = rng.exponential(0.5, n) * (rng.uniform(size=n) < 0.5)
    columns["touched"][:] = rng.uniform(0, 20, n)
    columns["satisfaction"][:] = rng.uniform(-1, 1, n)
    columns["expectation"][:] = rng.uniform(-0.5, 1, n)
    columns["until_need"][:] = rng.exponential(1.0, n)
    columns["exposed"][:] = rng.integers(0, 5, columns["exposed"].shape)
    columns["settled"][:] = rng.uniform(size=n) < 0.3
    columns["bonus"][:] = rng.uniform(0, 1.5, (n, 2)) * [1, 40]
    columns["opened"][:] = rng.uniform(0, 1.5, (n, 2)) * [1, 40]
    columns["nurtured_until"][:] = rng.uniform(-40, 60, n)
    columns["record_shown"][:] = rng.integers(-1, columns["on_hand"].shape[1], (2 * n, 2))
    columns["habit"][:] = rng.exponential(0.5, columns["habit"].shape)
    columns["habit"][:] *= rng.uniform(size=(n, 1)) < 0.8
    columns["points"][:] = rng.integers(0, 1_000, (n, 2)) / 100
    columns["points_day"][:] = rng.integers(0, 20, (n, 2))
    columns["n_needs"][:] = rng.integers(0, 9, n)
    columns["n_identified"][:] = rng.integers(0, 9, n)
    columns["coupon"][:] = rng.uniform(0, 0.4, n)
    columns["coupon_until"][:] = rng.uniform(-10, 40, n)
    on_hand = columns["on_hand"]
    on_hand[:] = rng.integers(0, 3, on_hand.shape)
    columns["demand"][:] = rng.integers(0, 3, on_hand.shape)
    columns["store_open"][-1:] = rng.uniform() < 0.7
