"""Intervals of trials and uplift curves cover known truths as often as they say."""

import numpy as np
import pytest

from omnisim.evaluation import LoggedFeedback, Trial, uplift_curve

TRIALS = 1000
# binomial(1000, 0.95): outside 0.92 to 0.98 with probability 5e-5 and 1e-6


def draw_trial(rng, n=400):
    past = rng.gamma(2.0, 1.0, n)
    mail = rng.random(n) < 0.3
    spend = 2 * past + rng.normal(scale=1 + mail, size=n) + 0.5 * mail
    return {"arm": np.where(mail, "mail", "none"), "past": past, "spend": spend}


@pytest.mark.slow
@pytest.mark.parametrize("adjust", [[], ["past"]], ids=["plain", "cuped"])
def test_effects_cover_and_do_not_lean(adjust, seed) -> None:
    rng = np.random.default_rng(seed)
    inside, errors = 0, []
    for _ in range(TRIALS):
        trial = Trial.read(draw_trial(rng), arm="arm", control="none")
        row = trial.effects("spend", adjust=adjust).table.iloc[0]
        inside += row["ci_low"] <= 0.5 <= row["ci_high"]
        errors.append(row["effect"] - 0.5)
    assert 0.92 <= inside / TRIALS <= 0.98
    assert abs(np.mean(errors)) < 4.9 * np.std(errors) / TRIALS**0.5


@pytest.mark.slow
@pytest.mark.parametrize("scores", ["ips", "dr"])
def test_qini_covers_the_area_under_the_true_uplift(scores, seed) -> None:
    """Uplift x, uniform on (-1, 1), ranked by itself: gain(s) = s (1 - s), its area 1/6, end 0."""
    rng = np.random.default_rng(seed)
    inside = 0
    for _ in range(TRIALS):
        x = rng.uniform(-1, 1, 600)
        mail = rng.random(600) < 0.4
        log = LoggedFeedback(
            context=x[:, None], action=mail, reward=1 + x * mail + rng.normal(size=600),
            propensity=np.where(mail, 0.4, 0.6), action_names=("none", "mail"),
        )  # fmt: skip
        predicted = np.column_stack([np.ones(600), 1 + x])
        curve = uplift_curve(log, predicted, control="none", scores=scores, n_points=2)
        inside += curve.qini_low <= 1 / 6 <= curve.qini_high
    assert 0.92 <= inside / TRIALS <= 0.98
