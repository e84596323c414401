"""What the firm keeps of those whom it recognises (facts.md D6: availability of data)."""

from omnisim.config.base import Part, param


class Records(Part):
    """Kinds of data on a person that the firm has at all; a survey says how many firms do."""

    keeps_addresses: bool = param(
        True, "whether e-mail and postal addresses are collected; without, only the app can write",
        source="S1-23: 98 % of firms",
    )  # fmt: skip
    keeps_purchases: bool = param(
        True, "whether purchases are filed under the person who made them; without, records hold "
        "neither history nor, but for clicks and bought data, taste", source="S1-23: 86 % of firms",
    )  # fmt: skip
