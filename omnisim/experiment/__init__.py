"""Experiments: where simulation meets analysis. Each public verb is one file."""

from omnisim.experiment.compare import compare
from omnisim.experiment.comparison import Comparison
from omnisim.experiment.shoppers import CustomerShoppers, SegmentShoppers
from omnisim.experiment.store import read_study

__all__ = ["Comparison", "CustomerShoppers", "SegmentShoppers", "compare", "read_study"]
