"""What staff, screens and offers do in the store."""

from omnisim.config.base import Part, param


class InStore(Part):
    """Advice, screens and offers during a visit."""

    training_every_days: float = param(
        182.0, "days between two trainings of the staff", unit="days", source="assumption",
        gt=0, le=3650,
    )  # fmt: skip
    turnover_per_year: float = param(
        0.6, "yearly rate at which trained staff are replaced by untrained", unit="1/year",
        source="C3 K11: 40-80 %, assumption", ge=0, le=10,
    )  # fmt: skip
    advice_resolves: float = param(
        0.4, "share of the uncertainty about fit that good advice removes", source="assumption",
        ge=0, le=1,
    )  # fmt: skip
    advice_on_substitute: float = param(
        0.5, "log-odds of taking another item at a stock-out added by good advice",
        source="assumption (S2-16)", ge=0, le=10,
    )  # fmt: skip
    time_saved: float = param(
        0.14, "share of the service time saved by fully trained staff",
        source="C3 K12 V (BLR23): assisted agents +14 %, read across", ge=0, le=1,
    )  # fmt: skip
    screen_resolves: float = param(
        0.3, "share of the uncertainty about fit that a screen removes",
        source="C1: web content 0.3, assumption", ge=0, le=1,
    )  # fmt: skip
    coupon_depth: float = param(
        0.1, "share off the price of a coupon shown on the phone in the store",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    p_coupon_noticed: float = param(
        0.15, "chance that a coupon shown on the phone in the store is noticed",
        source="assumption; C2: 1-8 % are redeemed", ge=0, le=1,
    )  # fmt: skip
    margin_floor: float = param(
        0.3, "margin, as a share of the list price, that an offer in answer to a look at the phone "
        "leaves at least", source="assumption (D5 K13: margin cost)", ge=0, le=1,
    )  # fmt: skip
    offer_hours: float = param(
        1.0, "hours for which an offer made in the store counts", unit="hours",
        source="assumption", ge=0, le=24,
    )  # fmt: skip
