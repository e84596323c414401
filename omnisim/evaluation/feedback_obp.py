"""The feedback dictionary of the Open Bandit Pipeline, in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from omnisim._validation import check_columns, check_count
from omnisim.exceptions import ParameterError

if TYPE_CHECKING:
    from omnisim.evaluation.feedback import LoggedFeedback

REQUIRED = ("n_actions", "context", "action", "reward", "pscore")
SAME_NAME = ("context", "action", "reward", "position", "action_context")


def fields_from_obp(
    feedback: Mapping[str, Any], action_names: Sequence[str] | None
) -> dict[str, Any]:
    """Return the fields of a `LoggedFeedback`."""
    if not isinstance(feedback, Mapping):
        raise ParameterError(
            f"feedback must be a dictionary with the keys {', '.join(REQUIRED)}. Got "
            f"{feedback!r:.60}."
        )
    check_columns("feedback", map(str, feedback), REQUIRED)
    n_actions = check_count("n_actions", feedback["n_actions"])
    names = range(n_actions) if action_names is None else action_names
    if isinstance(names, str) or not np.iterable(names) or len(tuple(names)) != n_actions:
        raise ParameterError(f"action_names must name {n_actions} actions. Got {names!r:.60}.")
    found = {name: feedback.get(name) for name in SAME_NAME}
    expected = feedback.get("expected_reward")
    return {
        **found,
        "propensity": feedback["pscore"],
        "action_names": tuple(str(name) for name in names),
        "expected_reward": None if expected is None else np.asarray(expected),
    }


def to_obp_dictionary(log: LoggedFeedback) -> dict[str, Any]:
    """Return the dictionary; arrays are copies, since the pipeline may write to them."""
    found = {name: getattr(log, name) for name in SAME_NAME}
    found |= {"expected_reward": log.expected_reward, "pscore": log.propensity}
    copies = {name: None if value is None else value.copy() for name, value in found.items()}
    return {"n_rounds": len(log), "n_actions": log.n_actions, **copies}
