"""What capabilities cost: every year, and once."""

from omnisim.config.base import Part, param
from omnisim.config.primitives import Levels

EACH_STORE = ("offline_capture", "in_store_digital", "endless_aisle")
"""Capabilities that cost each store; the others cost the whole firm, shared by its regions."""


class CapabilityCosts(Part):
    """Running cost of a capability: licence, staff, maintenance."""

    single_customer_view: Levels = param(
        (0.0, 100_000.0, 200_000.0), "K1, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="C5 V2: licence 50,000-500,000",
    )  # fmt: skip
    offline_capture: Levels = param(
        (0.0, 200.0, 400.0), "K2, each store, at level 0, 1, 2", unit="EUR/year",
        source="assumption (tags, maintenance of readers)",
    )  # fmt: skip
    personalisation_engine: Levels = param(
        (0.0, 60_000.0, 120_000.0), "K3, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption (data science, models)",
    )  # fmt: skip
    coordinated_automation: Levels = param(
        (0.0, 40_000.0, 80_000.0), "K4, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    geofence: Levels = param(
        (0.0, 20_000.0, 40_000.0), "K5, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption (app module)",
    )  # fmt: skip
    in_store_digital: Levels = param(
        (0.0, 400.0, 800.0), "K6, each store, at level 0, 1, 2", unit="EUR/year",
        source="assumption (content, maintenance)",
    )  # fmt: skip
    visible_stock: Levels = param(
        (0.0, 60_000.0, 120_000.0), "K7, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    endless_aisle: Levels = param(
        (0.0, 0.0, 0.0), "K8, each store, at level 0, 1, 2", unit="EUR/year",
        source="assumption: the kit needs no licence",
    )  # fmt: skip
    cross_channel_returns: Levels = param(
        (0.0, 20_000.0, 40_000.0), "K9, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    unified_loyalty: Levels = param(
        (0.0, 30_000.0, 60_000.0), "K10, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    staff_training: Levels = param(
        (0.0, 20_000.0, 40_000.0), "K11, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption: courses; hours are paid as staff",
    )  # fmt: skip
    always_open_service: Levels = param(
        (0.0, 30_000.0, 60_000.0), "K12, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    price_coherence: Levels = param(
        (0.0, 15_000.0, 30_000.0), "K13, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption: one price system; offers are paid for as they are taken",
    )  # fmt: skip
    advocacy_nurturing: Levels = param(
        (0.0, 20_000.0, 40_000.0), "K14, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    cross_functional_governance: Levels = param(
        (0.0, 25_000.0, 50_000.0), "K15, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip
    social_care: Levels = param(
        (0.0, 30_000.0, 60_000.0), "K16, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption: a listening tool; answers are paid one by one",
    )  # fmt: skip
    interactive_fit: Levels = param(
        (0.0, 40_000.0, 80_000.0), "K17, whole firm, at level 0, 1, 2", unit="EUR/year",
        source="assumption",
    )  # fmt: skip


class Investments(Part):
    """What a capability costs once: systems, devices, integration, migration, training."""

    single_customer_view: Levels = param(
        (0.0, 200_000.0, 400_000.0), "K1, whole firm, at level 0, 1, 2", unit="EUR",
        source="C5: integration 1-3 times the first licence, assumption",
    )  # fmt: skip
    offline_capture: Levels = param(
        (0.0, 1_500.0, 3_000.0), "K2, each store, at level 0, 1, 2", unit="EUR",
        source="C5: readers, beacons; assumption",
    )  # fmt: skip
    personalisation_engine: Levels = param(
        (0.0, 100_000.0, 200_000.0), "K3, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    coordinated_automation: Levels = param(
        (0.0, 50_000.0, 100_000.0), "K4, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    geofence: Levels = param(
        (0.0, 50_000.0, 100_000.0), "K5, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption (app module)",
    )  # fmt: skip
    in_store_digital: Levels = param(
        (0.0, 2_500.0, 5_000.0), "K6, each store, at level 0, 1, 2", unit="EUR",
        source="assumption (screens); C5 V: kits below 25,000 a store",
    )  # fmt: skip
    visible_stock: Levels = param(
        (0.0, 200_000.0, 400_000.0), "K7, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    endless_aisle: Levels = param(
        (0.0, 6_250.0, 12_500.0), "K8, each store, at level 0, 1, 2", unit="EUR",
        source="C5 V: kit below 25,000 a store; half of that",
    )  # fmt: skip
    cross_channel_returns: Levels = param(
        (0.0, 50_000.0, 100_000.0), "K9, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    unified_loyalty: Levels = param(
        (0.0, 100_000.0, 200_000.0), "K10, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    staff_training: Levels = param(
        (0.0, 25_000.0, 50_000.0), "K11, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption: content",
    )  # fmt: skip
    always_open_service: Levels = param(
        (0.0, 75_000.0, 150_000.0), "K12, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    price_coherence: Levels = param(
        (0.0, 40_000.0, 80_000.0), "K13, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    advocacy_nurturing: Levels = param(
        (0.0, 10_000.0, 20_000.0), "K14, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    cross_functional_governance: Levels = param(
        (0.0, 75_000.0, 150_000.0), "K15, whole firm, at level 0, 1, 2", unit="EUR",
        source="C5: change management 20-100 % of the technology, assumption",
    )  # fmt: skip
    social_care: Levels = param(
        (0.0, 15_000.0, 30_000.0), "K16, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
    interactive_fit: Levels = param(
        (0.0, 100_000.0, 200_000.0), "K17, whole firm, at level 0, 1, 2", unit="EUR",
        source="assumption",
    )  # fmt: skip
