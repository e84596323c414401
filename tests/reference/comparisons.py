"""Comparisons made by hand: the numbers are invented, the aggregation is the real one."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from omnisim import provenance
from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.experiment import Comparison
from omnisim.experiment.compare import summarise
from omnisim.experiment.groups import BANDS
from omnisim.experiment.pair import ARMS, PairOutcome
from omnisim.policies import RecencyCampaign
from omnisim.schema import Event

LINES = {
    "revenue": (148.0, 158.6), "discounts": (-1.1, -1.9), "refunds": (-14.0, -15.2),
    "cost_of_goods": (-81.4, -86.1), "goods_returned": (6.2, 6.7), "delivery_fees": (4.1, 2.9),
    "delivery": (-5.0, -3.6), "picking": (0.0, -1.4), "return_handling": (-1.3, -1.5),
    "media": (-0.9, -0.8), "messages": (-0.004, -0.007), "staff": (-14.0, -14.0),
    "points": (-0.6, -0.7), "capabilities": (0.0, -1.9),
}  # fmt: skip
"""Account of (baseline, variant), EUR per shopper and year."""

CHANNELS = ("store", "website", "app", "email", "search", "display")
SHARES = {
    "TL1": (0.0, 0.42, 0.18, 0.16, 0.19, 0.05),
    "TL2": (0.38, 0.25, 0.12, 0.10, 0.11, 0.04),
    "all": (0.52, 0.19, 0.10, 0.07, 0.08, 0.04),
}
FLOWS = {
    ("store", "store", "bought in store"): (1.02, 1.00),
    ("store", "store", "ordered by staff"): (0.0, 0.04),
    ("store", "store", "local rival"): (0.33, 0.30),
    ("store", "store", "not bought"): (0.20, 0.18),
    ("store", "website", "bought on website"): (0.03, 0.04),
    ("website", "website", "bought on website"): (0.32, 0.30),
    ("website", "store", "bought in store"): (0.10, 0.16),
    ("website", "store", "click and collect"): (0.0, 0.18),
    ("website", "website", "online rival"): (0.40, 0.34),
    ("website", "website", "not bought"): (0.22, 0.20),
    ("app", "app", "bought in app"): (0.11, 0.14),
    ("app", "app", "online rival"): (0.09, 0.08),
    ("rival's site", "rival's site", "online rival"): (0.47, 0.45),
    ("rival's site", "rival's site", "bought on website"): (0.04, 0.04),
}


@cache
def made_comparison(
    *,
    names: tuple[str, str] = ("siloed", "integrated"),
    segments: tuple[str, ...] = ("mainstream", "digital", "loyal"),
    extra: float = 0.0,
    is_placebo: bool = False,
    n_replications: int = 6,
    n_shoppers: int = 20_000,
) -> Comparison:
    """Return a comparison whose variant earns about `extra` more than the lines above say.

    A placebo has two equal arms. Calls with equal arguments share one result: do not change it.
    """
    rng = np.random.default_rng(7)
    base = Scenario().replace({"market.n_shoppers": n_shoppers})
    variant = base.replace({"capabilities": Capabilities.integrated()})
    outcomes = [_outcome(k, rng, segments, extra, is_placebo) for k in range(n_replications)]
    made = provenance.record(
        scenario=base, seed=7, replication=None, policy=RecencyCampaign(),
        variant=variant.model_dump(mode="json"), n_replications=n_replications,
        shoppers="drawn from the segments of the scenario", names=list(names),
        lookback_days=30.0, confidence=0.95,
    )  # fmt: skip
    return summarise(outcomes, names, 0.95, made, n_shoppers)


def _outcome(
    k: int, rng: np.random.Generator, segments: tuple[str, ...], extra: float, is_placebo: bool
) -> PairOutcome:
    luck = rng.normal(0, 2.0)
    noise = rng.normal(0, 0.25)
    measures = {
        arm: _measures(a, luck, 0.0 if is_placebo else a * (noise + extra), segments, is_placebo)
        for a, arm in enumerate(ARMS)
    }
    gap = measures["variant"]["revenue", ""] - measures["baseline"]["revenue", ""]
    profit = measures["variant"]["profit", ""] - measures["baseline"]["profit", ""]
    moved = 0.0 if is_placebo else 9.5 + noise
    jitter = 0.0 if is_placebo else noise
    return PairOutcome(
        replication=k,
        n_events=250_000,
        measures=measures,
        gain=_gain(gap, profit, moved),
        premiums={"baseline": (3.4 + luck / 20, 3.0, 0.21),
                  "variant": (3.4 + luck / 20 + jitter, 3.0 + jitter / 5, 0.21 + jitter / 50)},
        causal_premium=1 + gap / measures["baseline"]["revenue", ""],
        flows={arm: _flows(0 if is_placebo else a) for a, arm in enumerate(ARMS)},
        attribution={arm: _attribution(0 if is_placebo else a, noise)
                     for a, arm in enumerate(ARMS)},
    )  # fmt: skip


def _gain(revenue: float, profit: float, moved: float) -> pd.DataFrame:
    of_revenue = {"new": 0.3, "from rivals": 0.45, "brought forward": 0.0, "same channel": 0.05,
                  "moved between own channels": -0.02, "unplanned": 0.22}  # fmt: skip
    of_profit = of_revenue | {"unplanned": 0.1, "margin mix": 0.17, "needs not met": -0.03,
                              "shared costs": -0.02}  # fmt: skip
    rows = {
        source: (of_revenue.get(source, 0.0) * revenue, share * profit)
        for source, share in of_profit.items()
    }
    rows["revenue that changed own channel"] = moved, 0.4 * moved
    return pd.DataFrame(rows, index=["revenue", "profit"]).T


def _measures(
    a: int, luck: float, shift: float, segments: tuple[str, ...], is_placebo: bool
) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    arm = 0 if is_placebo else a
    for line, values in LINES.items():
        found["line", line] = values[arm] + (luck + shift if line == "revenue" else 0.0)
    found["profit", ""] = sum(found.values())
    found["discounted profit", ""] = 0.95 * found["profit", ""]
    found["contribution", ""] = found["profit", ""] - found["line", "capabilities"]
    found["surplus", ""] = 4.5 + 0.25 * arm
    found["revenue", ""] = revenue = found["line", "revenue"]
    sold = {"store": (0.72, 0.67), "website": (0.20, 0.23), "app": (0.08, 0.10)}
    for channel, shares in sold.items():
        found["revenue", f"channel {channel}"] = shares[arm] * revenue
    for s, name in enumerate(segments):
        found["shopper contribution", f"segment {name}"] = (
            30.0 + 9 * s + luck + (3.0 - s) * arm + shift
        )
        found["revenue", f"segment {name}"] = revenue * (0.7 + 0.3 * s)
    for s, name in enumerate(name for bands in BANDS for name in bands.names):
        found["shopper contribution", name] = 25.0 + s + luck + (2.5 - s / 2) * arm + shift
        found["surplus", name] = 4.0 + s / 10 + 0.25 * arm
        found["retention", name] = 0.8 + 0.01 * s + 0.005 * arm
    found["orders", ""] = 2.1 + 0.2 * arm
    for event in Event:
        found["events", event.name.lower()] = 1.0 + event / 10 + arm / 20
    found["considers the firm", ""] = 0.71 + 0.01 * arm
    found["retention", ""] = 0.84 + 0.01 * arm
    found["bought again", ""] = 0.55 + 0.02 * arm
    found["crossing journeys", ""] = 0.1 + 0.05 * arm
    found["satisfaction", ""] = 0.05 + 0.02 * arm
    return found


def _flows(arm: int) -> pd.DataFrame:
    rows = [(*key, values[arm]) for key, values in FLOWS.items() if values[arm] > 0]
    return pd.DataFrame(rows, columns=["first", "last", "end", "journeys"])


def _attribution(arm: int, noise: float) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for level, shares in SHARES.items():
        for m, model in enumerate(("last touch", "linear", "Markov")):
            weight = np.array(shares) * (1 + 0.25 * m * np.arange(6) / 6)
            weight[:2] *= 1 + 0.15 * arm * np.array([1, -1]) + 0.02 * noise * arm
            rows += [
                (level, model, c, float(w))
                for c, w in zip(CHANNELS, weight / weight.sum(), strict=True)
            ]
    return pd.DataFrame(rows, columns=["level", "model", "channel", "share"])
