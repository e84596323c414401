"""What each order of roll-out costs, and what it is worth."""

import math

import pandas as pd

from omnisim import plot
from omnisim.experiment import RollOuts
from omnisim.experiment.roll_outs import ARROW
from omnisim.plot.roll_outs import short_order
from omnisim.plot.wording import interval, number, percent, title
from omnisim.report.sections.section import Grid, Section, drawing
from omnisim.report.tables import Row

N_SHOWN = 12
"""Orders in the table: the best, and the worst of all as the last."""


def transition_section(found: RollOuts) -> Section:
    """Return cost, net present value, payback and risk by order of roll-out."""
    n_draws = int(found.provenance.get("n_draws", found.draws["draw"].nunique()))
    covered = percent(found.confidence)
    return Section(
        "orders",
        "What each order of roll-out costs, and what it is worth",
        (
            "The estimand is the net present value, to the whole chain, of bringing the "
            "capabilities in one after the other rather than not at all: what they earn, by the "
            "values of the coalitions that the order passes through, less investments, consultants "
            "and running costs, with delays, ramps, outages and partial success.",
            f"{number(n_draws, 0)} draws of the cost priors and of the error of replications; "
            f"ranges hold the middle {covered} of the draws, which all orders share. They are "
            "what the priors leave open, not confidence intervals. Orders are ranked by as many "
            "other draws, the best and the worst found exactly among all that can be. Unit costs "
            "are drawn over the accounts of the runs: behaviour is held fixed.",
            _found(found),
        ),
        [
            (
                drawing("roll-outs", lambda: plot.roll_outs(found), _alt(found)),
                f"Mean and middle {covered} of the net present value, the best orders and the "
                "worst; on the right mean, cost and chance of a loss. Capabilities by initials: "
                f"{_initials(found)}.",
            )
        ],
        [_orders_grid(found), _steps_grid(found)],
    )


def _found(found: RollOuts) -> str:
    best, worst = found.orders.iloc[0], found.orders.iloc[-1]
    text = (
        f"The best order on average costs {number(best['cost'], 1)} million € "
        f"({interval(best['cost_low'], best['cost_high'], 1)}) and is worth "
        f"{number(best['npv'], 1, sign=True)} million € "
        f"({interval(best['npv_low'], best['npv_high'], 1)}); it loses money in "
        f"{percent(best['p_loss'])} of the draws ({percent(best['p_loss_priors'])} by the priors "
        f"alone, {percent(best['p_loss_noise'])} by the error of replications alone, which makes "
        f"{percent(best['noise_share'])} of the variance) and is the best of those compared in "
        f"{percent(best['p_best'])}."
    )
    if len(found.orders) > 1:
        text += (
            f" The worst of the {len(found.orders)} orders compared is "
            f"{number(worst['behind'], 1)} million € "
            f"({interval(worst['behind_low'], worst['behind_high'], 1)}) behind it."
        )
    return text


def _initials(found: RollOuts) -> str:
    names = sorted(found.orders.iloc[0]["order"].split(ARROW))
    return ", ".join(f"{short_order(name)} {title(name).lower()}" for name in names)


def _alt(found: RollOuts) -> str:
    best = found.orders.iloc[0]
    return (
        f"Net present value by order of roll-out; the best on average is {_named(best['order'])}."
    )


def _named(order: str) -> str:
    return ", ".join(title(name).lower() for name in order.split(ARROW)).capitalize()


def _orders_grid(found: RollOuts) -> Grid:
    table = found.orders
    shown = table if len(table) <= N_SHOWN else table.iloc[[*range(N_SHOWN - 1), -1]]
    return Grid(
        "Orders, best mean first; million €",
        ("Order", "Cost", "Net present value", "Chance of a loss", "By priors alone",
         "By noise alone", "Payback, years", "Chance to be best"),
        [
            Row(
                f"{rank + 1}. {_named(row['order'])}",
                [
                    _spread(row, "cost"), _spread(row, "npv"), percent(row["p_loss"]),
                    percent(row["p_loss_priors"]), percent(row["p_loss_noise"]),
                    _payback(row["payback_years"]), percent(row["p_best"]),
                ],
            )
            for rank, row in shown.iterrows()
        ],
    )  # fmt: skip


def _steps_grid(found: RollOuts) -> Grid:
    best = found.orders.iloc[0]["order"]
    steps = found.steps[found.steps["order"] == best]
    return Grid(
        "Steps of the best order; million €",
        ("Step", "Starts after years", "Net present value that it adds", "Chance of a loss"),
        [
            Row(
                f"{row['step'] + 1}. {title(row['capability'])}",
                [number(row["start_years"], 1), _spread(row, "npv"), percent(row["p_loss"])],
            )
            for _, row in steps.iterrows()
        ],
    )


def _spread(row: pd.Series, name: str) -> str:
    middle = number(row[name], 1, sign=name == "npv")
    return f"{middle} ({interval(row[f'{name}_low'], row[f'{name}_high'], 1)})"


def _payback(years: float) -> str:
    return "never" if math.isinf(years) else number(years, 1)
