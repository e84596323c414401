"""Attribution audited: what channels cause, what models say, and what following them costs."""

from collections.abc import Callable, Iterable
from functools import partial

import pandas as pd

from omnisim import plot
from omnisim.config.exposures import MEDIA
from omnisim.evaluation import mean_interval
from omnisim.experiment import AttributionAudit, ChannelTruth
from omnisim.experiment.audit_result import QUANTITIES
from omnisim.experiment.channel_truth import KINDS
from omnisim.experiment.channel_worlds import METRICS, WAYS
from omnisim.experiment.intervals import INTERVAL
from omnisim.plot.wording import number, percent, title
from omnisim.report.sections.section import (
    Grid,
    Section,
    basis,
    cell,
    drawing,
    listed,
    with_interval,
)
from omnisim.report.tables import Row

LEVELS = {"all": "true log"}
DIGITS = {"rank correlation": 2, "share error": 2}
REFERENCES = {
    "truth": "one in proportion to true contributions gains",
    "marginal": "one by which the last euro earns the same in every medium (returns taken to grow "
    "with the square root of spending) gains",
}
LABELS = {
    "bias": "bias: orders credited to all media beyond the sum of their Shapley values, per "
    "shopper and year",
    "rank correlation": "Spearman’s rank correlation of credits with causes over all channels",
    "share error": "total absolute error of the media’s shares, from 0 to 2",
    "regret": "decision regret: profit lost in the next replication by dividing its media budget "
    "by the model’s credits instead of true contributions, € per shopper and year",
    "regret to best": "regret to the best: profit lost against the rule, of all that were tried, "
    "that earned most in the other replications, € per shopper and year",
    "gain": "profit gained over the present budget, € per shopper and year",
}


def audit_section(audit: AttributionAudit) -> Section:
    """Return the table of every attribution model at every tracking level."""
    truth = audit.truth
    return Section(
        "audit",
        "Is attribution right?",
        (
            "A credit is held against a cause: what orders would be missing if the channel were "
            "taken away from everybody, the same people living the same year. Bias, rank "
            "correlation and total absolute error compare credits with causes, replication by "
            "replication; decision regret is the profit lost when the media budget of the next "
            "replication (other shoppers, other luck) follows the credits instead of the truth, "
            "which is that of the other replications; both budgets are simulated under the same "
            "luck. It can be negative: a budget in proportion to true average contributions is "
            "not the best one, since returns diminish. So each model is held against the best "
            "rule, too: the budget, of all that were tried, that earned most in the other "
            "replications.",
            basis(truth.n_replications, truth.n_shoppers, truth.confidence)
            + " Those of rank correlation and total error are by the jackknife."
            + _sampled(truth)
            + " TL0 has totals only, so that a media-mix regression is all there is; the true log "
            "is what no firm has.",
            _found(audit) + _without_truth(audit),
        ),
        [
            (
                drawing(f"audit-{quantity.replace(' ', '-')}",
                        partial(plot.attribution_audit, audit, quantity),
                        f"Attribution audit: {LABELS[quantity]}; numbers are in the tables."),
                f"Each cell: mean and half the width of its {percent(truth.confidence)} interval; "
                f"the darker, the farther from 0. {LABELS[quantity][0].upper()}"
                f"{LABELS[quantity][1:]}.",
            )
            for quantity in ("regret", "regret to best")
        ],
        [
            *(_grid(audit, quantity) for quantity in QUANTITIES),
            *(_bias_grid(audit, level) for level in dict.fromkeys(audit.channels["level"])),
        ],
    )  # fmt: skip


def channels_section(truth: ChannelTruth) -> Section:
    """Return what each channel causes."""
    players = listed([title(name).lower() for name in truth.provenance["players"]])
    extra = (
        f" Shapley values are over {number(truth.n_orderings, 0)} sampled orderings of the "
        "players; their intervals hold the error of this sample too."
        if truth.n_orderings
        else " Players were combined in every way, so their Shapley values have no sampling error "
        "of orderings."
    )
    return Section(
        "channels",
        "What each channel causes",
        (
            "The estimand is what a channel contributes per shopper and year: with all channels, "
            "less with all but this one (removed); a player alone, less no player at all (alone); "
            f"and the mean of what a player adds over all orders of the players ({players}; "
            "Shapley). Channels are switched off, or made inert: they run and cost as ever, but "
            "nobody is moved by them. A channel is taken from everybody at once, for good.",
            basis(truth.n_replications, truth.n_shoppers, truth.confidence) + extra,
        ),
        [
            (
                drawing("channel-truth", partial(plot.channel_truth, truth, "orders"),
                        "Orders that each player causes, removed, alone and by Shapley value; the "
                        "numbers are in the table."),
                f"Orders that each player causes, with {percent(truth.confidence)} intervals.",
            )
        ],
        [_channel_grid(truth, metric) for metric in METRICS],
    )  # fmt: skip


