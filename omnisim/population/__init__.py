"""Shoppers: drawn from a scenario's segments, or fitted to a retailer's own customers.

A `Population` is a structure of arrays, one row a shopper; the `Network` that ties shoppers to each
other is held as compressed sparse rows.
"""

from omnisim.population.network import Network, small_world
from omnisim.population.population import Population

__all__ = ["Network", "Population", "small_world"]
