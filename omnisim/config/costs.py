"""What things cost the firm."""

from omnisim.config.base import Part, param
from omnisim.config.capabilities import Levels


class Costs(Part):
    """Unit costs, and the yearly cost of each capability at level 0, 1 and 2."""

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
    points_share: float = param(
        0.03, "points given to card holders as a share of the price", source="assumption",
        ge=0, le=1,
    )  # fmt: skip
    points_minimum: float = param(
        3.0, "points that must be usable before they are spent", unit="EUR", source="assumption",
        ge=0, le=1e4,
    )  # fmt: skip


class CapabilityCosts(Part):
    """Yearly cost of a capability: licence, staff and written-off investment."""

    single_customer_view: Levels = param(
        (0.0, 140_000.0, 280_000.0), "K1, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="C5 V2: licence 50,000-500,000; 200,000 here, and twice that once, over 5 years",
    )  # fmt: skip
    offline_capture: Levels = param(
        (0.0, 500.0, 1_000.0), "K2, each store, at level 0, 1, 2", unit="EUR/year",
        source="assumption (tags, readers)",
    )  # fmt: skip
    coordinated_automation: Levels = param(
        (0.0, 50_000.0, 100_000.0), "K4, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    visible_stock: Levels = param(
        (0.0, 100_000.0, 200_000.0), "K7, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    endless_aisle: Levels = param(
        (0.0, 1_250.0, 2_500.0), "K8, each store, at level 0, 1, 2", unit="EUR/year",
        source="C5 V: kit below 25,000 a store; half of that over five years",
    )  # fmt: skip
    unified_loyalty: Levels = param(
        (0.0, 50_000.0, 100_000.0), "K10, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
