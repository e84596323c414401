"""Segments: what kinds of shoppers there are."""

from omnisim.config.base import Part, param


class Segment(Part):
    """A kind of shopper. Rates are those of *purchases at the siloed firm*, in weeks."""

    share: float = param(1.0, "share of the shoppers", source="assumption", gt=0, le=1)
    need_shape: float = param(
        0.243, "r: shape of the Gamma purchase rate", source="T-41 V (CDNOW)", gt=0, le=1000
    )
    need_scale_weeks: float = param(
        4.414, "alpha: rate parameter of the Gamma purchase rate", source="T-41 V (CDNOW)",
        unit="weeks", gt=0, le=100_000,
    )  # fmt: skip
    dropout_a: float = param(
        0.793, "a of the Beta drop-out probability after a purchase", source="T-41 V", gt=0, le=1000
    )
    dropout_b: float = param(
        2.426, "b of the Beta drop-out probability after a purchase", source="T-41 V", gt=0, le=1000
    )
    basket_shape: float = param(
        6.25, "p of the Gamma-Gamma basket", source="T-44 Vcalc", gt=0, le=1000
    )
    basket_q: float = param(
        3.74, "q of the Gamma-Gamma basket; above 1 so that the mean exists",
        source="T-44 Vcalc", gt=1, le=1000,
    )  # fmt: skip
    basket_scale: float = param(
        15.45, "v of the Gamma-Gamma basket", source="T-44 Vcalc", unit="EUR", gt=0, le=1e6
    )
    age_mean: float = param(45.0, "mean age", source="assumption", unit="years", ge=14, le=100)
    age_sd: float = param(
        15.0, "standard deviation of age", source="assumption", unit="years", ge=0, le=40
    )
    digital_nativity: float = param(
        0.6, "mean digital nativity; falls with age within the segment",
        source="T-02 V2: 60-80 % have a digital touch", gt=0, lt=1,
    )  # fmt: skip
    price_sensitivity_sd: float = param(
        0.3, "log standard deviation of price sensitivity around 1", source="assumption", ge=0, le=2
    )
    distance_km: float = param(
        6.0, "median distance to the nearest store (lognormal)", source="assumption",
        unit="km", gt=0, le=500,
    )  # fmt: skip
    distance_sd: float = param(
        0.7, "log standard deviation of distance", source="assumption", ge=0, le=3
    )
    store_affinity: float = param(
        0.0, "shift of the store's utility", source="assumption", unit="utils", ge=-20, le=20
    )
    website_affinity: float = param(
        0.0, "shift of the website's utility", source="assumption", unit="utils", ge=-20, le=20
    )
    app_affinity: float = param(
        0.0, "shift of the app's utility", source="assumption", unit="utils", ge=-20, le=20
    )
    affinity_sd: float = param(
        1.2, "standard deviation of each shopper's channel utilities",
        source="C1: 0.7-2.0, size is an assumption", unit="utils", ge=0, le=5,
    )  # fmt: skip
    p_aware: float = param(0.85, "share that knows the firm at the start", source="assumption",
                           ge=0, le=1)  # fmt: skip
    p_app: float = param(0.25, "share that has the app", source="C2: 0.3, range wide", ge=0, le=1)
    p_account: float = param(
        0.5, "share with a web account and its e-mail address", source="assumption", ge=0, le=1
    )
    p_email_consent: float = param(
        0.6, "share that accepts e-mail from a firm that has the address (account or card)",
        source="T-77 V: 60-87 %", ge=0, le=1,
    )  # fmt: skip
    p_push_consent: float = param(
        0.4, "share of app holders that accept push messages", source="T-54 V2: 33-59 %",
        ge=0, le=1,
    )  # fmt: skip
    p_location_consent: float = param(
        0.5, "share of app holders that let the app know where they are",
        source="C2 K5: 0.5, assumption", ge=0, le=1,
    )  # fmt: skip
    p_mail_consent: float = param(
        0.7, "share that accepts direct mail from a firm that has the postal address",
        source="assumption; above e-mail, since advertising by post needs no opt-in", ge=0, le=1,
    )  # fmt: skip
    p_tracking_consent: float = param(
        0.6, "share that accepts cookies", source="T-77 V; C6: 40-87 %", ge=0, le=1
    )
    p_loyalty: float = param(
        0.5, "share with a loyalty card", source="C6: 30-80 % of transactions, assumption",
        ge=0, le=1,
    )  # fmt: skip
    privacy_mean: float = param(
        0.3, "mean privacy concern, in [0, 1]", source="T-77 V: 13 % never share; assumption",
        gt=0, lt=1,
    )  # fmt: skip
