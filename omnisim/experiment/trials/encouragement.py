"""An encouragement design: random e-mail, and what reading it does to those who read."""

from omnisim.config.scenario import Scenario
from omnisim.evaluation.field import encouragement_effect
from omnisim.experiment.trials.people import Trial
from omnisim.experiment.trials.result import FieldExperiment


def encouragement_design(
    scenario: Scenario,
    *,
    share: float = 0.5,
    level: str | None = None,
    seed: int = 0,
    replication: int = 0,
    confidence: float = 0.95,
) -> FieldExperiment:
    """Use random e-mail as an encouragement to read, and find what reading does.

    Nobody can be made to read. Whether one is written to is random, and acts through reading alone
    (but for tiring readers); so the effect on those who read when written to is the effect of being
    written to over the share who read [1]_. Comparing readers with others instead would compare the
    loyal with the rest; see `omnisim.experiment.naive_comparisons`.

    Parameters
    ----------
    scenario : Scenario
        The firm.
    share : float, default=0.5
        Share of the addresses held out, in (0, 1).
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
        EUR per customer who reads at least one message if written to.

    References
    ----------
    .. [1] Angrist, Imbens and Rubin (1996). Identification of causal effects using instrumental
       variables. Journal of the American Statistical Association 91(434), 444-455.
       doi:10.1080/01621459.1996.10476902
    """
    level = level or scenario.records.tracking_level
    trial = Trial(scenario, "email", share, level, seed, replication)
    run = trial.run(share)
    table = trial.units_seen(run)
    found = encouragement_effect(
        table["revenue"], table["opened"], table["treated"], confidence=confidence
    )
    true = trial.truth()
    return FieldExperiment(
        design="encouragement by e-mail",
        quantity="EUR per customer who reads",
        estimate=found,
        truth=true.effect(true.readers),
        truth_seen=true.seen_effect / true.share_opened if true.share_opened else 0.0,
        table=table,
        provenance=run.provenance,
    )
