"""Contexts made by hand or at random, for tests of policies."""

from typing import Any

import numpy as np

from omnisim.policies import Context


def made_context(features: Any, names: tuple[str, ...], **changes: Any) -> Context:
    """Return a context in which everything is eligible and free, unless `changes` say otherwise."""
    features = np.ascontiguousarray(features, dtype=np.float64)
    actions = changes.pop("actions", ("none", "email:popular", "email:profile"))
    n = len(features)
    fields = {
        "eligible": np.ones((n, len(actions)), dtype=bool),
        "cost": np.zeros(len(actions)),
        "u": (np.arange(n) + 0.5) / max(n, 1),
        "record": np.arange(n, dtype=np.int64),
    }
    return Context(features=features, names=names, actions=actions, **(fields | changes))


def random_context(n: int, n_features: int, n_actions: int, seed: int) -> Context:
    """Return a context of normal features and random eligibility; ``none`` is always eligible."""
    rng = np.random.default_rng(seed)
    eligible = rng.random((n, n_actions)) < 0.7
    eligible[:, 0] = True
    return made_context(
        rng.normal(size=(n, n_features)),
        tuple(f"x{k}" for k in range(n_features)),
        actions=("none", *(f"email:{k}" for k in range(1, n_actions))),
        eligible=eligible,
        u=rng.random(n),
    )
