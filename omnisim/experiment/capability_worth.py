"""CapabilityValues: what each capability is worth, and how the tables of it are made."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim.evaluation.contrasts import (
    Contrast,
    gap_to_additive,
    interaction,
    mean_interaction,
    shapley,
    total,
    worth,
)
from omnisim.evaluation.paired import joint_confidence, mean_interval
from omnisim.evaluation.precedence import Precedence
from omnisim.evaluation.ratio import ratio_interval
from omnisim.evaluation.sampled import coalitions_of, sampled_shapley
from omnisim.experiment.measures import UNITS

ESTIMATE = ("value", "ci_low", "ci_high", "all_low", "all_high")
ALONE = ("add first", "add with needs", "remove last", "remove with dependents")
PLUS = " + "
Values = Mapping[int, NDArray[np.float64]]
"""For each coalition, the value of a metric in every replication."""


@dataclass(frozen=True, repr=False)
class CapabilityValues:
    """Coalitions of capabilities over the same replications, and what each capability is worth.

    Attributes
    ----------
    capabilities : tuple of str
        The capabilities in which baseline and variant differ.
    worth : DataFrame
        One row a metric, capability and kind (`omnisim.evaluation.contrasts.KINDS`): metric, unit,
        capability, kind, value, ci_low, ci_high, all_low, all_high (an interval that holds at once
        for all capabilities of a metric and kind: to single some out), se_orderings (NaN where
        nothing was sampled). A Shapley value is a fair division of the total, not the effect of any
        one decision.
    totals : DataFrame
        One row a metric and kind: "baseline", "variant", "total" (their difference), "sum of add
        first", "synergy" (total less that sum) and "synergy index" (synergy over total; Fieller's
        interval): metric, unit, kind, value, ci_low, ci_high.
    interactions : DataFrame
        How much more two capabilities are worth together than apart: metric, unit, first, second,
        at ("first": before all others, "last": after all others, "mean" over every base), value,
        ci_low, ci_high, all_low, all_high (at once for all pairs of a metric and `at`). A pair of
        which one needs the other has no row.
    samples : DataFrame
        One row a replication, coalition and metric: value. A coalition is written as names joined
        by " + ", the baseline as "".
    account : DataFrame
        One row a replication, coalition and line of the account (`omnisim.schema.Line`, small
        letters; ``self_service`` apart from ``service``): value, in EUR per shopper and year.
    confidence : float
        Coverage of every interval.
    n_orderings : int
        Orderings that were sampled for the Shapley values; 0 if they are exact.
    n_replications, n_shoppers : int
        Size of the study.
    provenance : mapping
        How the result was made.
    """

    capabilities: tuple[str, ...]
    worth: pd.DataFrame
    totals: pd.DataFrame
    interactions: pd.DataFrame
    samples: pd.DataFrame
    account: pd.DataFrame
    confidence: float
    n_orderings: int
    n_replications: int
    n_shoppers: int
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the size of the study and its headline."""
        n = self.samples["coalition"].nunique()
        how = "exact"
        if self.n_orderings:
            error = float(self.of("profit")["se_orderings"].max())
            how = f"{self.n_orderings} sampled orderings, standard error up to {error:.2f}"
        row = self.total("profit")
        return (
            f"CapabilityValues of {len(self.capabilities)} capabilities, {n} coalitions ({how}), "
            f"{self.n_replications} replications of {self.n_shoppers:,} shoppers\n"
            f"profit {row['value']:+.2f} EUR per shopper and year in total "
            f"({self.confidence:.0%} interval {row['ci_low']:+.2f} to {row['ci_high']:+.2f})"
        )

    def _repr_html_(self) -> str:
        """Return headline and the worth in profit for a notebook."""
        title = "<br>".join(repr(self).splitlines())
        table = self.of("profit").to_html(index=False, float_format="%.3f")
        return f"<p>{title}</p>{table}"

    def of(self, metric: str, kind: str = "Shapley") -> pd.DataFrame:
        """Return the rows of `worth` of one metric and kind."""
        kept = (self.worth["metric"] == metric) & (self.worth["kind"] == kind)
        return self.worth[kept].reset_index(drop=True)

    def total(self, metric: str, kind: str = "total") -> pd.Series:
        """Return one row of `totals`.

        Raises
        ------
        KeyError
            If there is no such metric and kind.
        """
        found = self.totals[(self.totals["metric"] == metric) & (self.totals["kind"] == kind)]
        if found.empty:
            raise KeyError(f"No metric {metric!r} with kind {kind!r} in totals.")
        return found.iloc[0]

    def to_frame(self) -> pd.DataFrame:
        """Return `worth` as a new frame."""
        return self.worth.copy()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name."""
        return {
            name: getattr(self, name)
            for name in ("worth", "totals", "interactions", "samples", "account")
        }


def coalition_name(game: Precedence, coalition: int) -> str:
    """Return how a coalition is written in `CapabilityValues.samples`."""
    return PLUS.join(game.members(coalition))


def wanted_coalitions(game: Precedence, orderings: NDArray[np.int64] | None) -> list[int]:
    """Return the coalitions to run: all of them, or those that the tables read."""
    if orderings is None:
        return list(game.coalitions)
    wanted = {int(c) for c in coalitions_of(orderings).ravel()}
    for player in range(len(game)):
        for kind in ALONE:
            wanted |= worth(game, player, kind).keys()
    for _, contrast in _pair_contrasts(game, exact=False):
        wanted |= contrast.keys()
    return sorted(wanted)


def summarise_worth(
    game: Precedence,
    orderings: NDArray[np.int64] | None,
    samples: pd.DataFrame,
    account: pd.DataFrame,
    *,
    confidence: float,
    n_shoppers: int,
    made: Mapping[str, Any],
) -> CapabilityValues:
    """Turn the values of all coalitions in all replications into one result."""
    name_of = {coalition_name(game, c): c for c in wanted_coalitions(game, orderings)}
    by_metric: dict[str, Values] = {}
    for metric, rows in samples.groupby("metric", sort=False):
        wide = rows.pivot(index="replication", columns="coalition", values="value")
        by_metric[str(metric)] = {c: wide[name].to_numpy() for name, c in name_of.items()}
    worths, sums, pairs = {}, {}, {}
    for metric, values in by_metric.items():
        worths[metric] = worth_table(game, values, orderings, confidence)
        sums[metric] = totals_table(game, values, confidence)
        pairs[metric] = interaction_table(game, values, confidence, exact=orderings is None)
    return CapabilityValues(
        capabilities=game.players,
        worth=with_units(worths),
        totals=with_units(sums),
        interactions=with_units(pairs),
        samples=samples,
        account=account,
        confidence=confidence,
        n_orderings=0 if orderings is None else len(orderings),
        n_replications=samples["replication"].nunique(),
        n_shoppers=n_shoppers,
        provenance=made,
    )


def worth_table(
    game: Precedence, values: Values, orderings: NDArray[np.int64] | None, confidence: float
) -> pd.DataFrame:
    """Return capability, kind, value, two intervals and se_orderings of one metric."""
    joint = joint_confidence(confidence, len(game))
    rows: list[tuple[object, ...]] = [
        (name, kind, *_intervals(worth(game, k, kind), values, confidence, joint), np.nan)
        for k, name in enumerate(game.players)
        for kind in ALONE
    ]
    if orderings is None:
        rows += [
            (name, "Shapley", *_intervals(shapley(game, k), values, confidence, joint), np.nan)
            for k, name in enumerate(game.players)
        ]
    else:
        path = coalitions_of(orderings)
        along = np.stack([np.stack([values[int(c)] for c in row], axis=-1) for row in path], axis=1)
        found = sampled_shapley(along, orderings, confidence=confidence)
        wide = sampled_shapley(along, orderings, confidence=joint)
        each = (
            found.value, found.ci_low, found.ci_high, wide.ci_low, wide.ci_high, found.se_orderings,
        )  # fmt: skip
        rows += [
            (name, "Shapley", *(float(part[k]) for part in each))
            for k, name in enumerate(game.players)
        ]
    columns = ["capability", "kind", *ESTIMATE, "se_orderings"]
    return pd.DataFrame(rows, columns=columns)


def totals_table(game: Precedence, values: Values, confidence: float) -> pd.DataFrame:
    """Return kind, value, ci_low, ci_high of one metric."""
    whole, gap = _apply(total(game), values), _apply(gap_to_additive(game), values)
    series = {
        "baseline": values[0],
        "variant": values[game.all],
        "total": whole,
        "sum of add first": whole - gap,
        "synergy": gap,
    }
    rows = [(kind, *mean_interval(v, confidence=confidence)) for kind, v in series.items()]
    rows.append(("synergy index", *ratio_interval(gap, whole, confidence=confidence)))
    return pd.DataFrame(rows, columns=["kind", "value", "ci_low", "ci_high"])


def interaction_table(
    game: Precedence, values: Values, confidence: float, *, exact: bool
) -> pd.DataFrame:
    """Return first, second, at, value and two intervals of one metric."""
    pairs = _pair_contrasts(game, exact=exact)
    n_pairs = Counter(at for (_, _, at), _ in pairs)
    rows = [
        (*names, *_intervals(contrast, values, confidence,
                             joint_confidence(confidence, n_pairs[names[2]])))
        for names, contrast in pairs
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["first", "second", "at", *ESTIMATE])


def with_units(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join tables by metric, with columns metric and unit in front."""
    parts = [table.assign(metric=metric, unit=UNITS[metric]) for metric, table in tables.items()]
    joined = pd.concat(parts, ignore_index=True)
    if "kind" in joined:
        joined.loc[joined["kind"] == "synergy index", "unit"] = "share of the total"
    rest = [name for name in joined.columns if name not in ("metric", "unit")]
    return joined[["metric", "unit", *rest]]


def _pair_contrasts(
    game: Precedence, *, exact: bool
) -> list[tuple[tuple[str, str, str], Contrast]]:
    found = []
    for i, j in combinations(range(len(game)), 2):
        kinds = {at: interaction(game, i, j, at=at) for at in ("first", "last")}
        if exact:
            kinds["mean"] = mean_interaction(game, i, j)
        found += [
            ((game.players[i], game.players[j], at), contrast)
            for at, contrast in kinds.items()
            if contrast is not None
        ]
    return found


def _apply(contrast: Contrast, values: Values) -> NDArray[np.float64]:
    """Return the contrast in every replication."""
    first, *rest = ((weight, values[coalition]) for coalition, weight in contrast.items())
    answer = first[0] * first[1]
    for weight, value in rest:
        answer = answer + weight * value
    return np.asarray(answer)


def _intervals(
    contrast: Contrast, values: Values, confidence: float, joint: float
) -> tuple[float, float, float, float, float]:
    """Return the mean, its interval, and the wider one that holds at once for its family."""
    found = _apply(contrast, values)
    mean, low, high = mean_interval(found, confidence=confidence)
    return mean, low, high, *mean_interval(found, confidence=joint)[1:]
