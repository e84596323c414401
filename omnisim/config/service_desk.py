"""The contact centre, the help pages and the chatbot (equation 12)."""

from typing import Literal

from omnisim.config.base import Part, param


class ServiceDesk(Part):
    """Who asks for service, who answers, and what it costs."""

    is_open: bool = param(
        True, "whether shoppers can ask the firm for service at all", source="assumption"
    )
    agents: int = param(1, "agents on the telephone, for the region", source="assumption",
                        ge=1, le=1000)  # fmt: skip
    opening_hour: float = param(
        8.0, "agents answer from", unit="hours", source="C4: 8-20, six days (S2-22)", ge=0, lt=24
    )
    closing_hour: float = param(
        20.0, "agents answer until", unit="hours", source="C4: 8-20, six days", gt=0, le=24
    )
    days_per_week: int = param(
        6, "days of the week, from the first, on which agents answer", source="C4: six days",
        ge=1, le=7,
    )  # fmt: skip
    patience_minutes: float = param(
        5.0, "mean patience in the queue (exponential)", unit="minutes", source="T-75: 2-10",
        gt=0, le=1e9,
    )  # fmt: skip
    service_minutes: float = param(
        6.0, "mean length of a contact", unit="minutes",
        source="C4: 3-8, assumption", gt=0, le=600,
    )  # fmt: skip
    service_law: Literal["lognormal", "exponential"] = param(
        "lognormal", "law of the length of a contact; exponential is the limit of Erlang A",
        source="C4: lognormal (BROWN05 V)",
    )  # fmt: skip
    service_sd_log: float = param(
        0.7, "log standard deviation of the length of a contact; only where it is lognormal",
        source="C4: lognormal (BROWN05 V); size assumption", ge=0, le=3,
    )  # fmt: skip
    p_question: float = param(
        0.05, "chance of a question before the purchase, at a search on website or app",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    late_days: float = param(
        1.0, "days after the promised one from which a parcel is asked for", unit="days",
        source="assumption", ge=0, le=60,
    )  # fmt: skip
    p_late: float = param(
        0.3, "chance of asking for a parcel that late", source="assumption", ge=0, le=1
    )
    p_wrong_pickup: float = param(
        0.5, "chance of asking after a pick-up that failed", source="assumption", ge=0, le=1
    )
    p_defect: float = param(
        0.02, "share of purchases after which something is wrong with the goods",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    p_return: float = param(
        0.1, "chance of a question before a return", source="assumption", ge=0, le=1
    )
    further_contacts: float = param(
        0.2, "mean number of further contacts about a late parcel, a failed pick-up or a defect, "
        "whatever the first one brought (Poisson)",
        source="eq. 12; size assumption", ge=0, le=100,
    )  # fmt: skip
    further_days: float = param(
        1.0, "mean days from one contact about the same matter to the next (exponential)",
        unit="days", source="assumption; acts with further_contacts", gt=0, le=365,
    )  # fmt: skip
    p_self_service: float = param(
        0.09, "share of matters that the help pages settle", source="T-74 V (GART19): 9 %",
        ge=0, le=1,
    )  # fmt: skip
    p_bot_simple: float = param(
        0.4, "share of simple matters (questions, parcels, returns) that the chatbot settles",
        source="C4: 0.1-0.5, assumption", ge=0, le=1,
    )  # fmt: skip
    p_bot_complex: float = param(
        0.05, "share of the other matters that the chatbot settles",
        source="C4: 0-0.1, assumption", ge=0, le=1,
    )  # fmt: skip
    bot_minutes: float = param(
        3.0, "length of a chat with the chatbot", unit="minutes", source="assumption", ge=0, le=600
    )
    p_solved: float = param(
        0.9, "share of matters that an agent settles", source="assumption", ge=0, le=1
    )
    p_calls_again: float = param(
        0.7, "chance of calling again at the next opening after finding the desk closed",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    p_silent: float = param(
        0.45, "share of those who leave a chat's queue without closing it; an agent finds out",
        source="T-75 V (CYG): 30-67 %", ge=0, le=1,
    )  # fmt: skip
    silent_minutes: float = param(
        2.0, "an agent's time lost on a chat that was left", unit="minutes",
        source="assumption; C4 V: efficiency -5 to -15 %", ge=0, le=600,
    )  # fmt: skip
    repetition: float = param(
        0.4, "length added to a contact in which the shopper has to tell everything again",
        source="assumption", ge=0, le=10,
    )  # fmt: skip
    answer_resolves: float = param(
        0.5, "share of the uncertainty about fit that an answered question removes",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    rating_closed: float = param(
        0.3, "rating lost by finding the desk closed", source="assumption", ge=0, le=2
    )
    rating_failed_bot: float = param(
        0.3, "rating lost by a chatbot that did not help", source="assumption", ge=0, le=2
    )
    rating_repetition: float = param(
        0.3, "rating lost by telling everything again", source="assumption", ge=0, le=2
    )
    cost_live: float = param(
        8.01, "a contact with an agent", unit="EUR", source="T-74 V2 (GART19), in USD", ge=0, le=1e4
    )
    cost_self_service: float = param(
        0.10, "a visit to the help pages", unit="EUR", source="T-74 V2 (GART19), in USD",
        ge=0, le=1e4,
    )  # fmt: skip
    cost_bot: float = param(
        0.5, "a chat with the chatbot", unit="EUR", source="assumption", ge=0, le=1e4
    )
