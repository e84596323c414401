"""Observation: the true event log becomes what a firm sees.

`observe` maps a log (`omnisim.schema.EVENTS`) to a table of records (`omnisim.schema.OBSERVED`) at
a tracking level: totals by day, channel and event (TL0), or single records filed under visitors
(TL1, TL2). Kinds of data that a firm does not have are left out at every level: sessions on site
and in the app without analytics, impressions and clicks without results of advertisements.
`sense_visits` adds to the log what sensors in the store notice.

Three kinds of data come in totals only: `ad_results`, what platforms report of paid media by week,
`till_totals`, what each store took in by day, and `survey_satisfaction`, the mean answer of the
customers who were asked and answered. Analysts
and policies read only records and these totals.
"""

from omnisim.observation.aggregates import ad_results, survey_satisfaction, till_totals
from omnisim.observation.sensing import sense_visits
from omnisim.observation.tracking import LEVELS, observe

__all__ = ["LEVELS", "ad_results", "observe", "sense_visits", "survey_satisfaction", "till_totals"]
