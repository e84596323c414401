"""A population of firms: how far each has come, by the shares of the Italian survey (T-30)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from omnisim.config.capabilities import Capabilities
from omnisim.random import Draws, Stream

SHARES = {
    "single_customer_view": (0.25, 0.40, 0.35),
    "integrated_touchpoints": (0.25, 0.59, 0.16),
    "tracked_journeys": (0.36, 0.44, 0.20),
    "personalised_content": (0.28, 0.43, 0.29),
}
"""Shares of firms at level 0, 1 and 2 (T-30; S1-03 to S1-05, S1-25 to S1-27, S1-31, S1-32)."""

KEPT = {"addresses": 0.98, "purchases": 0.86}
"""Shares of firms that collect addresses and the purchases of each customer (S1-23)."""

LEVELS = ("TL0", "TL1", "TL2")
CONTENT_REVIEW_DAYS = 7
"""Days between two decisions on what site and app show first; assumption."""


@dataclass(frozen=True)
class Firm:
    """How far one firm has come.

    Attributes
    ----------
    capabilities : Capabilities
        K1, K3, K4 and K15 as the survey tells, K2 at level 2 where all channels are tracked (TL2:
        the till asks for the card); what it does not ask for is at level 0.
    tracking_level : str
        How the firm follows its shoppers: ``"TL0"``, ``"TL1"`` or ``"TL2"``; analysts there read
        a run at this level (`records.tracking_level`).
    keeps_addresses, keeps_purchases : bool
        Whether it collects addresses, and files purchases under the person who made them.
    """

    capabilities: Capabilities
    tracking_level: str
    keeps_addresses: bool = True
    keeps_purchases: bool = True

    @property
    def changes(self) -> dict[str, Any]:
        """What the firm changes in a scenario, by dotted name: ``scenario.replace(firm.changes)``.

        Only firms that personalise content, at level 2, decide what site and app show first.
        """
        personalises = self.capabilities.personalisation_engine == 2
        return {
            "capabilities": self.capabilities,
            "records.tracking_level": self.tracking_level,
            "records.keeps_addresses": self.keeps_addresses,
            "records.keeps_purchases": self.keeps_purchases,
            "surfaces.online_every_days": CONTENT_REVIEW_DAYS if personalises else 0,
        }


def sample_firms(n: int, draws: Draws) -> list[Firm]:
    """Draw firms with the shares of the survey.

    Parameters
    ----------
    n : int
        Firms.
    draws : Draws
        Random numbers.

    Returns
    -------
    list of Firm

    Notes
    -----
    The survey gives shares of each capability, not of combinations. Integrated touchpoints (K4 and
    K15) need a customer view of the same level, so none comes with no view, and full integration
    is drawn among the firms with a complex view; full personalisation of content (K3) among those
    with a view of either kind. The rest is drawn on its own (an assumption). Every share is then
    that of the survey.
    """
    u = draws.uniform(Stream.FIRM, np.arange(n)[:, None], step=np.arange(6))
    view = _level("single_customer_view", u[:, 0])
    is_complex = SHARES["single_customer_view"][2]
    full = SHARES["integrated_touchpoints"][2] / is_complex
    touchpoints = np.where(view == 2, 1 + (u[:, 1] < full), np.minimum(view, 1))
    none, some, fully = SHARES["personalised_content"]
    has_view = 1 - SHARES["single_customer_view"][0]
    # One uniform decides twice: whether fully, and, scaled to what is left, whether at all.
    reaches = np.where(view > 0, fully / has_view, 0.0)
    left = (u[:, 3] - reaches) / (1 - reaches)
    content = np.where(left < 0, 2, (left < some / (none + some)).astype(np.int64))
    tracked = _level("tracked_journeys", u[:, 2])
    kept = u[:, 4:] < list(KEPT.values())
    columns = (view, content, touchpoints, tracked, *kept.T)
    return [_firm(*map(int, row)) for row in zip(*columns, strict=True)]


def _level(share: str, u: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.cumsum(SHARES[share][:2]), u, side="right")


def _firm(k1: int, k3: int, k4: int, tracked: int, addresses: int, purchases: int) -> Firm:
    capabilities = Capabilities(
        single_customer_view=k1,
        offline_capture=2 if LEVELS[tracked] == "TL2" else 0,
        personalisation_engine=k3,
        coordinated_automation=k4,
        cross_functional_governance=k4,
    )
    return Firm(capabilities, LEVELS[tracked], bool(addresses), bool(purchases))
