"""The findings in plain words; each sentence is made from the numbers it states."""

import math
from typing import Any

from omnisim.experiment import Comparison
from omnisim.plot.flow import crossing_share
from omnisim.plot.gain import MOVED
from omnisim.plot.groups import group_rows
from omnisim.plot.premium import premium_of
from omnisim.plot.segments import segment_rows
from omnisim.plot.wording import clean, euro, interval, number, percent

UNIT = "per shopper and year"


def verdict(row: Any) -> str:
    """Return "gain", "loss", "unclear", "same" or "unknown" for a row with an interval.

    "same" means equal in every replication, to the last bit.
    """
    mean, low, high = (float(row[k]) for k in ("difference", "ci_low", "ci_high"))
    if math.isnan(mean + low + high):
        return "unknown"
    if mean == low == high == 0:
        return "same"
    return "gain" if low > 0 else "loss" if high < 0 else "unclear"


def headline(comparison: Comparison) -> str:
    """Return the finding as one sentence."""
    row = comparison.headline
    before, after = map(clean, comparison.names)
    amount = euro(abs(row["difference"]))
    match verdict(row):
        case "gain":
            return f"The {after} firm earns {amount} more {UNIT} than the {before} one."
        case "loss":
            return f"The {after} firm earns {amount} less {UNIT} than the {before} one."
        case "same":
            return f"The {after} and the {before} firm earn exactly the same."
        case "unclear":
            return f"No clear difference in profit between the {after} and the {before} firm."
    return "The difference in profit could not be measured."


def certainty(comparison: Comparison) -> str:
    """Return what the interval says, in plain words."""
    row = comparison.headline
    low, high = float(row["ci_low"]), float(row["ci_high"])
    n, confidence = comparison.n_replications, percent(comparison.confidence)
    match verdict(row):
        case "same":
            return (
                f"All {n} replications agree to the last cent. What sets the two firms apart "
                "touches nothing that shoppers meet or the firm pays for."
            )
        case "unknown":
            return f"{n} replications gave no interval."
        case "unclear":
            return (
                f"The best estimate is {euro(row['difference'], sign=True)} {UNIT}, but the "
                f"{confidence} interval runs from {euro(low)} to {euro(high)} and includes zero: "
                "a gain and a loss are both compatible with this study. More replications or "
                "more shoppers would narrow it."
            )
    return (
        f"The {confidence} interval runs from {euro(low, sign=True)} to {euro(high, sign=True)} "
        f"and excludes zero. {_whole_firm(comparison)}"
    )


def _whole_firm(comparison: Comparison) -> str:
    """Return the difference of all shoppers, and of the chain that shares the central systems."""
    year = float(comparison.headline["difference"]) * comparison.n_shoppers
    market = comparison.provenance.get("scenario", {}).get("market", {})
    n_regions = int(market.get("n_regions", 1))
    n_shoppers = number(comparison.n_shoppers, 0)
    text = f"For {n_shoppers} shoppers that is {euro(year, 0, sign=True)} a year"
    if n_regions > 1:
        chain = euro(year * n_regions, 0, sign=True)
        text += f", and for a chain of {number(n_regions, 0)} such regions {chain}"
    return text + "."


def cost_of_change(comparison: Comparison) -> str:
    """Return what is earned before, and paid for, the capabilities."""
    before = comparison.row("contribution")
    cost = comparison.row("line", "capabilities")["difference"]
    if verdict(before) == "same" and cost == 0:
        return "No line of the account moved, and no capability cost anything."
    earned = euro(before["difference"], sign=True)
    return (
        f"Before the cost of capabilities the difference is {earned} "
        f"({interval(before['ci_low'], before['ci_high'])}); the capabilities themselves change "
        f"profit by {euro(cost, sign=True)}, both {UNIT}."
    )


def account(comparison: Comparison) -> str:
    """Return the account lines that move most."""
    metrics = comparison.metrics
    lines = metrics[metrics["metric"] == "line"].set_index("group")["difference"]
    moved = lines[lines != 0].sort_values(key=abs, ascending=False, kind="stable")[:4]
    if moved.empty:
        return "No line of the account differs between the two firms."
    named = [f"{name.replace('_', ' ')} {euro(v, sign=True)}" for name, v in moved.items()]
    return f"The lines that change profit most, {UNIT}: {', '.join(named)}."


def flow(comparison: Comparison) -> str:
    """Return how many journeys cross between places."""
    shares = [crossing_share(comparison, arm) for arm in ("baseline", "variant")]
    before, after = map(clean, comparison.names)
    return (
        f"Journeys that are decided in another place than they began in: {percent(shares[0], 1)} "
        f"in the {before} firm, {percent(shares[1], 1)} in the {after} one."
    )


def ends(comparison: Comparison, arm: str) -> str:
    """Return how the journeys of one arm end, for who cannot see the picture."""
    flows = comparison.flows[comparison.flows["arm"] == arm]
    part = flows.groupby("end")["journeys"].sum()
    total = float(part.sum())
    if not total:
        return "No journeys."
    named = [f"{clean(end)} {percent(n / total)}" for end, n in part.items() if n >= 0.005 * total]
    return f"{number(total)} journeys {UNIT}; they end: {', '.join(named)}."


