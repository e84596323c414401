"""Policies: whom the firm contacts, and with what, given only what it has observed.

A `Policy` answers a batch of decisions, a `Context`, with an `Action` of the same length, and
learns from `Outcome` batches once rewards are known. A context is a matrix of named features with
one row a record of the firm, a mask of the actions that are eligible, their costs, and one uniform
draw a row. Rows are what the sending team knows: without a single customer view a shopper may stand
behind two records, and neither holds what the other saw. An action answers with the exact
probability of what was chosen, so that a log of decisions can value other policies.
"""

from omnisim.policies.base import Policy
from omnisim.policies.campaign import RecencyCampaign
from omnisim.policies.context import Context, Truth
from omnisim.policies.declared import declared_policy
from omnisim.policies.fixed import Blanket, NoContact, Uniform
from omnisim.policies.impersonal import Impersonal
from omnisim.policies.linear import EpsilonGreedy, LinearThompson, LinUCB
from omnisim.policies.loading import load_policy, policy_from_dict
from omnisim.policies.mabwiser import MABWiser
from omnisim.policies.online import Online
from omnisim.policies.oracle import Oracle
from omnisim.policies.outcome import Action, Outcome, joined
from omnisim.policies.pending import Pending
from omnisim.policies.propensity import Propensity
from omnisim.policies.rfm import RFM
from omnisim.policies.rules import Rule, Rules
from omnisim.policies.segment import BestSegment
from omnisim.policies.tree import PolicyTree
from omnisim.policies.uplift import Uplift
from omnisim.policies.vowpal import VowpalWabbit

__all__ = [
    "RFM",
    "Action",
    "BestSegment",
    "Blanket",
    "Context",
    "EpsilonGreedy",
    "Impersonal",
    "LinUCB",
    "LinearThompson",
    "MABWiser",
    "NoContact",
    "Online",
    "Oracle",
    "Outcome",
    "Pending",
    "Policy",
    "PolicyTree",
    "Propensity",
    "RecencyCampaign",
    "Rule",
    "Rules",
    "Truth",
    "Uniform",
    "Uplift",
    "VowpalWabbit",
    "declared_policy",
    "joined",
    "load_policy",
    "policy_from_dict",
]
