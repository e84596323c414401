"""Stores, service, stock, fulfilment and what shoppers make of them."""

from omnisim.config.base import Part, param


class Stores(Part):
    """The stores of the region."""

    n_stores: int = param(2, "stores in the region", source="assumption", ge=1, le=1000)
    opening_hour: float = param(9.0, "opening time", unit="hours", source="assumption", ge=0, lt=24)
    closing_hour: float = param(
        20.0, "closing time; 24 with opening_hour 0 never closes", unit="hours",
        source="assumption", gt=0, le=24,
    )  # fmt: skip
    visit_goodwill: float = param(
        0.02, "goodwill that a visit to the store leaves by itself: the store as an attraction",
        source="S2-13; size assumption: as a click in search", ge=0, le=10,
    )  # fmt: skip
    p_unplanned: float = param(
        0.03, "chance that a visit to the store, for whatever reason, adds an unplanned purchase",
        source="assumption; below C3 K9 (10-30 % of return trips), since every visit has it",
        ge=0, le=1,
    )  # fmt: skip


class Service(Part):
    """Staff in the stores: every visit asks for one of them (an M/M/c queue).

    Where there are `seats`, visits ask for a table instead: the shopper decides when seated, and
    only who stays holds the table for the time of the service.
    """

    staff_per_store: int = param(
        1, "staff on duty, and paid; who is served at once, but where there are seats",
        source="assumption", ge=1, le=1000,
    )  # fmt: skip
    seats: int = param(
        0, "tables of a store, for which visits queue instead of for staff; 0 for a shop",
        source="assumption: shops seat nobody", ge=0, le=100_000,
    )  # fmt: skip
    service_minutes: float = param(
        3.0, "mean service time (exponential)", unit="minutes", source="C4: 3-8, assumption",
        gt=0, le=600,
    )  # fmt: skip
    patience_minutes: float = param(
        10.0, "mean patience in the queue (exponential)", unit="minutes", source="T-75: 2-10",
        gt=0, le=1e9,
    )  # fmt: skip


class Stock(Part):
    """Assortment, stock and replenishment."""

    n_items: int = param(60, "items of the assortment", source="assumption", ge=1, le=10_000)
    popularity_exponent: float = param(
        0.8, "Zipf exponent of demand over items", source="assumption", ge=0, le=3
    )
    taste_weight: float = param(
        1.5, "weight of taste in which item is wanted", source="assumption", ge=0, le=20
    )
    store_share: float = param(
        0.86, "share of the items, the most popular, that a store stocks",
        source="assumption (D1: the tail is not stocked in store)", gt=0, le=1,
    )  # fmt: skip
    review_days: float = param(
        7.0, "days between two replenishment orders", unit="days", source="D1: weekly", gt=0, le=365
    )
    lead_days: float = param(
        3.0, "days from order to arrival at a store", unit="days", source="assumption", ge=0, le=365
    )
    warehouse_lead_days: float = param(
        7.0, "days from order to arrival at the warehouse", unit="days", source="assumption",
        ge=0, le=365,
    )  # fmt: skip
    safety_factor: float = param(
        1.3, "standard deviations of demand held as safety stock in a store",
        source="assumption; tuned to T-37", ge=-5, le=10,
    )  # fmt: skip
    warehouse_safety_factor: float = param(
        2.3, "standard deviations of demand held as safety stock in the warehouse",
        source="assumption", ge=-5, le=10,
    )  # fmt: skip
    demand_smoothing: float = param(
        0.15, "weight of the latest review period in the demand forecast", source="assumption",
        gt=0, le=1,
    )  # fmt: skip
    shelf_life_days: float = param(
        0.0, "days after which goods that have arrived are written off; 0 for goods that keep",
        unit="days", source="assumption: the goods of the reference keep", ge=0, le=3650,
    )  # fmt: skip
    capacity_per_day: int = param(
        0, "units (rooms, covers) that a store of a whole region can sell of each day, whatever "
        "the channel: neither replenished nor back-ordered, and worth nothing the day after; 0 for "
        "goods that are stocked", unit="1/day",
        source="assumption: the goods of the reference are stocked", ge=0, le=1_000_000,
    )  # fmt: skip
    is_reserved_ahead: bool = param(
        False, "whether an order online is for a day to come, on which the shopper comes to the "
        "store (a stay); needs capacity_per_day", source="assumption: goods are carried or sent",
    )  # fmt: skip
    ahead_days: float = param(
        14.0, "mean days from a reservation to its day (exponential)", unit="days",
        source="assumption; only where orders are reservations", ge=0, le=365,
    )  # fmt: skip
    p_cancel: float = param(
        0.05, "share of reservations cancelled, and refunded, before their day",
        source="assumption; only where orders are reservations", ge=0, le=1,
    )  # fmt: skip
    react_substitute: float = param(
        0.45, "share that takes another item of the firm at a stock-out",
        source="T-38 M-high: same brand 19 % + other brand 26 %", ge=0, le=1,
    )  # fmt: skip
    react_rival: float = param(
        0.31, "share that goes to another store: the local rival, or, of who takes out the phone, "
        "the online one",
        source="T-38 M-high; the split by choice.p_phone_check is eq. 10", ge=0, le=1,
    )  # fmt: skip
    react_delay: float = param(
        0.15, "share that comes back later", source="T-38 M-high", ge=0, le=1
    )
    react_quit: float = param(0.09, "share that does not buy", source="T-38 M-high", ge=0, le=1)

    @property
    def n_stocked(self) -> int:
        """Items, the most popular, that a store stocks; at least one."""
        return max(1, round(self.n_items * self.store_share))


