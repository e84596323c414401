"""An encouragement design: random invitations to the app, and what the app does to who follows."""

import numpy as np
import pandas as pd
import pyarrow as pa

from omnisim._validation import check_choice
from omnisim.config.scenario import Scenario
from omnisim.evaluation.field import (
    Estimate,
    difference_in_means,
    encouragement_effect,
    fieller_set,
)
from omnisim.exceptions import ParameterError
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.experiment.attributed import observed_log
from omnisim.experiment.shoppers import SegmentShoppers
from omnisim.experiment.trials.result import FieldExperiment
from omnisim.schema import Channel, Event
from omnisim.simulation import SimulationResult
from omnisim.simulation.firm.invitation import NOON


def encouragement_design(
    scenario: Scenario,
    *,
    share: float = 0.5,
    day: int | None = None,
    level: str | None = None,
    seed: int = 0,
    replication: int = 0,
    confidence: float = 0.95,
) -> FieldExperiment:
    """Invite random customers to the app, and find what the app does to those who follow.

    Nobody can be made to take up the app, and who does so differs from who does not. The invitation
    is random and acts through take-up alone; so the effect of the app on those whom the invitation
    moves, the compliers, is the effect of being invited over the change in take-up [1]_. The
    interval is Fieller's set, which may be infinite.

    Parameters
    ----------
    scenario : Scenario
        The firm; `invitation` says how likely take-up is.
    share : float, default=0.5
        Share of the records invited, in (0, 1).
    day : int, optional
        Day of the invitations; a quarter into the run by default.
    level : {"TL1", "TL2"}, optional
        Tracking level at which the design is read; the firm's own by default. Totals (TL0)
        tell nobody apart.
    seed, replication : int, default=0
        Luck of the run.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    FieldExperiment
        EUR per complier from the invitation to the end of the run. `steps` holds the intention to
        treat and the first stage. The truth compares the same compliers, known in the simulator by
        what they do if all are invited and if nobody is.

    References
    ----------
    .. [1] Angrist, Imbens and Rubin (1996). Identification of causal effects using instrumental
       variables. Journal of the American Statistical Association 91(434), 444-455.
       doi:10.1080/01621459.1996.10476902
    """
    level = check_choice("level", level or scenario.records.tracking_level, ("TL1", "TL2"))
    if not 0 < share < 1:
        raise ParameterError(f"share must lie in (0, 1), or an arm is empty. Got {share}.")
    if day is None:
        day = (scenario.market.burn_in_days + scenario.market.horizon_days) // 4
    firm = scenario.replace({"invitation.day": day})
    run, everybody, nobody = (_lived(firm, s, seed, replication) for s in (share, 1.0, 0.0))
    table = invited(observed_log(run, level, burn_in=True), "visitor", day)
    columns = table["revenue"], table["taken"], table["treated"]
    wald = encouragement_effect(*columns, confidence=confidence)
    low, high = fieller_set(*columns, confidence=confidence)
    arms = table["treated"] == 1
    steps = {
        name: difference_in_means(table.loc[arms, c], table.loc[~arms, c], confidence=confidence)
        for name, c in (("intention to treat", "revenue"), ("first stage", "taken"))
    }
    seen = [
        invited(observed_log(r, level, burn_in=True), "visitor", day) for r in (everybody, nobody)
    ]
    gap = seen[0][["revenue", "taken"]].mean() - seen[1][["revenue", "taken"]].mean()
    return FieldExperiment(
        design="encouragement to take up the app",
        quantity="EUR per customer whom an invitation moves",
        estimate=Estimate(wald.value, wald.standard_error, low, high, wald.degrees),
        truth=effect_on_compliers(everybody, nobody, day),
        truth_seen=float(gap["revenue"] / gap["taken"]) if gap["taken"] > 0 else 0.0,
        table=table,
        provenance=run.provenance,
        steps=steps,
    )


def effect_on_compliers(everybody: SimulationResult, nobody: SimulationResult, day: int) -> float:
    """Return the mean effect on those who take up the app if invited, and not otherwise."""
    with_, without = (invited(run.events, "shopper", day) for run in (everybody, nobody))
    moved = with_.index[(with_["taken"] == 1) & (without["taken"].reindex(with_.index) == 0)]
    if not len(moved):
        return 0.0
    gap = with_.loc[moved, "revenue"] - without["revenue"].reindex(moved)
    return float(gap.mean())


def invited(log: pa.Table, who: str, day: int) -> pd.DataFrame:
    """Return one row for everyone who was invited, or drawn not to be.

    Parameters
    ----------
    log : pyarrow.Table
        True or observed events.
    who : {"shopper", "visitor"}
        Column that names a person; -1 is nobody.
    day : int
        Day of the invitations.

    Returns
    -------
    DataFrame, indexed by `who`
        ``treated`` (of the first invitation), ``taken`` (the app is opened when invitations are
        out, at once), ``revenue`` (EUR paid from then on).
    """
    frame = log.select(["time", who, "channel", "event", "value"]).to_pandas()
    frame = frame[(frame[who] >= 0) & (frame["time"] >= day + NOON)]
    then = frame["time"] == day + NOON
    mail = then & (frame["channel"] == Channel.EMAIL)
    contact = frame[mail & frame["event"].isin([Event.MESSAGE, Event.WITHHELD])]
    first = contact.drop_duplicates(who).set_index(who)
    opened = frame.loc[then & (frame["channel"] == Channel.APP), who].unique()
    sold = frame[frame["event"] == Event.PURCHASE]
    revenue = sold.groupby(who)["value"].sum()
    return pd.DataFrame({
        "treated": (first["event"] == Event.MESSAGE).astype(int),
        "taken": np.isin(first.index, opened).astype(int),
        "revenue": revenue.reindex(first.index).fillna(0.0),
    })  # fmt: skip


def _lived(firm: Scenario, share: float, seed: int, replication: int) -> SimulationResult:
    changed = firm.replace({"invitation.share": share})
    return simulate_arm(ArmTask("trial", changed, SegmentShoppers(), None, seed, replication))
