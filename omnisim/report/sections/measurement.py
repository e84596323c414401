"""What it is worth to see more."""

from omnisim import plot
from omnisim.experiment import MeasurementValue
from omnisim.plot.wording import number, percent
from omnisim.report.sections.section import (
    Grid,
    Section,
    basis,
    drawing,
    n_shoppers_of,
    with_interval,
)
from omnisim.report.tables import Row

LEVELS = {
    "TL0": "TL0, totals only",
    "TL1": "TL1, digital contacts by cookie and account",
    "TL2": "TL2, all channels by person, with errors",
}


def measurement_section(found: MeasurementValue) -> Section:
    """Return profit by tracking level, and each step net of its cost."""
    last = found.steps.iloc[-1]
    return Section(
        "measurement",
        "What it is worth to see more",
        (
            "The estimand is the difference in profit between one firm that sees more and the same "
            "firm that sees less, in € per shopper and year, each with the contact policy that it "
            "learnt from what it sees: candidates learn from a randomised trial as its records "
            "show it, the firm keeps the one with the highest profit in a rehearsal, and this one "
            "is judged in other years. Capabilities that act on records by themselves "
            "(clienteling, answers at the phone check) are off at every level.",
            basis(
                found.samples["replication"].nunique(), n_shoppers_of(found.provenance),
                found.confidence,
            ),
            f"To see all rather than totals ({last['step']}) is worth "
            f"{with_interval(last['gross'], last['ci_low'], last['ci_high'], 3)}, and "
            f"{with_interval(last['net'], last['net_low'], last['net_high'], 3)} net of the cost "
            "of tracking. What was learnt: "
            + "; ".join(f"{row['level']}, {row['policy']}" for _, row in found.levels.iterrows())
            + ". The intervals are those of Monte Carlo error, given what was learnt.",
        ),
        [
            (
                drawing("measurement-steps", lambda: plot.measurement(found), _alt(found)),
                "What each step of tracking is worth, before and after its cost, with "
                f"{percent(found.confidence)} intervals.",
            )
        ],
        [_steps_grid(found), _levels_grid(found)],
    )  # fmt: skip


def _alt(found: MeasurementValue) -> str:
    steps = (f"{row.step} {number(row.net, 3, sign=True)}" for row in found.steps.itertuples())
    return f"Worth of each step of tracking net of its cost: {', '.join(steps)}."


def _steps_grid(found: MeasurementValue) -> Grid:
    return Grid(
        f"Steps of tracking, € per shopper and year, with {percent(found.confidence)} intervals",
        ("Step", "Worth", "Cost of tracking", "Net"),
        [
            Row(
                row["step"].replace(" - ", " rather than "),
                [
                    with_interval(row["gross"], row["ci_low"], row["ci_high"], 3),
                    number(row["cost"], 3),
                    with_interval(row["net"], row["net_low"], row["net_high"], 3),
                ],
            )
            for _, row in found.steps.iterrows()
        ],
    )


def _levels_grid(found: MeasurementValue) -> Grid:
    names = ("profit", "tracking_cost", "net")
    return Grid(
        "The firm at each tracking level, € per shopper and year",
        ("Level", "Learnt policy", "Profit before tracking", "Cost of tracking", "Profit"),
        [
            Row(
                LEVELS.get(row["level"], row["level"]),
                [row["policy"], *(number(row[name], 3) for name in names)],
            )
            for _, row in found.levels.iterrows()
        ],
    )
