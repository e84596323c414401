"""A valuation: every question that an experiment asks, answered one after the other."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnisim._validation import check_choice
from omnisim.attribution import AttributionModel
from omnisim.config.experiment import Experiment
from omnisim.config.scenario import Scenario
from omnisim.config.valuation import PARTS
from omnisim.exceptions import ParameterError
from omnisim.experiment.attribution_audit import audit_attribution, audit_size
from omnisim.experiment.capability_gains import capability_gains, gains_size
from omnisim.experiment.capability_values import (
    capability_values,
    coalition_scenario,
    study_size,
)
from omnisim.experiment.credits import audited_models
from omnisim.experiment.findings import Findings
from omnisim.experiment.measurement_value import (
    check_window,
    measurement_runs,
    measurement_value,
)
from omnisim.experiment.naive import N_WORLDS, naive_comparisons
from omnisim.experiment.premium_split import split_premium
from omnisim.experiment.premium_worlds import premium_size
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.transition import transition, transition_size
from omnisim.experiment.trials import Panel, trials_beside_truth
from omnisim.experiment.trials.beside_truth import trials_size
from omnisim.experiment.value_over_priors import priors_size, value_over_priors

Watch = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Given a part and its number of tasks, gives what to call with the number of finished ones."""


@dataclass(frozen=True)
class Size:
    """What a part takes.

    Attributes
    ----------
    n_tasks : int
        Tasks, each of which is kept as soon as it is finished.
    n_runs : int
        Runs of one firm in all tasks; fewer where equal budgets of an audit are run once.
    """

    n_tasks: int
    n_runs: int


def valuation_sizes(experiment: Experiment, seed: int) -> dict[str, Size]:
    """Return what each part that an experiment asks for takes.

    Raises
    ------
    ParameterError
        If the firms do not fit a part: `capability_values`, say, needs firms that differ in
        capabilities only, `split_premium` firms that sell both in stores and online,
        `measurement_value` a horizon of four weeks.
    """
    asked, n = experiment.asked, experiment.n_replications
    (baseline, variant), firm = experiment.arms(), firm_of(experiment)
    valued = valued_arms(experiment)

    def coalitions() -> int:
        return study_size(*valued, n_orderings=asked.n_orderings, seed=seed)

    def worlds() -> int:
        return audit_size(
            firm, players=asked.players, n_models=len(models_of(experiment)),
            n_orderings=asked.n_media_orderings, seed=seed,
        )  # fmt: skip

    counts: dict[str, Callable[[], tuple[int, int]]] = {
        "capabilities": lambda: (coalitions(), coalitions()),
        "transition": lambda: (0, transition_size(n)),
        "priors": lambda: (priors_size(asked.n_draws), 2 * priors_size(asked.n_draws)),
        "gains": lambda: (gains_size(*valued), 2 * gains_size(*valued)),
        "premium": lambda: (1, premium_size(baseline, variant)),
        "measurement": lambda: (0, 0),  # not in proportion to n, see below
        "audit": lambda: (worlds(), worlds()),
        "naive": lambda: (1, N_WORLDS),
        "trials": lambda: trials_size(baseline, variant, panel_of(experiment)),
    }
    each = {part: counts[part]() for part in asked_parts(experiment)}
    times = {part: 1 if part == "priors" else n for part in each}
    sizes = {p: Size(times[p] * tasks, times[p] * runs) for p, (tasks, runs) in each.items()}
    if "measurement" in sizes:
        check_window(firm)
        sizes["measurement"] = Size(measurement_runs(n), measurement_runs(n))
    return sizes


def asked_parts(experiment: Experiment) -> Iterator[str]:
    """Yield the parts that an experiment asks for, in the order of the report."""
    return (part for part in PARTS if getattr(experiment.asked, part))


def firm_of(experiment: Experiment) -> Scenario:
    """Return the firm whose measurement, attribution, groups and trials are looked at."""
    baseline, variant = experiment.arms()
    return baseline if experiment.asked.firm == "baseline" else variant


def valued_arms(experiment: Experiment) -> tuple[Scenario, Scenario]:
    """Return the firms whose difference is valued: all others stay as in the baseline."""
    baseline, variant = experiment.arms()
    names = experiment.asked.valued
    return baseline, coalition_scenario(baseline, variant, names) if names else variant


def models_of(experiment: Experiment) -> dict[str, AttributionModel]:
    """Return the models that are audited, by name.

    Raises
    ------
    ParameterError
        If a name is not that of a model.
    """
    known, asked = audited_models(), experiment.asked.models
    return {check_choice("value.models", n, known): known[n] for n in asked} if asked else known


def panel_of(experiment: Experiment) -> Panel:
    """Return the size of the trials on regions."""
    return Panel(experiment.asked.n_regions, experiment.asked.period_days)


def find(
    experiment: Experiment,
    *,
    seed: int,
    shoppers: Shoppers | None = None,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    watch: Watch | None = None,
) -> Findings:
    """Answer every question that an experiment asks.

    Parameters
    ----------
    experiment : Experiment
        The two firms, and in `value` what is asked of them.
    seed : int
        Seed of every part: all of them meet the same shoppers and the same luck.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    folder : path, optional
        Where every finished task of every part is kept. A run that was killed goes on there and
        gives the same bytes.
    executor : concurrent.futures.Executor, optional
        Where runs are done; in this process by default. It changes no number.
    watch : callable, optional
        Shows progress; see `Watch`.

    Raises
    ------
    ParameterError
        If the firms do not fit a part, or shoppers are given to trials, which draw their own.
    RunError
        If a run fails.
    """
    if shoppers is not None and experiment.asked.trials:
        raise ParameterError(
            "trials draw their shoppers from the scenario's segments, not from a customer file. "
            "Set value.trials = false, or leave the file out."
        )
    sizes = valuation_sizes(experiment, seed)
    found: dict[str, Any] = {}
    for part, size in sizes.items():
        shown = watch(part, size.n_tasks) if watch and size.n_tasks else nullcontext()
        with shown as on_wait:
            how = {
                "n_replications": experiment.n_replications, "seed": seed,
                "confidence": experiment.confidence, "executor": executor, "on_wait": on_wait,
                "shoppers": shoppers,
                "folder": None if folder is None else Path(folder) / part,
            }  # fmt: skip
            found[part] = _answer(part, experiment, found, how)
    return Findings(**found)


def _answer(part: str, experiment: Experiment, found: dict[str, Any], how: dict[str, Any]) -> Any:
    asked = experiment.asked
    (baseline, variant), firm = experiment.arms(), firm_of(experiment)
    match part:
        case "capabilities":
            return capability_values(*valued_arms(experiment), n_orderings=asked.n_orderings, **how)
        case "transition":
            return transition(found["capabilities"], *valued_arms(experiment), seed=how["seed"])
        case "priors":
            how["n_replications"] = 2
            return value_over_priors(baseline, variant, n_draws=asked.n_draws, **how)
        case "gains":
            return capability_gains(*valued_arms(experiment), **how)
        case "premium":
            return split_premium(baseline, variant, **how)
        case "measurement":
            return measurement_value(firm, digital_cost=asked.digital_cost, **how)
        case "audit":
            return audit_attribution(
                firm, models=models_of(experiment), lookback_days=experiment.lookback_days,
                follow=asked.follow, players=asked.players,
                n_orderings=asked.n_media_orderings, **how,
            )  # fmt: skip
        case "naive":
            return naive_comparisons(firm, **how)
    del how["shoppers"]
    return trials_beside_truth(baseline, variant, firm=firm, panel=panel_of(experiment), **how)
