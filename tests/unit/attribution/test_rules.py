"""Rule-based models: worked examples and the contract."""

import numpy as np
import pytest

from omnisim.attribution import FirstTouch, LastTouch, Linear
from omnisim.exceptions import TableError

PATHS = {"path": ["a > b > b > c", "c", "a > c"], "n_conversions": [4, 1, 2], "n_nulls": [0, 5, 0],
         "value": [8.0, 3.0, 1.0]}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "credit", "value"),
    [
        (FirstTouch(), [6.0, 0.0, 1.0], [9.0, 0.0, 3.0]),
        (LastTouch(), [0.0, 0.0, 7.0], [0.0, 0.0, 12.0]),
        (Linear(), [2.0, 2.0, 3.0], [2.5, 4.0, 5.5]),
    ],
)
def test_credits_by_hand(model, credit, value):
    model.fit(PATHS)
    np.testing.assert_allclose(model.credit_, credit)
    np.testing.assert_allclose(model.value_credit_, value)


def test_frame_has_shares():
    frame = Linear().fit(PATHS).to_frame()
    assert frame["share"].sum() == pytest.approx(1.0)
    assert list(frame.columns) == ["credit", "share", "value_credit", "value_share"]


def test_journey_credit_adds_up_to_the_credit():
    model = Linear().fit(PATHS)
    rows = model.journey_credit(PATHS)
    assert rows.groupby("channel")["credit"].sum().to_dict() == pytest.approx(
        model.credit_.to_dict()
    )
    assert rows.groupby("row")["value_credit"].sum().tolist() == pytest.approx([8.0, 3.0, 1.0])


def test_nothing_to_divide():
    with pytest.raises(TableError, match=r"no conversion"):
        LastTouch().fit({"path": ["a"], "n_conversions": [0]})
