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
        2, "shortest time between two campaigns of a sender that head office allows", unit="days",
        source="assumption", ge=1, le=28,
    )  # fmt: skip
    enforced_effort: float = param(
        0.5, "share of what staff should do for other channels that head office can enforce",
        source="assumption (D5 K15: e.g. store refuses to promote online)", ge=0, le=1,
    )  # fmt: skip
    effort_minutes: float = param(
        15.0, "mean time that staff spend on an order of another channel, or on goods of one that "
        "come back, where they take every one, the hard ones included", unit="minutes",
        source="assumption", ge=0, le=600,
    )  # fmt: skip
    effort_exponent: float = param(
        2.0, "growth of that mean time with the share e of orders that are taken: as e to this "
        "power, since the easy ones come first", source="assumption", gt=0, le=10,
    )  # fmt: skip
    books_kept: float = param(
        0.8, "weight of earlier reviews in the managers' books, one against the next",
        source="assumption", ge=0, lt=1,
    )  # fmt: skip
    prior_orders: float = param(
        100.0, "orders at the mean basket and the usual margin that a channel's books start from, "
        "so that a few orders do not move a promotion", unit="orders", source="assumption",
        ge=1, le=1e6,
    )  # fmt: skip
    order_days: int = param(
        7, "days within which an order counts as following a message", unit="days",
        source="assumption: a common window of e-mail tools", ge=1, le=28,
    )  # fmt: skip
    message_margin: float = param(
        0.05, "margin that a campaign message is believed to bring its sender's own channels "
        "before books tell", unit="EUR", source="assumption; T-50", ge=0, le=100,
    )  # fmt: skip
    prior_messages: float = param(
        50_000.0, "messages that this belief weighs as much as", unit="messages",
        source="assumption: the standard error of a margin per message is then some cents",
        ge=1, le=1e9,
    )  # fmt: skip
    reader_weeks: float = param(
        52.0, "time for which who reads the messages would go on if nobody opted out",
        unit="weeks", source="assumption", gt=0, le=520,
    )  # fmt: skip
