"""Points for recency, frequency and money."""

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import RFM, Context
from omnisim.policies.features import NEVER_DAYS
from tests.reference.contexts import made_context

NAMES = ("days_since_purchase", "n_purchases", "mean_value")


def context(*rows: list[float], **changes: object) -> Context:
    return made_context(np.array(rows, dtype=float), NAMES, **changes)


def test_points_by_hand() -> None:
    """Limits 30/90/180/365 days, 1/2/4/8 purchases, 20/40/60/100 EUR; a limit is still within."""
    rows = [30, 9, 101], [31, 8, 100], [366, 1, 20], [NEVER_DAYS, 0, 0], [200, 3, 50]
    assert RFM().points(context(*rows)).tolist() == [15, 4 + 4 + 4, 3, 0, 2 + 3 + 3]


def test_enough_points_are_contacted_where_it_may_be() -> None:
    rows = [30, 9, 101], [200, 3, 50], [30, 9, 101]
    eligible = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 0]], dtype=bool)
    policy = RFM(min_points=9, action="email:profile")
    assert policy.decide(context(*rows, eligible=eligible)).index.tolist() == [2, 0, 0]


def test_limits_can_be_those_of_the_buyers() -> None:
    """Quintiles of 1, …, 5 are 1.8, 2.6, 3.4 and 4.2; who never bought does not count."""
    rows = [[k, k, k] for k in range(1, 6)]
    policy = RFM().with_quantiles(context(*rows, [NEVER_DAYS, 0, 0]))
    assert policy.frequency == pytest.approx((1.8, 2.6, 3.4, 4.2))
    assert policy.points(context(*rows)).tolist() == [5 + 1 + 1, 4 + 2 + 2, 9, 10, 11]


def test_bad_use_is_refused() -> None:
    with pytest.raises(ParameterError, match="money must not decrease"):
        RFM(money=(2.0, 1.0))
    with pytest.raises(ParameterError, match="at least one record with a purchase"):
        RFM().with_quantiles(context([NEVER_DAYS, 0, 0]))
