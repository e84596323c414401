"""The findings in plain words; each sentence is made from the numbers it states."""

import math
from typing import Any

from omnisim.experiment import Comparison
from omnisim.experiment.split import MARGIN_MIX, MOVED
from omnisim.plot.groups import group_rows
from omnisim.plot.premium import premium_of
from omnisim.plot.segments import segment_rows
from omnisim.plot.wording import clean, euro, interval, number, percent

UNIT = "per shopper and year"
KEYS = ["difference", "ci_low", "ci_high"]


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
    year, low, high = (float(comparison.headline[k]) * comparison.n_shoppers for k in KEYS)
    market = comparison.provenance.get("scenario", {}).get("market", {})
    n_regions = int(market.get("n_regions", 1))
    n_shoppers = number(comparison.n_shoppers, 0)
    text = (
        f"For {n_shoppers} shoppers that is {euro(year, 0, sign=True)} a year "
        f"({interval(low, high, 0)})"
    )
    if n_regions > 1:
        chain = euro(year * n_regions, 0, sign=True)
        text += (
            f", and for a chain of {number(n_regions, 0)} such regions {chain} "
            f"({interval(low * n_regions, high * n_regions, 0)})"
        )
    return text + "."


def cost_of_change(comparison: Comparison) -> str:
    """Return what is earned before, and paid for, the capabilities."""
    before = comparison.row("contribution")
    cost = comparison.row("line", "capabilities")
    if verdict(before) == "same" and cost["difference"] == 0:
        return "No line of the account moved, and no capability cost anything."
    later = comparison.row("discounted profit")
    return (
        f"Before the cost of capabilities the difference is {_told(before)}; the capabilities "
        f"themselves change profit by {_told(cost)}. Discounted to the first day that counts, the "
        f"difference in profit is {_told(later)}, all {UNIT}."
    )


def account(comparison: Comparison) -> str:
    """Return the account lines that move most."""
    metrics = comparison.metrics
    lines = metrics[(metrics["metric"] == "line") & (metrics["difference"] != 0)]
    moved = lines.sort_values("difference", key=abs, ascending=False, kind="stable")[:4]
    if moved.empty:
        return "No line of the account differs between the two firms."
    named = [f"{row['group'].replace('_', ' ')} {_told(row)}" for _, row in moved.iterrows()]
    return f"The lines whose estimates change profit most, {UNIT}: {', '.join(named)}."


def retention(comparison: Comparison) -> str:
    """Return what becomes of the customers that both firms begin with."""
    kept, again = comparison.row("retention"), comparison.row("bought again")
    if math.isnan(kept["difference"]):
        return "In some replication nobody was a customer of both firms at the end of the burn-in."
    before, after = map(clean, comparison.names)
    return (
        f"Of those who are customers of both firms at the end of the burn-in, "
        f"{percent(kept['baseline'], 1)} still consider the {before} one at the end, and "
        f"{percent(kept['variant'], 1)} the {after} one: a difference of "
        f"{_points(kept)}. The share of them who buy in the year changes by {_points(again)}."
    )


def _points(row: Any) -> str:
    """Write a difference of shares, in percentage points."""
    value, low, high = (100 * float(row[k]) for k in KEYS)
    return f"{number(value, sign=True)} percentage points ({interval(low, high)})"


def flow(comparison: Comparison) -> str:
    """Return how many journeys cross between places."""
    shares = [comparison.in_arm(arm, "crossing journeys") for arm in ("baseline", "variant")]
    if math.isnan(sum(map(sum, shares))):
        return "In some replication there was no journey to follow."
    before, after = ([percent(share, 1) for share in found] for found in shares)
    names = [clean(name) for name in comparison.names]
    return (
        f"Journeys that are decided in another place than they began in: {before[0]} "
        f"({before[1]} to {before[2]}) in the {names[0]} firm, {after[0]} ({after[1]} to "
        f"{after[2]}) in the {names[1]} one, a difference of "
        f"{_points(comparison.row('crossing journeys'))}."
    )


def ends(comparison: Comparison, arm: str) -> str:
    """Return how the journeys of one arm end, for who cannot see the picture."""
    flows = comparison.flows[comparison.flows["arm"] == arm]
    part = flows.groupby("end")["journeys"].sum()
    total = float(part.sum())
    if not total:
        return "No journeys."
    named = [f"{clean(end)} {percent(n / total)}" for end, n in part.items() if n >= 0.005 * total]
    return f"{number(total)} journeys {UNIT} in these runs; they end: {', '.join(named)}."


def gain(comparison: Comparison) -> str:
    """Return what of the revenue is new to the firm and what only moved."""
    table = comparison.gain.set_index("source")
    revenue = comparison.row("revenue")
    if verdict(revenue) == "same":
        return "Every need was met in the same way by both firms: there is no gain to split."
    parts = [f"{words} {_told(table.loc[source])}" for source, words in GAINED.items()]
    mix = comparison.margin.set_index("source").loc[MARGIN_MIX]
    moved = table.loc[MOVED]
    return (
        f"Revenue changes by {_told(revenue)} {UNIT}, net of losses: {', '.join(parts)}. Another "
        f"{euro(moved['difference'])} ({interval(moved['ci_low'], moved['ci_high'])}) of revenue "
        "only changed channel within the firm: no gain, although the channel that receives it "
        "would report one. The same sales made otherwise (fulfilment, offers, points, returns) "
        f"change profit by {_told(mix)}."
    )


