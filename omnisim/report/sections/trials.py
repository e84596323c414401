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


def _left_out(found: TrialsBesideTruth) -> str:
    """Return which designs could not be run, and why."""
    if not len(found.not_run):
        return "Every design could be run."
    parts = [
        f"{title(row['design'])} at {row['level']}: {str(row['reason']).rstrip('.')}"
        for _, row in found.not_run.iterrows()
    ]
    return f"Not run: {'; '.join(parts)}."


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
            "that it can see, and the whole truth, in the shares of the replications in the last "
            "columns.",
            _left_out(found),
        ),
        _figures(found),
        [
            Grid(
                f"Designs, with {percent(found.confidence)} intervals",
                ("Design", "Level", "Unit", "Mean estimate", "Truth", "Truth as far as seen",
                 "RMSE", "Width of the firm’s interval", "Holds what can be seen",
                 "Holds the truth"),
                [
                    Row(
                        f"{title(row['design'])}: {DESIGNS[row['design']]}",
                        [
                            row["level"], row["quantity"].replace("EUR", "€"),
                            with_interval(row["estimate"], row["ci_low"], row["ci_high"]),
                            with_interval(row["truth"], row["truth_low"], row["truth_high"]),
                            number(row["truth_seen"], sign=True), number(row["rmse"]),
                            number(row["width"]), percent(row["covered"]),
                            percent(row["covered_whole"]),
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
