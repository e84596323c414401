"""Observation: the true event log becomes what a firm sees.

`observe` maps a log (`omnisim.schema.EVENTS`) to a table of records (`omnisim.schema.OBSERVED`) at
a tracking level. `sense_visits` adds to the log what sensors in the store notice. Analysts and
policies read only records.
"""

from omnisim.observation.sensing import sense_visits
from omnisim.observation.tracking import LEVELS, observe

__all__ = ["LEVELS", "observe", "sense_visits"]