def _found(audit: AttributionAudit) -> str:
    regret = audit.scores[audit.scores["quantity"] == "regret to best"]
    if regret.empty:
        return "There was no media budget to divide."
    low, high = (regret.loc[k] for k in (regret["value"].idxmin(), regret["value"].idxmax()))
    sure = int((regret["ci_low"] > 0).sum())
    return (
        f"Least regret to the best: {_name(low)}, {cell(low)}; most: {_name(high)}, {cell(high)}, "
        f"in € per shopper and year. Of {regret['ci_low'].count()} models and levels with an "
        f"interval {sure} lose money by one that leaves out zero; with many, some do so by chance."
        f"{_references(audit)}"
    )


def _references(audit: AttributionAudit) -> str:
    """Return what the budgets earn that models are held against."""
    budgets = audit.budgets
    if budgets.empty:
        return ""
    own = budgets[budgets["level"] == ""]
    profit = own.pivot(index="replication", columns="model", values="profit")
    gaps = [
        f"{words} {with_interval(*mean_interval(gap, confidence=audit.truth.confidence))}"
        for name, words in REFERENCES.items()
        for gap in [(profit[name] - profit["present"]).to_numpy()]
    ]
    return f" Over the present budget, {listed(gaps)}."


def _sampled(truth: ChannelTruth) -> str:
    if not truth.n_orderings:
        return ""
    return (
        f" True shares and Shapley values are over {number(truth.n_orderings, 0)} sampled "
        "orderings, which all replications have in common: intervals of bias and of total error "
        "do not hold the error of this sample."
    )


def _without_truth(audit: AttributionAudit) -> str:
    """Return which channels get credit whose truth was not asked for."""
    rows = audit.channels[audit.channels["truth"].isna() & (audit.channels["credit"] > 0)]
    if rows.empty:
        return ""
    names = listed([title(name).lower() for name in dict.fromkeys(rows["channel"])])
    return f" Credit also goes to {names}, of which no truth was found here (value.players)."


def _name(row: pd.Series) -> str:
    return f"{row['model']} at {LEVELS.get(row['level'], row['level'])}"


def _grid(audit: AttributionAudit, quantity: str) -> Grid:
    rows = audit.scores[audit.scores["quantity"] == quantity]
    label, digits = LABELS[quantity], DIGITS.get(quantity, 3)
    return _by_model(
        label[0].upper() + label[1:], rows, "level", dict.fromkeys(audit.scores["level"]),
        lambda row: cell(row, digits),
    )  # fmt: skip


def _bias_grid(audit: AttributionAudit, level: str) -> Grid:
    """Return by model what each channel is credited beyond what is missing without it."""
    rows = audit.channels[(audit.channels["level"] == level) & audit.channels["truth"].notna()]
    return _by_model(
        f"Bias by channel at {LEVELS.get(level, level)}: orders credited beyond what is missing "
        "without the channel, per shopper and year",
        rows, "channel", dict.fromkeys(rows["channel"]),
        lambda row: cell(row, 3, names=("bias", *INTERVAL)),
    )  # fmt: skip


def _by_model(
    caption: str, rows: pd.DataFrame, column: str, places: Iterable[str],
    write: Callable[[pd.Series], str],
) -> Grid:  # fmt: skip
    """Return a table with a row a model, and for each of `places` what `write` makes of a row."""
    places = list(places)
    cells = {(row["model"], row[column]): write(row) for _, row in rows.iterrows()}
    return Grid(
        caption,
        ("Model", *(title(LEVELS.get(place, place)) for place in places)),
        [
            Row(title(model), [cells.get((model, place), "") for place in places])
            for model in dict.fromkeys(rows["model"])
        ],
    )


def _channel_grid(truth: ChannelTruth, metric: str) -> Grid:
    rows = truth.values[truth.values["metric"] == metric].set_index(["channel", "way", "kind"])
    columns = [(way, kind) for way in WAYS for kind in KINDS]
    channels = sorted(
        dict.fromkeys(rows.index.get_level_values("channel")), key=lambda c: c not in MEDIA
    )
    return Grid(
        f"What each channel contributes: {METRICS[metric].replace('EUR', f'€ of {metric}')}",
        ("Channel", *(f"{title(way)}, {kind}" for way, kind in columns)),
        [
            Row(
                title(channel),
                [
                    cell(rows.loc[(channel, *column)], 3)
                    if (channel, *column) in rows.index
                    else ""
                    for column in columns
                ],
            )
            for channel in channels
        ],
    )
