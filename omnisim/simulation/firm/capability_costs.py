"""What the firm's capabilities cost it, day by day and at once."""

from omnisim.config.capability_costs import EACH_STORE
from omnisim.config.scenario import Scenario
from omnisim.simulation.parameters import DAYS_PER_YEAR


def running_cost(scenario: Scenario, capability: str, level: int) -> float:
    """Return the region's share of the yearly cost of a capability, in EUR a day."""
    yearly: float = getattr(scenario.capability_costs, capability)[level]
    return yearly * _share(scenario, capability) / DAYS_PER_YEAR


def investment(scenario: Scenario, capability: str, level: int) -> float:
    """Return the region's share of what a capability costs once, in EUR."""
    once: float = getattr(scenario.investments, capability)[level]
    return once * _share(scenario, capability)


def steady_cost(scenario: Scenario) -> float:
    """Return the region's cost of all capabilities, investments written off, in EUR a day."""
    days = scenario.costs.write_off_years * DAYS_PER_YEAR
    return sum(
        running_cost(scenario, name, level) + investment(scenario, name, level) / days
        for name, level in scenario.capabilities.model_dump().items()
    )


def n_payments(scenario: Scenario, capability: str) -> int:
    """Return how often the whole firm pays: for each store that it runs, or once."""
    if capability not in EACH_STORE:
        return 1
    stores = scenario.stores.n_stores * scenario.market.n_regions
    return stores if scenario.channels.store.is_open else 0


def _share(scenario: Scenario, capability: str) -> float:
    """Return what the region bears: its stores' devices, or its part of central systems."""
    return n_payments(scenario, capability) / scenario.market.n_regions
