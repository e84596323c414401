"""Roll-out: how capabilities are brought in while the firm goes on selling (facts.md D5)."""

from omnisim.config.base import Part, param


class Introduction(Part):
    """How one capability is brought in."""

    start_week: float = param(
        0.0, "start of the project, in weeks after the burn-in", unit="weeks", source="assumption",
        ge=0, le=1000,
    )  # fmt: skip
    delay_weeks: float = param(
        16.0, "from the start to the first effect", unit="weeks",
        source="C5 V2: customer platforms 1.5-6 months", ge=0, le=1000,
    )  # fmt: skip
    ramp_weeks: float = param(
        13.0, "from the first effect to the full one in silos (S0-17); governance shortens it "
        "where people of several channels are needed (primitives.ramp_share)", unit="weeks",
        source="assumption", ge=0, le=1000,
    )  # fmt: skip
    p_partial: float = param(
        0.2, "chance that it ends one level lower than planned (S0-28)", source="assumption",
        ge=0, le=1,
    )  # fmt: skip
    outage_days: float = param(
        1.0, "mean time for which it does nothing when it goes live, and the channel it touches is "
        "closed (offline capture the store; customer view, visible stock and loyalty the website; "
        "others none); exponential (S4-22)", unit="days", source="C5: 0-3 days, assumption",
        ge=0, le=100,
    )  # fmt: skip


def _weeks(delay: float, ramp: float = 13.0, outage: float = 1.0) -> Introduction:
    return Introduction(delay_weeks=delay, ramp_weeks=ramp, outage_days=outage)


class Rollout(Part):
    """How each capability is brought in, if the roll-out is simulated at all."""

    is_simulated: bool = param(
        False, "whether capabilities come in during the run; else they hold from its first day",
        source="assumption",
    )  # fmt: skip
    migration_loss: float = param(
        0.02, "chance that the points in the store's ledger of one whose records are not joined, "
        "or joined to another's, are lost when unified loyalty goes live",
        source="S4-12; size assumption", ge=0, le=1,
    )  # fmt: skip
    single_customer_view: Introduction = _weeks(20.0)
    offline_capture: Introduction = _weeks(12.0, outage=0.5)
    personalisation_engine: Introduction = _weeks(16.0, outage=0.0)
    coordinated_automation: Introduction = _weeks(12.0, outage=0.0)
    geofence: Introduction = _weeks(8.0, outage=0.0)
    in_store_digital: Introduction = _weeks(12.0, outage=0.0)
    visible_stock: Introduction = _weeks(20.0)
    endless_aisle: Introduction = _weeks(8.0, outage=0.0)
    cross_channel_returns: Introduction = _weeks(8.0, outage=0.0)
    unified_loyalty: Introduction = _weeks(16.0)
    staff_training: Introduction = _weeks(8.0, ramp=26.0, outage=0.0)
    always_open_service: Introduction = _weeks(12.0, outage=0.0)
    price_coherence: Introduction = _weeks(12.0, outage=0.0)
    cross_functional_governance: Introduction = _weeks(26.0, ramp=26.0, outage=0.0)
    advocacy_nurturing: Introduction = _weeks(8.0, outage=0.0)
    social_care: Introduction = _weeks(8.0, outage=0.0)
    interactive_fit: Introduction = _weeks(16.0, outage=0.0)
