"""The contact rule: recency, cap, and content from the profile."""

import numpy as np

from omnisim.policies import Context, RecencyCampaign

CATALOGUE = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])


def context(**changes: object) -> Context:
    fields = {
        "days_since_purchase": np.array([10.0, 400.0, np.inf, 10.0]),
        "n_purchases": np.array([2, 1, 0, 1], np.int32),
        "mean_value": np.array([20.0, 5.0, 0.0, 9.0]),
        "profile": np.array([[0.1, 0.9], [-1.0, 0.0], [0.0, 0.0], [-0.8, 0.1]]),
        "n_sent_this_week": np.array([0, 0, 0, 2], np.int32),
        "catalogue": CATALOGUE,
        "after_purchase": False,
    }
    return Context(**(fields | changes))  # type: ignore[arg-type]


def test_recent_buyers_below_the_cap_are_written_to() -> None:
    action = RecencyCampaign(recent_days=365, cap_per_week=2).decide(context())
    assert action.send.tolist() == [True, False, False, False]
    assert action.propensity.tolist() == [1, 1, 1, 1]


def test_content_is_the_item_nearest_to_the_profile() -> None:
    action = RecencyCampaign(recent_days=1000, cap_per_week=3).decide(context())
    assert action.item.tolist() == [1, 2, 0, 2]


def test_a_record_without_purchases_gets_the_most_popular_item() -> None:
    days = np.zeros(4)
    none = np.zeros(4, np.int32)
    action = RecencyCampaign().decide(context(days_since_purchase=days, n_purchases=none))
    assert action.item.tolist() == [0, 0, 0, 0]


def test_no_cap_left_sends_nothing() -> None:
    assert not RecencyCampaign(cap_per_week=0).decide(context()).send.any()


def test_it_decides_for_nobody() -> None:
    empty = {name: value[:0] for name, value in vars_of(context()).items() if name != "catalogue"}
    assert len(RecencyCampaign().decide(context(**empty)).send) == 0


def vars_of(made: Context) -> dict[str, np.ndarray]:
    names = ("days_since_purchase", "n_purchases", "mean_value", "profile", "n_sent_this_week")
    return {name: getattr(made, name) for name in names}