class Fulfilment(Part):
    """Delivery, click-and-collect and returns."""

    delivery_days: float = param(
        3.0, "mean delivery time", unit="days", source="assumption; T-19 base is 7", ge=0, le=60
    )
    delivery_shape: float = param(
        6.0, "Gamma shape of the delivery time; the promise is its mean", source="assumption",
        gt=0, le=1e6,
    )  # fmt: skip
    delivery_fee: float = param(
        4.9, "paid by the shopper for a home delivery", unit="EUR", source="assumption",
        ge=0, le=1e4,
    )  # fmt: skip
    pick_hours: float = param(
        4.0, "hours until a click-and-collect order is ready", unit="hours", source="assumption",
        ge=0, le=1000,
    )  # fmt: skip
    return_days: float = param(
        8.0, "days from hand-over to a return", unit="days", source="T-35: within 60 days",
        gt=0, le=60,
    )  # fmt: skip
    fit_sd: float = param(
        1.0, "standard deviation of fit when nothing is resolved", source="assumption", ge=0, le=10
    )
    fit_likeness: float = param(
        0.2, "fit gained by an item that is wholly to taste, lost by one that is the opposite",
        source="eq. 11 (match); size assumption: a fifth of the spread of fit, since taste acts on "
        "which item is wanted, too", ge=0, le=10,
    )  # fmt: skip
    return_threshold: float = param(
        -0.5, "fit below which the goods are not wanted", source="assumption; tuned to T-35",
        ge=-100, le=10,
    )  # fmt: skip
    hassle_online: float = param(
        0.12, "fit one puts up with rather than send a parcel back",
        source="assumption; tuned to T-35", ge=0, le=100,
    )  # fmt: skip
    hassle_store: float = param(
        0.02, "fit one puts up with rather than go back to the store",
        source="assumption; tuned to T-35", ge=0, le=100,
    )  # fmt: skip
    hassle_per_km: float = param(
        0.015, "further fit one puts up with, per km, rather than bring a parcel to the store",
        unit="1/km", source="assumption: even with a parcel at 6.7 km, near the median distance",
        ge=0, le=10,
    )  # fmt: skip
    p_resellable: float = param(
        0.8, "share of returned goods that can be sold again", source="assumption", ge=0, le=1
    )


class Basket(Part):
    """What makes a purchase larger or smaller than the shopper's own baskets (equation 9).

    Those of staff, errands and messages are small: these act on whether and what one buys already.
    """

    category: float = param(
        0.0, "log change of every basket by what is sold: kappa of the category",
        source="eq. 9 (kappa); assumption: 0 in the reference, whose baskets are those of T-44",
        ge=-5, le=5,
    )  # fmt: skip
    staff: float = param(
        0.05, "log change of a basket bought in the store, per unit of the skill of its staff",
        source="S0-16, eq. 9 (b_staff); size assumption: below T-21 (+1.8 % a module, 5-8 "
        "modules), where staff chose to be trained", ge=-3, le=3,
    )  # fmt: skip
    errand: float = param(
        0.05, "log change of what is bought on a visit to collect or to return goods",
        source="eq. 9 (b_x); size assumption", ge=-3, le=3,
    )  # fmt: skip
    relevance: float = param(
        0.02, "log change of the next basket within offers.coupon_days of opening a message, per "
        "unit of its relevance",
        source="eq. 9 (b_rel); size assumption", ge=-3, le=3,
    )  # fmt: skip


