"""The simulator: shoppers, journeys and a firm on SimPy's clock.

One run has one `World`. Shoppers are rows of typed columns; a SimPy process exists only for a
journey that is under way, for each location's replenishment and for the daily round of the market.
Every touchpoint is one call into a compiled kernel that decides, updates the columns and logs.
"""

from omnisim.exceptions import BuildError

try:
    from omnisim.simulation.engine import simulate
    from omnisim.simulation.intervention import Intervention
    from omnisim.simulation.result import SimulationResult
except ImportError as error:
    raise BuildError(
        f"A compiled part of omnisim.simulation is missing ({error}). Build it: pip install -e . "
        "(or: python setup.py build_ext --inplace)."
    ) from error

__all__ = ["Intervention", "SimulationResult", "simulate"]
