"""From the fields of a scenario to the numbers that the kernels read."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from omnisim.config.channels import Channels, SearchPlace
from omnisim.config.scenario import Scenario
from omnisim.schema import Channel as Code
from omnisim.simulation.actions import message_costs
from omnisim.simulation.firm.following import files
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM

MINUTES_PER_DAY = 24 * 60
DAYS_PER_YEAR = 365.0
DAYS_PER_WEEK = 7.0


def kernel_parameters(
    scenario: Scenario, primitives: Mapping[str, float], *, seed: int, replication: int
) -> dict[str, Any]:
    """Return every field of the kernels' parameter struct; rates are per day.

    `primitives` are those of the moment: a roll-out moves them while the clock runs.
    """
    return (
        {"seed": seed, "replication": replication, "counted_from": scenario.market.burn_in_days}
        | _choice(scenario)
        | _operations(scenario)
        | _experience(scenario)
        | _communication(scenario)
        | _creep(scenario, primitives)
        | _money(scenario, primitives)
    )


def _search_help(channels: Channels, inert: Collection[str]) -> list[list[float]]:
    """Return M[search][purchase], rows in the order of the searches (facts.md D4, eq. 6).

    A search in an inert channel makes no purchase likelier.
    """
    to_store, to_online = channels.online_to_store, channels.store_to_online
    rows = {
        "store": [channels.store.lock_in, to_online, to_online],
        "website": [to_store, channels.website.lock_in, 0.0],
        "app": [to_store, 0.0, channels.app.lock_in],
        "rival": [0.0] * 3,
    }
    for name, place in (("social", channels.social), ("contact_centre", channels.phone)):
        rows[name] = [place.to_store, place.to_online, place.to_online]
    return [[0.0] * 3 if name in inert else row for name, row in rows.items()]


def search_places(scenario: Scenario) -> list[SearchPlace | None]:
    """Return the social network and the telephone, None where no search can begin there."""
    social, phone = scenario.channels.social, scenario.channels.phone
    off = scenario.exposures.off
    has_posts = social.is_open and "social" not in off
    has_agents = phone.is_open and scenario.service_desk.is_open and "contact_centre" not in off
    return [social if has_posts else None, phone if has_agents else None]


def search_intercepts(scenario: Scenario) -> list[float]:
    """Return the intercepts of eq. 5: own channels, rival, social network, telephone."""
    channels = scenario.channels
    own = (channels.store, channels.website, channels.app)
    return [
        *(c.search_intercept for c in own),
        scenario.rivals.online_search_intercept,
        *(p.search_intercept if p else -math.inf for p in search_places(scenario)),
    ]


def _choice(scenario: Scenario) -> dict[str, Any]:
    weights, rivals, channels = scenario.choice, scenario.rivals, scenario.channels
    own = (channels.store, channels.website, channels.app)
    return {
        "price": weights.price,
        "delivery_per_day": weights.delivery_per_day,
        "distance_per_km": weights.distance_per_km,
        "habit": weights.habit,
        "habit_forgetting": weights.habit_forgetting,
        "habit_across": weights.habit_across,
        "knowledge_across": weights.knowledge_across,
        "goodwill": weights.goodwill,
        "satisfaction": weights.satisfaction,
        "risk": weights.risk,
        "stock": weights.stock,
        "believed_availability": weights.believed_availability,
        "inspection_sd": weights.inspection_sd,
        "nest": weights.nest,
        "mean_delay_days": weights.mean_delay_days,
        "p_phone_check": weights.p_phone_check,
        "taste_weight": scenario.stock.taste_weight,
        "search_intercept": search_intercepts(scenario),
        "purchase_intercept": [c.purchase_intercept for c in own],
        "search_help": _search_help(channels, scenario.exposures.inert),
        "is_open": [int(c.is_open) for c in own],
        "cart_friction": channels.cart_friction,
        "login_share": channels.login_share,
        "browse_online_per_day": channels.browse_online_per_week / DAYS_PER_WEEK,
        "browse_store_per_day": channels.browse_store_per_week / DAYS_PER_WEEK,
        "browse_goodwill": channels.browse_goodwill,
        "rival_online": rivals.online_intercept,
        "rival_gap": rivals.online_price_gap,
        "rival_days": rivals.online_delivery_days,
        "rival_unseen": rivals.unseen_penalty,
        "rival_local": rivals.local_intercept,
        "rival_distance": rivals.local_distance,
        "rival_apart": rivals.local_km_apart,
        "rival_match": rivals.reaction_near if rivals.react else 0.0,
        "delay_intercept": rivals.delay_intercept,
        "none_intercept": rivals.none_intercept,
    }


def _operations(scenario: Scenario) -> dict[str, Any]:
    stores, service, stock = scenario.stores, scenario.service, scenario.stock
    goods, basket = scenario.fulfilment, scenario.basket
    return {
        "opening": stores.opening_hour,
        "closing": stores.closing_hour,
        "p_unplanned": stores.p_unplanned,
        "visit_goodwill": stores.visit_goodwill,
        "service_days": service.service_minutes / MINUTES_PER_DAY,
        "patience_days": service.patience_minutes / MINUTES_PER_DAY,
        "react_substitute": stock.react_substitute,
        "react_rival": stock.react_rival,
        "react_delay": stock.react_delay,
        "react_quit": stock.react_quit,
        "restock_days": stock.review_days / 2 + stock.lead_days,
        "warehouse_restock_days": stock.review_days / 2 + stock.warehouse_lead_days,
        "n_stocked": stock.n_stocked,
        "collects": int(not stock.is_reserved_ahead),
        "has_capacity": int(stock.capacity_per_day > 0),
        "delivery_days": goods.delivery_days,
        "delivery_shape": goods.delivery_shape,
        "delivery_fee": goods.delivery_fee,
        "pick_days": goods.pick_hours / 24,
        "fit_sd": goods.fit_sd,
        "fit_likeness": goods.fit_likeness,
        "return_threshold": goods.return_threshold,
        "p_resellable": goods.p_resellable,
        "basket_staff": basket.staff,
        "basket_errand": basket.errand,
        "basket_relevance": basket.relevance,
    }


def _experience(scenario: Scenario) -> dict[str, Any]:
    felt, word = scenario.experience, scenario.word
    return {
        "rating": felt.rating,
        "rating_fit": felt.rating_fit,
        "rating_obstacle": felt.rating_obstacle,
        "satisfaction_rate": felt.satisfaction_rate,
        "loss_weight": felt.loss_weight,
        "expectation_rate": felt.expectation_rate,
        "weakest_link": felt.weakest_link,
        "incoherence": felt.incoherence,
        "frustration": felt.frustration,
        "coherence_norm": felt.coherence_norm,
        "satisfaction_on_churn": felt.satisfaction_on_churn,
        "engagement_on_churn": felt.engagement_on_churn,
        "points_on_churn": felt.points_on_churn,
        "satisfaction_centre": felt.satisfaction_centre,
        "engagement_centre": felt.engagement_centre,
        "points_centre": felt.points_centre,
        "purchase_engagement": felt.engagement,
        "engagement_on_need": felt.engagement_on_need,
        "engagement_decay": daily_decay(felt.engagement_per_week),
        "promoter_above": word.promoter_above,
        "detractor_below": word.detractor_below,
        "p_recommend": word.p_recommend,
        "p_warn": word.p_warn,
        "p_heard": word.p_heard,
        "p_put_off": word.p_put_off,
        "satisfaction_shift": word.satisfaction_shift,
        "innovation": word.innovation_per_year / DAYS_PER_YEAR,
        "imitation": word.imitation_per_year / DAYS_PER_YEAR,
        "aware_goodwill": word.goodwill_per_year / DAYS_PER_YEAR,
        "back_per_day": scenario.market.back_per_year / DAYS_PER_YEAR,
    }


def _communication(scenario: Scenario) -> dict[str, Any]:
    media, messages = scenario.media, scenario.messages
    off, inert = scenario.exposures.off, scenario.exposures.inert
    return {
        "effect": [float(code.name.lower() not in inert) for code in Code],
        "goodwill_decay": daily_decay(media.goodwill_per_week),
        "display_per_day": 0.0 if "display" in off else media.display_per_week / DAYS_PER_WEEK,
        "display_goodwill": media.display_goodwill,
        "display_cost": media.display_cost,
        "p_ad_click": media.p_ad_click,
        "p_paid_search": 0.0 if "search" in off else media.p_paid_search,
        "search_cost": media.search_cost,
        "search_goodwill": media.search_goodwill,
        "social_per_day": 0.0 if "social" in off else media.social_per_week / DAYS_PER_WEEK,
        "social_goodwill": media.social_goodwill,
        "social_cost": media.social_cost,
        "broadcast_per_day": (
            0.0 if "broadcast" in off else media.broadcast_contacts / DAYS_PER_WEEK
        ),
        "broadcast_goodwill": media.broadcast_goodwill,
        "broadcast_cost": media.broadcast_cost,
        "settling": media.settling,
        "settled_response": media.settled_response,
        "settled_goodwill": media.settled_goodwill,
        "saturation": media.saturation,
        "fatigue_on_ads": media.fatigue_on_ads,
        **_by_medium(scenario),
        "relevance_base": messages.relevance_base,
        "relevance_taste": messages.relevance_taste,
        "owed_personal": messages.owed_personal,
        "owed_purchases": messages.owed_purchases,
        "relevance_reference": messages.relevance_reference,
        "relevance_on_response": messages.relevance_on_response,
        "message_engagement": messages.engagement,
        "fatigue_decay": daily_decay(messages.fatigue_per_week),
        "fatigue": messages.fatigue,
        "coupon_days": scenario.offers.coupon_days,
        "nurture_days": scenario.offers.nurture_days,
        "files": [int(files(scenario, team)) for team in (ONLINE_TEAM, STORE_TEAM)],
        "shown_help": scenario.surfaces.shown_help,
        "advice_weight": scenario.surfaces.advice_weight,
        "passes_per_day": scenario.push.passes_per_week / DAYS_PER_WEEK,
        "passes_km": scenario.push.passes_km,
    }


def _creep(scenario: Scenario, primitives: Mapping[str, float]) -> dict[str, float]:
    """Return what shoppers mind (eq. 4); no profile holds bought data where none are bought."""
    messages, buys = scenario.messages, primitives["third_party_accuracy"] > 0
    return {
        "creep": messages.creep,
        "creep_consented": messages.creep_consented,
        "detail_profile": messages.detail_profile,
        "detail_joined": messages.detail_joined,
        "detail_bought": messages.detail_bought if buys else 0.0,
        "detail_location": messages.detail_location,
    }


def _by_medium(scenario: Scenario) -> dict[str, list[float]]:
    """Return what differs between e-mail, push, direct mail and staff who write, in this order."""
    media = (scenario.messages, scenario.push, scenario.direct_mail, scenario.clienteling)
    return {
        "p_open": [medium.p_open for medium in media],
        "p_click": [medium.p_click for medium in media],
        "p_unsubscribe": [medium.p_unsubscribe for medium in media],
        "message_goodwill": [medium.goodwill for medium in media],
        "message_cost": [*message_costs(scenario), client_cost(scenario)],
    }


def client_cost(scenario: Scenario) -> float:
    """Return what a message by staff costs, EUR: their time."""
    return scenario.clienteling.minutes / 60 * scenario.costs.staff_per_hour


def _money(scenario: Scenario, primitives: Mapping[str, float]) -> dict[str, Any]:
    costs = scenario.costs
    moved = (
        "card_shown", "record_accuracy", "points_across",
        "content_signals", "recommend_factor", "near_noticed", "checks_answered",
    )  # fmt: skip
    return {name: primitives[name] for name in moved} | {
        "goods_share": costs.goods_share,
        "delivery_cost": costs.delivery,
        "picking_cost": costs.picking,
        "return_online_share": costs.return_online_share,
        "return_store_cost": costs.return_store,
        "points_share": costs.points_share,
        "points_minimum": costs.points_minimum,
        "points_expire_days": costs.points_expire_days,
        "promotion": [0.0, 0.0, 0.0],
        "offer_room": max(0.0, 1 - costs.goods_share - scenario.in_store.margin_floor),
        "offer_days": scenario.in_store.offer_hours / 24,
        "referral_reward": scenario.offers.referral_reward,
    }


def daily_decay(kept_per_week: float) -> float:
    """Return the rate d with ``exp(-7 d)`` equal to the share kept after a week."""
    return -math.log(max(kept_per_week, 1e-12)) / DAYS_PER_WEEK
