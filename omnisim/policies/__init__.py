"""Policies: whom the firm contacts, and with what, given only what it has observed.

A `Policy` answers a batch of `Context` rows, one a customer record of the firm, with an `Action`
of the same length. Rows are what the sending team knows: without a single customer view a shopper
may stand behind two records, and neither holds what the other saw.
"""

from omnisim.policies.base import Action, Context, Policy
from omnisim.policies.campaign import RecencyCampaign

__all__ = ["Action", "Context", "Policy", "RecencyCampaign"]