def gain(comparison: Comparison) -> str:
    """Return what of the revenue is new to the firm and what only moved."""
    table = comparison.gain.set_index("source")["difference"]
    revenue = comparison.row("revenue")
    if verdict(revenue) == "same":
        return "Every need was met in the same way by both firms: there is no gain to split."
    new = sum(
        float(table.get(source, 0.0))
        for source in ("new", "from rivals", "brought forward", "unplanned")
    )
    moved = float(table.get(MOVED, 0.0))
    return (
        f"Revenue changes by {euro(revenue['difference'], sign=True)} {UNIT}. Needs that went "
        "unmet or to rivals, needs met earlier and unplanned purchases account for "
        f"{euro(new, sign=True)}, net of losses. Another {euro(moved)} of revenue only changed "
        "channel within the firm: no gain, although the channel that receives it would report one."
    )


def premium(comparison: Comparison) -> tuple[str, str]:
    """Return two sentences: what the firm's numbers suggest, and what is caused."""
    naive, *_ = premium_of(comparison, "baseline", "naive")
    shuffled, *_ = premium_of(comparison, "baseline", "permuted")
    cause, low, high = premium_of(comparison, "variant", "causal")
    if math.isnan(naive):
        first = "Nobody bought in several channels, so there is no premium to compute."
    else:
        first = (
            f"In the data of the {clean(comparison.names[0])} firm, buyers in several channels "
            f"spend {number(naive)} times as much as buyers in one. Yet who buys often meets more "
            "channels: with the channels of the same purchases shuffled at random it is "
            f"{number(shuffled)} times"
            + (", more than what the firm sees." if shuffled >= naive else ".")
        )
    second = (
        f"What integration causes is the change in the same shoppers: they spend {number(cause)} "
        f"times as much ({interval(low, high)}). The naive number compares different people and "
        "does not answer that question; nor does either say what a shopper's use of several "
        "channels causes, which omnisim.experiment.split_premium measures."
    )
    return first, second


def attribution(comparison: Comparison) -> str:
    """Return what to believe of the attribution at each level."""
    if comparison.attribution.empty:
        return "There were no conversions to attribute."
    table = comparison.attribution
    store = table[(table["channel"] == "store") & (table["arm"] == "baseline")]
    seen = store.groupby("level")["share"].mean()
    parts = [
        f"{percent(float(seen[level]))}{words}"
        for level, words in (
            ("TL1", " at TL1"), ("TL2", " at TL2"), ("all", " if everything were seen"),
        )
        if level in seen
    ]  # fmt: skip
    return (
        "Credit can only go to what is seen. Averaged over the models, the store of the "
        f"{clean(comparison.names[0])} firm is credited with this share of the conversions: "
        f"{', '.join(parts)}. None of these shares is causal: read them as a description of "
        "paths, and believe the difference between the two firms above."
    )


def segments(comparison: Comparison) -> str:
    """Return who gains most and least."""
    rows = segment_rows(comparison)
    if rows.empty:
        return "The shoppers of this study were not divided into segments."
    best, worst = (rows.loc[k] for k in (rows["difference"].idxmax(), rows["difference"].idxmin()))
    amount = [euro(row["difference"], sign=True) for row in (best, worst)]
    if len(rows) == 1 or amount[0] == amount[1]:
        return f"The segments do not differ: {amount[0]} {UNIT}."
    return (
        f"The difference is largest for “{clean(best['segment'])}” ({amount[0]}) and smallest "
        f"for “{clean(worst['segment'])}” ({amount[1]}), before costs that all shoppers share."
    )


def groups(comparison: Comparison) -> str:
    """Return for whom the difference is clear, by age, distance, nativity and privacy."""
    rows = group_rows(comparison, "contribution")
    if rows.empty:
        return "The shoppers of this study were not told apart by their traits."
    sure = rows[(rows["ci_low"] > 0) | (rows["ci_high"] < 0)]
    best, worst = (rows.loc[k] for k in (rows["difference"].idxmax(), rows["difference"].idxmin()))
    return (
        "By age, distance to the store, digital nativity and privacy concern the difference is "
        f"largest for {best['group']} ({euro(best['difference'], sign=True)}, "
        f"{interval(best['ci_low'], best['ci_high'])}) and smallest for {worst['group']} "
        f"({euro(worst['difference'], sign=True)}, {interval(worst['ci_low'], worst['ci_high'])}), "
        f"{UNIT} of the group. It can be told from zero in {len(sure)} of {len(rows)} groups."
    )


def pairing(comparison: Comparison) -> str:
    """Return what common random numbers gained."""
    row = comparison.headline
    reduction = float(row["variance_reduction"])
    if verdict(row) == "same":
        return "Both firms met the same luck, and nothing differed."
    if not math.isfinite(reduction):
        return "The difference is the same in every replication."
    return (
        "Both firms meet the same shoppers and the same luck. The variance of the difference is "
        f"{number(reduction, 1)} times smaller than between unpaired runs."
        if reduction > 1
        else "Both firms meet the same shoppers and the same luck; for profit this did not narrow "
        f"the interval (unpaired runs would have {number(reduction, 2)} times the variance)."
    )
