"""The market, its horizon and how news travels in it."""

from omnisim.config.base import Part, param


class Market(Part):
    """Size and length of the simulated market: one region of the retailer."""

    n_shoppers: int = param(
        20_000, "shoppers simulated", source="D1: 10,000-50,000", ge=1, le=10_000_000
    )
    burn_in_days: int = param(
        91, "days simulated before anything is counted", unit="days",
        source="assumption; pitfall 26 asks for a burn-in", ge=0, le=3650,
    )  # fmt: skip
    horizon_days: int = param(
        364, "days that are counted", unit="days", source="D1: 104-156 weeks; one year here",
        ge=1, le=3650,
    )  # fmt: skip
    shoppers_per_region: int = param(
        20_000, "shoppers of a whole region; a smaller population is a sample of it and bears its "
        "share of staff and capability costs", source="assumption", ge=1, le=100_000_000,
    )  # fmt: skip
    n_regions: int = param(
        150, "regions like this one that share the cost of central systems",
        source="assumption: a chain of 150 x 2 stores", ge=1, le=100_000,
    )  # fmt: skip
    needs_per_purchase: float = param(
        3.4, "category needs that arise for each purchase at the siloed firm (1 / share of needs)",
        source="assumption; fits the siloed arm to the purchase rates of its segments",
        ge=1, le=100,
    )  # fmt: skip
    category_needs: float = param(
        1.0, "multiple of the needs of every segment by what is sold",
        source="C1 (need rate by sector and category); 1 in the reference", gt=0, le=100,
    )  # fmt: skip
    discount_rate: float = param(
        0.10, "yearly rate at which profit is discounted to the first counted day", unit="1/year",
        source="C5: 8-12 %", ge=0, le=1,
    )  # fmt: skip
    need_open_days: float = param(
        14.0, "days after which an unmet need is given up", unit="days",
        source="assumption (eq. 7: a journey expires after tau days)", gt=0, le=365,
    )  # fmt: skip
    season_amplitude: float = param(
        0.3, "yearly swing of needs", source="C1: 0.2-0.5, assumption", ge=0, lt=1
    )
    season_peak_day: float = param(
        350.0, "day of the year with most needs; day 0 of a run is 1 January", unit="days",
        source="assumption: December", ge=0, le=365,
    )  # fmt: skip
    back_per_year: float = param(
        0.10, "rate at which a lost shopper considers the firm again", unit="1/year",
        source="assumption (D2: dormant re-activation at a low rate)", ge=0, le=10,
    )  # fmt: skip


class Word(Part):
    """Awareness, the social network and word of mouth (equations 2 and 15)."""

    mean_degree: int = param(
        8, "mean number of acquaintances; even", source="D1: 5-10", ge=0, le=200, multiple_of=2
    )
    p_rewire: float = param(
        0.1, "share of acquaintances outside the neighbourhood", source="assumption", ge=0, le=1
    )
    innovation_per_year: float = param(
        0.03, "p: yearly hazard of becoming aware without influence", unit="1/year",
        source="T-73 V2 (SFL90)", ge=0, le=10,
    )  # fmt: skip
    imitation_per_year: float = param(
        0.38, "q: yearly hazard when all acquaintances are aware", unit="1/year",
        source="T-73 V2 (SFL90)", ge=0, le=10,
    )  # fmt: skip
    goodwill_per_year: float = param(
        0.05, "yearly hazard added per unit of goodwill", unit="1/year", source="assumption",
        ge=0, le=10,
    )  # fmt: skip
    promoter_above: float = param(
        0.0, "satisfaction above which a shopper may recommend", source="assumption", ge=-1, le=1
    )
    detractor_below: float = param(
        -0.2, "satisfaction below which a shopper may warn", source="assumption", ge=-1, le=1
    )
    p_recommend: float = param(
        0.10, "chance that a promoter speaks after a purchase",
        source="assumption; T-72 V2: 72 % say they would (upper bound)", ge=0, le=1,
    )  # fmt: skip
    p_warn: float = param(
        0.15, "chance that a detractor speaks after a purchase; above p_recommend",
        source="assumption; T-72 V2: 62 % (upper bound); eq. 15: w- > w+", ge=0, le=1,
    )  # fmt: skip
    p_heard: float = param(
        0.2, "chance that one acquaintance listens to one message", source="assumption", ge=0, le=1
    )
    p_put_off: float = param(
        0.05, "chance that a warning makes a listener unaware who knows the firm, but has never "
        "bought and holds neither account, card nor app",
        source="eq. 15 (lowers neighbours' awareness); size assumption", ge=0, le=1,
    )  # fmt: skip
    satisfaction_shift: float = param(
        0.05, "change of the listener's satisfaction", source="assumption", ge=0, le=1
    )
