"""A shock from outside: for a time the stores are shut."""

from omnisim.config.base import Part, param


class Shock(Part):
    """Stores that have to close, the firm's and the local rival's; nothing else is given.

    Where shoppers turn meanwhile, and where they stay afterwards, are decisions of theirs.
    """

    first_day: int = param(
        0, "day of the run, burn-in included, at whose start the stores close", unit="days",
        source="assumption", ge=0, le=7300,
    )  # fmt: skip
    closed_days: int = param(
        0, "days for which they stay closed; 0 for no shock", unit="days",
        source="assumption: none in the reference", ge=0, le=7300,
    )  # fmt: skip
    staff_paid: float = param(
        1.0, "share of the store staff's pay that the firm bears meanwhile",
        source="assumption: all of it", ge=0, le=1,
    )  # fmt: skip
