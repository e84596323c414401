"""Intervals of the audit hold what is true as often as they say, when the truth is noisy too."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from omnisim.experiment import ChannelTruth
from omnisim.experiment.audit_result import channel_rows, score_rows

TRUE = {"email": 2.0, "search": 1.0, "display": 4.0, "store": 8.0}
CREDIT = {"email": 3.0, "search": 2.5, "display": 0.5, "store": 6.0}
MEDIA = ("email", "search", "display")
N_STUDIES, N_REPLICATIONS, COVERED = 200, 6, 0.9
BUDGETS = pd.DataFrame([
    {"replication": k, "level": level, "model": model, "profit": 0.0}
    for k in range(N_REPLICATIONS)
    for level, model in (("", "present"), ("", "truth"), ("", "marginal"), ("TL1", "m"))
])  # fmt: skip


def study(draws: np.random.Generator) -> tuple[pd.DataFrame, ChannelTruth]:
    """Return credits and truth of one study, which share the luck of each replication."""
    credits, samples = [], []
    for k in range(N_REPLICATIONS):
        for name in TRUE:
            luck = draws.normal(scale=0.3)
            true = TRUE[name] + luck + draws.normal(scale=0.6)
            credit = CREDIT[name] + luck + draws.normal(scale=0.1)
            credits.append((k, "TL1", "m", name, credit))
            samples += [(k, name, "off", kind, "orders", true) for kind in ("removed", "Shapley")
                        if kind == "removed" or name in MEDIA]  # fmt: skip
    table = pd.DataFrame(
        samples, columns=["replication", "channel", "way", "kind", "metric", "value"]
    )
    columns = ["replication", "level", "model", "channel", "credit"]
    truth = ChannelTruth(table, table, COVERED, N_REPLICATIONS, 1, {})
    return pd.DataFrame(credits, columns=columns), truth


@pytest.fixture(scope="module")
def covered() -> dict[str, float]:
    """Count how often the intervals hold the values of the means without noise."""
    draws = np.random.default_rng(1)
    shares = [np.array([one[m] for m in MEDIA]) for one in (CREDIT, TRUE)]
    shares = [one / one.sum() for one in shares]
    known = {
        "bias": sum(CREDIT[m] - TRUE[m] for m in MEDIA),
        "share error": float(np.abs(shares[0] - shares[1]).sum()),
    }
    held = dict.fromkeys([*known, "display"], 0)
    for _ in range(N_STUDIES):
        credits, truth = study(draws)
        rows = score_rows(credits, BUDGETS, truth, COVERED).set_index("quantity")
        for name, value in known.items():
            held[name] += rows.loc[name, "ci_low"] <= value <= rows.loc[name, "ci_high"]
        row = channel_rows(credits, truth, COVERED).set_index("channel").loc["display"]
        held["display"] += row["ci_low"] <= CREDIT["display"] - TRUE["display"] <= row["ci_high"]
    return held


@pytest.mark.parametrize("name", ["bias", "display", "share error"])
def test_intervals_cover_what_they_say(covered: dict[str, float], name: str) -> None:
    """Of 200 studies 90 % hold the value; outside these bounds by chance once in a million.

    The total error is not linear: its jackknife may be two points off.
    """
    slack = 0.02 if name == "share error" else 0.0
    low = binom.ppf(5e-7, N_STUDIES, COVERED - slack)
    high = binom.ppf(1 - 5e-7, N_STUDIES, COVERED + slack)
    assert low <= covered[name] <= high


def test_a_truth_taken_as_known_would_not_cover() -> None:
    """The error of the first version: intervals of the credits alone are far too short."""
    draws, held = np.random.default_rng(2), 0
    for _ in range(N_STUDIES):
        credits, truth = study(draws)
        known = truth.of("orders", kind="removed")["display"]
        part = credits.loc[credits["channel"] == "display", "credit"]
        row = channel_rows(credits, truth, COVERED).set_index("channel").loc["display"]
        # luck common to credit and truth cancels in the pairs, so that credits alone mislead
        half = 2.015 * part.std() / N_REPLICATIONS**0.5
        held += abs(part.mean() - known - (CREDIT["display"] - TRUE["display"])) <= half
        assert row["bias"] == pytest.approx(part.mean() - known)
    assert held < binom.ppf(5e-7, N_STUDIES, COVERED)
