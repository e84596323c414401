"""The simulator: shoppers, journeys and a firm on SimPy's clock.

One run has one `World`. Shoppers are rows of typed columns; a SimPy process exists only for a
journey that is under way, for each location's replenishment and for the daily round of the market.
Every touchpoint is one call into a compiled kernel that decides, updates the columns and logs.
"""

try:
    from omnisim.simulation import _journey, _market, _outcome, _recorder, _state
except ImportError as error:
    from omnisim.exceptions import BuildError

    raise BuildError(
        "The compiled parts of omnisim.simulation are missing. Build them: pip install -e . "
        "(or: python setup.py build_ext --inplace)."
    ) from error

from omnisim.simulation.engine import simulate
from omnisim.simulation.result import SimulationResult

__all__ = ["SimulationResult", "simulate"]
