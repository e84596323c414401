"""How much shoppers differ in the weights by which they decide (facts.md D4)."""

from typing import Any

from omnisim.config.base import Part, param


def spread(weight: str) -> Any:
    """Declare by how much shoppers differ in a weight."""
    return param(
        0.3, f"spread of {weight}", source="assumption: as price sensitivity",
        ge=0, le=2,
    )  # fmt: skip


class Heterogeneity(Part):
    """Spread of each shopper's own multiple of a weight: the standard deviation of its log.

    Multiples are lognormal of mean 1 and never change. Affinities, price sensitivity, distance,
    privacy, tastes, need rates, baskets and drop-out differ by `Segment`.
    """

    wait: float = spread("the weight of waiting for the goods (b_w of eq. 6)")
    risk: float = spread("the weight of uncertain fit (b_r of eq. 6)")
    habit: float = spread("the weight of habit (eta of eqs. 5 and 6)")
    goodwill: float = spread("the weight of goodwill (b_G of eqs. 2, 5 and 6, and browsing)")
    satisfaction: float = spread("the weight of satisfaction (b_S of eq. 6)")
    stock: float = spread("the weight of what is believed about stock (eq. 6)")
    search_help: float = spread(
        "what a search in one channel does for buying in another (M of eq. 6)"
    )
    later: float = spread("the utility of deciding later (the reservation of eq. 7)")
    response: float = spread("the goodwill that exposures leave (k of eq. 3)")
    fatigue: float = spread("the weight of fatigue (chi of eq. 3)")
    relevance: float = spread("the weight of taste in relevance (rho1 of eq. 4)")
    imitation: float = spread("the weight of aware acquaintances (q of eq. 2)")
    engagement_on_need: float = spread("the weight of engagement in needs (b_E of eq. 1)")
    satisfaction_on_churn: float = spread("the weight of satisfaction in drop-out (b_SC of eq. 14)")
    engagement_on_churn: float = spread("the weight of engagement in drop-out (b_EC of eq. 14)")
    points_on_churn: float = spread("the weight of points in drop-out (b_LC of eq. 14)")
