"""Where the shoppers of a study come from: the scenario's segments, or a retailer's customers."""

from typing import Protocol

from omnisim.config.scenario import Scenario
from omnisim.config.segments import Segment
from omnisim.population import Population
from omnisim.random import Draws
from omnisim.simulation.engine import draw_shoppers


class Shoppers(Protocol):
    """Anything that gives each replication its population."""

    def draw(self, scenario: Scenario, *, seed: int, replication: int) -> Population:
        """Return the shoppers of one replication; both arms get the same."""
        ...


class SegmentShoppers:
    """Shoppers drawn from the scenario's segments, anew for each replication."""

    def draw(self, scenario: Scenario, *, seed: int, replication: int) -> Population:
        """Return `market.n_shoppers` shoppers."""
        return draw_shoppers(scenario, seed=seed, replication=replication)

    def __repr__(self) -> str:
        """Return a line for the report."""
        return "drawn from the segments of the scenario"


class CustomerShoppers:
    """Shoppers drawn from a model fitted to a retailer's customers.

    Parameters
    ----------
    customers : object
        What `omnisim.population.read_customers` returns.
    """

    def __init__(self, customers: "Customers") -> None:
        self.customers = customers

    def draw(self, scenario: Scenario, *, seed: int, replication: int) -> Population:
        """Return `market.n_shoppers` shoppers; the first segment gives what the file lacks."""
        return self.customers.to_population(
            scenario.market.n_shoppers,
            draws=Draws(seed, replication),
            segment=next(iter(scenario.segments.values())),
            mean_degree=scenario.word.mean_degree,
            p_rewire=scenario.word.p_rewire,
        )

    def __repr__(self) -> str:
        """Return a line for the report."""
        return repr(self.customers)


class Customers(Protocol):
    """A customer file that can be turned into shoppers."""

    def to_population(
        self, n_shoppers: int, *, draws: Draws, segment: Segment, mean_degree: int, p_rewire: float
    ) -> Population:
        """Return shoppers like the customers of the file."""
        ...
