"""Clienteling: staff who write to the clients whom they know (S2-16)."""

from omnisim.config.base import Part, param


class Clienteling(Part):
    """Messages that the staff of a store write to their clients, and how these take them.

    How many each post writes is what training moves (`primitives.clients_written`, K11). No
    response of clients to such messages is published; all figures here are assumptions.
    """

    minutes: float = param(
        5.0, "staff time that a message takes", unit="minutes",
        source="assumption (S2-16)", ge=0, le=600,
    )  # fmt: skip
    min_purchases: int = param(
        2, "purchases in a record from which staff know whose it is", source="assumption",
        ge=1, le=1000,
    )  # fmt: skip
    rest_days: float = param(
        60.0, "days for which a client who was written to is left alone by staff", unit="days",
        source="assumption", ge=0, le=3650,
    )  # fmt: skip
    p_open: float = param(
        0.4, "share of messages read at reference relevance and without fatigue",
        source="assumption: twice e-mail (T-52), since the sender is known", gt=0, lt=1,
    )  # fmt: skip
    p_click: float = param(
        0.1, "share of messages read that bring the client to the store", source="assumption: "
        "below clicks in e-mail (T-52), since it takes a trip", ge=0, le=1,
    )  # fmt: skip
    p_unsubscribe: float = param(
        0.0024, "clients per message at reference relevance who want no more, by e-mail either",
        source="assumption: as e-mail (T-52)", gt=0, lt=1,
    )  # fmt: skip
    goodwill: float = param(
        1.5, "goodwill of a message read, of relevance 1", source="assumption: as e-mail",
        ge=0, le=10,
    )  # fmt: skip
