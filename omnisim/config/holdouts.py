"""Hold-outs: field trials that the firm runs on its own messages and advertisements."""

from typing import Literal

from omnisim.config.base import Part, param


class Holdouts(Part):
    """Shares of the people from whom the firm keeps something back, to learn what it does.

    What would have been sent or shown is logged as withheld (a *ghost*), so that the two groups
    can be told apart by what would have happened to both.
    """

    email: float = param(
        0.0, "share of the addresses that get no e-mail", source="assumption: no trial", ge=0, le=1
    )
    display: float = param(
        0.0, "share of the people, or cookies, that are shown no display advertisement",
        source="assumption: no trial", ge=0, le=1,
    )  # fmt: skip
    display_unit: Literal["person", "cookie"] = param(
        "person", "what is drawn for display: a person, whatever the device, or a cookie",
        source="assumption; cookies mix the arms (LM22)",
    )  # fmt: skip
