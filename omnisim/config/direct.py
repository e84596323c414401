"""Media beside e-mail that reach persons, limits, offers and rewards (equations 3, 4 and 15)."""

from typing import Annotated

from pydantic import Field, Strict

from omnisim.config.base import Part, param

Amount = Annotated[float, Field(ge=0, le=1e9)]
Depth = Annotated[float, Field(gt=0, lt=1)]
Budgets = Annotated[tuple[Amount, Amount, Amount], Strict(False)]
Depths = Annotated[tuple[Depth, Depth], Strict(False)]


class Push(Part):
    """Push messages of the app, to those who accept them."""

    p_open: float = param(
        0.028, "share of messages tapped at reference relevance and without fatigue",
        source="T-54 V2: retail 2.5-3.0 %", gt=0, lt=1,
    )  # fmt: skip
    errand_odds: float = param(
        1.5, "log-odds of a tap gained where the message comes on the way to a purchase elsewhere: "
        "11 % at reference relevance, of whom few turn round",
        source="assumption; C2: 1-8 % of mobile coupons are redeemed", ge=0, le=20,
    )  # fmt: skip
    p_click: float = param(
        1.0, "share of taps that open the app", source="by definition of a tap", ge=0, le=1
    )
    p_unsubscribe: float = param(
        0.004, "opt-outs per message at reference relevance",
        source="assumption: above e-mail (T-52)", gt=0, lt=1,
    )  # fmt: skip
    goodwill: float = param(
        1.5, "goodwill of a message tapped, of relevance 1", source="assumption: as e-mail",
        ge=0, le=10,
    )  # fmt: skip
    cost: float = param(
        0.001, "a push message", unit="EUR", source="C5: about 0, assumption", ge=0, le=100
    )
    passes_per_week: float = param(
        2.0, "times that one who lives next to a store comes near it", unit="1/week",
        source="assumption", ge=0, le=7,
    )  # fmt: skip
    passes_km: float = param(
        5.0, "distance over which that falls to 37 per cent", unit="km", source="assumption",
        gt=0, le=500,
    )  # fmt: skip


class DirectMail(Part):
    """Letters and postcards, to those whose address the card or an order has given."""

    p_open: float = param(
        0.5, "share of mailings looked at, at reference relevance and without fatigue",
        source="assumption", gt=0, lt=1,
    )  # fmt: skip
    p_click: float = param(
        0.01, "share of mailings looked at that bring the reader to the website at once",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    p_unsubscribe: float = param(
        0.001, "opt-outs per mailing at reference relevance", source="assumption", gt=0, lt=1
    )
    goodwill: float = param(
        2.0, "goodwill of a mailing looked at, of relevance 1",
        source="assumption: above e-mail, since paper stays", ge=0, le=10,
    )  # fmt: skip
    cost: float = param(
        0.8, "a mailing, print and postage", unit="EUR", source="assumption: 0.6-1", ge=0, le=100
    )
    letter_value: float = param(
        200.0, "value of the purchases filed in a record of the store from which the firm's own "
        "rule thanks for a purchase by letter", unit="EUR",
        source="assumption: five baskets and more", ge=0, le=1e9,
    )  # fmt: skip


class Limits(Part):
    """What holds for every policy: the simulator enforces it, by what is eligible."""

    cap_per_week: int = param(
        100, "messages that one sender may send to a record in a week. Teams that send as one "
        "(joint_sending) count the messages of both, teams that send apart their own alone",
        source="assumption: above any use; policies have caps of their own", ge=0, le=1000,
    )  # fmt: skip
    budget_per_week: Budgets = param(
        (1e6, 1e6, 1e6), "budget of e-mail, push and direct mail per 1,000 shoppers",
        unit="EUR/week", source="assumption: above any use",
    )  # fmt: skip
    capacity_per_day: Budgets = param(
        (1e6, 1e6, 1e6), "messages of a policy that e-mail, push and direct mail can send in a "
        "day, per 1,000 shoppers", unit="1/day", source="assumption: above any use",
    )  # fmt: skip
    advice_per_day: Amount = param(
        1e6, "records for which screens and staff can prepare an offer on a day of decision, per "
        "1,000 shoppers", unit="1/day", source="assumption: above any use",
    )  # fmt: skip


class Offers(Part):
    """Coupons and rewards that a message can carry."""

    depths: Depths = param(
        (0.1, 0.2), "discounts that coupons give, shares of the price; the actions are called by "
        "their per cent", source="assumption",
    )  # fmt: skip
    coupon_days: float = param(
        14.0, "days that a coupon is valid; it counts at the next purchase", unit="days",
        source="assumption", ge=0, le=365,
    )  # fmt: skip
    nurture_days: float = param(
        90.0, "days that a promoter stays in the referral programme after the message is opened",
        unit="days", source="assumption", ge=0, le=3650,
    )  # fmt: skip
    referral_reward: float = param(
        5.0, "reward for each recommendation of one in the programme", unit="EUR",
        source="assumption", ge=0, le=1000,
    )  # fmt: skip
    promoter_purchases: int = param(
        4, "purchases in a record from which its owner is predicted to be a promoter",
        source="assumption", ge=1, le=1000,
    )  # fmt: skip


class Surfaces(Part):
    """Decision points where the firm does not write: site and app, the store, the loyalty scheme.

    Each is off at 0 days: best sellers first, no advice, the same points for everybody.
    """

    online_every_days: int = param(
        7, "days between two decisions on what site and app show first to those signed in",
        unit="days", source="S0-01: personal within a channel in silos, too; assumption: weekly",
        ge=0, le=365,
    )  # fmt: skip
    store_every_days: int = param(
        28, "days between two decisions on what screens and staff offer to those who show the card",
        unit="days", source="assumption: every four weeks", ge=0, le=365,
    )  # fmt: skip
    reward_every_days: int = param(
        28, "days between two decisions on who earns extra points", unit="days",
        source="assumption: every four weeks", ge=0, le=365,
    )  # fmt: skip
    shown_help: float = param(
        0.3, "share of the doubt about fit that goes where what is shown first fits wholly",
        source="C1: resolved by web content 0.3; assumption", ge=0, le=1,
    )  # fmt: skip
    advice_weight: float = param(
        1.5, "log-odds of buying what the store offers, per unit of likeness to taste",
        unit="utils", source="assumption: as stock.taste_weight", ge=0, le=20,
    )  # fmt: skip
    bonus: float = param(
        1.0, "extra points of the next purchase, as a share of the usual ones",
        source="assumption: double points", ge=0, le=100,
    )  # fmt: skip
    bonus_days: float = param(
        30.0, "days for which extra points are promised", unit="days", source="assumption",
        ge=0, le=365,
    )  # fmt: skip
