"""A media budget: divided by credit, and what the firm then does."""

import math
from collections.abc import Mapping

from omnisim.config.scenario import Scenario

MAX_PER_WEEK = 7.0
MAX_MORE_CAMPAIGNS = 7.0
LEAST_CAMPAIGNS = 0.02


def scales_by_credit(
    credit: Mapping[str, float], spend: Mapping[str, float], *, follow: float = 1.0
) -> dict[str, float]:
    """Return by how much each medium's spending grows when the budget follows credits.

    The budget is the present spending. Its share `follow` is divided among the media in proportion
    to their credits, the rest stays where it is. Negative credits count as none; without any credit
    nothing changes.

    Parameters
    ----------
    credit : mapping of str to float
        By medium.
    spend : mapping of str to float
        Present spending by medium, >= 0; a medium without any keeps scale 0.
    follow : float, default=1.0
        Share of the budget that follows the credits, in [0, 1].

    Examples
    --------
    >>> scales_by_credit({"email": 3.0, "display": 1.0}, {"email": 1.0, "display": 1.0})
    {'email': 1.5, 'display': 0.5}
    """
    paid = {medium: cost for medium, cost in spend.items() if cost > 0}
    positive = {medium: max(credit.get(medium, 0.0), 0.0) for medium in paid}
    total = sum(positive.values())
    if total <= 0:
        return dict.fromkeys(paid, 1.0)
    budget = sum(paid.values())
    return {
        medium: 1 - follow + follow * budget * positive[medium] / total / cost
        for medium, cost in paid.items()
    }


def with_media_scaled(scenario: Scenario, scales: Mapping[str, float]) -> Scenario:
    """Return the firm that spends so much more, or less, on each medium.

    Display shows more impressions, up to one a day and shopper. Search wins a larger share of
    the website's searches, up to all. E-mail has so many campaigns for each that the senders would
    choose, up to seven, and lifts the cap with them; with hardly any money it stops. Money that a
    medium cannot take is saved.
    """
    media, messages = scenario.media, scenario.messages
    email = scales.get("email", 1.0)
    off = set(scenario.exposures.off)
    campaigns = messages.campaign_scale
    if email < LEAST_CAMPAIGNS:
        off.add("email")
    else:
        email = min(email, MAX_MORE_CAMPAIGNS)
        campaigns = min(max(campaigns * email, LEAST_CAMPAIGNS), 100.0)
    cap = math.ceil(messages.cap_per_week * max(1.0, email))
    display = media.display_per_week * scales.get("display", 1.0)
    return scenario.replace({
        "media.display_per_week": min(display, MAX_PER_WEEK),
        "media.p_paid_search": min(media.p_paid_search * scales.get("search", 1.0), 1.0),
        "messages.campaign_scale": campaigns,
        "messages.cap_per_week": min(cap, 100),
        "exposures.off": tuple(sorted(off)),
    })  # fmt: skip
