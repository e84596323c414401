"""Reports: a comparison or a league of policies as one HTML page, or as a folder around it."""

from omnisim.report.league_page import render_policies, write_policies
from omnisim.report.page import render, write
from omnisim.report.study import write_study

__all__ = ["render", "render_policies", "write", "write_policies", "write_study"]
