"""League: what policies are worth in truth, and what a log would have said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from omnisim.evaluation import mean_interval
from omnisim.evaluation.selection import Selection

NO_CONTACT, ORACLE, NO_EVIDENCE = "none", "oracle", "no evidence"
"""Names of the policy that contacts nobody, of the upper bound, and of an open outcome."""

LONG_ENOUGH_DAYS = 182
"""Twenty-six weeks: over less, a league misses what opt-outs and fatigue cost later."""


@dataclass(frozen=True, repr=False)
class League:
    """Policies that were trained, frozen and judged in replications of their own.

    Attributes
    ----------
    table : DataFrame
        One row a world and policy: world, policy; profit (EUR per shopper and year); gain over no
        contact with gain_low, gain_high, and the same for its regret to the oracle; per_contact
        (gain over messages, EUR) with its Fieller interval, empty where that has no bounds; then
        the mean of every other measure (`omnisim.experiment.league_runs.UNITS`), of opt_outs and
        fatigue with their intervals.
    estimates : DataFrame
        One row a world, policy and estimator: world, policy, estimator, value, ci_low, ci_high,
        effective_sample_size, max_weight (EUR per decision after cost, from the log); filed,
        filed_low, filed_high, what an estimate is of: the mean margin that the firm files of the
        policy's own decisions where it was judged; and truth, truth_low, truth_high, all of it.
        An estimator that finds no evidence for a policy in the log has NaN.
    selections : mapping of str to Selection
        By world, among the policies and no contact; the oracle does not compete.
    samples : DataFrame
        One row a world, policy, replication and measure: value.
    confidence : float
        Coverage of every interval.
    n_replications : int
        Replications in which policies were judged.
    provenance : mapping
        How the result was made.
    """

    table: pd.DataFrame
    estimates: pd.DataFrame
    selections: Mapping[str, Selection]
    samples: pd.DataFrame
    confidence: float
    n_replications: int
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the size, the winners, and a caution if the horizon is short."""
        n = self.table["policy"].nunique()
        won = ", ".join(f"{winner} ({world})" for world, winner in self.winners.items())
        size = f"League of {n} policies over {self.n_replications} replications"
        return "\n".join(filter(None, (size, f"winner: {won}", self.caution)))

    @property
    def caution(self) -> str:
        """What one must know to read a league of less than 26 weeks; empty for a longer one."""
        if self.horizon_days >= LONG_ENOUGH_DAYS:
            return ""
        return (
            f"judged over {self.horizon_days} days only: what opt-outs and fatigue cost shows "
            f"over {LONG_ENOUGH_DAYS} or more"
        )

    @property
    def winners(self) -> dict[str, str]:
        """By world, the policy that the evidence carries, ``"none"``, or ``"no evidence"``."""
        return {
            world: chosen.best if chosen.is_sure else NO_EVIDENCE
            for world, chosen in self.selections.items()
        }

    @property
    def horizon_days(self) -> int:
        """Days counted in each run; opt-outs and fatigue show over 26 weeks or more."""
        return int(self.provenance["scenario"]["market"]["horizon_days"])

    def row(self, world: str, policy: str) -> pd.Series:
        """Return one row of `table`.

        Raises
        ------
        KeyError
            If there is none.
        """
        found = self.table[(self.table["world"] == world) & (self.table["policy"] == policy)]
        if found.empty:
            known = sorted(set(zip(self.table["world"], self.table["policy"], strict=True)))
            raise KeyError(f"No policy {policy!r} in world {world!r}. Known: {known}.")
        return found.iloc[0]

    def world_effects(self) -> pd.DataFrame:
        """Return what each policy gains over no contact in a world, less that in the first one.

        Returns
        -------
        DataFrame
            world, policy, difference, ci_low, ci_high: EUR per shopper and year.
        """
        profit = self.samples[self.samples["measure"] == "profit"]
        wide = profit.pivot(index="replication", columns=["world", "policy"], values="value")
        worlds, policies = (list(dict.fromkeys(self.table[n])) for n in ("world", "policy"))
        gain = {(w, p): wide[w, p] - wide[w, NO_CONTACT] for w in worlds for p in policies}
        rows = [
            (w, p, *mean_interval(gain[w, p] - gain[worlds[0], p], confidence=self.confidence))
            for w in worlds[1:]
            for p in policies
            if p != NO_CONTACT
        ]
        return pd.DataFrame(rows, columns=["world", "policy", "difference", "ci_low", "ci_high"])

    def to_frame(self) -> pd.DataFrame:
        """Return `table` as a new frame."""
        return self.table.copy()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, as they are written to Parquet."""
        found = {name: getattr(self, name) for name in ("table", "estimates", "samples")}
        return found | {"world_effects": self.world_effects()}
