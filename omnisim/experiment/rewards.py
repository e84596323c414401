"""Decisions joined with what came of them within a window: for learning and for evaluation."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from omnisim._validation import check_choice, check_instance, check_positive
from omnisim.evaluation import LoggedFeedback
from omnisim.exceptions import OverlapError, ParameterError
from omnisim.policies import Action, Context, Outcome, joined
from omnisim.schema import Event, Identity, Line
from omnisim.simulation import SimulationResult
from omnisim.simulation.actions import action_list
from omnisim.simulation.firm.following import filing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MARGINS = ("filed", "true")
SALE = ["shopper", "journey", "time"]
"""What tells which purchase a posting belongs to."""

MARGIN_LINES = (
    Line.REVENUE, Line.DISCOUNTS, Line.REFUNDS, Line.COST_OF_GOODS, Line.GOODS_RETURNED,
    Line.DELIVERY_FEES, Line.DELIVERY, Line.PICKING, Line.RETURN_HANDLING, Line.POINTS,
    Line.PROMOTIONS, Line.REWARDS,
)  # fmt: skip
"""Postings that make up the margin of a shopper's purchases; what contacts cost is kept apart."""


@dataclass(frozen=True, eq=False, repr=False)
class DecisionRewards:
    """Decisions with the margin of the same shopper's purchases in the days that followed.

    Windows of one shopper may overlap: a purchase counts for each decision before it.

    Attributes
    ----------
    outcome : Outcome
        The decisions with what the policy saw, and their rewards before cost; ``record`` is the
        firm's number. Features were logged in single precision.
    time : ndarray of shape (n,), float64, unit: days
        When it was decided, since the start of the run.
    shopper : ndarray of shape (n,), int64
        The person behind the record; those of different runs have different numbers.
    trigger : ndarray of shape (n,), int8
        Code of `omnisim.schema.Trigger`.
    window_days : float
        Days over which rewards were counted.
    """

    outcome: Outcome
    time: Floats
    shopper: Ints
    trigger: NDArray[np.int8]
    window_days: float

    def __len__(self) -> int:
        """Return the number of decisions."""
        return len(self.time)

    def __repr__(self) -> str:
        """Return the size and the headline."""
        return (
            f"DecisionRewards: {len(self):,} decisions about {len(np.unique(self.shopper)):,} "
            f"shoppers\nmean reward {self.outcome.reward.mean():.4g} EUR within "
            f"{self.window_days:g} days, {self.net_reward.mean():.4g} EUR after the action's cost"
        )

    @property
    def net_reward(self) -> Floats:
        """Reward less the cost of the action, EUR, shape (n,)."""
        net: Floats = self.outcome.reward - self.outcome.context.cost[self.outcome.action.index]
        return net

    def to_outcome(self) -> Outcome:
        """Return what a policy learns from: ``policy.learn(rewards.to_outcome())``."""
        return self.outcome

    def to_feedback(self, *, is_net: bool = False) -> LoggedFeedback:
        """Return the log for off-policy evaluation, Parquet and the Open Bandit Pipeline.

        Parameters
        ----------
        is_net : bool, default=False
            Whether the action's cost is taken off the reward; otherwise the log tells it apart.

        Raises
        ------
        OverlapError
            If the behavior policy decided for certain where more than one action was eligible: such
            a log says nothing about other policies.
        """
        context, action = self.outcome.context, self.outcome.action
        fixed = (action.propensity >= 1) & (context.eligible.sum(axis=1) > 1)
        if fixed.any():
            raise OverlapError(
                f"A log can value other policies if its behavior policy left every eligible action "
                f"to chance. Got {int(fixed.sum()):,} of {len(self):,} decisions taken for "
                "certain. Log with Uniform, or explore with an epsilon."
            )
        return LoggedFeedback(
            context=context.features, context_names=context.names, action=action.index,
            action_names=context.actions, propensity=action.propensity, eligible=context.eligible,
            reward=self.net_reward if is_net else self.outcome.reward,
            cost=None if is_net else context.cost, time=self.time, shopper=self.shopper,
        )  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return one row a decision, without what the policy saw."""
        context, action = self.outcome.context, self.outcome.action
        return pd.DataFrame({
            "time": self.time, "shopper": self.shopper, "record": context.record,
            "trigger": self.trigger, "action": np.array(context.actions)[action.index],
            "propensity": action.propensity, "reward": self.outcome.reward,
            "cost": context.cost[action.index],
        })  # fmt: skip


def decision_rewards(
    run: SimulationResult, *, window_days: float = 28.0, margin: str = "filed"
) -> DecisionRewards:
    """Join the decisions of a run with the margin that followed.

    The reward of a decision at time t is the margin (`MARGIN_LINES`) of the postings in
    ``[t, t + window_days)``, before the cost of the action. *Filed* margin is what the firm sees:
    that of the purchases filed under the same record. A team without a customer view misses what
    the other sold, and nobody sees what was bought without a card; who is filed under a wrong
    record counts there. *True* margin is that of the person, which only the simulator knows.
    Decisions in the burn-in, or whose window ends after the run, are left out.

    Windows of one person may overlap: a purchase counts, whole, for every decision whose window
    holds it, and what a later decision brought about counts for an earlier one too. The value of a
    policy on such a log is therefore that of following it once, the behavior policy deciding from
    then on; and rewards must not be added up over decisions, nor taken for independent ones of a
    person (`LoggedFeedback.shopper` tells whose they are).

    Parameters
    ----------
    run : SimulationResult
        Simulated with ``decisions="features"``; with ``"log"`` the contexts have no features.
    window_days : float, default=28.0
        Length of the window, above 0.
    margin : {"filed", "true"}, default="filed"
        Whose margin counts.

    Raises
    ------
    ParameterError
        If the run kept no decisions, or none has a complete window.
    """
    check_positive("window_days", window_days)
    check_choice("margin", margin, MARGINS)
    table = check_instance("run", run, SimulationResult).decisions
    if table is None or not table.num_rows:
        raise ParameterError(
            "run must hold decisions. Got none: simulate with decisions='features', a policy, and "
            "messages or surfaces that it decides about."
        )
    market = run.scenario.market
    time = table["time"].to_numpy()
    ends = market.burn_in_days + market.horizon_days
    table = table.filter(
        pa.array((time >= market.burn_in_days) & (time + window_days <= ends))
    )  # fmt: skip
    if not table.num_rows:
        raise ParameterError(
            f"window_days must leave decisions before the end of the run. Got {window_days:g} days "
            f"of a horizon of {market.horizon_days}."
        )
    time, shopper = table["time"].to_numpy(), table["shopper"].to_numpy().astype(np.int64)
    context, action = _decided(table, action_list(run.scenario).cost)
    if margin == "true":
        reward = margin_after(run.postings, shopper, time, window_days)
    else:
        reward = margin_after(filed_postings(run), context.record, time, window_days)
    outcome = Outcome(context, action, reward)
    return DecisionRewards(outcome, time, shopper, table["trigger"].to_numpy(), float(window_days))


def filed_postings(run: SimulationResult) -> pa.Table:
    """Return the postings of purchases that the firm filed, by record in place of shopper.

    A purchase brings its whole account with it: what its delivery cost, and its return.
    """
    events, postings = run.events, run.postings
    bought = events.filter(
        pa.array((events["event"].to_numpy() == Event.PURCHASE)
                 & (events["identity"].to_numpy() != Identity.NONE))
    )  # fmt: skip
    team, is_filed = filing(run.scenario, bought["channel"].to_numpy())
    sales = bought.select(SALE).to_pandas()[is_filed]
    record = run.final["record_of"][sales["shopper"], team[is_filed]].astype(np.int64)
    rows = postings.select(SALE).to_pandas()
    found = np.full(len(rows), -1, np.int64)
    for is_need in (True, False):  # one purchase a need; others are told by their time
        keys = SALE[:2] if is_need else [SALE[0], SALE[2]]
        known = sales.assign(record=record)[(sales["journey"] >= 0) == is_need]
        part = np.flatnonzero((rows["journey"] >= 0) == is_need)
        whose = rows.iloc[part].merge(known[[*keys, "record"]], how="left", on=keys)["record"]
        found[part] = whose.fillna(-1).to_numpy()
    place = postings.schema.get_field_index("shopper")
    return postings.set_column(place, "shopper", pa.array(found))


def margin_after(
    postings: pa.Table, shopper: ArrayLike, time: ArrayLike, window_days: float
) -> Floats:
    """Return each shopper's margin in ``[time, time + window_days)``, EUR.

    Parameters
    ----------
    postings : pyarrow.Table
        `omnisim.schema.POSTINGS`, or `filed_postings`, where records take the place of shoppers.
    shopper, time : array-like of shape (n,)
        Whose margin, and from when on.
    window_days : float
        Length of the window.

    Returns
    -------
    ndarray of shape (n,), float64
        Sums of whole cents, so exact.
    """
    counts = np.isin(postings["line"].to_numpy(), [int(line) for line in MARGIN_LINES])
    counts &= postings["shopper"].to_numpy() >= 0
    when = postings["time"].to_numpy()[counts]
    start = np.asarray(time, np.float64)
    moments, place = np.unique(
        np.concatenate((when, start, start + window_days)), return_inverse=True
    )
    rank = np.split(place, np.cumsum((len(when), len(start))))
    who = postings["shopper"].to_numpy()[counts].astype(np.int64)
    key = who * len(moments) + rank[0]
    order = np.argsort(key, kind="stable")
    total = np.concatenate(([0], np.cumsum(postings["cents"].to_numpy()[counts][order])))
    asked = np.asarray(shopper, np.int64) * len(moments)
    first, last = (np.searchsorted(key[order], asked + place) for place in rank[1:])
    margin: Floats = (total[last] - total[first]) / 100
    return margin


def joined_rewards(parts: Sequence[DecisionRewards], n_shoppers: Sequence[int]) -> DecisionRewards:
    """Return the decisions of several runs as one log; run k has ``n_shoppers[k]`` shoppers."""
    if len(parts) != len(n_shoppers) or len({part.window_days for part in parts}) != 1:
        raise ParameterError(
            "parts must have one window and one number of shoppers each. Got "
            f"{[part.window_days for part in parts]} and {list(n_shoppers)}."
        )
    before = np.cumsum([0, *n_shoppers[:-1]])
    return DecisionRewards(
        joined([part.outcome for part in parts]),
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.shopper + k for part, k in zip(parts, before, strict=True)]),
        np.concatenate([part.trigger for part in parts]),
        parts[0].window_days,
    )


def _decided(table: pa.Table, cost: Floats) -> tuple[Context, Action]:
    """Return what the policy saw and did, from the rows of a log of decisions."""
    names = {key: tuple(json.loads(table.schema.metadata[key.encode()]))
             for key in ("actions", "features")}  # fmt: skip
    n = table.num_rows
    if "features" in table.column_names:
        seen = pc.list_flatten(table["features"]).to_numpy()
        features = seen.reshape(n, len(names["features"])).astype(np.float64)
    else:
        names["features"], features = (), np.empty((n, 0))
    bits = table["eligible"].to_numpy()
    eligible = (bits[:, None] >> np.arange(len(names["actions"]))) & 1 == 1
    context = Context(
        features=features, names=names["features"], actions=names["actions"], eligible=eligible,
        cost=cost, u=np.full(n, 0.5), record=table["record"].to_numpy().astype(np.int64),
    )  # fmt: skip
    action = Action(table["action"].to_numpy().astype(np.int64), table["propensity"].to_numpy())
    return context, action
