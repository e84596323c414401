"""Capabilities: how integrated the firm is."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from omnisim.config.base import Part, param

Level = Annotated[int, Field(ge=0, le=2)]


@dataclass(frozen=True, slots=True)
class Need:
    """A prerequisite: from a level on, a capability may not be above the one it needs."""

    capability: str
    from_level: int = 1


NEEDS = {
    "personalisation_engine": Need("single_customer_view", from_level=2),
    "advocacy_nurturing": Need("single_customer_view"),
    "coordinated_automation": Need("single_customer_view"),
    "endless_aisle": Need("visible_stock"),
    "cross_channel_returns": Need("visible_stock"),
    "unified_loyalty": Need("single_customer_view"),
    "always_open_service": Need("single_customer_view", from_level=2),
    "price_coherence": Need("single_customer_view", from_level=2),
}
"""Hard prerequisites (facts.md D5)."""


def _level(code: str, description: str) -> Level:
    level: Level = param(
        0, f"{code}, {description}; 0 siloed, 1 partial, 2 integrated", source="D5"
    )
    return level


class Capabilities(Part):
    """Level of each capability. A level only picks primitives; it never moves sales."""

    single_customer_view: Level = _level("K1", "records of one person are joined")
    offline_capture: Level = _level("K2", "store events are identified and stock records are right")
    personalisation_engine: Level = _level("K3", "tastes are estimated from more than purchases")
    coordinated_automation: Level = _level("K4", "one sender, fast triggers, a cap per person")
    geofence: Level = _level("K5", "the app writes to those who come near a store")
    in_store_digital: Level = _level("K6", "screens, and coupons on the phone, in the store")
    visible_stock: Level = _level("K7", "store stock is shown online, with click-and-collect")
    endless_aisle: Level = _level("K8", "staff can order what the store lacks")
    cross_channel_returns: Level = _level("K9", "stores take back what was bought online")
    unified_loyalty: Level = _level("K10", "points earned in one channel count in the other")
    staff_training: Level = _level("K11", "staff are trained to advise, and write to clients")
    always_open_service: Level = _level("K12", "a chatbot at any hour that hands over with context")
    price_coherence: Level = _level("K13", "one price everywhere, defended at the phone check")
    advocacy_nurturing: Level = _level("K14", "predicted promoters are asked to recommend")
    cross_functional_governance: Level = _level(
        "K15", "managers answer for the margin of all channels"
    )
    social_care: Level = _level("K16", "public complaints are answered and made good")
    interactive_fit: Level = _level("K17", "website and app let shoppers try on (AR, VR, AI)")

    @model_validator(mode="after")
    def _check_needs(self) -> Self:
        problems = [
            f"capabilities.{name} = {getattr(self, name)} needs capabilities.{need.capability} >= "
            f"{getattr(self, name)}. Got {getattr(self, need.capability)}."
            for name, need in NEEDS.items()
            if getattr(self, name) > getattr(self, need.capability)
            and getattr(self, name) >= need.from_level
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @classmethod
    def siloed(cls) -> Self:
        """Every capability at level 0: channels are open but know nothing of each other."""
        return cls()

    @classmethod
    def integrated(cls) -> Self:
        """Every capability at level 2."""
        return cls(**dict.fromkeys(cls.model_fields, 2))
