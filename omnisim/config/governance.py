"""Who decides what in the firm, and for whose margin (facts.md D5, K15)."""

from omnisim.config.base import Part, param


class Governance(Part):
    """What the store manager and the online manager may choose, and what they know.

    Each chooses for the margin that counts for them: their own channels' in full, the others' with
    the weight that the firm gives it (`primitives.credit_across`).
    """

    managers_decide: bool = param(
        True, "whether managers choose promotions, contact pressure and effort at all; else "
        "promotions are none, campaigns as in `messages`, effort full", source="assumption",
    )  # fmt: skip
    review_days: int = param(
        28, "days between two reviews by the managers", unit="days", source="assumption",
        ge=7, le=365,
    )  # fmt: skip
    max_promotion: float = param(
        0.15, "largest standing promotion that head office allows", source="assumption",
        ge=0, le=0.9,
    )  # fmt: skip
    min_campaign_days: int = param(
        5, "shortest time between two campaigns of a sender that head office allows", unit="days",
        source="assumption", ge=1, le=28,
    )  # fmt: skip
    enforced_effort: float = param(
        0.5, "share of what staff should do for other channels that head office can enforce",
        source="assumption (D5 K15: e.g. store refuses to promote online)", ge=0, le=1,
    )  # fmt: skip
    effort_minutes: float = param(
        6.0, "staff time that an order for another channel takes", unit="minutes",
        source="assumption", ge=0, le=600,
    )  # fmt: skip
