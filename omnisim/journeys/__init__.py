"""Journeys: the touchpoints of a shopper, in order, up to an outcome.

The container `Journeys` is laid out like a CSR matrix: journey *j* is
``channel[offset[j]:offset[j + 1]]``, with ``channel`` int32 positions in ``channel_names``, and per
journey ``n_conversions``, ``n_nulls`` and ``value``. A row may stand for many journeys that share a
path. Tables of paths (`Journeys.from_paths`), event logs (`Journeys.from_events`) and the logs of
the simulator and of its measurement (`journeys_from_log`) all become the same container.
"""

from omnisim.journeys.costs import channel_costs
from omnisim.journeys.cutting import JourneyRules
from omnisim.journeys.events import EventColumns
from omnisim.journeys.journeys import Journeys
from omnisim.journeys.log import journeys_from_log
from omnisim.journeys.shards import Shards
from omnisim.journeys.stream import stream_events, stream_paths

__all__ = [
    "EventColumns",
    "JourneyRules",
    "Journeys",
    "Shards",
    "channel_costs",
    "journeys_from_log",
    "stream_events",
    "stream_paths",
]
