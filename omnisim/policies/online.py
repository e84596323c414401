"""Learning inside a run: a policy that is told, day by day, what came of its decisions."""

from dataclasses import dataclass

from omnisim._validation import check_count
from omnisim.policies.base import Policy
from omnisim.policies.context import Context, Floats
from omnisim.policies.outcome import Action
from omnisim.policies.wrapper import Wrapper


@dataclass
class Online(Wrapper):
    """Let a policy learn while the simulation runs, from what the firm's own records show.

    Each morning the decisions whose window has closed are given to ``policy.learn`` in one batch,
    in the order in which they were made, before anything is decided that day. The reward is what
    the firm sees, not what is true: what was paid for the purchases filed under the same record
    within ``[t, t + window_days)``, less the cost of the goods. A siloed team does not see what the
    other sold, nor anybody sales to those who do not identify themselves. What returns and delivery
    cost, which records do not hold, is not in it, nor is the cost of the action. Windows of one
    record may overlap: a purchase counts for each decision before it. A decision whose record is
    joined with another one before its window closes is forgotten.

    A run learns on a copy (`SimulationResult.policy`), so that the same arguments give the same
    run; in a league each judged run goes on from what was learned in training. Contexts are
    kept until their windows close.

    Parameters
    ----------
    policy : Policy
        Who decides and learns.
    window_days : int, default=14
        Days after which a decision is judged; at least 1.

    Examples
    --------
    >>> from omnisim.policies import LinearThompson
    >>> Online(LinearThompson(), window_days=7).window_days
    7
    """

    policy: Policy
    window_days: int = 14

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("window_days", self.window_days)

    def decide(self, context: Context) -> Action:
        """Return what the policy decides, as it knows by now."""
        return self.policy.decide(context)

    def probabilities(self, context: Context) -> Floats:
        """Return the probability of every action, shape (n, n_actions), rows summing to one."""
        return self.policy.probabilities(context)
