"""What integration is worth when parameters are not known."""

import pandas as pd

from omnisim import plot
from omnisim.experiment import ValueOverPriors
from omnisim.plot.wording import interval, number, percent, title
from omnisim.report.sections.capabilities import DIGITS
from omnisim.report.sections.section import Grid, Section, cell, drawing, listed
from omnisim.report.tables import Row

MEAN = ("mean", "ci_low", "ci_high")
COEFFICIENT = ("coefficient", "ci_low", "ci_high")


def priors_section(found: ValueOverPriors) -> Section:
    """Return the spread over the priors, its split, and the parameters that matter."""
    covered = percent(found.confidence)
    return Section(
        "priors",
        "What it is worth over what is not known",
        (
            "The estimand is the distribution of the worth of integration, variant less baseline, "
            "over the priors of the parameters: each draw of them is another world, in which both "
            "firms meet the same shoppers and the same luck.",
            f"{number(found.n_draws, 0)} draws (a Latin hypercube), {found.n_replications} "
            f"replications of {number(found.n_shoppers, 0)} shoppers at each. Ranges hold the "
            f"middle {covered} of the draws; the interval of a mean is Student’s t over draws. "
            "Variance is split by a one-way random-effects model: what differs between draws "
            "beyond what differs within them is due to parameters.",
            _found(found),
        ),
        [
            (
                drawing("priors-spread", lambda: plot.prior_spread(found), _alt(found)),
                "Draws by the profit that integration adds in them; below, mean, its interval and "
                f"the middle {covered} of the draws.",
            ),
            (
                drawing("priors-matter", lambda: plot.prior_sensitivity(found), _told(found)),
                "Standardised rank regression of profit on the parameters, strongest first; the "
                f"intervals hold at once with {covered}.",
            ),
        ],
        [_summary_grid(found), _sensitivity_grid(found)],
    )


def _found(found: ValueOverPriors) -> str:
    row = found.of("profit")
    due = (
        "of the variance of one pair of runs nothing can be told to be due to parameters (the "
        "estimate was negative, and is set to zero)"
        if row["is_clipped"]
        else f"of the variance of one pair of runs {percent(row['share'])} is due to parameters "
        f"({interval(100 * row['share_low'], 100 * row['share_high'], 0)}%), the rest to Monte "
        "Carlo noise"
    )
    text = (
        f"Profit changes by {cell(row, names=MEAN)} € per shopper and year on average, in the "
        f"middle of the draws by {interval(row['low'], row['high'])}. It is a loss in "
        f"{percent(row['p_loss'])} of the draws and a gain in {percent(row['p_gain'])}; without "
        f"the noise of the runs a loss in {percent(row['p_loss_parameters'])}. The spread: {due}. "
    )
    return text + _told(found)


def _told(found: ValueOverPriors) -> str:
    rows = _sorted(found)
    sure = rows[(rows["ci_low"] > 0) | (rows["ci_high"] < 0)]
    if sure.empty:
        return "No single parameter can be told to matter for profit."
    names = [
        f"{r.parameter} ({number(r.coefficient, sign=True)})"
        for r in sure.itertuples()
    ]  # fmt: skip
    return f"What can be told to matter for profit: {listed(names)}."


def _alt(found: ValueOverPriors) -> str:
    row = found.of("profit")
    return (
        f"Histogram of profit over {found.n_draws} draws of the parameters: mean "
        f"{number(row['mean'], sign=True)}, middle from {number(row['low'])} to "
        f"{number(row['high'])} € per shopper and year."
    )


def _sorted(found: ValueOverPriors) -> pd.DataFrame:
    rows = found.sensitivity[found.sensitivity["metric"] == "profit"]
    order = rows["coefficient"].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[order]


def _summary_grid(found: ValueOverPriors) -> Grid:
    return Grid(
        "Worth of integration over the draws",
        ("Metric", "Mean", "Middle of the draws", "Loss", "Deviation by parameters",
         "Deviation of one pair of runs", "Due to parameters"),
        [
            Row(
                f"{title(row['metric'])}, {str(row['unit']).replace('EUR', '€')}",
                [
                    cell(row, DIGITS.get(row["metric"], 2), names=MEAN),
                    interval(row["low"], row["high"], DIGITS.get(row["metric"], 2)),
                    percent(row["p_loss"]),
                    number(row["sd_parameters"], DIGITS.get(row["metric"], 2))
                    + (" (clipped)" if row["is_clipped"] else ""),
                    number(row["sd_noise"], DIGITS.get(row["metric"], 2)), percent(row["share"]),
                ],
            )
            for _, row in found.summary.iterrows()
        ],
    )  # fmt: skip


def _sensitivity_grid(found: ValueOverPriors) -> Grid:
    rows = _sorted(found)
    explained = percent(float(rows["r_squared"].iloc[0]))
    return Grid(
        f"Rank coefficients on profit; together they explain {explained} of the variance of ranks",
        ("Parameter", "Coefficient", "Field", "Source of the prior"),
        [
            Row(
                title(row["parameter"]),
                [cell(row, names=COEFFICIENT), row["field"], row["source"]],
            )
            for _, row in rows.iterrows()
        ],
    )
