"""Logged decisions: what was known, what was done with which probability, what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim.evaluation.feedback_obp import fields_from_obp, to_obp_dictionary
from omnisim.evaluation.feedback_tables import fields_from_parquet, fields_from_table, to_arrow
from omnisim.exceptions import ParameterError, TableError
from omnisim.policies import Action, Context, Outcome

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DTYPES = {
    "context": np.float64, "action": np.int64, "reward": np.float64, "propensity": np.float64,
    "eligible": np.bool_, "time": np.float64, "shopper": np.int64, "position": np.int64,
    "action_context": np.float64, "expected_reward": np.float64, "cost": np.float64,
}  # fmt: skip

REQUIRED = ("context", "action", "reward", "propensity")
"""What every log must hold."""


@dataclass(frozen=True, eq=False, repr=False)
class LoggedFeedback:
    """A log of decisions, one row each, as off-policy evaluation and learning need it.

    Arrays are converted to the dtype below and made read-only; a field that is not known is None.

    Parameters
    ----------
    context : ndarray of shape (n, n_features), float64
        What the deciding party knew, finite; zero columns are allowed.
    action : ndarray of shape (n,), int64, in [0, n_actions)
        What was done.
    reward : ndarray of shape (n,), float64
        What came of it, finite, in the unit of the user.
    propensity : ndarray of shape (n,), float64, in (0, 1]
        Probability with which the behavior policy took the logged action in this row.
    action_names : tuple of str
        Names of the actions; their number is n_actions.
    context_names : tuple of str, optional
        Names of the features; ``x0``, ``x1``, … if left out.
    eligible : ndarray of shape (n, n_actions), bool, optional
        Actions to which the behavior policy gave a probability above 0 in this row. Left out, every
        action of the log counts as possible.
    time : ndarray of shape (n,), float64, optional, unit: days
        When it was decided.
    shopper : ndarray of shape (n,), int64, optional
        About whom it was decided: rows of one shopper depend on each other, so standard errors
        cluster by it. Left out, rows count as independent.
    position : ndarray of shape (n,), int64, optional
        Slot on a page, as in the Open Bandit Pipeline.
    action_context : ndarray of shape (n_actions, n_action_features), float64, optional
        Features of the actions.
    expected_reward : ndarray of shape (n, n_actions), float64, optional
        True mean reward of every action, where a simulator knows it. No estimator reads it.
    cost : ndarray of shape (n_actions,), float64, optional, unit: EUR
        Cost of each action, where rewards are counted before it; policies may weigh it.

    Raises
    ------
    ParameterError
        If shapes do not fit each other, or a value is outside its range.

    References
    ----------
    .. [1] Saito, Aihara, Matsutani and Narita (2021). Open Bandit Dataset and Pipeline. NeurIPS
       Datasets and Benchmarks. The words of the log are theirs.

    Examples
    --------
    >>> log = LoggedFeedback.from_table(
    ...     {"arm": ["mail", "none", "mail", "none"], "spend": [3.0, 1.0, 5.0, 0.0]},
    ...     action="arm", reward="spend", propensity=0.5)
    >>> log
    LoggedFeedback: 4 decisions, 2 actions (mail, none), 0 features
    mean reward 2.25, propensity 0.5 to 0.5
    """

    context: Floats
    action: Ints
    reward: Floats
    propensity: Floats
    action_names: tuple[str, ...]
    context_names: tuple[str, ...] = ()
    eligible: Flags | None = None
    time: Floats | None = None
    shopper: Ints | None = None
    position: Ints | None = None
    action_context: Floats | None = None
    expected_reward: Floats | None = None
    cost: Floats | None = None

    def __post_init__(self) -> None:
        for name, dtype in DTYPES.items():
            value = getattr(self, name)
            if value is not None or name in REQUIRED:
                object.__setattr__(self, name, _frozen(name, value, dtype))
        for name in ("action_names", "context_names"):
            value = getattr(self, name)
            if isinstance(value, str) or not np.iterable(value):
                raise ParameterError(f"{name} must be a sequence of names. Got {value!r}.")
        object.__setattr__(self, "action_names", tuple(map(str, self.action_names)))
        names = self.context_names
        if len(names) == 0 and self.context.ndim == 2:
            names = tuple(f"x{k}" for k in range(self.context.shape[1]))
        object.__setattr__(self, "context_names", tuple(map(str, names)))
        _check_shapes(self)
        _check_values(self)

    def __len__(self) -> int:
        """Return the number of decisions."""
        return len(self.action)

    def __repr__(self) -> str:
        names = ", ".join(self.action_names[:6]) + (", …" if self.n_actions > 6 else "")
        low, high = self.propensity.min(), self.propensity.max()
        return (
            f"LoggedFeedback: {len(self):,} decisions, {self.n_actions} actions ({names}), "
            f"{len(self.context_names)} features\n"
            f"mean reward {self.reward.mean():.6g}, propensity {low:.4g} to {high:.4g}"
        )

    @property
    def n_actions(self) -> int:
        """Number of actions."""
        return len(self.action_names)

    @classmethod
    def from_table(
        cls,
        table: Any,
        *,
        action: str,
        reward: str,
        propensity: str | float | Mapping[Any, float] | None,
        context: str | Sequence[str] = (),
        shopper: str | None = None,
        time: str | None = None,
    ) -> LoggedFeedback:
        """Read a table with one row a decision, such as the result of a randomised trial.

        Parameters
        ----------
        table : object, str or path
            Anything that speaks the Arrow PyCapsule interface (pandas, polars, pyarrow, DuckDB), a
            mapping of columns, or the name of a CSV or Parquet file.
        action : str
            Column of text or whole numbers; actions are ordered by name.
        reward : str
            Column of numbers or booleans.
        propensity : str, float, mapping or None
            A column; the one probability of every logged action; the probability of each action,
            known from the design, by its name; or None for the share of each action in the table,
            which is right only if actions were drawn without regard to anything.
        context : str or sequence of str, default=()
            Columns of features. Numbers and booleans become one feature; text becomes one feature
            of 0 or 1 for each of its values, in order, called ``column=value``.
        shopper : str, optional
            Column of text or whole numbers.
        time : str, optional
            Column of numbers, in days.

        Returns
        -------
        LoggedFeedback

        Raises
        ------
        TableError
            If a column is missing or holds what it must not.
        ParameterError
            If probabilities are outside (0, 1], or one of an action is missing; if the context
            has the action or the reward in it.
        """
        columns = {"action": action, "reward": reward, "shopper": shopper, "time": time}
        return cls(**fields_from_table(table, columns, context, propensity))

    @classmethod
    def from_obp(
        cls, feedback: Mapping[str, Any], *, action_names: Sequence[str] | None = None
    ) -> LoggedFeedback:
        """Read a feedback dictionary of the Open Bandit Pipeline.

        Parameters
        ----------
        feedback : mapping
            Keys ``n_actions``, ``context``, ``action``, ``reward`` and ``pscore`` are needed;
            ``position``, ``action_context`` and ``expected_reward`` are read where they are.
        action_names : sequence of str, optional
            Names of the actions; their numbers if left out.

        Raises
        ------
        TableError
            If a key is missing.
        ParameterError
            If it is no dictionary, or a value is not what the log must hold.
        """
        return cls(**fields_from_obp(feedback, action_names))

    @classmethod
    def read_parquet(cls, path: str | os.PathLike[str]) -> LoggedFeedback:
        """Read what `write_parquet` wrote.

        Raises
        ------
        TableError
            If the file cannot be read or was not written by `write_parquet`.
        """
        return cls(**fields_from_parquet(path))

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the log as Parquet, one row a decision; the same log gives the same bytes."""
        import pyarrow.parquet as pq

        try:
            pq.write_table(to_arrow(self), path)
        except OSError as error:
            raise TableError(f"{path}: the log cannot be written: {error}") from error

    def to_obp(self) -> dict[str, Any]:
        """Return the feedback dictionary of the Open Bandit Pipeline; unknown keys hold None."""
        return to_obp_dictionary(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a decision, in the columns that `write_parquet` writes."""
        frame: pd.DataFrame = to_arrow(self).to_pandas()
        return frame

    def to_outcome(self) -> Outcome:
        """Return the log as a policy learns from it: ``policy.learn(log.to_outcome())``.

        Records are the shoppers (rows, where there are none), costs 0 where the log has none, and
        every uniform draw is 0.5: the propensities tell what was drawn.
        """
        n = len(self)
        context = Context(
            features=self.context, names=self.context_names, actions=self.action_names,
            eligible=np.ones((n, self.n_actions), np.bool_) if self.eligible is None
            else self.eligible,
            cost=np.zeros(self.n_actions) if self.cost is None else self.cost,
            u=np.full(n, 0.5), record=np.arange(n) if self.shopper is None else self.shopper,
        )  # fmt: skip
        return Outcome(context, Action(self.action, self.propensity), self.reward)

    def with_reward(self, reward: npt.ArrayLike) -> LoggedFeedback:
        """Return the log with another outcome, (n,), of the same decisions."""
        return replace(self, reward=np.asarray(reward), expected_reward=None)

    def take(self, rows: npt.ArrayLike) -> LoggedFeedback:
        """Return some rows, given by index or by a mask of shape (n,)."""
        index = _checked_rows(rows, len(self))
        kept = {}
        for item in fields(self):
            value = getattr(self, item.name)
            by_row = isinstance(value, np.ndarray) and item.name not in ("action_context", "cost")
            kept[item.name] = value[index] if by_row else value
        return type(self)(**kept)


def _checked_rows(rows: npt.ArrayLike, n: int) -> npt.NDArray[Any]:
    """Return indices or a mask of some of n rows."""
    index = np.asarray(rows)
    if index.dtype.kind == "b":
        is_there = index.shape == (n,) and bool(index.any())
    else:
        is_there = index.ndim == 1 and index.size > 0 and index.dtype.kind in "iu"
        is_there = is_there and -n <= index.min() and index.max() < n
    if not is_there:
        raise ParameterError(
            f"rows must be indices below {n} or a mask of {n} rows, and take one row at least. "
            f"Got {index.dtype} of shape {index.shape}."
        )
    return index


def _frozen(name: str, value: Any, dtype: Any) -> npt.NDArray[Any]:
    """Return `value` as a read-only array of `dtype`, without a copy where it is one."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ParameterError(f"{name} must be in rows of one length. {error}") from error
    if array.size and (array.dtype.kind not in "biuf" or (
        dtype is np.int64 and array.dtype.kind == "f" and (array != np.floor(array)).any()
    )):  # fmt: skip
        kind = "whole numbers" if dtype is np.int64 else "numbers"
        raise ParameterError(f"{name} must be {kind}. Got dtype {array.dtype}.")
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view


def _check_shapes(log: LoggedFeedback) -> None:
    if log.action.ndim != 1 or len(log.action) == 0:
        raise ParameterError(
            f"action must have shape (n,) with n >= 1. Got shape {log.action.shape}."
        )
    if not log.action_names or len(set(log.action_names)) < log.n_actions:
        raise ParameterError(f"action_names must be different names. Got {log.action_names}.")
    if len(set(log.context_names)) < len(log.context_names):
        twice = sorted({n for n in log.context_names if log.context_names.count(n) > 1})
        raise ParameterError(f"context_names must be different names. Got {twice} twice.")
    n, k = len(log), log.n_actions
    wanted: dict[str, tuple[int, ...]] = {
        "context": (n, len(log.context_names)), "eligible": (n, k), "expected_reward": (n, k),
        **dict.fromkeys(("reward", "propensity", "time", "shopper", "position"), (n,)),
    }  # fmt: skip
    wanted["cost"] = (k,)
    if log.action_context is not None:
        wanted["action_context"] = (k, *(log.action_context.shape[1:2] or (1,)))
    for name, shape in wanted.items():
        value = getattr(log, name)
        if value is not None and value.shape != shape:
            raise ParameterError(
                f"{name} must have shape {shape}: {n} decisions, {k} actions, "
                f"{len(log.context_names)} features. Got {value.shape}."
            )


def _check_values(log: LoggedFeedback) -> None:
    _refuse("action", f"in [0, {log.n_actions})", log.action,
            (log.action < 0) | (log.action >= log.n_actions))  # fmt: skip
    _refuse("propensity", "in (0, 1]", log.propensity,
            ~((log.propensity > 0) & (log.propensity <= 1)))  # fmt: skip
    for name in ("context", "reward", "time", "action_context", "expected_reward", "cost"):
        value = getattr(log, name)
        if value is not None:
            _refuse(name, "finite", value, ~np.isfinite(value))
    if log.eligible is not None:
        taken = log.eligible[np.arange(len(log)), log.action]
        _refuse("eligible", "True for the action that was taken", taken, ~taken)


def _refuse(name: str, must: str, value: npt.NDArray[Any], wrong: Flags) -> None:
    if wrong.any():
        place = np.unravel_index(int(wrong.argmax()), wrong.shape)
        raise ParameterError(f"{name} must be {must}. Got {value[place]} in row {place[0]}.")
