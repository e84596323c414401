"""Experiments: where simulation meets analysis. Each public verb is one file."""

from omnisim.experiment.compare import compare
from omnisim.experiment.comparison import Comparison
from omnisim.experiment.shoppers import CustomerShoppers, SegmentShoppers

__all__ = ["Comparison", "CustomerShoppers", "SegmentShoppers", "compare"]
