"""Where policies are run: worlds with the same shoppers, under the same luck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnisim._validation import check_instance, check_mapping
from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.experiment.compare import check_arms
from omnisim.experiment.league_runs import LeagueTask
from omnisim.experiment.shoppers import Shoppers
from omnisim.policies import Policy
from omnisim.provenance import record


@dataclass(frozen=True)
class PolicyWorlds:
    """What all runs of a study of policies share.

    Attributes
    ----------
    worlds : dict of str to Scenario
        By name, the first to compare with.
    shoppers : Shoppers
        Where shoppers come from.
    seed : int
        Seed of the study.
    window_days : float
        Days after a decision that count as its reward.
    """

    worlds: dict[str, Scenario]
    shoppers: Shoppers
    seed: int
    window_days: float

    def task(self, world: str, name: str, policy: Policy, replication: int) -> LeagueTask:
        """Return one run."""
        return LeagueTask(
            world, name, self.worlds[world], policy, self.shoppers, self.seed, replication,
            self.window_days,
        )  # fmt: skip

    def record(self, policy: Policy | None, **more: Any) -> dict[str, Any]:
        """Return the provenance of a study in the first world."""
        return record(
            scenario=next(iter(self.worlds.values())), seed=self.seed, replication=None,
            policy=policy, shoppers=repr(self.shoppers), **more,
        )  # fmt: skip

    def described(self) -> dict[str, Any]:
        """Return every world as plain JSON."""
        return {name: world.model_dump(mode="json") for name, world in self.worlds.items()}


def worlds_of(scenario: Scenario | Mapping[str, Scenario]) -> dict[str, Scenario]:
    """Return worlds by name; a single scenario is split into siloed and integrated."""
    if isinstance(scenario, Scenario):
        scenario = {
            "siloed": scenario.replace({"capabilities": Capabilities.siloed()}),
            "integrated": scenario.replace({"capabilities": Capabilities.integrated()}),
        }
    if not isinstance(scenario, Mapping):
        check_instance("scenario", scenario, Scenario)
    check_mapping("scenario", scenario, "worlds")
    if not scenario:
        raise ParameterError("scenario must hold at least one world. Got none.")
    worlds = {
        name: check_instance(f"scenario[{name!r}]", world, Scenario)
        for name, world in scenario.items()
    }
    first = next(iter(worlds.values()))
    for other in worlds.values():
        check_arms(first, other)
    return worlds
