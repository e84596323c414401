"""Reports: a comparison as one HTML page, or as a folder with tables, figures and page."""

from omnisim.report.page import render, write
from omnisim.report.study import write_study

__all__ = ["render", "write", "write_study"]
