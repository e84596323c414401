"""Vowpal Wabbit's contextual bandits as policies, where that package is installed."""

import pathlib
import tempfile
from dataclasses import dataclass
from typing import Any

import numpy as np

from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import drawn
from omnisim.policies.context import Context, Floats
from omnisim.policies.encoding import SCALE
from omnisim.policies.outcome import Action, Outcome

KIND = "--cb_explore_adf"


@dataclass
class VowpalWabbit(Policy):
    """Draw from the probabilities that Vowpal Wabbit gives to the eligible actions.

    It learns from -(reward - cost) with the logged propensities. Features are scaled as for the
    linear bandits and stand in namespace ``s``, the action in namespace ``a``. A saved policy
    decides as before; what it learns from then on may differ a little, since a model of Vowpal
    Wabbit does not hold all of its learning state.

    Parameters
    ----------
    arguments : str, default="--cb_explore_adf --cb_type dr -q sa --epsilon 0.1"
        What the command line would be given; it must hold ``--cb_explore_adf``.

    Raises
    ------
    ParameterError
        On first use, if Vowpal Wabbit is not installed or refuses the arguments.

    References
    ----------
    .. [1] Bietti, Agarwal and Langford (2021). A contextual bandit bake-off. JMLR 22(133).
    """

    arguments: str = f"{KIND} --cb_type dr -q sa --epsilon 0.1"

    def __post_init__(self) -> None:
        if not isinstance(self.arguments, str) or KIND not in self.arguments.split():
            raise ParameterError(f"arguments must be text and hold {KIND}. Got {self.arguments!r}.")
        self._workspace: Any = None

    def decide(self, context: Context) -> Action:
        """Return a draw from the probabilities of each row."""
        probabilities = np.zeros(context.eligible.shape)
        for row in range(len(context)):
            able = np.flatnonzero(context.eligible[row])
            made = np.array(self._vw().predict(_example(context, row, able)))
            probabilities[row, able] = made / made.sum()
        return drawn(probabilities, context.u)

    def learn(self, outcome: Outcome) -> None:
        """Teach it the outcomes, row by row."""
        context, action = outcome.context, outcome.action
        net = outcome.reward - context.cost[action.index]
        for row in range(len(outcome)):
            able = np.flatnonzero(context.eligible[row])
            example = _example(context, row, able)
            at = 1 + int(np.flatnonzero(able == action.index[row])[0])
            label = f"0:{float(-net[row])!r}:{float(action.propensity[row])!r} "
            example[at] = label + example[at]
            self._vw().learn(example)

    def learned(self) -> dict[str, Any]:
        """Return the model as Vowpal Wabbit writes it, bytes in an array."""
        if self._workspace is None:
            return super().learned()
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "model"
            self._workspace.save(str(file))
            return {"model_": np.frombuffer(file.read_bytes(), dtype=np.uint8)}

    def __getstate__(self) -> dict[str, Any]:
        """Let copies begin from the model as it is."""
        return {"arguments": self.arguments, "_workspace": None, **self.learned()}

    def _vw(self) -> Any:
        """Return the workspace, made from the model if there is one."""
        if self._workspace is not None:
            return self._workspace
        library = _library()
        if not hasattr(self, "model_"):
            try:
                self._workspace = library.Workspace(f"{self.arguments} --quiet --random_seed 1")
            except RuntimeError as error:
                raise ParameterError(
                    f"arguments must be what Vowpal Wabbit takes. Got {self.arguments!r}: {error}"
                ) from error
            return self._workspace
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "model"
            file.write_bytes(self.model_.tobytes())
            self._workspace = library.Workspace(f"--quiet -i {file}")
        return self._workspace


def _example(context: Context, row: int, able: Any) -> list[str]:
    """Return the lines of one decision: what is shared, then each eligible action."""
    values: Floats = context.features[row]
    pairs = zip(context.names, values.tolist(), strict=True)
    shared = " ".join(f"{name}:{value / SCALE.get(name, 1.0)!r}" for name, value in pairs if value)
    return [f"shared |s {shared}", *(f"|a action_{a}" for a in able)]


def _library() -> Any:
    try:
        import vowpalwabbit
    except ImportError as error:
        raise ParameterError(
            "This policy needs Vowpal Wabbit, which is not installed. Run: pip install vowpalwabbit"
        ) from error
    return vowpalwabbit
