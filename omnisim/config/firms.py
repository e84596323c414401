"""A population of firms: how far each has come, by the shares of the Italian survey (T-30)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim.config.capabilities import Capabilities
from omnisim.random import Draws, Stream

SHARES = {
    "single_customer_view": (0.25, 0.40, 0.35),
    "integrated_touchpoints": (0.25, 0.59, 0.16),
    "tracked_journeys": (0.36, 0.44, 0.20),
    "personalised_content": (0.28, 0.43, 0.29),
}
"""Shares of firms at level 0, 1 and 2 (T-30; S1-03 to S1-05, S1-25 to S1-27, S1-31, S1-32)."""

KEPT = {
    "addresses": 0.98, "purchases": 0.86, "analytics": 0.79, "surveys": 0.76, "ad_results": 0.74,
}  # fmt: skip
"""Shares of firms that have each kind of data (S1-23, S1-24)."""

STRATEGIC = 0.63
"""Share of firms to which omnichannel is strategic (S1-01)."""

STRATEGIC_BY_RUNG = (0.30, 0.6831, 0.95)
"""That share by the rung of integrated touchpoints, 0 to 2; assumption: it rises with the rung, and
is `STRATEGIC` in all (0.25 x 0.30 + 0.59 x 0.6831 + 0.16 x 0.95)."""

OTHER_SHARES = ((0.10, 0.00), (0.40, 0.10), (0.80, 0.40))
"""Shares at level 1 or above, and at level 2, of each capability that the survey does not ask for,
by the rung of integrated touchpoints; assumption: no share is published, and firms that are further
with touchpoints are further with the rest. Prerequisites take some of it away."""

ASKED = (
    "single_customer_view", "personalisation_engine", "coordinated_automation",
    "cross_functional_governance",
)  # fmt: skip
"""Capabilities that the survey tells of: K1, K3, K4 and K15."""

AS_FAR_AS = {
    "endless_aisle": "visible_stock",
    "cross_channel_returns": "visible_stock",
    "unified_loyalty": "single_customer_view",
    "always_open_service": "single_customer_view",
    "price_coherence": "single_customer_view",
    "advocacy_nurturing": "single_customer_view",
}
"""Capabilities that sampled firms have at most as far as another (facts.md D5)."""

LEVELS = ("TL0", "TL1", "TL2")
CONTENT_REVIEW_DAYS = 7
"""Days between two decisions on what site and app show first; assumption."""

N_SURVEY, N_DATA = 6, len(KEPT) - 2
N_DRAWS = N_SURVEY + 1 + N_DATA + len(Capabilities.model_fields)
"""Steps of a firm's draws: the survey's, ambition, further kinds of data, other capabilities."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Firm:
    """How far one firm has come, and how far it means to.

    Attributes
    ----------
    capabilities : Capabilities
        K1, K3, K4 and K15 as the survey tells, K2 at level 2 where all channels are tracked (TL2:
        the till asks for the card); the others by assumed shares (`OTHER_SHARES`).
    tracking_level : str
        How the firm follows its shoppers: ``"TL0"``, ``"TL1"`` or ``"TL2"``; analysts there read
        a run at this level (`records.tracking_level`).
    keeps_addresses, keeps_purchases, keeps_analytics, keeps_surveys, keeps_ad_results : bool
        Which kinds of data it has (`records.keeps_addresses` and so on). Surveys move nothing in a
        run; `observed_totals` holds their mean answer where the firm has them.
    is_strategic : bool
        Whether omnichannel is strategic to it: it then means to reach level 2 in everything.
    """

    capabilities: Capabilities
    tracking_level: str
    keeps_addresses: bool = True
    keeps_purchases: bool = True
    keeps_analytics: bool = True
    keeps_surveys: bool = True
    keeps_ad_results: bool = True
    is_strategic: bool = False

    @property
    def target(self) -> Capabilities:
        """The capabilities that the firm means to have: those it has, unless it is strategic."""
        return Capabilities.integrated() if self.is_strategic else self.capabilities

    @property
    def changes(self) -> dict[str, Any]:
        """What the firm changes in a scenario, by dotted name: ``scenario.replace(firm.changes)``.

        Only firms that personalise content, at level 2, decide what site and app show first.
        """
        personalises = self.capabilities.personalisation_engine == 2
        kept = [f"keeps_{kind}" for kind in KEPT]
        return {
            "capabilities": self.capabilities,
            "records.tracking_level": self.tracking_level,
            **{f"records.{name}": getattr(self, name) for name in kept},
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
    that of the survey. Capabilities that it does not ask for, and whether omnichannel is strategic,
    go with the touchpoints.
    """
    u = draws.uniform(Stream.FIRM, np.arange(n)[:, None], step=np.arange(N_DRAWS))
    levels, tracked = _surveyed(u[:, :N_SURVEY])
    touchpoints = levels["coordinated_automation"]
    is_strategic = u[:, N_SURVEY] < np.array(STRATEGIC_BY_RUNG)[touchpoints]
    of_data = np.column_stack((u[:, 4:N_SURVEY], u[:, N_SURVEY + 1 : N_SURVEY + 1 + N_DATA]))
    kept = of_data < list(KEPT.values())
    levels |= _others(levels, tracked, touchpoints, u[:, N_SURVEY + 1 + N_DATA :])
    return [
        Firm(
            Capabilities(**{name: int(level[k]) for name, level in levels.items()}),
            LEVELS[tracked[k]],
            **{f"keeps_{kind}": bool(has) for kind, has in zip(KEPT, kept[k], strict=True)},
            is_strategic=bool(is_strategic[k]),
        )
        for k in range(n)
    ]


def ambition_gap(firms: Sequence[Firm]) -> pd.DataFrame:
    """Return how far firms mean to come with each capability, and how far they have (S1-01).

    Returns
    -------
    DataFrame
        One row a capability, its index; columns target and reached (mean level, 0 to 2), gap (their
        difference) and aims_full and has_full (shares of the firms whose level is 2).
    """
    names = list(Capabilities.model_fields)
    reached = np.array([[getattr(f.capabilities, k) for k in names] for f in firms])
    target = np.array([[getattr(f.target, k) for k in names] for f in firms])
    table = {
        "target": target.mean(axis=0),
        "reached": reached.mean(axis=0),
        "gap": (target - reached).mean(axis=0),
        "aims_full": (target == 2).mean(axis=0),
        "has_full": (reached == 2).mean(axis=0),
    }
    return pd.DataFrame(table, index=pd.Index(names, name="capability"))


def _surveyed(u: Floats) -> tuple[dict[str, Ints], Ints]:
    """Return the levels that the survey asks for, and those of tracking."""
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
    levels = dict(zip(ASKED, (view, content, touchpoints, touchpoints), strict=True))
    return levels, _level("tracked_journeys", u[:, 2])


def _others(
    levels: dict[str, Ints], tracked: Ints, touchpoints: Ints, u: Floats
) -> dict[str, Ints]:
    """Return the levels of the capabilities that the survey does not ask for."""
    some, full = np.array(OTHER_SHARES)[touchpoints].T
    found = {
        name: (u[:, k] < some).astype(np.int64) + (u[:, k] < full)
        for k, name in enumerate(Capabilities.model_fields)
        if name not in ASKED
    }
    sees_tills = LEVELS.index("TL2")
    found["offline_capture"] = np.where(
        tracked == sees_tills, 2, np.minimum(found["offline_capture"], 1)
    )
    found["visible_stock"] = np.where(found["offline_capture"] > 0, found["visible_stock"], 0)
    for name, other in AS_FAR_AS.items():
        found[name] = np.minimum(found[name], found[other] if other in found else levels[other])
    return found


def _level(share: str, u: Floats) -> Ints:
    return np.searchsorted(np.cumsum(SHARES[share][:2]), u, side="right")
