"""Primitives: what each capability moves, and its value at each level."""

from typing import Annotated, Self

from pydantic import Strict, model_validator

from omnisim.config.base import Part, param
from omnisim.config.capabilities import Capabilities

Levels = Annotated[tuple[float, float, float], Strict(False)]
"""Values of a primitive at level 0 (siloed), 1 (partial) and 2 (integrated)."""


def _levels(
    values: tuple[float, float, float], description: str, source: str, unit: str = ""
) -> Levels:
    levels: Levels = param(values, f"{description}; at level 0, 1, 2", source=source, unit=unit)
    return levels


class Primitives(Part):
    """What each capability moves: who is recognised, what is known, in stock and how fast."""

    match_recall: Levels = _levels(
        (0.0, 0.4, 0.7), "K1: share of persons whose store and online records are joined",
        "C3: 0.3-0.9; T-78 V2 30-80 %",
    )  # fmt: skip
    false_merge: Levels = _levels(
        (0.0, 0.01, 0.02), "K1: share of store records joined to a wrong person",
        "C6: 0.5-5 %, assumption",
    )  # fmt: skip
    card_shown: Levels = _levels(
        (0.4, 0.55, 0.7), "K2: share of a card holder's store purchases with the card shown",
        "C3: 0.2-0.8, assumption",
    )  # fmt: skip
    visits_sensed: Levels = _levels(
        (0.0, 0.2, 0.4), "K2: share of the store visits of app holders who let it know where it is "
        "that a beacon ties to their account: seen at TL2, and the item looked at filed as a look "
        "online is (K3)", "C3 K2: in-store sensing 0.1-0.6, assumption; D6, S3-11",
    )  # fmt: skip
    item_noticed: Levels = _levels(
        (0.0, 0.2, 0.4), "K2: share of the items taken from the shelf that a reader of RFID tags "
        "notices, so that the screen beside it tells about them",
        "C3 K2: in-store sensing 0.1-0.6, assumption; S3-11",
    )  # fmt: skip
    record_accuracy: Levels = _levels(
        (0.63, 0.8, 0.95), "K2: share of stock records that are right", "T-25 V2: 63 % to 95 %"
    )
    content_signals: Levels = _levels(
        (0.0, 0.2, 0.4), "K3: weight of a click or a look online in the profile; a purchase "
        "weighs 1", "assumption (S1-20 content intelligence)",
    )  # fmt: skip
    popularity_corrected: Levels = _levels(
        (0.0, 0.5, 1.0), "K3: share of what everybody buys that is taken out of the profile",
        "assumption (S1-18: insight, not data alone)",
    )  # fmt: skip
    third_party_accuracy: Levels = _levels(
        (0.0, 0.0, 0.3), "K3: correlation with taste of data bought on those who accept cookies",
        "assumption (S1-17)",
    )  # fmt: skip
    trigger_days: Levels = _levels(
        (7.0, 2.0, 0.5), "K4: days from a store purchase to the message that it triggers",
        "C3: 7 to 0.5, assumption", unit="days",
    )  # fmt: skip
    joint_sending: Levels = _levels(
        (0.0, 0.5, 1.0), "K4: share of campaigns in which the channels send as one",
        "assumption (S1-30)",
    )  # fmt: skip
    near_noticed: Levels = _levels(
        (0.0, 0.5, 1.0), "K5: share of the times that the app notices who comes near a store",
        "assumption (S0-20)",
    )  # fmt: skip
    screens_used: Levels = _levels(
        (0.0, 0.15, 0.3), "K6: share of store visits in which a screen is used", "assumption"
    )
    coupons_shown: Levels = _levels(
        (0.0, 0.5, 1.0), "K6: share of the store visits of app holders with a coupon on the phone",
        "assumption",
    )  # fmt: skip
    stock_shown: Levels = _levels(
        (0.0, 0.5, 1.0), "K7: share of items whose store stock is shown online, for pick-up",
        "assumption",
    )  # fmt: skip
    aisle_offered: Levels = _levels(
        (0.0, 0.5, 1.0), "K8: share of stock-outs at which staff can order the item", "assumption"
    )
    returns_across: Levels = _levels(
        (0.0, 0.5, 1.0), "K9: share of online orders that stores take back", "assumption"
    )
    points_across: Levels = _levels(
        (0.0, 0.5, 1.0), "K10: share of the points of other channels that can be spent here",
        "C3: usable share 0.5 to 1, assumption",
    )  # fmt: skip
    sign_up_factor: Levels = _levels(
        (1.0, 1.5, 2.0), "K10: chance that a buyer signs up, as a multiple, since points are worth "
        "more", "T-77 V: 87 % share data for a benefit, 40 % for money; assumption (D5 K10)",
    )  # fmt: skip
    staff_skill: Levels = _levels(
        (0.0, 0.3, 0.6), "K11: share of store visits that meet well-trained staff after a training",
        "assumption",
    )  # fmt: skip
    training_hours: Levels = _levels(
        (0.0, 3.0, 6.0), "K11: hours of training for each post in a store, each time",
        "C5: 0.3-1 h a module, 5-8 modules; assumption", unit="hours",
    )  # fmt: skip
    clients_written: Levels = _levels(
        (0.0, 0.0, 20.0), "K11: clients that each post in a store writes to", "S2-16, assumption",
        unit="1/week",
    )  # fmt: skip
    bot_first: Levels = _levels(
        (0.0, 0.5, 1.0), "K12: share of contacts that a chatbot takes first, at any hour",
        "assumption",
    )  # fmt: skip
    context_passed: Levels = _levels(
        (0.0, 0.0, 0.9), "K12: share of hand-overs to an agent that pass on what was said",
        "assumption",
    )  # fmt: skip
    offers_aligned: Levels = _levels(
        (0.0, 1.0, 1.0), "K13: share of the way to the best standing offer of any channel that "
        "the offers of the others go", "D5 K13, S0-05; assumption: the best offer, since "
        "coherence costs margin",
    )  # fmt: skip
    checks_answered: Levels = _levels(
        (0.0, 0.0, 1.0), "K13: share of the looks at the phone in the store, by shoppers whom the "
        "firm recognises there, that it answers with an offer", "S3-09, assumption",
    )  # fmt: skip
    recommend_factor: Levels = _levels(
        (1.0, 1.3, 1.6), "K14: chance that a nurtured promoter recommends, as a multiple",
        "C3: 1.2-2, assumption",
    )  # fmt: skip
    recovery: Levels = _levels(
        (0.0, 0.3, 0.6), "K16: share of public complaints that are made good",
        "C3: 30-70 %, assumption",
    )  # fmt: skip
    reply_days: Levels = _levels(
        (3.0, 1.0, 0.2), "K16: days until a public complaint is answered", "assumption",
        unit="days",
    )  # fmt: skip
    views_offered: Levels = _levels(
        (0.0, 0.5, 1.0), "K17: share of searches on website and app to which an interactive view "
        "is offered; a wholly digital shopper uses each", "assumption",
    )  # fmt: skip
    fit_resolved: Levels = _levels(
        (0.0, 0.2, 0.3), "K17: share of the uncertainty about fit left by website and app that the "
        "use of an interactive view removes", "C3: 10-40 %, assumption; C1: AR 0.3",
    )  # fmt: skip
    credit_across: Levels = _levels(
        (0.0, 0.5, 1.0), "K15: weight of other channels' margin in what a manager answers for",
        "C3: 0 to 1, assumption",
    )  # fmt: skip
    ramp_share: Levels = _levels(
        (1.0, 0.75, 0.5), "K15: time in which a capability that needs the people of several "
        "channels grows to its full effect, as a share of its `rollout.*.ramp_weeks`",
        "D5 K15: ramp speed; size assumption",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        uppers = dict.fromkeys(type(self).model_fields, 1.0) | {
            "trigger_days": 365.0, "training_hours": 1000.0, "reply_days": 365.0,
            "recommend_factor": 10.0, "sign_up_factor": 10.0, "clients_written": 1000.0,
        }  # fmt: skip
        problems = [
            f"primitives.{name}[{level}] must lie in [0, {upper:g}]. Got {value!r}."
            for name, upper in uppers.items()
            for level, value in enumerate(getattr(self, name))
            if not 0 <= value <= upper
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def at(self, capabilities: Capabilities) -> dict[str, float]:
        """Return each primitive at the level of the capability that moves it."""
        return {
            name: getattr(self, name)[getattr(capabilities, owner)] for name, owner in MOVES.items()
        }

    def unmoved(self) -> Self:
        """Return primitives that stay at level 0 whatever the capabilities: the placebo."""
        return type(self)(**{n: (getattr(self, n)[0],) * 3 for n in type(self).model_fields})


MOVES = {
    "match_recall": "single_customer_view",
    "false_merge": "single_customer_view",
    "card_shown": "offline_capture",
    "visits_sensed": "offline_capture",
    "item_noticed": "offline_capture",
    "record_accuracy": "offline_capture",
    "content_signals": "personalisation_engine",
    "popularity_corrected": "personalisation_engine",
    "third_party_accuracy": "personalisation_engine",
    "trigger_days": "coordinated_automation",
    "joint_sending": "coordinated_automation",
    "near_noticed": "geofence",
    "screens_used": "in_store_digital",
    "coupons_shown": "in_store_digital",
    "stock_shown": "visible_stock",
    "aisle_offered": "endless_aisle",
    "returns_across": "cross_channel_returns",
    "points_across": "unified_loyalty",
    "sign_up_factor": "unified_loyalty",
    "staff_skill": "staff_training",
    "training_hours": "staff_training",
    "clients_written": "staff_training",
    "bot_first": "always_open_service",
    "context_passed": "always_open_service",
    "offers_aligned": "price_coherence",
    "checks_answered": "price_coherence",
    "recommend_factor": "advocacy_nurturing",
    "credit_across": "cross_functional_governance",
    "ramp_share": "cross_functional_governance",
    "recovery": "social_care",
    "reply_days": "social_care",
    "views_offered": "interactive_fit",
    "fit_resolved": "interactive_fit",
}
"""The capability that moves each primitive."""