GAINED = {
    "new": "needs that went unmet",
    "from rivals": "needs that rivals met",
    "brought forward": "needs met earlier",
    "unplanned": "unplanned purchases",
}
"""Sources of revenue that the firm did not have, as the sentence calls them."""


def _told(row: Any) -> str:
    """Write a difference in euros with its interval."""
    value, low, high = (float(row[k]) for k in KEYS)
    return f"{euro(value, sign=True)} ({interval(low, high)})"


def premium(comparison: Comparison) -> tuple[str, str]:
    """Return two sentences: what the firm's numbers suggest, and what is caused."""
    naive, *ends = premium_of(comparison, "baseline", "naive")
    shuffled, *between = premium_of(comparison, "baseline", "permuted")
    cause, low, high = premium_of(comparison, "variant", "causal")
    if math.isnan(naive):
        first = "Nobody bought in several channels, so there is no premium to compute."
    else:
        first = (
            f"In the data of the {clean(comparison.names[0])} firm, buyers in several channels "
            f"spend {number(naive)} times ({interval(ends[0], ends[1])}) as much as buyers in one. "
            "Yet who buys often meets more channels: with the channels of the same purchases "
            "shuffled at "
            f"random it is {number(shuffled)} times ({interval(between[0], between[1])})."
            f"{_left(comparison)}"
        )
    second = (
        f"What integration causes is the change in the same shoppers: they spend {number(cause)} "
        f"times as much ({interval(low, high)}). The naive number compares different people and "
        "does not answer that question; nor does either say what a shopper's use of several "
        "channels causes, which omnisim.experiment.split_premium measures."
    )
    return first, second


def _left(comparison: Comparison) -> str:
    table = comparison.premium
    n = int(table.loc[table["arm"] == "baseline", "n_left_out"].max())
    if not n:
        return ""
    return (
        f" Both leave out {number(n, 0)} replications in which nobody, or everybody, bought in "
        "several channels."
    )


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
        f"{', '.join(parts)}. None of these shares is causal: read them as a description of the "
        "paths in these runs, and believe the difference between the two firms above."
    )


def segments(comparison: Comparison) -> str:
    """Return who gains most and least."""
    rows = segment_rows(comparison)
    if rows.empty:
        return "The shoppers of this study were not divided into segments."
    best, worst = (rows.loc[k] for k in (rows["difference"].idxmax(), rows["difference"].idxmin()))
    if len(rows) == 1 or best["difference"] == worst["difference"]:
        return f"The segments do not differ: {_told(best)} {UNIT}."
    return (
        f"In this study the estimate is largest for “{clean(best['segment'])}”, {_told(best)}, and "
        f"smallest for “{clean(worst['segment'])}”, {_told(worst)}, before costs that all shoppers "
        "share. Which is largest is itself uncertain."
    )


def groups(comparison: Comparison) -> str:
    """Return for whom the difference is clear, by age, distance, nativity and privacy."""
    rows = group_rows(comparison, "shopper contribution").dropna(subset=KEYS)
    if rows.empty:
        return "The shoppers of this study were not told apart by their traits."
    sure = rows[(rows["ci_low"] > 0) | (rows["ci_high"] < 0)]
    best, worst = (rows.loc[k] for k in (rows["difference"].idxmax(), rows["difference"].idxmin()))
    return (
        "By age, distance to the store, digital nativity and privacy concern the estimate of this "
        f"study is largest for {best['group']}, {_told(best)}, and smallest for {worst['group']}, "
        f"{_told(worst)}, {UNIT} of the group. The interval of {len(sure)} of {len(rows)} groups "
        "excludes zero; each has its own coverage, so one in many does so by chance."
    )


def joint(comparison: Comparison) -> str:
    """Return where firm and shoppers both gain."""
    table = comparison.verdicts()
    groups = table[table["group"] != ""]
    told = table.loc[table["group"] == "", "verdict"]
    whole = f"For all shoppers, at profit after all costs, the verdict is: {told.iloc[0]}. "
    by_group = groups["verdict"].value_counts()
    named = ", ".join(f"{verdict} in {n}" for verdict, n in by_group.items())
    return (
        "Win-win means that the intervals of both the firm’s and the shoppers’ gain lie above "
        f"zero. {whole if len(told) else ''}Of {len(groups)} groups: {named or 'none measured'}."
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
        "Both firms meet the same shoppers and the same luck. In these replications the variance "
        f"of the difference was {number(reduction, 1)} times smaller than between unpaired runs."
        if reduction > 1
        else "Both firms meet the same shoppers and the same luck; for profit this did not narrow "
        f"the interval (unpaired runs would have {number(reduction, 2)} times the variance)."
    )
