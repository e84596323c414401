"""One question, three experiments: display withheld by cookie, by known person, by true person."""

from collections.abc import Iterator

from omnisim.config.scenario import Scenario
from omnisim.experiment.attributed import LEVELS
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.trials.people import Trial
from omnisim.policies import Policy

UNITS = {
    "display trial by cookie": "cookie",
    "display trial by person": "person",
    "display trial by true person (TL*)": "omniscient",
}

TRIALS = {
    "display trial by cookie": "visitors shown display, against those held out by cookie: who has "
    "several devices, or deletes cookies, is in both",
    "display trial by person": "visitors shown display, against those held out by whom the firm "
    "takes for a person: by log-ins and its person graph, else by cookie",
    "display trial by true person (TL*)": "visitors shown display, against those held out by true "
    "person: a benchmark that no firm can run",
}
"""Trials that firms analyse by visitor, whatever was drawn."""

SHARE = 0.5


def display_trials(
    scenario: Scenario, shoppers: Shoppers, policy: Policy | None, *, seed: int, replication: int
) -> Iterator[tuple[str, str, float, float, float]]:
    """Yield (trial, level, difference, ratio, truth), in EUR a year of the run.

    Both are per visitor reached, as the level tells visitors apart.

    Half of the cookies, or persons, is shown no display; the firm logs what they would have
    seen, and compares all visitors reached by their arm at the first contact, from then on. The
    truth is what the people reached spend more if all are shown display rather than none. A trial
    in which one arm has no visitor at a level is left out there.
    """
    years = (scenario.market.burn_in_days + scenario.market.horizon_days) / 365
    truths: dict[str, float] = {}
    for name, unit in UNITS.items():
        firm = scenario.replace({"holdouts.display_unit": unit})
        trial = Trial(firm, "display", SHARE, LEVELS[0], seed, replication, shoppers, policy)
        if not truths:  # everybody or nobody: the same whatever is drawn
            extremes = trial.extremes()
            truths = {level: trial.truth(extremes, level).effect() / years for level in LEVELS}
        run = trial.run(SHARE)
        for level in LEVELS:
            table = trial.units_seen(run, level)
            means = table.groupby("treated")["revenue"].mean()
            if len(means) == 2:
                shown, held = float(means[1]), float(means[0])
                ratio = shown / held if held else float("nan")
                yield name, level, (shown - held) / years, ratio, truths[level]
