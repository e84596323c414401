"""Advertising and e-mail (equations 3 and 4)."""

from omnisim.config.base import Part, param


class Media(Part):
    """Goodwill, paid search and display."""

    goodwill_per_week: float = param(
        0.90, "share of goodwill left after a week", source="C2: 0.90 (0.75-0.97), LEO95 V",
        ge=0, lt=1,
    )  # fmt: skip
    display_per_week: float = param(
        0.15, "display impressions per shopper", unit="1/week", source="assumption", ge=0, le=7
    )
    p_ad_click: float = param(
        0.0046, "clicks per impression of display and social posts", source="T-53 V2 (WS)",
        ge=0, le=1,
    )  # fmt: skip
    display_goodwill: float = param(
        1.4, "goodwill of a display impression of relevance 1",
        source="assumption; with social posts and broadcast tuned to T-55 V (STV11)", ge=0, le=10,
    )  # fmt: skip
    display_cost: float = param(
        0.0029, "cost of an impression", unit="EUR",
        source="T-53 V2: 0.63 a click x 0.46 % clicks", ge=0, le=100,
    )  # fmt: skip
    p_paid_search: float = param(
        0.15, "share of website searches that come through a paid advertisement",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    search_cost: float = param(
        1.5, "cost of a paid search click", unit="EUR", source="T-53 V2: 2.69, factor 2",
        ge=0, le=100,
    )  # fmt: skip
    search_goodwill: float = param(
        0.02, "goodwill of a paid search click", source="assumption", ge=0, le=10
    )
    social_per_week: float = param(
        0.15, "the firm's posts in social networks that a shopper sees; 0 switches them off",
        unit="1/week", source="assumption: as many as display", ge=0, le=7,
    )  # fmt: skip
    social_goodwill: float = param(
        0.7, "goodwill of a post of relevance 1", source="assumption: half of display",
        ge=0, le=10,
    )  # fmt: skip
    social_cost: float = param(
        0.002, "cost of a post seen, paid and organic", unit="EUR", source="assumption",
        ge=0, le=100,
    )  # fmt: skip
    broadcast_contacts: float = param(
        0.3, "contacts of a shopper with television and print; 0 switches them off",
        unit="1/week", source="assumption: as many as display and social posts together",
        ge=0, le=7,
    )  # fmt: skip
    broadcast_goodwill: float = param(
        0.32, "goodwill of a contact of relevance 1",
        source="assumption: about a quarter of display; T-55 V bounds the advertising elasticity",
        ge=0, le=10,
    )  # fmt: skip
    broadcast_cost: float = param(
        0.01, "cost of a contact", unit="EUR", source="assumption: 10 EUR per 1,000", ge=0, le=100
    )
    saturation: float = param(
        1.0, "s of g in eq. 3: the n exposures of a shopper to a medium in a week of the run leave "
        "log(1 + s n) / log(1 + s) times what the first does; 0 adds them up",
        source="eq. 3: g(n) = log(1 + n)", ge=0, le=1000,
    )  # fmt: skip
    fatigue_on_ads: float = param(
        0.5, "share of the fatigue with messages that damps advertising too (eq. 3)",
        source="assumption: middle of the range", ge=0, le=1,
    )  # fmt: skip
    settling: float = param(
        0.1, "chance that a purchase ends a shopper's trial phase (pi of eq. 8)",
        source="C1; T-14 V: 22-35 % evolve quickly", ge=0, le=1,
    )  # fmt: skip
    settled_response: float = param(
        0.8, "goodwill of a message after the trial phase, as a share of that before",
        source="T-14 V: post-trial response is lower (VMN11); size assumption", ge=0, le=1,
    )  # fmt: skip
    settled_goodwill: float = param(
        0.8, "weight of goodwill in search and purchase after the trial phase, as a share of that "
        "before", source="eq. 8: less than 1; size assumption: as settled_response", ge=0, le=1,
    )  # fmt: skip


class Messages(Part):
    """E-mail: what the firm sends and how shoppers take it."""

    campaign_every_days: int = param(
        7, "days between two campaigns of one sender", unit="days", source="assumption",
        ge=1, le=365,
    )  # fmt: skip
    campaign_scale: float = param(
        1.0, "campaigns as a multiple of those that the senders choose: the budget for e-mail",
        source="assumption", ge=0.02, le=100,
    )  # fmt: skip
    recent_days: float = param(
        365.0, "campaigns go to records with a purchase seen within these days", unit="days",
        source="assumption; T-50 is measured on buyers of the last 12 months", gt=0, le=3650,
    )  # fmt: skip
    own_trigger_days: float = param(
        0.5, "days from an online event to the message that it triggers", unit="days",
        source="assumption: within one channel automation is common (S1-30)", ge=0, le=365,
    )  # fmt: skip
    cap_per_week: int = param(
        2, "messages that one sender sends to one record in a week of the run", source="C2: 2-5",
        ge=0, le=100,
    )  # fmt: skip
    at_risk_factor: float = param(
        3.0, "silence, as a multiple of a record's mean time between purchases, from which its "
        "owner counts as at risk of leaving; 0 switches the trigger off",
        source="S2-10: a lapse is caught before the exit; size assumption", ge=0, le=100,
    )  # fmt: skip
    p_open: float = param(
        0.195, "open rate at reference relevance and without fatigue",
        source="T-52 V (MC19): 15.7 % on average, over shoppers tired as they are",
        gt=0, lt=1,
    )  # fmt: skip
    p_click: float = param(0.134, "clicks per open", source="T-52 V: 2.1 % / 15.7 %", ge=0, le=1)
    p_unsubscribe: float = param(
        0.0016, "opt-outs per message at reference relevance and without fatigue",
        source="T-52 V, C2: 0.24 % on average, over shoppers tired as they are", gt=0, lt=1,
    )  # fmt: skip
    relevance_base: float = param(
        0.5, "relevance of a message without any likeness to taste (rho0)", source="assumption",
        ge=0, le=1.5,
    )  # fmt: skip
    relevance_taste: float = param(
        0.6, "relevance gained at full likeness (rho1)", source="assumption", ge=0, le=1.5
    )
    creep: float = param(
        0.2, "relevance lost by a wholly private shopper, who does not accept tracking, to a "
        "message that shows a unit of detail of what the firm knows",
        source="eq. 4; size assumption", ge=0, le=1.5,
    )  # fmt: skip
    creep_consented: float = param(
        0.5, "that loss of those who accept tracking, as a multiple",
        source="eq. 4: creep depends on consent; size assumption", ge=0, le=2,
    )  # fmt: skip
    detail_profile: float = param(
        0.25, "detail shown by content that follows the profile",
        source="eq. 4: detail used; size assumption", ge=0, le=10,
    )  # fmt: skip
    detail_joined: float = param(
        0.75, "further detail where both teams have filed what is in the profile",
        source="assumption: a joined profile is the unit of detail", ge=0, le=10,
    )  # fmt: skip
    detail_bought: float = param(
        0.5, "further detail where bought data are in the profile", source="assumption",
        ge=0, le=10,
    )  # fmt: skip
    detail_location: float = param(
        0.5, "detail shown by a message that comes where the shopper is", source="assumption",
        ge=0, le=10,
    )  # fmt: skip
    owed_personal: float = param(
        0.05, "relevance lost by content that follows no profile with those who, after many "
        "purchases that the firm knows them by, take personal contact for owed",
        source="S2-11; size assumption: a twelfth of what full likeness adds", ge=0, le=1.5,
    )  # fmt: skip
    owed_purchases: float = param(
        3.0, "purchases by name after which half of that is expected", source="assumption",
        gt=0, le=1000,
    )  # fmt: skip
    relevance_reference: float = param(
        0.6, "relevance at which open and opt-out rates are those above", source="assumption",
        ge=0, le=1.5,
    )  # fmt: skip
    relevance_on_response: float = param(
        1.5, "log-odds of opening per unit of relevance; opt-out moves the other way",
        source="assumption; C2 wrong-content penalty x0.3-0.9", ge=0, le=20,
    )  # fmt: skip
    goodwill: float = param(
        1.5, "goodwill of an opened message of relevance 1", source="assumption; see T-50",
        ge=0, le=10,
    )  # fmt: skip
    engagement: float = param(
        0.4, "engagement of an opened message after a purchase, of relevance 1",
        source="assumption", ge=0, le=10,
    )  # fmt: skip
    fatigue_per_week: float = param(
        0.6, "share of fatigue left after a week (phi)", source="assumption", ge=0, lt=1
    )
    fatigue: float = param(
        0.15, "chi: the chance to open falls by exp(-chi) per unit of fatigue",
        source="C2: each extra mail in the week x 0.7-0.95", ge=0, le=5,
    )  # fmt: skip
