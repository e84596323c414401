"""What a firm reports of groups that chose themselves, beside what is true."""

import math

from omnisim import plot
from omnisim.experiment import NaiveAudit
from omnisim.experiment.naive import COMPARISONS
from omnisim.plot.wording import number, percent, title
from omnisim.report.sections.section import Grid, Section, basis, cell, drawing, n_shoppers_of
from omnisim.report.tables import Row

NAIVE = ("naive", "naive_low", "naive_high")
TRUE = ("truth", "truth_low", "truth_high")


def naive_section(found: NaiveAudit) -> Section:
    """Return naive comparisons and the truth, by tracking level."""
    return Section(
        "naive",
        "Groups compared as firms do",
        (
            "A naive comparison is the mean revenue of a group less that of others, as the firm "
            "sees both. The estimand beside it is the effect, on the very persons behind the "
            "group, of what makes them members: the same people without card, app, mail, display "
            "or trained staff; in the trials, the effect on the people reached of showing display "
            "to all rather than to none.",
            basis(
                found.samples["replication"].nunique(), n_shoppers_of(found.provenance),
                found.confidence,
            ),
            _found(found),
        ),
        [
            (
                drawing("naive-and-true", lambda: plot.naive(found), _found(found)),
                "What the firm finds by comparing groups, and the truth, with "
                f"{percent(found.confidence)} intervals.",
            )
        ],
        [_grid(found)],
    )  # fmt: skip


def _found(found: NaiveAudit) -> str:
    values = found.values
    gap = (values["naive"] - values["truth"]).abs()
    if gap.isna().all():
        return "No group could be compared."
    row = values.loc[gap.idxmax()]
    return (
        f"Farthest from the truth: {row['comparison']} at {row['level']}, who seem to bring "
        f"{cell(row, names=NAIVE)} € per visitor and year more, {_times(row['ratio'])} times as "
        f"much as others; the truth is {cell(row, names=TRUE)}."
    )


def _grid(found: NaiveAudit) -> Grid:
    return Grid(
        f"Naive and true (€ per visitor and year), with {percent(found.confidence)} intervals",
        ("Comparison", "Level", "Naive", "Ratio", "Truth"),
        [
            Row(
                f"{title(row['comparison'])}: {COMPARISONS[row['comparison']]}",
                [
                    row["level"], cell(row, names=NAIVE), _times(row["ratio"]),
                    cell(row, names=TRUE),
                ],
            )
            for _, row in found.values.iterrows()
        ],
    )  # fmt: skip


def _times(ratio: float) -> str:
    """Write a ratio of means; of nothing there is none."""
    return number(ratio) if math.isfinite(ratio) else "n/a"
