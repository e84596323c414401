"""What the firm tracks, and what kinds of data it has at all (facts.md D6)."""

from typing import Literal

from omnisim.config.base import Part, param


class Records(Part):
    """Kinds of data that the firm has at all; a survey says how many firms do."""

    tracking_level: Literal["TL0", "TL1", "TL2"] = param(
        "TL2", "how the firm follows journeys: TL0 totals only, TL1 digital channels by cookie "
        "and account, TL2 all channels by person. It files under a person, and acts on, what it "
        "follows; analysts read at this level unless told another",
        source="D6; S1-25 to S1-27: 36, 44 and 20 % of firms",
    )  # fmt: skip

    keeps_addresses: bool = param(
        True, "whether e-mail and postal addresses are collected; without, only the app can write",
        source="S1-23: 98 % of firms",
    )  # fmt: skip
    keeps_purchases: bool = param(
        True, "whether purchases in the channels that the firm follows are filed under the person "
        "who made them; without, records hold neither history nor, but for clicks and bought data, "
        "taste", source="S1-23: 86 % of firms",
    )  # fmt: skip
    keeps_analytics: bool = param(
        True, "whether sessions and carts on website and app are counted; without, analysts see "
        "orders only; the shop system still knows the carts and looks of its accounts",
        source="S1-24: 79 % of firms",
    )  # fmt: skip
    keeps_ad_results: bool = param(
        True, "whether what advertisements were shown and clicked is at hand, in totals at least; "
        "without, analysts see neither, and cannot credit media from totals",
        source="S1-24: 74 % of firms, mostly aggregate",
    )  # fmt: skip
    keeps_surveys: bool = param(
        True, "whether customers are asked how satisfied they are; the firm has the mean answer",
        source="S1-24: 76 % of firms",
    )  # fmt: skip
    survey_share: float = param(
        0.1, "share of the known customers who are asked", source="assumption", ge=0, le=1
    )
    survey_response: float = param(
        0.2, "share of those asked who answer", source="assumption", ge=0, le=1
    )
    survey_noise: float = param(
        0.7, "standard deviation of an answer around the true satisfaction, in steps of five",
        source="assumption", ge=0,
    )  # fmt: skip
