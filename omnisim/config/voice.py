"""Public voice: reviews, and complaints that everybody can read (equation 15)."""

from omnisim.config.base import Part, param


class Voice(Part):
    """Who speaks in public, who reads it, and what an answer costs."""

    p_review: float = param(
        0.03, "chance that a purchase is reviewed in public", source="assumption", ge=0, le=1
    )
    p_complain: float = param(
        0.04, "chance that a detractor complains in public after a purchase",
        source="assumption; T-72 V2: 62 % would share (upper bound)", ge=0, le=1,
    )  # fmt: skip
    complaint_weight: float = param(
        3.0, "reviews that an unanswered public complaint weighs as much as", source="assumption",
        ge=0, le=1000,
    )  # fmt: skip
    memory_per_week: float = param(
        0.95, "share of the weight of reviews left after a week", source="assumption", gt=0, lt=1
    )
    p_read: float = param(
        0.3, "chance of reading reviews at a search on website or app", source="assumption",
        ge=0, le=1,
    )  # fmt: skip
    weight: float = param(
        0.2, "pull of the mean review on the satisfaction of readers who have not bought yet",
        source="eq. 15, BR16; size assumption", ge=0, le=1,
    )  # fmt: skip
    resolves: float = param(
        0.1, "share of the uncertainty about fit that very many reviews remove",
        source="assumption: part of C1, web content 0.3", ge=0, le=1,
    )  # fmt: skip
    half_volume: float = param(
        100.0, "weight of reviews at which half of that is reached", source="assumption",
        gt=0, le=1e9,
    )  # fmt: skip
    recovered_to: float = param(
        0.1, "satisfaction of a complainer whose complaint was made good",
        source="assumption (the recovery paradox is debated, C3 K16)", ge=-1, le=1,
    )  # fmt: skip
    cost_reply: float = param(
        4.0, "an agent's answer to a complaint", unit="EUR",
        source="assumption: half a live contact (T-74)", ge=0, le=1e4,
    )  # fmt: skip
    cost_recovery: float = param(
        10.0, "what makes a complaint good", unit="EUR", source="assumption", ge=0, le=1e4
    )
