"""What things cost the firm, but for its capabilities."""

from omnisim.config.base import Part, param


class Costs(Part):
    """Unit costs."""

    goods_share: float = param(
        0.55, "cost of goods as a share of the price", source="C5: gross margin 30-55 %",
        ge=0, le=1,
    )  # fmt: skip
    delivery: float = param(
        6.0, "home delivery of an order", unit="EUR", source="C5: 4-10, assumption", ge=0, le=1e4
    )
    picking: float = param(
        2.0, "picking of a click-and-collect order", unit="EUR", source="assumption", ge=0, le=1e4
    )
    return_online_share: float = param(
        0.21, "handling of an online return as a share of its value", source="T-36 V (PB22)",
        ge=0, le=5,
    )  # fmt: skip
    return_store: float = param(
        1.5, "handling of a return in the store", unit="EUR", source="assumption", ge=0, le=1e4
    )
    staff_per_hour: float = param(
        14.0, "staff on duty", unit="EUR/hour", source="assumption", ge=0, le=1e4
    )
    message: float = param(
        0.002, "an e-mail", unit="EUR", source="C5: 0.0005-0.005, M-med", ge=0, le=100
    )
    third_party_per_year: float = param(
        0.3, "bought data on a person, where they are bought", unit="EUR/year",
        source="assumption (S1-17)", ge=0, le=100,
    )  # fmt: skip
    points_share: float = param(
        0.03, "points given to card holders as a share of the price", source="assumption",
        ge=0, le=1,
    )  # fmt: skip
    points_minimum: float = param(
        3.0, "points that must be usable before they are spent", unit="EUR", source="assumption",
        ge=0, le=1e4,
    )  # fmt: skip
    points_expire_days: float = param(
        365.0, "days after which points lapse if their owner has neither earned nor spent any; 0 "
        "for never", unit="days", source="assumption: a year, as is common", ge=0, le=3650,
    )  # fmt: skip
    write_off_years: float = param(
        5.0, "years over which the investment in a capability is written off; a roll-out books it "
        "at once instead", unit="years", source="assumption", gt=0, le=100,
    )  # fmt: skip
