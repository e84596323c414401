"""The omnichannel premium, taken apart."""

from math import exp

import pandas as pd

from omnisim import plot
from omnisim.experiment import PremiumSplit
from omnisim.plot.wording import interval, number, percent
from omnisim.report.sections.section import Grid, Section, basis, drawing, n_shoppers_of
from omnisim.report.tables import Row

PARTS = {
    "exposure": "Exposure: who buys often meets more channels (channels shuffled)",
    "self-selection": "Self-selection: preferences, where use of a channel has no effect",
    "channel use": "Cause: use of several channels, in the baseline",
    "integration": "Cause: from baseline to variant, the changed mix of shoppers included",
    "observed": "Observed: the product of the four",
}
EFFECTS = {
    "itt": ("What app and account given to a random half do to revenue", "€ per shopper and year"),
    "moved": ("Share of them who begin to buy both in stores and online", "share"),
    "late": ("First row over second, all that app and account do", "€ per shopper and year"),
}


def premium_section(split: PremiumSplit) -> Section:
    """Return the split of the premium, the do-effects and the encouragement."""
    parts = split.parts.set_index("part")
    covered = percent(split.confidence)
    return Section(
        "premium",
        "The omnichannel premium, taken apart",
        (
            "The observed premium is the mean value of shoppers who buy both in stores and online "
            "over that of all other buyers: a comparison of different people. Paired worlds split "
            "it into factors: exposure (the same purchases with their channels shuffled), "
            "self-selection (a world without habit, points, mail and the other effects of one "
            "channel on another that a setting takes away), what channel use causes, and what "
            "integration adds. The do-effect is the answer to the causal question: revenue of the "
            "same shoppers with all channels open, over that with some closed to everybody.",
            basis(len(split.samples), n_shoppers_of(split.provenance), split.confidence)
            + " Those of ratios are by Fieller’s method."
            + _left_out(split),
            _found(parts, split.do_effects),
        ),
        [
            (
                drawing("premium-split", lambda: plot.premium_split(split), _alt(parts)),
                f"Factors of the observed premium with {covered} intervals, on a logarithmic "
                "scale; each begins where the one above ends.",
            )
        ],
        [_parts_grid(parts), _do_grid(split.do_effects), _encouragement_grid(split)],
    )


def _ratio(row: pd.Series) -> tuple[float, float, float]:
    """Return ratio and interval of a part, from its logarithm."""
    return exp(row["log_ratio"]), exp(row["ci_low"]), exp(row["ci_high"])


def _left_out(split: PremiumSplit) -> str:
    if not split.n_left_out:
        return ""
    return (
        f" The factors leave out {number(split.n_left_out, 0)} replications, in one of whose "
        "worlds nobody, or everybody, bought in several channels."
    )


def _found(parts: pd.DataFrame, do_effects: pd.DataFrame) -> str:
    observed, low, high = _ratio(parts.loc["observed"])
    cause = float(parts.loc["channel use", "ratio"] * parts.loc["integration", "ratio"])
    own = do_effects[do_effects["against"] == "own kind only"].iloc[0]
    return (
        f"Observed: {number(observed)} times ({interval(low, high)}). What channel use and "
        f"integration cause is a factor of {number(cause)} of it. With all channels open the same "
        f"shoppers spend {number(own['ratio'])} times ({interval(own['ci_low'], own['ci_high'])}) "
        "what they would if each were held to the kind of channel in which they spend more."
    )


def _alt(parts: pd.DataFrame) -> str:
    return "The observed premium as a product: " + ", ".join(
        f"{name} {number(float(parts.loc[name, 'ratio']))}" for name in PARTS
    )


def _parts_grid(parts: pd.DataFrame) -> Grid:
    rows = []
    for name, label in PARTS.items():
        ratio, low, high = _ratio(parts.loc[name])
        share = percent(float(parts.loc[name, "share"]))
        cells = [number(ratio), interval(low, high), share]
        rows.append(Row(label, cells, is_total=name == "observed"))
    return Grid(
        "Factors of the observed premium",
        ("Part", "Ratio", "Interval", "Share of the logarithm"),
        rows,
    )


def _do_grid(table: pd.DataFrame) -> Grid:
    return Grid(
        "Do-effects: revenue of the same shoppers with all channels open, over that with the "
        "others closed to everybody",
        ("Against", "Ratio", "Interval"),
        [
            Row(
                row["against"][0].upper() + row["against"][1:],
                [number(row["ratio"], 3), interval(row["ci_low"], row["ci_high"], 3)],
            )
            for _, row in table.iterrows()
        ],
    )


def _encouragement_grid(split: PremiumSplit) -> Grid:
    return Grid(
        "Encouragement: app and account, given to a random half",
        ("Effect", "Value", "Interval", "Unit"),
        [
            Row(
                EFFECTS[row["effect"]][0],
                [
                    number(row["value"], 3), interval(row["ci_low"], row["ci_high"], 3),
                    EFFECTS[row["effect"]][1],
                ],
            )
            for _, row in split.encouragement.iterrows()
        ],
    )  # fmt: skip
