"""Field experiments of the firm, with the true effect beside each estimate."""

from functools import partial

from omnisim import plot
from omnisim.experiment.trials import TrialsBesideTruth
from omnisim.experiment.trials.beside_truth import DESIGNS
from omnisim.plot.beside import PLACES, designs_on
from omnisim.plot.wording import number, percent, title
from omnisim.report.figures import Figure
from omnisim.report.sections.section import (
    Grid,
    Section,
    basis,
    drawing,
    n_shoppers_of,
    with_interval,
)
from omnisim.report.tables import Row


def trials_section(found: TrialsBesideTruth) -> Section:
    """Return every design: estimate, truth, and how often the firm's interval holds it."""
    n = int(found.samples["replication"].nunique())
    return Section(
        "trials",
        "What the firm can find out by experiment",
        (
            "Each design draws its assignment, runs, and is read through what the firm sees. The "
            "estimand of a trial on people is the effect on those concerned; of a trial on "
            "regions, the effect on the sales of treated regions and periods. Beside the estimate "
            "stands the true effect, on all that people buy and on the part that the firm can see: "
            "the same people and the same luck with and without treatment.",
            basis(n, n_shoppers_of(found.provenance), found.confidence)
            + " These are intervals of the mean estimate, which the firm does not have: it runs an "
            "experiment once. Its own interval is as wide as the column says, and holds the effect "
            "that it can see in the share of the replications in the last column.",
        ),
        _figures(found),
        [
            Grid(
                f"Designs, with {percent(found.confidence)} intervals",
                ("Design", "Unit", "Mean estimate", "Truth", "Truth as far as seen",
                 "Width of the firm’s interval", "Holds what can be seen"),
                [
                    Row(
                        f"{title(row['design'])}: {DESIGNS[row['design']]}",
                        [
                            row["quantity"].replace("EUR", "€"),
                            with_interval(row["estimate"], row["ci_low"], row["ci_high"]),
                            number(row["truth"], sign=True), number(row["truth_seen"], sign=True),
                            number(row["width"]), percent(row["covered"]),
                        ],
                    )
                    for _, row in found.values.iterrows()
                ],
            )
        ],
    )  # fmt: skip


def _figures(found: TrialsBesideTruth) -> list[tuple[Figure, str]]:
    """Return a figure of the designs on people, and one of those on regions, where there are."""
    covered = percent(found.confidence)
    return [
        (
            drawing(f"trials-on-{on}", partial(plot.trials, found, on=on),
                    f"Mean estimate and true effect of the designs on {on}; the numbers are in "
                    "the table."),
            f"Designs on {on}: mean estimate with its {covered} interval, and the true effect.",
        )
        for on in PLACES
        if len(designs_on(found, on))
    ]  # fmt: skip
