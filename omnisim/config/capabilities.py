"""Capabilities: how integrated the firm is."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from omnisim.config.base import Part, param

Level = Annotated[int, Field(ge=0, le=2)]


@dataclass(frozen=True, slots=True)
class Need:
    """A prerequisite: the lowest level of another capability by the level of who needs it.

    Attributes
    ----------
    capability : str
        What is needed.
    least : tuple of 3 int
        Its lowest level for level 0, 1 and 2.
    """

    capability: str
    least: tuple[int, int, int]


AS_FAR, FROM_FIRST, FROM_SECOND = (0, 1, 2), (0, 1, 1), (0, 0, 1)

NEEDS = {
    "personalisation_engine": (Need("single_customer_view", FROM_SECOND),),
    "coordinated_automation": (Need("single_customer_view", AS_FAR),),
    "visible_stock": (Need("offline_capture", FROM_FIRST),),
    "endless_aisle": (Need("visible_stock", AS_FAR),),
    "cross_channel_returns": (Need("visible_stock", AS_FAR),),
    "unified_loyalty": (Need("single_customer_view", AS_FAR),),
    "staff_training": (Need("single_customer_view", FROM_SECOND),),
    "always_open_service": (Need("single_customer_view", FROM_SECOND),),
    "price_coherence": (Need("single_customer_view", FROM_FIRST),),
    "advocacy_nurturing": (Need("single_customer_view", AS_FAR),),
}
"""Hard prerequisites (facts.md D5).

What rests on another capability as a whole may not be above it. Stock is shown once the records of
the store are looked after (K2); level 2 of the engine (data across channels), of training (clients
written to) and of service (context handed over), and one price, need a customer view of any level.
Price coherence may rest on automation instead, which needs the view itself."""

SALES_CHANNELS = {
    "geofence": ("app",),
    "visible_stock": ("website", "app"),
    "interactive_fit": ("website", "app"),
}
"""Sales channels of which a capability needs one to be open (facts.md D5)."""


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
            f"capabilities.{name} = {level} needs capabilities.{need.capability} >= "
            f"{need.least[level]}. Got {getattr(self, need.capability)}."
            for name, needs in NEEDS.items()
            for need in needs
            for level in [getattr(self, name)]
            if getattr(self, need.capability) < need.least[level]
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

    def within(self, channels: Collection[str]) -> Self:
        """Return what is left of them where only these sales channels are open.

        Parameters
        ----------
        channels : collection of str
            Some of ``"store"``, ``"website"`` and ``"app"``.

        Examples
        --------
        >>> Capabilities.integrated().within(["store"]).endless_aisle
        0
        """
        levels = dict(self) | {
            name: 0 for name, any_of in SALES_CHANNELS.items() if not set(any_of) & set(channels)
        }
        for name, needs in NEEDS.items():  # a need comes before those that need it
            levels[name] = max(
                level
                for level in range(levels[name] + 1)
                if all(levels[need.capability] >= need.least[level] for need in needs)
            )
        return type(self)(**levels)
