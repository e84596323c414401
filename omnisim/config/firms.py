"""A population of firms: how far each has come, by the shares of the Italian survey (T-30)."""

from dataclasses import dataclass

import numpy as np

from omnisim.config.capabilities import Capabilities
from omnisim.random import Draws, Stream

SHARES = {
    "single_customer_view": (0.25, 0.40, 0.35),
    "integrated_touchpoints": (0.25, 0.59, 0.16),
    "tracked_journeys": (0.36, 0.44, 0.20),
}
"""Shares of firms at level 0, 1 and 2 (facts.md T-30, S1-03 to S1-05, S1-25 to S1-27, S1-31)."""

LEVELS = ("TL0", "TL1", "TL2")


@dataclass(frozen=True)
class Firm:
    """How far one firm has come.

    Attributes
    ----------
    capabilities : Capabilities
        K1, K4 and K15 as the survey tells; what it does not ask for is at level 0.
    tracking_level : str
        How the firm follows its shoppers: ``"TL0"``, ``"TL1"`` or ``"TL2"``.
    """

    capabilities: Capabilities
    tracking_level: str


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
    is drawn among the firms with a complex view; tracking is drawn on its own (an assumption).
    Every share is then that of the survey.
    """
    u = draws.uniform(Stream.FIRM, np.arange(n)[:, None], step=np.arange(3))
    view = np.searchsorted(np.cumsum(SHARES["single_customer_view"][:2]), u[:, 0], side="right")
    full = SHARES["integrated_touchpoints"][2] / SHARES["single_customer_view"][2]
    touchpoints = np.where(view == 2, 1 + (u[:, 1] < full), np.minimum(view, 1))
    tracked = np.searchsorted(np.cumsum(SHARES["tracked_journeys"][:2]), u[:, 2], side="right")
    return [
        Firm(
            Capabilities(
                single_customer_view=int(k1),
                coordinated_automation=int(k4),
                cross_functional_governance=int(k4),
            ),
            LEVELS[int(tl)],
        )
        for k1, k4, tl in zip(view, touchpoints, tracked, strict=True)
    ]
