"""A media budget: divided by credit, and what the firm then does."""

import math
from collections.abc import Mapping

from omnisim.config.exposures import MEDIA
from omnisim.config.scenario import Scenario

BUDGETED = MEDIA
"""Media that the audit of attribution looks at; it divides the budget of those that cost media or
message money (staff who write do not)."""

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


def scales_by_margin(
    earned: Mapping[str, float], spend: Mapping[str, float], *, follow: float = 1.0
) -> dict[str, float]:
    """Return the scales of the budget in which the last euro earns the same in every medium.

    A medium that earns R by spending c is taken to earn ``R * sqrt(s)`` at s times the spending, a
    usual shape of diminishing returns [1]_. Its last euro then earns ``R / (2 c sqrt(s))``, which
    is the same everywhere where spending ``s c`` is in proportion to ``R ** 2 / c``.

    Parameters
    ----------
    earned : mapping of str to float
        What each medium adds to profit before its own cost, EUR per shopper and year; a medium
        that adds nothing gets nothing.
    spend, follow
        As in `scales_by_credit`.

    References
    ----------
    .. [1] Little (1979). Aggregate advertising models: the state of the art. Operations Research
       27(4), 629-667. doi:10.1287/opre.27.4.629

    Examples
    --------
    >>> scales_by_margin({"email": 2.0, "display": 1.0}, {"email": 1.0, "display": 1.0})
    {'email': 1.6, 'display': 0.4}
    """
    weight = {
        medium: max(earned.get(medium, 0.0), 0.0) ** 2 / cost
        for medium, cost in spend.items()
        if cost > 0
    }
    return scales_by_credit(weight, spend, follow=follow)


def with_media_scaled(
    scenario: Scenario, scales: Mapping[str, float], spend: Mapping[str, float] | None = None
) -> Scenario:
    """Return the firm that spends so much more, or less, on each medium.

    Display, social posts, television and print reach more often, up to once a day and shopper.
    Search wins a larger share of the website's searches, up to all. E-mail has so many campaigns
    for each that the senders would choose, up to seven, and lifts the cap with them; but there is
    at most one a day, so that senders who write every other day take twice the money and no more.
    Push and direct mail go where a reason arises, so more money sends no more of them; less is a
    budget of the week. A medium with hardly any money stops. Money that a medium cannot take is
    saved.

    Parameters
    ----------
    scenario : Scenario
        The firm as it is.
    scales : mapping of str to float
        By medium, >= 0; others stay as they are.
    spend : mapping of str to float, optional
        Present spending by medium, EUR per shopper and year: push and direct mail with less money
        need it.
    """
    media, messages = scenario.media, scenario.messages
    email = scales.get("email", 1.0)
    off = set(scenario.exposures.off)
    off |= {name for name in MESSAGED if scales.get(name, 1.0) < LEAST_CAMPAIGNS}
    campaigns = messages.campaign_scale
    if "email" not in off:
        email = min(email, MAX_MORE_CAMPAIGNS)
        campaigns = min(max(campaigns * email, LEAST_CAMPAIGNS), 100.0)
    cap = math.ceil(messages.cap_per_week * max(1.0, email))
    each = {name: getattr(media, field) * scales.get(name, 1.0) for name, field in SHOWN.items()}
    return scenario.replace({
        "media.display_per_week": min(each["display"], MAX_PER_WEEK),
        "media.social_per_week": min(each["social"], MAX_PER_WEEK),
        "media.broadcast_contacts": min(each["broadcast"], MAX_PER_WEEK),
        "media.p_paid_search": min(media.p_paid_search * scales.get("search", 1.0), 1.0),
        "messages.campaign_scale": campaigns,
        "messages.cap_per_week": min(cap, 100),
        "limits.budget_per_week": _week_budgets(scenario, scales, spend or {}),
        "exposures.off": tuple(sorted(off)),
    })  # fmt: skip


SHOWN = {
    "display": "display_per_week", "social": "social_per_week", "broadcast": "broadcast_contacts",
}  # fmt: skip
"""Media that are the same for everybody, and the field of `media` that says how much."""

MESSAGED = ("email", "push", "direct_mail")
"""Media that reach persons, in the order of `limits.budget_per_week`."""

DAYS_PER_WEEK, DAYS_PER_YEAR = 7.0, 365.0


def _week_budgets(
    scenario: Scenario, scales: Mapping[str, float], spend: Mapping[str, float]
) -> tuple[float, float, float]:
    """Return the budgets of the week per 1,000 shoppers, lowered where there is less money."""
    known = scenario.limits.budget_per_week
    email, *rest = (
        min(limit, 1000 * spend[name] * scales[name] * DAYS_PER_WEEK / DAYS_PER_YEAR)
        if name != "email" and name in spend and scales.get(name, 1.0) < 1
        else limit
        for name, limit in zip(MESSAGED, known, strict=True)
    )
    return email, rest[0], rest[1]
