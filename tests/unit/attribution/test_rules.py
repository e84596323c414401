"""Rule-based models: worked examples and the contract."""

import numpy as np
import pandas as pd
import pytest

from omnisim.attribution import (
    ChannelWeights,
    FirstTouch,
    LastNonDirect,
    LastTouch,
    Linear,
    Participation,
    PositionBased,
    PositionWeights,
    TimeDecay,
)
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys

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


def shares(model, path):
    return model.touchpoint_share(Journeys.from_paths({"path": [path], "n_conversions": [1]}))


@pytest.mark.parametrize(
    ("model", "path", "expected"),
    [
        (PositionBased(), "a", [1]),
        (PositionBased(), "a > b", [0.5, 0.5]),
        (PositionBased(), "a > b > c", [0.4, 0.2, 0.4]),
        (PositionBased(), "a > b > c > d", [0.4, 0.1, 0.1, 0.4]),
        (PositionBased.preset("J"), "a > b > c", [0.2, 0.2, 0.6]),
        (PositionBased.preset("J"), "a > b", [0.25, 0.75]),
        (PositionBased.preset("inverse J"), "a > b > c", [0.6, 0.2, 0.2]),
        (PositionBased.preset("W"), "a > b > c", [1 / 3, 1 / 3, 1 / 3]),
        (PositionBased.preset("W"), "a > b > c > d", [0.3, 0.1, 0.3, 0.3]),
        (PositionBased.preset("W"), "a > b > c > d > e", [0.3, 0.05, 0.3, 0.05, 0.3]),
        (PositionBased.preset("W"), "a > b", [0.5, 0.5]),
        (PositionBased(first=1.0, last=0.0), "a > b > c", [1, 0, 0]),
        (TimeDecay(half_life=1.0), "a > b > c", [1 / 7, 2 / 7, 4 / 7]),
        (TimeDecay(half_life=2.0), "a > b > c", np.array([1, 2**0.5, 2]) / (3 + 2**0.5)),
        (Participation(), "a > b > a", [0.25, 0.5, 0.25]),
        (LastNonDirect(), "a > b > direct > direct", [0, 1, 0, 0]),
        (LastNonDirect(), "direct > direct", [0, 1]),
        (LastNonDirect("b"), "a > b", [1, 0]),
        (PositionWeights([3.0, 1.0]), "a > b > c", [0, 0.25, 0.75]),
        (PositionWeights([3.0, 1.0], anchor="first"), "a > b > c", [0.75, 0.25, 0]),
        (PositionWeights([0.0, 1.0]), "a", [1]),
        (ChannelWeights({"a": 3.0}), "a > b > a", [3 / 7, 1 / 7, 3 / 7]),
        (ChannelWeights({"a": 0.0, "b": 0.0}), "a > b", [0.5, 0.5]),
        (ChannelWeights({"a": 1.0}, default=0.0), "a > b", [1, 0]),
    ],
    ids=lambda x: str(x)[:40],
)
def test_shares_by_hand(model, path, expected):
    np.testing.assert_allclose(shares(model, path), expected, rtol=1e-14)


def test_time_decay_uses_times_where_there_are_any():
    events = {"shopper": [1, 1], "time": [0.0, 14.0], "channel": ["a", "b"], "conversion": [0, 1]}
    share = TimeDecay(half_life=7.0).touchpoint_share(Journeys.from_events(events))
    np.testing.assert_allclose(share, [0.2, 0.8])


def test_participation_counts_every_conversion_a_channel_took_part_in():
    model = Participation().fit(PATHS)
    assert model.participation_.to_dict() == {"a": 6, "b": 4, "c": 7}


@pytest.mark.parametrize(
    "model",
    [
        PositionBased(first=0.9, last=0.9), PositionBased(first=-0.1), PositionBased(0, 0, 0),
        TimeDecay(half_life=0.0), TimeDecay(half_life=float("nan")),
        PositionWeights([-1.0]), PositionWeights([1.0], anchor="middle"),
        PositionWeights([float("inf")]), ChannelWeights({"a": -1.0}),
        PositionBased(first=float("nan")), PositionBased(last="a lot"), PositionWeights(["a"]),
        PositionWeights(None), PositionWeights(0.5), ChannelWeights(["a"]), ChannelWeights("ab"),
        ChannelWeights({"a": "much"}),
    ],
    ids=repr,
)  # fmt: skip
def test_wrong_parameters(model):
    with pytest.raises(ParameterError):
        model.fit(PATHS)


def test_weights_of_channels_may_be_a_series():
    paths = {"path": ["a > b"], "n_conversions": [4]}
    model = ChannelWeights(pd.Series({"a": 3.0})).fit(paths)
    assert model.credit_.to_dict() == {"a": 3.0, "b": 1.0}


def test_unknown_preset():
    with pytest.raises(ParameterError, match=r"Unknown shape 'V'. Known: 'U', 'W', 'J'"):
        PositionBased.preset("V")


@pytest.mark.parametrize("name", ["direct", "Direct", "DIRECT", " direct "])
def test_direct_is_told_in_any_case_and_within_white_space(name):
    paths = {"path": ["a > Direct"], "n_conversions": [1]}
    assert LastNonDirect(name).fit(paths).credit_.to_dict() == {"Direct": 0.0, "a": 1.0}


@pytest.mark.parametrize("direct", [None, ["a"], b"a", "", " "])
def test_direct_must_be_a_name(direct):
    with pytest.raises(ParameterError, match=r"direct must be text, not blank"):
        LastNonDirect(direct).fit(PATHS)
