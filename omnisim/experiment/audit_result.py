"""AttributionAudit: how far every model is from the truth, and what following it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from omnisim._validation import check_choice
from omnisim.evaluation import mean_interval
from omnisim.experiment.budget import BUDGETED
from omnisim.experiment.channel_truth import ChannelTruth
from omnisim.experiment.intervals import mean_by

QUANTITIES = {
    "bias": "orders per shopper and year credited to media beyond what they cause",
    "rank correlation": "Spearman, of credits with causal contributions over all channels",
    "share error": "sum over media of |share of credit - share of cause|, from 0 to 2",
    "regret": "EUR per shopper and year: profit of the budget that follows the truth, less that of "
    "the budget that follows the model",
    "gain": "EUR per shopper and year: profit of the budget that follows the model, less that of "
    "the present budget",
}
"""What is audited; the last two are decisions: budgets by the credits of one replication, run in
the next, where the budgets that they are held against have the same luck."""

KEYS = ["level", "model"]


@dataclass(frozen=True, repr=False)
class AttributionAudit:
    """Every attribution model at every tracking level, against the truth.

    Attributes
    ----------
    scores : DataFrame
        One row a level, model and quantity (`QUANTITIES`): value, ci_low, ci_high over
        replications. At TL0 there are totals only, and so no journeys: a media-mix regression is
        the one model that can speak there. Level "all" is the true log, which no firm has.
    channels : DataFrame
        One row a level, model and channel: credit and truth in orders per shopper and year, bias,
        ci_low, ci_high (of the bias).
    budgets : DataFrame
        One row a replication, level and model: source (replication whose log was read for the
        plan; another), planned scale of each medium's spending, profit, and spent: what all
        media took, EUR per shopper and year. A medium may take less than is planned.
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
    """Return credit, truth and bias by level, model and channel."""
    causal = truth.of("orders", kind="removed")
    rows = []
    for key, part in credits.groupby([*KEYS, "channel"], sort=False):
        if key[2] in causal.index:
            mean, low, high = mean_interval(part["credit"], confidence=confidence)
            true = float(causal[key[2]])
            rows.append((*key, mean, true, mean - true, low - true, high - true))
    columns = [*KEYS, "channel", "credit", "truth", "bias", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)


def score_rows(
    credits: pd.DataFrame, budgets: pd.DataFrame, truth: ChannelTruth, confidence: float
) -> pd.DataFrame:
    """Return every quantity by level and model with its interval over replications."""
    found = [
        (*key, *row)
        for key, part in credits.groupby(KEYS, sort=False)
        for row in _distances(part, truth)
    ]
    columns = [*KEYS, "quantity", "value"]
    samples = pd.concat(
        [pd.DataFrame(found, columns=columns), decision_rows(budgets)[columns]], ignore_index=True
    )
    return mean_by(samples, columns[:3], "value", confidence=confidence)


def decision_rows(budgets: pd.DataFrame) -> pd.DataFrame:
    """Return regret and gain of each replication, level and model."""
    profit = budgets.pivot(index="replication", columns=KEYS, values="profit")
    rows = []
    for level, model in profit.columns:
        if level == "":
            continue
        mine = profit[level, model]
        for quantity, other, sign in (("regret", "truth", 1.0), ("gain", "present", -1.0)):
            gap = sign * (profit["", other] - mine)
            rows += [(level, model, quantity, float(value)) for value in gap.dropna()]
    return pd.DataFrame(rows, columns=[*KEYS, "quantity", "value"])


def _distances(credits: pd.DataFrame, truth: ChannelTruth) -> Sequence[tuple[str, float]]:
    """Return bias, rank correlation and share error of one model in each replication."""
    shapley = truth.of("orders").clip(lower=0)
    removed = truth.of("orders", kind="removed")
    media = [name for name in BUDGETED if name in shapley.index]
    rows = []
    for _, part in credits.groupby("replication"):
        credit = part.set_index("channel")["credit"]
        paid = credit.reindex(media).fillna(0.0)
        rows.append(("bias", float((paid - removed[media]).sum())))
        if paid.sum() > 0 and shapley.sum() > 0:
            gap = paid / paid.sum() - shapley / shapley.sum()
            rows.append(("share error", float(gap.abs().sum())))
        both = [name for name in removed.index if name in credit.index]
        if len(both) > 2 and credit[both].nunique() > 1 and removed[both].nunique() > 1:
            # Spearman's: the correlation of mean ranks; scipy.stats would slow down every import
            found = np.corrcoef(credit[both].rank(), removed[both].rank())[0, 1]
            rows.append(("rank correlation", float(found)))
    return rows