class Experience(Part):
    """Satisfaction, engagement and churn (equations 13 and 14)."""

    satisfaction_rate: float = param(
        0.2, "weight of the latest experience in satisfaction", source="assumption", ge=0, le=1
    )
    loss_weight: float = param(2.0, "weight of a disappointment", source="eq. 13: 1.5-2.5",
                               ge=1, le=10)  # fmt: skip
    expectation_rate: float = param(
        0.1, "weight of the latest experience in what is expected", source="assumption", ge=0, le=1
    )
    expectation_start: float = param(
        0.6, "experience expected at the start", source="assumption", ge=-1, le=1
    )
    rating: float = param(
        0.65, "rating of what goes as it should: goods of mean fit, an item that is there, being "
        "served at once, a parcel on the promised day", source="assumption", ge=-1, le=1,
    )  # fmt: skip
    rating_fit: float = param(
        0.4, "rating gained per unit of fit", source="assumption", ge=0, le=10
    )
    rating_obstacle: float = param(
        -0.5, "rating of a stock-out, a walk-out or a wrong record", source="assumption",
        ge=-1, le=1,
    )  # fmt: skip
    weakest_link: float = param(
        0.4, "weight of the worst part of an experience", source="S4-11; size assumption",
        ge=0, le=1,
    )  # fmt: skip
    incoherence: float = param(
        5.0, "rating lost per unit of a price difference, as a share of the price, by who pays "
        "more than the firm was seen to ask elsewhere",
        source="S0-05, eq. 13; size assumption: 10 % is less than half an obstacle",
        ge=0, le=100,
    )  # fmt: skip
    frustration: float = param(
        1.0, "rating lost per share of the price that points held, but not counted in the channel, "
        "would have paid",
        source="S4-13, eqs. 13 and 16; size assumption: below a price difference (incoherence)",
        ge=0, le=100,
    )  # fmt: skip
    coherence_norm: float = param(
        0.02, "what shoppers come to expect beyond the experiences that they have had, since they "
        "expect channels to be coherent",
        source="S1-09, eq. 13; size assumption", ge=0, le=2,
    )  # fmt: skip
    satisfaction_on_churn: float = param(
        1.0, "log-odds of drop-out lost per unit of satisfaction", source="assumption", ge=0, le=20
    )
    engagement_on_churn: float = param(
        0.3, "log-odds of drop-out lost per unit of engagement", source="assumption", ge=0, le=20
    )
    points_on_churn: float = param(
        0.02, "log-odds of drop-out lost per EUR of points usable in the channel",
        unit="1/EUR", source="assumption", ge=0, le=5,
    )  # fmt: skip
    satisfaction_centre: float = param(
        -0.24, "satisfaction at which drop-out is that of the segment",
        source="eq. 14: so that the siloed arm drops out as its segments do; below the mean after "
        "a purchase, -0.21, since the unhappy weigh more", ge=-1, le=1,
    )  # fmt: skip
    engagement_centre: float = param(
        0.39, "engagement at which drop-out is that of the segment",
        source="mean after a purchase in the siloed arm at 20,000 shoppers (eq. 14)", ge=0, le=100,
    )  # fmt: skip
    points_centre: float = param(
        0.6, "points usable in the channel at which drop-out is that of the segment", unit="EUR",
        source="mean after a purchase in the siloed arm at 20,000 shoppers (eq. 14)",
        ge=0, le=10_000,
    )  # fmt: skip
    engagement_on_need: float = param(
        0.05, "log change of the need rate per unit of engagement (b_E of eq. 1)",
        source="assumption", ge=0, le=5,
    )  # fmt: skip
    engagement: float = param(
        0.3, "engagement that a purchase leaves on who has none, per unit of its rating, where "
        "that is above 0; on others less, by exp(-engagement): needs do not feed on themselves",
        source="D2 (engagement stock after purchase); assumption: half of it is that of a message",
        ge=0, le=10,
    )  # fmt: skip
    engagement_per_week: float = param(
        0.85, "share of engagement left after a week", source="assumption", ge=0, lt=1
    )
