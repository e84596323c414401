"""MABWiser's bandits as policies, where that package is installed."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from omnisim._validation import check_choice, check_mapping, check_probability
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import best, drawn, mixed, uniform_share
from omnisim.policies.context import Context, Floats
from omnisim.policies.outcome import Action, Outcome

RULES = {"LinUCB": True, "LinGreedy": True, "UCB1": False, "EpsilonGreedy": False}
"""Learning policies whose expectations hold no luck, and whether they read features."""


@dataclass
class MABWiser(Policy):
    """Take the action that a bandit of MABWiser expects most of, after cost.

    MABWiser does not tell with which probability it acts. So its expectations decide, and chance
    is added here by `epsilon`, which keeps propensities exact; rules that sample are refused.
    Before it has learned, it decides uniformly at random. It is saved as what it was taught, batch
    by batch, and taught again when it is loaded.

    Parameters
    ----------
    rule : {"LinUCB", "LinGreedy", "UCB1", "EpsilonGreedy"}, default="LinUCB"
        Name of the learning policy. Those with a share of chance of their own get none.
    settings : dict of str to float, optional
        Its parameters, like ``{"alpha": 0.5}``.
    epsilon : float, default=0.0
        Share of decisions left to chance, in [0, 1].

    Raises
    ------
    ParameterError
        On first use, if MABWiser is not installed or refuses the settings.

    References
    ----------
    .. [1] Strong, Kleynhans and Kadioglu (2021). MABWiser: parallelizable contextual multi-armed
       bandits. IJAIT 30(4). doi:10.1142/S0218213021500214
    """

    rule: str = "LinUCB"
    settings: dict[str, float] = field(default_factory=dict)
    epsilon: float = 0.0

    def __post_init__(self) -> None:
        check_choice("rule", self.rule, RULES)
        check_probability("epsilon", self.epsilon)
        check_mapping("settings", self.settings, "numbers")
        if "epsilon" in self.settings:
            raise ParameterError("settings must not hold 'epsilon'. Give it as epsilon=.")
        self._mab: Any = None

    def learn(self, outcome: Outcome) -> None:
        """Teach the bandit one batch, and keep it."""
        if not len(outcome):
            return
        if not hasattr(self, "x_"):
            d = len(outcome.context.names)
            self.names_, self.actions_ = outcome.context.names, outcome.context.actions
            self.x_, self.index_, self.reward_ = np.empty((0, d)), np.empty(0, int), np.empty(0)
            self.sizes_ = np.empty(0, int)
        self._check(outcome.context)
        self._bandit()  # taught up to here
        batch = outcome.context.features, outcome.action.index, outcome.reward
        self._teach(*batch)
        self.x_, self.index_, self.reward_ = (
            np.concatenate(pair)
            for pair in zip((self.x_, self.index_, self.reward_), batch, strict=True)
        )
        self.sizes_ = np.append(self.sizes_, len(outcome))

    def decide(self, context: Context) -> Action:
        """Return the action of the highest expectation after cost."""
        if not hasattr(self, "x_"):
            return drawn(uniform_share(context.eligible), context.u)
        self._check(context)
        if not len(context):
            return mixed(context, np.zeros(0, dtype=np.int64), 0.0)
        return mixed(context, best(context, self._expectations(context)), self.epsilon)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the bandit out of copies; it is taught again when it is asked."""
        return vars(self) | {"_mab": None}

    def _expectations(self, context: Context) -> Floats:
        bandit = self._bandit()
        if not RULES[self.rule]:
            told = bandit.predict_expectations()
            return np.tile([told[a] for a in range(len(self.actions_))], (len(context), 1))
        told = bandit.predict_expectations(context.features)
        rows = [told] if isinstance(told, dict) else told
        return np.array([[row[a] for a in range(len(self.actions_))] for row in rows])

    def _bandit(self) -> Any:
        """Return the bandit, taught what was kept."""
        if self._mab is None:
            library = _library()
            own = {"epsilon": 0.0} if self.rule in ("LinGreedy", "EpsilonGreedy") else {}
            try:
                made = getattr(library.LearningPolicy, self.rule)(**self.settings, **own)
                self._mab = library.MAB(list(range(len(self.actions_))), made, seed=0)
            except (TypeError, ValueError) as error:
                raise ParameterError(
                    f"settings must be what {self.rule} of MABWiser takes. Got {self.settings}: "
                    f"{error}"
                ) from error
            for stop, size in zip(np.cumsum(self.sizes_), self.sizes_, strict=True):
                part = slice(stop - size, stop)
                self._teach(self.x_[part], self.index_[part], self.reward_[part])
        return self._mab

    def _teach(self, x: Floats, index: Any, reward: Floats) -> None:
        contexts = (x,) if RULES[self.rule] else ()
        self._mab.partial_fit(index, reward, *contexts)

    def _check(self, context: Context) -> None:
        if (context.names, context.actions) != (self.names_, self.actions_):
            raise ParameterError(
                f"This MABWiser learned features {self.names_} and actions {self.actions_}. Got "
                f"{context.names} and {context.actions}."
            )


def _library() -> Any:
    try:
        import mabwiser.mab
    except ImportError as error:
        raise ParameterError(
            "This policy needs MABWiser, which is not installed. Run: pip install mabwiser"
        ) from error
    return mabwiser.mab
