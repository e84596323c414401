"""Shoppers: drawn from a scenario's segments, or fitted to a retailer's own customers.

A `Population` is a structure of arrays, one row a shopper; the `Network` that ties shoppers to each
other is held as compressed sparse rows. Customer files enter by `read_customers`: a transaction log
is fitted by BG/NBD and Gamma-Gamma, a customer table through the same model seen more narrowly.
"""

from omnisim.population.bgnbd import BgNbd, fit_bgnbd
from omnisim.population.customer_fit import CustomerFit, FittedTransactions, fit_transactions
from omnisim.population.customer_table import CustomerTable, read_customer_table
from omnisim.population.customers import Customers, read_customers
from omnisim.population.gamma_gamma import GammaGamma, fit_gamma_gamma
from omnisim.population.network import Network, small_world
from omnisim.population.population import Population
from omnisim.population.transactions import Transactions, read_transactions

__all__ = [
    "BgNbd",
    "CustomerFit",
    "CustomerTable",
    "Customers",
    "FittedTransactions",
    "GammaGamma",
    "Network",
    "Population",
    "Transactions",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_transactions",
    "read_customer_table",
    "read_customers",
    "read_transactions",
    "small_world",
]
