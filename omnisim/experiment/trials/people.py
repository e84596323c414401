"""Trials on people: who was treated or held out, what they did, and the truth about them."""

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from omnisim._validation import check_choice
from omnisim.config.scenario import Scenario
from omnisim.evaluation.field import difference_in_means
from omnisim.exceptions import ParameterError
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.experiment.attributed import observed_log
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.experiment.trials.result import FieldExperiment
from omnisim.policies import Policy
from omnisim.schema import Channel, Event
from omnisim.simulation import SimulationResult

TREATED_BY = {
    "email": Event.MESSAGE, "push": Event.MESSAGE, "direct_mail": Event.MESSAGE,
    "display": Event.IMPRESSION,
}  # fmt: skip
"""The event that treats, by medium; `Event.WITHHELD` takes its place for those held out."""


@dataclass(frozen=True)
class Trial:
    """A hold-out of one medium in one firm.

    Parameters
    ----------
    scenario : Scenario
        The firm, without the hold-out.
    medium : {"email", "push", "direct_mail", "display"}
    share : float
        Share held out, in (0, 1).
    level : {"TL1", "TL2"}
        Tracking level at which the firm reads the trial.
    seed, replication : int
        Luck of the run.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    policy : Policy, optional
        Contact policy; the scenario's own rule by default.
    """

    scenario: Scenario
    medium: str
    share: float
    level: str
    seed: int
    replication: int
    shoppers: Shoppers | None = None
    policy: Policy | None = None

    def __post_init__(self) -> None:
        check_choice("level", self.level, ("TL1", "TL2"))
        if not 0 < self.share < 1:
            raise ParameterError(f"share must lie in (0, 1), or an arm is empty. Got {self.share}.")

    def run(self, share: float) -> SimulationResult:
        """Simulate the firm with a share held out; 0 and 1 are the worlds that make the truth."""
        changed = self.scenario.replace({f"holdouts.{self.medium}": share})
        shoppers = self.shoppers or SegmentShoppers()
        return simulate_arm(
            ArmTask("trial", changed, shoppers, self.policy, self.seed, self.replication)
        )

    def units_seen(self, run: SimulationResult, level: str | None = None) -> pd.DataFrame:
        """Return `units` of what the firm sees of a run, burn-in included: a trial has a start."""
        seen = observed_log(run, level or self.level, burn_in=True)
        return units(seen, "visitor", self.medium)

    def compared(self, *, design: str, quantity: str, confidence: float) -> FieldExperiment:
        """Run the trial and compare what the treated spend with what those held out do."""
        run = self.run(self.share)
        table = self.units_seen(run)
        treated = table["treated"] == 1
        found = difference_in_means(
            table.loc[treated, "revenue"], table.loc[~treated, "revenue"], confidence=confidence
        )
        true = self.truth(self.extremes(), self.level)
        return FieldExperiment(
            design=design,
            quantity=quantity,
            estimate=found,
            truth=true.effect(),
            truth_seen=true.seen_effect,
            table=table,
            provenance=run.provenance,
        )

    def extremes(self) -> tuple[SimulationResult, SimulationResult]:
        """Simulate the firm with everybody treated, and with nobody."""
        return self.run(0.0), self.run(1.0)

    def truth(
        self, extremes: tuple[SimulationResult, SimulationResult], level: str
    ) -> "TrialTruth":
        """Return what everybody does in both of the `extremes`, and what of it a level sees."""
        with_, without = (units(run.events, "shopper", self.medium) for run in extremes)
        seen = [self.units_seen(run, level) for run in extremes]
        return TrialTruth(
            with_,
            without,
            n_visitors=len(seen[0]),
            seen_effect=float(seen[0]["revenue"].mean() - seen[1]["revenue"].mean()),
        )


@dataclass(frozen=True)
class TrialTruth:
    """The same people and luck with everybody treated, and with nobody.

    Attributes
    ----------
    with_, without : DataFrame
        `units` by shopper, of all purchases. The first contact is the same in both, since nothing
        was done to anybody before it.
    n_visitors : int
        Visitors reached, as the level tells them apart, if everybody is treated: the unit of what
        the firm finds.
    seen_effect : float
        Difference in mean revenue between the two worlds as far as the firm sees it.
    """

    with_: pd.DataFrame
    without: pd.DataFrame
    n_visitors: int
    seen_effect: float

    def effect(self) -> float:
        """Return the effect on all that the people reached buy, per visitor reached.

        A person may be several visitors, or none that the firm sees.
        """
        who = self.with_.index.union(self.without.index)
        if not self.n_visitors:
            return 0.0
        gap = self.with_["revenue"].reindex(who).fillna(0.0)
        gap = gap - self.without["revenue"].reindex(who).fillna(0.0)
        return float(gap.sum()) / self.n_visitors


def units(log: pa.Table, who: str, medium: str) -> pd.DataFrame:
    """Return one row for everyone whom the medium reached, or would have.

    Parameters
    ----------
    log : pyarrow.Table
        True or observed events.
    who : {"shopper", "visitor"}
        Column that names a person; -1 is nobody.
    medium : {"email", "push", "direct_mail", "display"}

    Returns
    -------
    DataFrame, indexed by `who`
        ``treated`` (of the first contact), ``revenue`` (EUR paid from the first contact on).
    """
    frame = log.select(["time", who, "channel", "event", "value"]).to_pandas()
    frame = frame[frame[who] >= 0]
    mine = frame["channel"] == Channel[medium.upper()]
    contact = frame[mine & frame["event"].isin([TREATED_BY[medium], Event.WITHHELD])]
    first = contact.drop_duplicates(who).set_index(who)
    sold = frame[frame["event"] == Event.PURCHASE]
    begin = sold[who].map(first["time"])
    revenue = sold[sold["time"] >= begin].groupby(who)["value"].sum()
    return pd.DataFrame({
        "treated": (first["event"] == TREATED_BY[medium]).astype(int),
        "revenue": revenue.reindex(first.index).fillna(0.0),
    })  # fmt: skip
