"""Personalisation-v0: one record at a time, decide whether and how to contact it."""

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.policies import Action, Context, NoContact
from omnisim.policies.features import NEVER_DAYS
from omnisim.rl.session import Session, first_batch
from omnisim.simulation.actions import action_list
from omnisim.simulation.decisions import feature_names
from omnisim.simulation.engine import draw_shoppers
from omnisim.simulation.world import build_world

Observation = NDArray[np.float32]
SMALL = {"market.n_shoppers": 200, "market.horizon_days": 182}
"""What the scenario of the environment changes where none is given: 26 weeks of few shoppers."""


BOUNDS = (
    ("days_", 0.0, NEVER_DAYS), ("is_", 0.0, 1.0), ("n_", 0.0, 1e6), ("mean_value", 0.0, 1e9),
    ("profile_", -1e3, 1e3),
)  # fmt: skip
"""Least and largest value of the features whose names begin so. Days and flags have these by
definition; the others are far beyond what any run reaches, and what went beyond would be cut."""


class PersonalisationEnv(gymnasium.Env[Observation, np.int64]):
    """The firm's decisions about its records, in the order in which they come up.

    An observation is what the firm has on one record (`omnisim.policies.Context`), in single
    precision, within `BOUNDS`. An action is the number of what is done; one that is not eligible
    (``"action_mask"`` in the info) does nothing, and ``"taken"`` tells so at the next step. All
    decisions of one batch fall on the same day; the clock moves on when the last of them is made.

    The reward of a step, in EUR, is the margin that the persons filed under the *next* record
    brought since they were last decided about (or since the end of the burn-in), less the cost of
    the action taken. The last step pays out all margin that is left. The rewards of an episode thus
    add up to the margin after the burn-in less the cost of all actions. An episode is cut off,
    `truncated`, at the end of the horizon. During the burn-in nobody is contacted.

    ``reset(seed=s)`` begins replication 0 of seed s, each further ``reset()`` the next one.

    Parameters
    ----------
    scenario : Scenario, optional
        What is simulated; the reference with 200 shoppers over 26 weeks by default.
    render_mode : None
        There is nothing to see.
    """

    metadata = {"render_modes": []}  # noqa: RUF012  Gymnasium declares it for instances

    def __init__(self, scenario: Scenario | None = None, render_mode: None = None) -> None:
        if scenario is not None and not isinstance(scenario, Scenario):
            raise ParameterError(f"scenario must be a Scenario. Got {scenario!r:.60}.")
        self.scenario = scenario or Scenario().replace(SMALL)
        self.render_mode = render_mode
        actions = action_list(self.scenario)
        self.action_names, self._cost = actions.names, actions.cost
        self.feature_names = _names(self.scenario)
        self._low, self._high = _bounds(self.feature_names)
        self.observation_space = gymnasium.spaces.Box(self._low, self._high, dtype=np.float32)
        self.action_space = gymnasium.spaces.Discrete(len(self.action_names))
        self._seed: int | None = None
        self._replication = 0
        self._session: Session | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin a run, and return the first record to decide about."""
        super().reset(seed=seed)
        if seed is not None or self._seed is None:
            self._seed = int(self.np_random.integers(2**31)) if seed is None else seed
            self._replication = -1
        self._replication += 1
        self.close()
        self._session = Session(self.scenario, seed=self._seed, replication=self._replication)
        self._take_up(first_batch(self._session))
        return self._observation(), self._info(0)

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Decide about the record, and return the next one.

        Raises
        ------
        ParameterError
            If the action is no whole number of the action space.
        """
        if self._session is None:
            raise gymnasium.error.ResetNeeded("reset must be called before step.")
        if not self.action_space.contains(action):
            raise ParameterError(
                f"action must be a whole number in [0, {len(self.action_names)}): "
                f"{self.action_names}. Got {action!r}."
            )
        taken = int(action) if self._batch.eligible[self._row, action] else 0
        self._chosen[self._row] = taken
        self._row += 1
        if self._row == len(self._batch):
            self._session.answer(Action(self._chosen, np.ones(self._row)))
            batch = self._session.next_batch()
            if batch is None:
                return self._end(self._session, taken)
            self._take_up(batch)
        reward = self._pay(self._session) - float(self._cost[taken])
        return self._observation(), reward, False, False, self._info(taken)

    def close(self) -> None:
        """End the run."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _take_up(self, batch: Context) -> None:
        self._batch, self._row = batch, 0
        self._chosen = np.zeros(len(batch), np.int64)

    def _pay(self, session: Session) -> float:
        """Return the margin due for the record that is up."""
        team = int(self._batch.column("is_store_team")[self._row])
        return session.margin_due(int(self._batch.record[self._row]), team)

    def _observation(self) -> Observation:
        seen: Observation = self._batch.features[self._row].astype(np.float32)
        return np.clip(seen, self._low, self._high)

    def _info(self, taken: int) -> dict[str, Any]:
        return {
            "action_mask": self._batch.eligible[self._row].astype(np.int8),
            "record": int(self._batch.record[self._row]),
            "taken": taken,
        }

    def _end(
        self, session: Session, taken: int
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Return the last step: nobody is up, and all margin is paid out."""
        reward = session.all_margin_due() - float(self._cost[taken])
        self.close()
        mask = np.zeros(len(self.action_names), np.int8)
        mask[0] = 1
        nobody = np.zeros(len(self.feature_names), np.float32)
        return nobody, reward, False, True, {"action_mask": mask, "record": -1, "taken": taken}


def _bounds(names: tuple[str, ...]) -> tuple[Observation, Observation]:
    """Return the least and the largest value of each feature."""
    rows = [next(row for row in BOUNDS if name.startswith(row[0])) for name in names]
    return (
        np.array([low for _, low, _ in rows], np.float32),
        np.array([high for _, _, high in rows], np.float32),
    )


def _names(scenario: Scenario) -> tuple[str, ...]:
    """Return what observations tell."""
    shoppers = draw_shoppers(scenario, seed=0)
    return feature_names(build_world(scenario, shoppers, NoContact(), seed=0, replication=0))
