"""Observation: the true event log becomes what a firm sees.

`observe` maps a log (`omnisim.schema.EVENTS`) to a table of records (`omnisim.schema.OBSERVED`) at
a tracking level. Analysts and policies read only the latter.
"""

from omnisim.observation.tracking import LEVELS, observe

__all__ = ["LEVELS", "observe"]
