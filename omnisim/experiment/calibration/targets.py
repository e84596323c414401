"""The published figures that the reference scenario is held against (facts.md B, role C)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """One figure of a published fact.

    Attributes
    ----------
    code : str
        Row of the fact base; a row may have several figures, all of which must be met.
    name : str
        What is measured.
    published : float
        The published figure.
    low, high : float
        Tolerance of the fact base.
    is_input : bool
        Whether a parameter states the figure directly: such a figure shows only that the simulator
        does what it is told.
    source : str
        Key of the source and its grade.
    """

    code: str
    name: str
    published: float
    low: float
    high: float
    source: str
    is_input: bool = False


def _within(
    code: str, name: str, published: float, share: float, source: str, *, is_input: bool = False
) -> Target:
    """Return a target with a tolerance of a share of the published figure either way."""
    width = abs(published) * share
    return Target(code, name, published, published - width, published + width, source, is_input)


TARGETS = (
    Target("T-01", "store share of revenue", 0.86, 0.80, 0.89, "ECOM23 V2, McK20 V"),
    Target("T-02", "buyers with a digital touch before a purchase", 0.70, 0.55, 0.85,
           "S1, OSS19 V2"),
    Target("T-14", "shoppers whose channel habit has settled", 0.28, 0.15, 0.40, "VMN11 V",
           is_input=True),
    Target("T-19", "online sales gained per delivery day saved", 0.015, 0.008, 0.022, "FGX19 V",
           is_input=True),
    Target("T-32", "purchases per store visit", 0.28, 0.20, 0.35, "CONVB V2"),
    Target("T-33", "online orders per session", 0.025, 0.018, 0.032, "CONVB, SHOP V2"),
    Target("T-34", "carts abandoned", 0.7019, 0.66, 0.74, "BAY V2", is_input=True),
    Target("T-35", "online sales returned", 0.176, 0.15, 0.21, "NRF23 V2"),
    Target("T-35", "store sales returned", 0.1002, 0.08, 0.12, "NRF23 V2"),
    Target("T-36", "cost of an online return / its value", 0.21, 0.15, 0.27, "PB22 V",
           is_input=True),
    Target("T-37", "wanted items out of stock in the store", 0.083, 0.06, 0.10, "GCB02 V2"),
    Target("T-38", "stock-out: another item", 0.45, 0.40, 0.50, "GCB02 M-high", is_input=True),
    Target("T-38", "stock-out: other store", 0.31, 0.26, 0.36, "GCB02 M-high", is_input=True),
    Target("T-38", "stock-out: later", 0.15, 0.10, 0.20, "GCB02 M-high", is_input=True),
    Target("T-38", "stock-out: not at all", 0.09, 0.04, 0.14, "GCB02 M-high", is_input=True),
    Target("T-40", "coefficient of variation of order values", 1.01, 0.8, 1.3, "FHL05 Vcalc"),
    _within("T-41", "BG/NBD r, refitted", 0.243, 0.25, "FHL05 V", is_input=True),
    _within("T-41", "BG/NBD alpha, refitted", 4.414, 0.25, "FHL05 V", is_input=True),
    _within("T-41", "BG/NBD a, refitted", 0.793, 0.25, "FHL05 V", is_input=True),
    _within("T-41", "BG/NBD b, refitted", 2.426, 0.25, "FHL05 V", is_input=True),
    Target("T-42", "new customers without a repeat in 39 weeks", 0.599, 0.55, 0.65, "FHL05 Vcalc"),
    _within("T-42", "variance / mean of repeats in 39 weeks", 4.6, 0.25, "FHL05 Vcalc"),
    _within("T-43", "repeats of a new customer in 32 weeks", 1.04, 0.15, "FHL05 V"),
    _within("T-43", "repeats of a new customer in 78 weeks", 1.86, 0.15, "FHL05 V"),
    _within("T-44", "Gamma-Gamma p, refitted", 6.25, 0.25, "FHL05 Vcalc", is_input=True),
    _within("T-44", "Gamma-Gamma q, refitted", 3.74, 0.25, "FHL05 Vcalc", is_input=True),
    _within("T-44", "Gamma-Gamma v, refitted", 15.45, 0.25, "FHL05 Vcalc", is_input=True),
    _within("T-44", "Gamma-Gamma mean order, refitted", 35.2, 0.25, "FHL05 Vcalc", is_input=True),
    Target("T-45", "spend of the top 1 %", 0.158, 0.098, 0.218, "FHL05 Vcalc"),
    Target("T-45", "spend of the top 5 %", 0.367, 0.307, 0.427, "FHL05 Vcalc"),
    Target("T-45", "spend of the top 10 %", 0.509, 0.449, 0.569, "FHL05 Vcalc"),
    Target("T-45", "spend of the top 20 %", 0.678, 0.618, 0.738, "FHL05 Vcalc"),
    Target("T-50", "visits, mailed / not mailed", 1.57, 1.4, 1.8, "HILL V"),
    Target("T-50", "spend, mailed / not mailed", 1.9, 1.5, 2.3, "HILL V"),
    Target("T-52", "e-mails opened", 0.157, 0.14, 0.25, "MC18, MC19 V", is_input=True),
    Target("T-52", "e-mails clicked", 0.021, 0.015, 0.03, "MC18, MC19 V", is_input=True),
    Target("T-52", "opt-outs per e-mail", 0.0024, 0.0016, 0.0036, "MC18 V", is_input=True),
    Target("T-53", "display clicks / impressions", 0.0046, 0.0023, 0.0092, "WS V2", is_input=True),
    Target("T-53", "cost of a search click", 2.69, 1.34, 5.38, "WS V2", is_input=True),
    Target("T-54", "app holders who accept push messages", 0.40, 0.33, 0.59, "PUSH V2",
           is_input=True),
    Target("T-54", "push messages opened", 0.0275, 0.018, 0.041, "PUSH V2", is_input=True),
    Target("T-55", "advertising elasticity, first quarter", 0.12, 0.05, 0.15, "STV11 V"),
    Target("T-55", "advertising elasticity, long", 0.24, 0.15, 0.30, "STV11 V"),
    Target("T-73", "Bass p of awareness, per year", 0.03, 0.01, 0.05, "SFL90 V2",
           is_input=True),
    Target("T-73", "Bass q of awareness, per year", 0.38, 0.2, 0.6, "SFL90 V2",
           is_input=True),
    Target("T-74", "cost of a live contact", 8.01, 5.0, 12.0, "GART19 V2", is_input=True),
    Target("T-74", "cost of a self-service contact", 0.10, 0.05, 0.5, "GART19 V2", is_input=True),
    Target("T-74", "settled by self-service", 0.09, 0.05, 0.20, "GART19 V", is_input=True),
    Target("T-75", "abandonment / (mean wait / mean patience)", 1.0, 0.8, 1.2, "MZ05 M-high"),
)  # fmt: skip
"""Every figure; the tolerance is that of the fact base. Where it states none, that of the target is
used (T-42, T-45), or a factor of 1.5 (opt-outs of T-52)."""

FOLLOWS = {
    "T-40": "T-44",
    "T-42": "T-41",
    "T-43": "T-41",
    "T-45": "T-41 and T-44",
    "T-75": "exponential patience",
}
"""Targets that inputs imply, discounts and noise apart: that such a one is met shows that the
simulator follows BG/NBD, Gamma-Gamma or the law of abandonment, not that the world does."""

SET_FOR = {
    "T-01": "search and purchase intercepts of the channels",
    "T-02": "digital nativity of the segments",
    "T-32": "browse_store_per_week, inspection_sd",
    "T-33": "browse_online_per_week",
    "T-35": "return_threshold, hassle of returns",
    "T-37": "safety_factor of stock",
    "T-55": "display_goodwill",
}
"""What was turned to meet a target, or taken from it: it acts on the target through what shoppers
decide, or, of T-37, through what is ordered. Where nothing is named and nothing implies the target,
nobody set anything for it."""
