"""An invitation to the app: the nudge of an encouragement trial."""

from omnisim.config.base import Part, param


class Invitation(Part):
    """One e-mail that invites known customers without the app to take it up.

    Whether one takes it up is one's own choice; the invitation makes it likelier and does nothing
    else. What those not invited would have got is logged as withheld.
    """

    day: int = param(
        -1, "day of the run on which the invitations go out; -1 for never", unit="day",
        source="assumption: no trial", ge=-1,
    )  # fmt: skip
    share: float = param(
        0.5, "share of the records that are invited, of those that may be written to and have no "
        "app", source="assumption: even arms are the most precise", ge=0, le=1,
    )  # fmt: skip
    p_take_up: float = param(
        0.25, "probability that one who is invited takes up the app", source="assumption", ge=0,
        le=1,
    )  # fmt: skip
    p_unprompted: float = param(
        0.05, "probability that one takes it up about that time without being invited",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
