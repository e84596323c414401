"""A randomised trial on customers: some records get no messages by a medium."""

from omnisim._validation import check_choice
from omnisim.config.scenario import Scenario
from omnisim.experiment.trials.people import Trial
from omnisim.experiment.trials.result import FieldExperiment

NAMES = {"email": "e-mail", "push": "push messages", "direct_mail": "letters"}


def randomised_trial(
    scenario: Scenario,
    *,
    medium: str = "email",
    share: float = 0.5,
    unit: str = "record",
    level: str | None = None,
    seed: int = 0,
    replication: int = 0,
    confidence: float = 0.95,
) -> FieldExperiment:
    """Hold messages of a medium back from random records and compare what both groups spend.

    A customer is enrolled at the first message, sent or kept back; before it nothing was done to
    anybody, so enrolment does not depend on the arm. The firm compares what it can tie to the
    address from then on, by `omnisim.evaluation.field.difference_in_means`.

    Parameters
    ----------
    scenario : Scenario
        The firm.
    medium : {"email", "push", "direct_mail"}, default="email"
        What is held back. Letters are seen at TL2 only.
    share : float, default=0.5
        Share of the records held out, in (0, 1).
    unit : {"record", "omniscient"}, default="record"
        What is drawn. Teams that do not share their records draw twice for who has two; the true
        person is a benchmark that no firm has (TL*).
    level : {"TL1", "TL2"}, optional
        Tracking level at which the trial is read; the firm's own by default. Totals (TL0)
        tell nobody apart.
    seed, replication : int, default=0
        Luck of the run.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    FieldExperiment
        EUR per enrolled customer from enrolment to the end of the run.
    """
    check_choice("medium", medium, tuple(NAMES))
    level = level or scenario.records.tracking_level
    firm = scenario.replace({"holdouts.message_unit": unit})
    trial = Trial(firm, medium, share, level, seed, replication)
    return trial.compared(
        design=f"randomised trial of {NAMES[medium]}",
        quantity="EUR per customer written to",
        confidence=confidence,
    )
