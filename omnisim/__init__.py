"""Simulate multichannel shoppers, and say what it is worth to integrate a retailer's channels.

omnisim simulates shoppers who search and buy across stores, website and app, of one firm and its
rivals. A `Scenario` describes them; `simulate` runs one firm; `compare` runs two under the same
luck and says what the difference is worth, with an interval. `attribution` works on any table of
paths.
"""

from omnisim import attribution, evaluation, plot, policies, report
from omnisim.config.capabilities import Capabilities
from omnisim.config.experiment import Experiment, load_experiment
from omnisim.config.io import load_scenario
from omnisim.config.scenario import Scenario
from omnisim.experiment import Comparison, CustomerShoppers, compare, read_study
from omnisim.journeys import Journeys
from omnisim.population import Population, read_customers
from omnisim.simulation import SimulationResult, simulate

__version__ = "0.1.0"

__all__ = [
    "Capabilities",
    "Comparison",
    "CustomerShoppers",
    "Experiment",
    "Journeys",
    "Population",
    "Scenario",
    "SimulationResult",
    "attribution",
    "compare",
    "evaluation",
    "load_experiment",
    "load_scenario",
    "plot",
    "policies",
    "read_customers",
    "read_study",
    "report",
    "simulate",
]
