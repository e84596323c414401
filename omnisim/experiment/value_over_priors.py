"""What integration is worth when parameters are not known: its distribution over their priors."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass

import pandas as pd

from omnisim._validation import check_count
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.experiment.basis import study_basis
from omnisim.experiment.compare import check_arms
from omnisim.experiment.customers import common_customers
from omnisim.experiment.measures import measure
from omnisim.experiment.parameter_priors import (
    PRIORS,
    ParameterPrior,
    check_priors,
    draw_parameters,
    drawn_scenario,
)
from omnisim.experiment.priors_result import METRICS, ValueOverPriors, summarise_priors
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.provenance import record
from omnisim.simulation.engine import default_policy

ARMS = ("baseline", "variant")
N_DRAWS = 60


@dataclass(frozen=True)
class DrawTask:
    """Both firms at one draw of the parameters, under the same luck."""

    draw: int
    baseline: Scenario
    variant: Scenario
    shoppers: Shoppers
    policy: Policy | None
    seed: int
    replication: int

    @property
    def address(self) -> str:
        """Draw and replication."""
        return f"d{self.draw}-r{self.replication}"


def run_draw(task: DrawTask) -> list[tuple[str, float, float]]:
    """Return (metric, baseline, variant); retention follows the customers of both."""
    before, after = (
        simulate_arm(ArmTask(arm, firm, task.shoppers, task.policy, task.seed, task.replication))
        for arm, firm in zip(ARMS, (task.baseline, task.variant), strict=True)
    )
    customers = common_customers(before, after)
    found = [measure(run, customers) for run in (before, after)]
    return [(name, float(found[0][name, ""]), float(found[1][name, ""])) for name in METRICS]


def value_over_priors(
    baseline: Scenario,
    variant: Scenario,
    *,
    priors: Sequence[ParameterPrior] | None = None,
    n_draws: int = N_DRAWS,
    n_replications: int = 2,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> ValueOverPriors:
    """Compare two firms at many draws of the parameters, and tell what is due to which.

    Parameters are drawn as a Latin hypercube. At each draw both firms meet the same shoppers and
    the same luck, and no two replications of the study share any: what differs between draws
    beyond what differs within them is due to the parameters.

    Parameters
    ----------
    baseline, variant : Scenario
        The two firms; they share shoppers, horizon and what is drawn.
    priors : sequence of ParameterPrior, optional
        What is not known; `PRIORS`, those of facts.md C1-C4 for the reference scenario, by default.
    n_draws : int, default=60
        Draws of the parameters; at least 3 more than there are priors.
    n_replications : int, default=2
        Pairs of runs at each draw; at least 2.
    seed : int, optional
        Seed of draws and runs; drawn and recorded if absent.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    policy : Policy, optional
        Contact policy of both firms; each scenario's own rule by default.
    confidence : float, default=0.95
        Coverage of intervals and ranges, in (0, 1).
    folder : path, optional
        Where every finished pair of runs is kept. A study that was killed goes on there and gives
        the same bytes.
    executor : concurrent.futures.Executor, optional
        Where runs are done; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished pairs of runs.

    Returns
    -------
    ValueOverPriors

    Raises
    ------
    ParameterError
        If the firms differ in shoppers, horizon or what is drawn, or an argument is out of range.
    ConfigError
        If a drawn value is outside what its field allows.
    RunError
        If a run fails.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    check_arms(baseline, variant)
    known = check_priors(PRIORS if priors is None else priors, baseline, variant)
    priors_size(n_draws, n_replications, n_priors=len(known))
    drawn = draw_parameters(known, n_draws, seed)
    tasks = [
        DrawTask(d, drawn_scenario(baseline, known, drawn[d]),
                 drawn_scenario(variant, known, drawn[d]), shoppers, policy, seed,
                 d * n_replications + k)
        for d in range(n_draws)
        for k in range(n_replications)
    ]  # fmt: skip
    made = record(
        scenario=baseline, seed=seed, replication=None, policy=policy or default_policy(baseline),
        variant=variant.model_dump(mode="json"), shoppers=repr(shoppers), n_draws=n_draws,
        n_replications=n_replications, priors=[asdict(prior) for prior in known],
    )  # fmt: skip
    outcomes = run_addressed(
        run_draw, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    rows = [
        (task.draw, task.replication % n_replications, *row)
        for task, outcome in zip(tasks, outcomes, strict=True)
        for row in outcome
    ]
    samples = pd.DataFrame(rows, columns=["draw", "replication", "metric", *ARMS])
    samples["difference"] = samples["variant"] - samples["baseline"]
    made |= {"confidence": confidence}
    return summarise_priors(baseline, known, drawn, samples, confidence=confidence, made=made)


def priors_size(
    n_draws: int = N_DRAWS, n_replications: int = 2, *, n_priors: int = len(PRIORS)
) -> int:
    """Return how many pairs of runs `value_over_priors` takes.

    Raises
    ------
    ParameterError
        If there are too few draws to tell which parameters matter.
    """
    check_count("n_draws", n_draws)
    check_count("n_replications", n_replications, minimum=2)
    if n_draws < n_priors + 3:
        raise ParameterError(
            f"n_draws must be at least {n_priors + 3}, 3 more than there are priors. Got {n_draws}."
        )
    return n_draws * n_replications
