"""What each capability is worth, and which work together."""

from collections.abc import Iterator
from functools import partial

import pandas as pd

from omnisim import plot
from omnisim.experiment import CapabilityValues
from omnisim.plot.wording import number, percent, title
from omnisim.report.sections.section import (
    Grid,
    Section,
    basis,
    cell,
    drawing,
    listed,
    ratio_told,
)
from omnisim.report.tables import Row

NO_SHARE = "the interval of the total includes zero, so that no bounded one holds the share"
KINDS = ("add first", "Shapley", "remove last")
METRICS = ("discounted profit", "contribution", "revenue", "considers the firm", "surplus")
DIGITS = {"considers the firm": 4}


def worth_section(values: CapabilityValues) -> Section:
    """Return the waterfall of Shapley values with every other worth in tables."""
    total = values.total("profit")
    rows = values.of("profit").sort_values("value", ascending=False, kind="stable")
    return Section(
        "worth",
        "What each capability is worth",
        (
            "The estimand of a bar is a Shapley value: the mean of what the capability adds to "
            "profit, over all orders of bringing the capabilities in that prerequisites allow, in "
            "€ per shopper and year. It divides the total fairly; it is not the effect of one "
            "decision. Those are in the table: added first (to its needs alone) and removed last.",
            basis(values.n_replications, values.n_shoppers, values.confidence)
            + (
                f" The Shapley values are over {number(values.n_orderings, 0)} sampled orderings; "
                "their intervals hold the error of this sample too."
                if values.n_orderings
                else " Every coalition was run, so the Shapley values have no sampling error of "
                "orderings."
            ),
            _found(rows, total),
        ),
        [
            (
                drawing("waterfall", lambda: plot.capability_waterfall(values), _alt(rows)),
                f"Shapley values of profit with {percent(values.confidence)} intervals, largest "
                "first; each bar begins where the one above ends.",
            )
        ],
        [_profit_grid(values, rows), _metrics_grid(values, rows), _totals_grid(values)],
    )


def interactions_section(values: CapabilityValues) -> Section:
    """Return the heat maps of pairs, and the synergy."""
    synergy, index = (values.total("profit", kind) for kind in ("synergy", "synergy index"))
    table = values.interactions[values.interactions["metric"] == "profit"]
    places = [at for at in ("first", "last", "mean") if (table["at"] == at).any()]
    shown = ("first", "mean") if "mean" in places else ("first",)
    figures = [
        (
            drawing(f"interactions-{at}", partial(plot.interactions, values, at=at),
                    f"Interactions of pairs of capabilities in profit, {PLACES[at]}; the numbers "
                    "are in the table."),
            f"What each pair is worth together beyond apart, {PLACES[at]}; bold where an interval "
            f"that holds for all pairs at once with {percent(values.confidence)} excludes zero.",
        )
        for at in shown
    ]  # fmt: skip
    return Section(
        "interactions",
        "Which capabilities work together",
        (
            "The estimand of a cell is an interaction: profit with both capabilities, less that "
            "with either, plus that with neither, in € per shopper and year. Nothing in the model "
            "is named synergy; what there is follows from what capabilities do to shoppers.",
            basis(values.n_replications, values.n_shoppers, values.confidence),
            _pairs_found(table),
            "Synergy, the total less the sum of what each capability adds first, is "
            f"{cell(synergy)}; as a share of the total "
            f"{ratio_told(index, NO_SHARE)}.",
        ),
        figures,
        [_pairs_grid(table, places)] if len(table) else (),
    )


PLACES = {
    "first": "before all other capabilities",
    "last": "after all other capabilities",
    "mean": "on average over what else is there",
}


