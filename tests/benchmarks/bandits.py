"""Time linear bandits against MABWiser: one decision and one update at a time, and in batches.

Both learn the same rounds of 50 features and 10 actions, in one process with one BLAS thread, and
are timed by the processor time they take, so that a busy machine does not count. Run from the
root, MABWiser being installed:

    python -m tests.benchmarks.bandits --features 50 --actions 10 --rounds 2000 --batch 200000
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from omnisim.policies import Context, EpsilonGreedy, LinearThompson, LinUCB, Outcome, Policy
from omnisim.policies.linear import LinearBandit

WARM_UP = 500
"""Rounds that both learn in one batch before the clock starts."""


def rounds(n: int, d: int, k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features, uniform actions and rewards of a linear world."""
    rng = np.random.default_rng(seed)
    x, theta = rng.normal(size=(n, d)), rng.normal(size=(d, k)) / np.sqrt(d)
    action = rng.integers(0, k, n)
    return x, action, (x @ theta)[np.arange(n), action] + rng.normal(size=n)


def context_of(x: np.ndarray, k: int) -> Context:
    """Return a context in which everything is free and eligible."""
    u = np.random.default_rng(1).random(len(x))
    return Context.of(x, [f"a{a}" for a in range(k)], u=u)


def ours(policy: Policy, x: np.ndarray, k: int, reward: np.ndarray) -> float:
    """Return decisions a second, each followed by learning its reward."""
    policy.learn(_outcome(policy, x[:WARM_UP], k, reward[:WARM_UP]))
    parts = [context_of(row[None], k) for row in x[WARM_UP:]]
    rewards = [reward[i : i + 1] for i in range(WARM_UP, len(x))]
    begin = time.process_time()
    for context, r in zip(parts, rewards, strict=True):
        policy.learn(Outcome(context, policy.decide(context), r))
    return len(parts) / (time.process_time() - begin)


def peers(name: str, x: np.ndarray, k: int, reward: np.ndarray) -> float:
    """Return MABWiser's decisions a second, each followed by learning its reward."""
    from mabwiser.mab import MAB, LearningPolicy

    rule = {
        "LinUCB": LearningPolicy.LinUCB(alpha=1.0),
        "LinearThompson": LearningPolicy.LinTS(alpha=1.0),
        "EpsilonGreedy": LearningPolicy.LinGreedy(epsilon=0.1),
    }[name]
    mab = MAB(list(range(k)), rule, seed=1)
    first = np.random.default_rng(0).integers(0, k, WARM_UP)
    mab.fit(first, reward[:WARM_UP], x[:WARM_UP])
    begin = time.process_time()
    for i in range(WARM_UP, len(x)):
        arm = mab.predict(x[i : i + 1])
        mab.partial_fit([arm], reward[i : i + 1], x[i : i + 1])
    return (len(x) - WARM_UP) / (time.process_time() - begin)


def batched(policy: LinearBandit, x: np.ndarray, k: int, reward: np.ndarray) -> float:
    """Return decisions a second in one batch."""
    policy.learn(_outcome(policy, x[:WARM_UP], k, reward[:WARM_UP]))
    context = context_of(x, k)
    policy.decide(context)
    begin = time.process_time()
    policy.decide(context)
    return len(x) / (time.process_time() - begin)


def _outcome(policy: Policy, x: np.ndarray, k: int, reward: np.ndarray) -> Outcome:
    context = context_of(x, k)
    return Outcome(context, policy.decide(context), reward)


def measure(d: int, k: int, n: int, n_batch: int, repeats: int) -> pd.DataFrame:
    """Return decisions a second of each policy, the median of `repeats`."""
    x, _, reward = rounds(n + WARM_UP, d, k)
    large, _, many = rounds(n_batch, d, k, seed=2)
    makers: dict[str, Callable[[], LinearBandit]] = {
        "Greedy": lambda: LinearBandit(intercept=False),
        "EpsilonGreedy": lambda: EpsilonGreedy(intercept=False),
        "LinUCB": lambda: LinUCB(intercept=False),
        "LinearThompson": lambda: LinearThompson(intercept=False),
    }
    rows = []
    for name, make in makers.items():
        single = statistics.median(ours(make(), x, k, reward) for _ in range(repeats))
        batch = statistics.median(batched(make(), large, k, many) for _ in range(repeats))
        row = {"policy": name, "one_by_one": single, "batched": batch}
        if name != "Greedy":
            row["mabwiser"] = statistics.median(
                peers(name, x[: WARM_UP + n // 4], k, reward) for _ in range(repeats)
            )
            row["times_mabwiser"] = single / row["mabwiser"]
        rows.append(row)
        print(row, flush=True)
    return pd.DataFrame(rows)


def main() -> None:
    """Print and optionally write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--features", type=int, default=50)
    parser.add_argument("--actions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2_000)
    parser.add_argument("--batch", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", metavar="CSV")
    words = parser.parse_args()
    with threadpool_limits(1):
        table = measure(words.features, words.actions, words.rounds, words.batch, words.repeats)
    print(table.to_string(index=False, float_format=lambda value: f"{value:,.0f}"))
    if words.out:
        table.to_csv(words.out, index=False)


if __name__ == "__main__":
    main()
