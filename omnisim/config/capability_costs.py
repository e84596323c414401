"""What capabilities cost the firm every year."""

from omnisim.config.base import Part, param
from omnisim.config.primitives import Levels

EACH_STORE = ("offline_capture", "endless_aisle")
"""Capabilities that cost each store; the others cost the whole firm, shared by its regions."""


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
