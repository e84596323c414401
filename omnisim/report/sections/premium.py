"""The omnichannel premium, taken apart."""

import pandas as pd

from omnisim import plot
from omnisim.experiment import PremiumSplit
from omnisim.experiment.intervals import INTERVAL
from omnisim.plot.wording import interval, number, percent
from omnisim.report.sections.section import (
    Grid,
    Section,
    basis,
    drawing,
    n_shoppers_of,
    ratio_told,
)
from omnisim.report.tables import Row

RATIO = ["ratio", "ratio_low", "ratio_high"]
DO = ("ratio", *INTERVAL)
NO_SALES = "nobody buys without them in some replication"
PARTS = {
    "exposure": "Exposure: who buys often meets more channels (channels shuffled)",
    "self-selection": "Self-selection: preferences, where no channel acts on another",
    "channel use": "Cause: effects of one channel on another, in the baseline",
    "integration": "Cause: from baseline to variant, the changed mix of shoppers included",
    "observed": "Observed: the product of the four",
    "cause": "Both causes together",
}
EFFECTS = {
    "itt": ("What app and account given to a random half do to revenue", "€ per shopper and year"),
    "began": ("Share of them who buy both in stores and online only with it", "share"),
    "stopped": ("Share of them who do so only without it", "share"),
    "moved": ("First stage: began less stopped", "share"),
    "late": ("LATE: change in revenue of those who began", "€ each and year"),
    "wald": ("Wald estimate: first row over first stage", "€ each and year"),
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
            "self-selection (a world in which no channel acts on another, as far as a setting "
            "takes that away; what a channel does within itself stays), what channel use causes, "
            "and what integration adds. The do-effect is the answer to the causal question: "
            "revenue of the same shoppers with all channels, over that where each may use only the "
            "kind of channel they spend more in, the firm being as it is; beside it, that with a "
            "kind closed to everybody.",
            basis(len(split.samples), n_shoppers_of(split.provenance), split.confidence)
            + " Those of the factors are of logarithms, those of do-effects by Fieller’s method."
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


def _left_out(split: PremiumSplit) -> str:
    if not split.n_left_out:
        return ""
    return (
        f" The factors leave out {number(split.n_left_out, 0)} replications, in one of whose "
        "worlds nobody, or everybody, bought in several channels."
    )


def _found(parts: pd.DataFrame, do_effects: pd.DataFrame) -> str:
    observed, low, high = parts.loc["observed", RATIO]
    cause, cause_low, cause_high = parts.loc["cause", RATIO]
    own = do_effects[do_effects["against"] == "own kind only"].iloc[0]
    told = ratio_told(own, NO_SALES, names=DO)
    return (
        f"Observed: {number(observed)} times ({interval(low, high)}). What channel use and "
        f"integration cause is a factor of {number(cause)} ({interval(cause_low, cause_high)}) of "
        f"it. The do-effect is {told}: so many times what the same shoppers would spend if each "
        "were held to the kind of channel in which they spend more, they spend with all channels."
    )


def _alt(parts: pd.DataFrame) -> str:
    return "The observed premium as a product: " + ", ".join(
        f"{name} {number(row.ratio)} ({interval(row.ratio_low, row.ratio_high)})"
        for name, row in zip(PARTS, parts.loc[list(PARTS)].itertuples(), strict=True)
    )


def _parts_grid(parts: pd.DataFrame) -> Grid:
    rows = []
    for name, label in PARTS.items():
        ratio, low, high = parts.loc[name, RATIO]
        share = percent(float(parts.loc[name, "share"]))
        cells = [number(ratio), interval(low, high), share]
        rows.append(Row(label, cells, is_total=name in ("observed", "cause")))
    return Grid(
        "Factors of the observed premium",
        ("Part", "Ratio", "Interval", "Share of the logarithm"),
        rows,
    )


def _do_grid(table: pd.DataFrame) -> Grid:
    return Grid(
        "Do-effects: revenue of the same shoppers with all channels, over that without; own kind: "
        "each may use only one, in the same firm; the others: closed to everybody",
        ("Against", "Ratio and interval"),
        [
            Row(
                row["against"][0].upper() + row["against"][1:],
                [ratio_told(row, NO_SALES, digits=3, names=DO)],
            )
            for _, row in table.iterrows()
        ],
    )


def _encouragement_grid(split: PremiumSplit) -> Grid:
    return Grid(
        "Encouragement: app and account, given to a random half. The LATE is known, since both "
        "worlds of each shopper are; the Wald estimate is what an analyst would compute, and is "
        "the LATE only if nobody stops and app and account do nothing else",
        ("Effect", "Value and interval", "Unit"),
        [_encouraged(row) for _, row in split.encouragement.iterrows()],
    )


def _encouraged(row: pd.Series) -> Row:
    label, unit = EFFECTS[row["effect"]]
    low, high = (float(row[name]) for name in INTERVAL)
    if row["note"]:
        return Row(label, [f"not given; {row['note']}", unit])
    return Row(label, [f"{number(float(row['value']), 3)} ({interval(low, high, 3)})", unit])
