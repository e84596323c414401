"""Hold-outs: field trials that the firm runs on its own messages and advertisements."""

from typing import Literal

from omnisim.config.base import Part, param


class Holdouts(Part):
    """Shares of the units from which the firm keeps something back, to learn what it does.

    What would have been sent or shown is logged as withheld (a *ghost*), so that the two groups
    can be told apart by what would have happened to both.
    """

    email: float = param(
        0.0, "share of the records that get no e-mail", source="assumption: no trial", ge=0, le=1
    )
    push: float = param(
        0.0, "share of the records that get no push message", source="assumption: no trial", ge=0,
        le=1,
    )  # fmt: skip
    direct_mail: float = param(
        0.0, "share of the records that get no letter", source="assumption: no trial", ge=0, le=1
    )
    message_unit: Literal["record", "omniscient"] = param(
        "record", "what is drawn for messages: a record, of which a person has two where teams do "
        "not share them, or the true person, which no firm can (TL*)",
        source="assumption; S1-06: more than half of the firms have several records of a person",
    )  # fmt: skip
    display: float = param(
        0.0, "share of the units that are shown no display advertisement",
        source="assumption: no trial", ge=0, le=1,
    )  # fmt: skip
    display_unit: Literal["person", "cookie", "omniscient"] = param(
        "person", "what is drawn for display: whom the firm takes for a person (the account that "
        "has logged in on the cookie or that the graph ties to it, else the cookie, else the "
        "impression), a cookie, or the true person, which no firm can (TL*)",
        source="assumption; cookies mix the arms (LM22)",
    )  # fmt: skip
