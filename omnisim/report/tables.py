"""The tables of the report: rows of text made from a comparison."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from omnisim.experiment import Comparison
from omnisim.experiment.intervals import INTERVAL
from omnisim.plot.groups import group_rows
from omnisim.plot.segments import segment_rows
from omnisim.plot.wording import clean, interval, number, title


@dataclass(frozen=True)
class Row:
    """One row: its label, its cells, and whether it is a sum."""

    label: str
    cells: Sequence[str]
    is_total: bool = False


def account(comparison: Comparison) -> list[Row]:
    """Return the profit and loss account of both firms, line by line; the lines sum to profit."""
    metrics = comparison.metrics
    lines = metrics[metrics["metric"] == "line"]
    rows = [_row(title(row["group"]), row) for _, row in lines.iterrows()]
    return [*rows, _row("Profit", comparison.headline, is_total=True)]


def segments(comparison: Comparison) -> list[Row]:
    """Return contribution by segment in both firms."""
    rows = segment_rows(comparison)
    return [_row(clean(row["segment"]), row) for _, row in rows.iterrows()]


def groups(comparison: Comparison, metric: str) -> list[Row]:
    """Return a metric by age, distance, digital nativity and privacy concern in both firms."""
    digits = 4 if metric == "retention" else 2
    rows = group_rows(comparison, metric)
    return [_row(title(row["group"]), row, digits=digits) for _, row in rows.iterrows()]


def verdicts(comparison: Comparison) -> list[Row]:
    """Return who gains, firm and shoppers, in the whole and by group."""
    rows = []
    for _, row in comparison.verdicts().iterrows():
        cells = [
            _change(row[side], row[f"{side}_low"], row[f"{side}_high"])
            for side in ("firm", "shoppers")
        ]
        label = title(row["group"]) if row["group"] else "All shoppers, all costs"
        rows.append(Row(label, [*cells, str(row["verdict"])], is_total=not row["group"]))
    return rows


def sources(comparison: Comparison) -> list[Row]:
    """Return where the differences in revenue and in profit come from; they sum to both."""
    revenue, profit = comparison.gain.set_index("source"), comparison.margin.set_index("source")
    rows = [Row(title(name), [_part(revenue, name), _part(profit, name)]) for name in profit.index]
    ends = ["difference", *INTERVAL]
    total = [_change(*comparison.row(metric)[ends]) for metric in ("revenue", "profit")]
    return [*rows, Row("All together", total, is_total=True)]


def all_metrics(comparison: Comparison) -> list[Row]:
    """Return every metric and group with unit, both firms, interval and variance reduction."""
    rows = []
    for _, row in comparison.metrics.iterrows():
        group = clean(row["group"]) if row["group"] else "whole firm"
        digits = 2 if str(row["unit"]).startswith("EUR") else 4
        cells = [
            clean(row["unit"]).replace("EUR", "€"),
            *(number(row[k], digits) for k in ("baseline", "variant")),
            number(row["difference"], digits, sign=True),
            number(row["ci_low"], digits),
            number(row["ci_high"], digits),
            _reduction(float(row["variance_reduction"])),
        ]
        rows.append(Row(f"{title(row['metric'])}: {group.replace('_', ' ')}", cells))
    return rows


def levels(comparison: Comparison) -> list[Row]:
    """Return the attribution table: a row a level, model and channel, both firms."""
    table = comparison.attribution
    if table.empty:
        return []
    wide = table.pivot_table(
        index=["level", "model", "channel"], columns="arm", values="share", sort=False
    )
    return [
        Row(
            f"{clean(level)}, {clean(model)}, {clean(channel)}",
            [number(100 * float(row.get(arm, math.nan)), 1) for arm in ("baseline", "variant")],
        )
        for (level, model, channel), row in wide.iterrows()
    ]


def _part(table: pd.DataFrame, source: str) -> str:
    """Return a part of a difference, empty where it is none of that sum."""
    return _change(*table.loc[source]) if source in table.index else ""


def _change(value: float, low: float, high: float) -> str:
    return f"{number(value, sign=True)} ({interval(low, high)})"


def _row(label: str, row: "object", *, is_total: bool = False, digits: int = 2) -> Row:
    values = [float(row[k]) for k in ("baseline", "variant", "difference", "ci_low", "ci_high")]  # type: ignore[index]
    before, after, change, low, high = values
    cells = [number(before, digits), number(after, digits), number(change, digits, sign=True)]
    return Row(label, [*cells, interval(low, high, digits)], is_total)


def _reduction(value: float) -> str:
    if math.isinf(value):
        return "no noise left"
    return f"×{number(value, 1)}" if not math.isnan(value) else number(value)