def _pairs_found(table: pd.DataFrame) -> str:
    """Name the pairs whose interaction can be told from zero, all pairs considered."""
    first = table[table["at"] == "first"]
    sure = first[(first["all_low"] > 0) | (first["all_high"] < 0)]
    if sure.empty:
        return (
            f"Of {len(first)} pairs none, added before all others, can be told to be worth more or "
            "less together than apart by intervals that hold for all pairs at once."
        )
    names = [
        f"{title(r.first).lower()} and {title(r.second).lower()} ({cell(r._asdict())})"
        for r in sure.itertuples()
    ]
    return (
        f"Of {len(first)} pairs, added before all others, these can be told from zero by intervals "
        f"that hold for all pairs at once: {'; '.join(names)}."
    )


def _found(rows: pd.DataFrame, total: pd.Series) -> str:
    gains = [title(r.capability).lower() for r in rows.itertuples() if r.all_low > 0]
    losses = [title(r.capability).lower() for r in rows.itertuples() if r.all_high < 0]
    parts = [
        f"{words}: {listed(names)}"
        for words, names in (("interval above zero", gains), ("interval below zero", losses))
        if names
    ]
    rest = len(rows) - len(gains) - len(losses)
    if rest:
        parts.append(f"{rest} may be either")
    return (
        f"All together change profit by {cell(total)} € per shopper and year. Of the Shapley "
        f"values, {'; '.join(parts)}: by intervals that hold for all of them at once "
        "(Bonferroni), wider than those of the figure."
    )


def _alt(rows: pd.DataFrame) -> str:
    named = (f"{title(r.capability)} {number(r.value, sign=True)}" for r in rows.itertuples())
    return f"Shapley values of profit, € per shopper and year: {', '.join(named)}."


def _profit_grid(values: CapabilityValues, rows: pd.DataFrame) -> Grid:
    by_kind = {kind: values.of("profit", kind).set_index("capability") for kind in KINDS}
    return Grid(
        f"Worth in profit, € per shopper and year, with {percent(values.confidence)} intervals",
        ("Capability", "Added first", "Shapley value", "Removed last"),
        [
            Row(
                title(name),
                [cell(by_kind[kind].loc[name], 3) for kind in KINDS],
            )
            for name in rows["capability"]
        ],
    )


def _metrics_grid(values: CapabilityValues, rows: pd.DataFrame) -> Grid:
    by_metric = {metric: values.of(metric).set_index("capability") for metric in METRICS}
    units = {metric: table["unit"].iloc[0] for metric, table in by_metric.items()}
    heads = [f"{title(m)}, {unit.replace('EUR', '€')}" for m, unit in units.items()]
    return Grid(
        "Shapley values in other metrics; contribution is profit before the cost of capabilities, "
        "surplus what shoppers gain",
        ("Capability", *heads),
        [
            Row(
                title(name),
                [cell(by_metric[m].loc[name], DIGITS.get(m, 3)) for m in METRICS],
            )
            for name in rows["capability"]
        ],
    )


def _totals_grid(values: CapabilityValues) -> Grid:
    kinds = ("total", "sum of add first", "synergy")
    return Grid(
        "All capabilities together",
        ("Metric", "Total", "Sum of what each adds first", "Synergy"),
        [
            Row(
                title(metric),
                [cell(values.total(metric, kind), DIGITS.get(metric, 3)) for kind in kinds],
            )
            for metric in ("profit", *METRICS)
        ],
    )


def _pairs_grid(table: pd.DataFrame, places: list[str]) -> Grid:
    """Return the pairs, those whose first interaction is largest in size before the others."""
    wide = {at: table[table["at"] == at].set_index(["first", "second"]) for at in places}
    order = wide[places[0]]["value"].abs().sort_values(ascending=False, kind="stable").index
    return Grid(
        "Interactions in profit, € per shopper and year",
        ("Pair", *(PLACES[at][0].upper() + PLACES[at][1:] for at in places)),
        list(_pair_rows(wide, order, places)),
    )


def _pair_rows(wide: dict[str, pd.DataFrame], order: pd.Index, places: list[str]) -> Iterator[Row]:
    for one, other in order:
        cells = [
            cell(wide[at].loc[(one, other)], 3) if (one, other) in wide[at].index else ""
            for at in places
        ]
        yield Row(f"{title(one)} and {title(other).lower()}", cells)
