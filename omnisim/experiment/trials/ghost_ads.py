"""Ghost advertisements: what display would have shown to those held out."""

from omnisim.config.scenario import Scenario
from omnisim.experiment.trials.people import Trial
from omnisim.experiment.trials.result import FieldExperiment


def ghost_ads(
    scenario: Scenario,
    *,
    share: float = 0.5,
    unit: str = "person",
    level: str = "TL1",
    seed: int = 0,
    replication: int = 0,
    confidence: float = 0.95,
) -> FieldExperiment:
    """Show no display to a random part, log what they would have seen, and compare [1]_.

    Both groups are those whom an advertisement reached or would have reached, so nobody is diluted
    by people who were never online. Held out by cookie, a person with several devices, or one who
    deletes cookies, is in both arms: effects leak into the control group. Held out by person, as
    far as the firm tells persons apart, only those meet both who were not recognised at first.

    Parameters
    ----------
    scenario : Scenario
        The firm.
    share : float, default=0.5
        Share held out, in (0, 1).
    unit : {"person", "cookie", "omniscient"}, default="person"
        What is drawn; see `holdouts.display_unit`. The true person is a benchmark (TL*).
    level : {"TL1", "TL2"}, default="TL1"
        Tracking level at which the experiment is read.
    seed, replication : int, default=0
        Luck of the run.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    FieldExperiment
        EUR per visitor reached, from the first advertisement on. `truth` is what all the people
        reached buy more if all are shown advertisements rather than none, per visitor reached: a
        person is as many visitors as the level takes them for.

    References
    ----------
    .. [1] Johnson, Lewis and Nubbemeyer (2017). Ghost ads: improving the economics of measuring
       online ad effectiveness. Journal of Marketing Research 54(6), 867-884.
       doi:10.1509/jmr.15.0297
    """
    firm = scenario.replace({"holdouts.display_unit": unit})
    trial = Trial(firm, "display", share, level, seed, replication)
    return trial.compared(
        design=f"ghost advertisements by {unit}",
        quantity="EUR per visitor reached",
        confidence=confidence,
    )
