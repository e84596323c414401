"""Who gains: the firm and its shoppers side by side, so that "win-win" can be tested (S4-01)."""

import math

import pandas as pd

SIDES = {"firm": "shopper contribution", "shoppers": "surplus"}
"""What each side gains, in EUR per shopper and year, by group."""

WHOLE = {"firm": "profit", "shoppers": "surplus"}
"""The same for the whole firm, where all costs can be told."""

VERDICTS = {
    ("+", "+"): "win-win",
    ("+", "?"): "firm gains",
    ("?", "+"): "shoppers gain",
    ("+", "="): "firm gains",
    ("=", "+"): "shoppers gain",
    ("+", "-"): "firm gains, shoppers lose",
    ("-", "+"): "shoppers gain, firm loses",
    ("-", "-"): "both lose",
    ("-", "?"): "firm loses",
    ("?", "-"): "shoppers lose",
    ("-", "="): "firm loses",
    ("=", "-"): "shoppers lose",
    ("=", "="): "nothing changes",
}
"""By the signs of firm and shoppers, where both can be told; "unclear" where neither can."""


def joint_verdicts(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return the difference of the firm and that of its shoppers by group, and what they make.

    A side gains where its interval lies above 0, loses where it lies below, and cannot be told
    otherwise. Both intervals have the coverage of the study each, not together.

    Parameters
    ----------
    metrics : DataFrame
        As `Comparison.metrics`.

    Returns
    -------
    DataFrame
        group ("" for all shoppers, where the firm's side is profit; else a group, where it is
        shopper contribution), firm, firm_low, firm_high, shoppers, shoppers_low, shoppers_high,
        verdict.
    """
    by_key = metrics.set_index(["metric", "group"])[["difference", "ci_low", "ci_high"]]
    columns = [f"{side}{end}" for side in SIDES for end in ("", "_low", "_high")]
    rows = []
    for group in dict.fromkeys(metrics["group"]):
        names = WHOLE if group == "" else SIDES
        keys = [(names[side], group) for side in SIDES]
        if not all(key in by_key.index for key in keys):
            continue
        sides = [tuple(map(float, by_key.loc[key])) for key in keys]
        verdict = VERDICTS.get((_sign(*sides[0]), _sign(*sides[1])), "unclear")
        rows.append((group, *sides[0], *sides[1], verdict))
    return pd.DataFrame(rows, columns=["group", *columns, "verdict"])


def _sign(value: float, low: float, high: float) -> str:
    """Return "+", "-", "=" (equal in every replication) or "?"."""
    if math.isnan(value + low + high):
        return "?"
    if value == low == high == 0:
        return "="
    return "+" if low > 0 else "-" if high < 0 else "?"
