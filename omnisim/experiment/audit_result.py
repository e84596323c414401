"""AttributionAudit: how far every model is from the truth, and what following it costs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim._validation import check_choice
from omnisim.evaluation import mean_interval
from omnisim.evaluation.jackknife import jackknife_interval
from omnisim.experiment.budget import BUDGETED
from omnisim.experiment.channel_truth import ChannelTruth
from omnisim.experiment.intervals import INTERVAL, mean_by

QUANTITIES = {
    "bias": "orders per shopper and year credited to all media beyond the sum of their Shapley "
    "values: what they cause together, where they are the only players",
    "rank correlation": "Spearman, of credits with causal contributions over all channels",
    "share error": "sum over media of |share of credit - share of cause|, from 0 to 2",
    "regret": "EUR per shopper and year: profit of the budget in proportion to true contributions, "
    "less that of the budget that follows the model",
    "regret to best": "EUR per shopper and year: profit of the budget that earned most in all "
    "other replications, of all that were tried, less that of the budget that follows the model",
    "gain": "EUR per shopper and year: profit of the budget that follows the model, less that of "
    "the present budget",
}
"""What is audited; the last three are decisions: budgets by the credits of one replication, run in
the next, where the budgets that they are held against have the same luck."""

RANGES = {"rank correlation": (-1.0, 1.0), "share error": (0.0, 2.0)}
"""Where a quantity can lie; intervals end there."""

REFERENCES = {
    "present": "the budget as it is",
    "truth": "in proportion to true contributions to orders (Shapley values)",
    "marginal": "so that the last euro earns the same in every medium, by true contributions to "
    "profit and returns that grow with the square root of spending",
    "best": "of all budgets, models' included, the rule that earned most in the other replications",
}
"""Budgets that models are held against. The first three are rows of `AttributionAudit.budgets`."""

UNKNOWN = (float("nan"),) * 3
"""Bias and interval of a channel without a truth."""

Floats = NDArray[np.float64]
KEYS = ["level", "model"]


@dataclass(frozen=True, repr=False)
class AttributionAudit:
    """Every attribution model at every tracking level, against the truth.

    Attributes
    ----------
    scores : DataFrame
        One row a level, model and quantity (`QUANTITIES`): value, ci_low, ci_high over
        replications, in which credits and truth are paired. At TL0 there are totals only, and so
        no journeys: a media-mix regression is the one model that can speak there. Level "all" is
        the true log, which no firm has.
    channels : DataFrame
        One row a level, model and channel: credit and truth (what is missing without the channel)
        in orders per shopper and year, bias, ci_low, ci_high (of the bias, by the differences of
        the replications); NaN where a channel that gets credit has no truth.
    budgets : DataFrame
        One row a replication, level and model (level "" for `REFERENCES`): source (replication
        whose log was read for the plan; another), planned scale of each medium's spending, profit,
        and spent: what all media took, EUR per shopper and year. A medium may take less than is
        planned.
    truth : ChannelTruth
        What the credits are held against.
    provenance : dict
        How the result was made.
    """

    scores: pd.DataFrame
    channels: pd.DataFrame
    budgets: pd.DataFrame
    truth: ChannelTruth
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the size and the best and the worst decision."""
        regret = self.table("regret").stack()
        lines = f"AttributionAudit of {regret.size} models and levels\n{self.truth!r}".splitlines()
        if len(regret):
            low, high = regret.idxmin(), regret.idxmax()
            lines[1] = (
                f"regret in EUR per shopper and year: least {regret.min():+.3f} ({low[0]}, "
                f"{low[1]}), most {regret.max():+.3f} ({high[0]}, {high[1]})"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the regret by model and level for a notebook."""
        table: str = self.table("regret").to_html(float_format="%.3f")
        return f"<p>{'<br>'.join(repr(self).splitlines())}</p>{table}"

    def table(self, quantity: str) -> pd.DataFrame:
        """Return one quantity, a row a model and a column a level; NaN where none can be had."""
        check_choice("quantity", quantity, QUANTITIES)
        rows = self.scores[self.scores["quantity"] == quantity]
        wide = rows.pivot(index="model", columns="level", values="value")
        return wide.reindex(index=rows["model"].unique(), columns=rows["level"].unique())

    def to_frame(self) -> pd.DataFrame:
        """Return `scores` as a new frame."""
        return self.scores.copy()


def channel_rows(credits: pd.DataFrame, truth: ChannelTruth, confidence: float) -> pd.DataFrame:
    """Return credit, truth and bias by level, model and channel, paired by replication."""
    removed = by_replication(truth, "removed")
    rows = []
    for key, credit in _credits_of(credits):
        true = removed.loc[credit.index].reindex(columns=credit.columns)
        for channel in credit.columns:
            gap = credit[channel] - true[channel]
            bias = mean_interval(gap, confidence=confidence) if gap.notna().all() else UNKNOWN
            means = float(credit[channel].mean()), float(true[channel].mean())
            rows.append((*key, channel, *means, *bias))
    columns = [*KEYS, "channel", "credit", "truth", "bias", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)


def score_rows(
    credits: pd.DataFrame, budgets: pd.DataFrame, truth: ChannelTruth, confidence: float
) -> pd.DataFrame:
    """Return every quantity by level and model with its interval over replications.

    The bias is a difference in each replication, with Student's t over replications. Rank
    correlation and share error are functions of mean credits and mean truth, with the jackknife
    over replications (`omnisim.evaluation.jackknife`): both the credits and the truth of a
    replication are left out together.
    """
    true = {kind: by_replication(truth, kind) for kind in ("removed", "Shapley")}
    rows = [
        (*key, *row)
        for key, credit in _credits_of(credits)
        for row in _distances(credit, true, confidence)
    ]
    columns = [*KEYS, "quantity", "value", *INTERVAL]
    decisions = mean_by(decision_rows(budgets), columns[:3], "value", confidence=confidence)
    return pd.concat([pd.DataFrame(rows, columns=columns), decisions], ignore_index=True)


def decision_rows(budgets: pd.DataFrame) -> pd.DataFrame:
    """Return both regrets and the gain of each replication, level and model."""
    profit = budgets.pivot(index="replication", columns=KEYS, values="profit")
    held = {
        "regret": profit["", "truth"],
        "regret to best": best_elsewhere(profit),
        "gain": profit["", "present"],
    }
    rows = []
    for level, model in profit.columns:
        if level == "":
            continue
        for quantity, other in held.items():
            gap = (other - profit[level, model]) * (-1.0 if quantity == "gain" else 1.0)
            rows += [(level, model, quantity, float(value)) for value in gap.dropna()]
    return pd.DataFrame(rows, columns=[*KEYS, "quantity", "value"])


def best_elsewhere(profit: pd.DataFrame) -> pd.Series:
    """Return, in each replication, the profit of the rule that earned most in all the others.

    A rule is a column: a level and a model, or a reference. It is chosen without the replication
    in which it is held against others, so that luck does not make it the best. Rules that have no
    budget in some replication do not count.
    """
    complete = profit.dropna(axis=1)
    others = (complete.sum() - complete).to_numpy().argmax(axis=1)
    found = complete.to_numpy()[np.arange(len(complete)), others]
    return pd.Series(found, index=profit.index)


def by_replication(truth: ChannelTruth, kind: str) -> pd.DataFrame:
    """Return the true contributions to orders: a row a replication, a column a channel."""
    rows = truth.samples
    rows = rows[(rows["metric"] == "orders") & (rows["way"] == "off") & (rows["kind"] == kind)]
    wide = rows.pivot(index="replication", columns="channel", values="value")
    return wide[list(dict.fromkeys(rows["channel"]))]


def _credits_of(credits: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Yield level and model, with credits by replication (rows) and channel (columns).

    A channel that a fitted model does not mention has no credit.
    """
    for (level, model), part in credits.groupby(KEYS, sort=False):
        wide = part.pivot(index="replication", columns="channel", values="credit")
        yield (str(level), str(model)), wide.fillna(0.0)


def _distances(
    credit: pd.DataFrame, true: Mapping[str, pd.DataFrame], confidence: float
) -> Iterator[tuple[str, float, float, float]]:
    """Yield quantity, value and interval of bias, share error and rank correlation."""
    removed, shapley = (true[kind].loc[credit.index] for kind in ("removed", "Shapley"))
    media = [name for name in BUDGETED if name in shapley.columns]
    paid = credit.reindex(columns=media, fill_value=0.0)
    bias = (paid - shapley[media]).sum(axis=1)
    yield "bias", *mean_interval(bias, confidence=confidence)
    both = [name for name in removed.columns if name in credit.columns]
    measured = {
        "share error": (share_error, paid, shapley[media]),
        "rank correlation": (rank_correlation, credit[both], removed[both]),
    }
    for quantity, (function, one, other) in measured.items():
        value, *ends = jackknife_interval(
            function, one.to_numpy(), other.to_numpy(), confidence=confidence
        )
        if np.isfinite(value):
            low, high = np.clip(ends, *RANGES[quantity])
            yield quantity, value, float(low), float(high)


def share_error(credit: Floats, true: Floats) -> float:
    """Return the sum of |share of credit - share of cause|; NaN where nothing is divided.

    Negative contributions divide nothing.
    """
    shares = [np.clip(values, 0.0, None) for values in (credit, true)]
    if min(values.sum() for values in shares) <= 0:
        return float("nan")
    one, other = (values / values.sum() for values in shares)
    return float(np.abs(one - other).sum())


def rank_correlation(credit: Floats, true: Floats) -> float:
    """Return Spearman's correlation of mean ranks; NaN with two channels, or equal values."""
    if len(credit) < 3 or min(len(np.unique(credit)), len(np.unique(true))) < 2:
        return float("nan")
    # scipy.stats would slow down every import
    ranks = [pd.Series(values).rank().to_numpy() for values in (credit, true)]
    return float(np.corrcoef(*ranks)[0, 1])
