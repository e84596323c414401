import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisim.experiment.flows import PLACES
from omnisim.plot.flow_layout import STAGES, flow_scale, lay_flow, spread
from omnisim.plot.theme import PLACE_COLORS
from tests.reference.comparisons import FLOWS


@pytest.fixture(scope="module")
def flows() -> pd.DataFrame:
    rows = [("variant", *key, values[1]) for key, values in FLOWS.items()]
    return pd.DataFrame(rows, columns=["arm", *STAGES, "journeys"])


def test_every_stage_is_as_thick_as_all_journeys(flows: pd.DataFrame) -> None:
    scale = flow_scale(flows)
    layout = lay_flow(flows, scale=scale)
    for stage in STAGES:
        bars = [bar for bar in layout.bars if bar.stage == stage]
        assert sum(bar.high - bar.low for bar in bars) == pytest.approx(
            flows["journeys"].sum() * scale
        )


def test_strands_fill_each_bar_without_overlap(flows: pd.DataFrame) -> None:
    layout = lay_flow(flows, scale=flow_scale(flows))
    for bar in layout.bars:
        strands = [s for s in layout.strands if getattr(s, bar.stage) == bar.name]
        ends = [(s.tops[bar.stage], s.tops[bar.stage] + s.thickness) for s in strands]
        ends.sort()
        assert ends[0][0] == pytest.approx(bar.low)
        assert ends[-1][1] == pytest.approx(bar.high)
        for (_, low), (high, _) in itertools.pairwise(ends):
            assert low == pytest.approx(high)


def test_bars_of_a_stage_do_not_overlap_and_stay_inside(flows: pd.DataFrame) -> None:
    layout = lay_flow(flows, scale=flow_scale(flows))
    for stage in STAGES:
        bars = [bar for bar in layout.bars if bar.stage == stage]
        assert bars[0].low >= -1e-12
        assert bars[-1].high <= 1 + 1e-12
        assert all(a.high <= b.low + 1e-12 for a, b in itertools.pairwise(bars))


def test_the_scale_is_that_of_the_larger_arm(flows: pd.DataFrame) -> None:
    half = flows.assign(arm="baseline", journeys=flows["journeys"] / 2)
    assert flow_scale(pd.concat([flows, half])) == flow_scale(flows)


def test_every_place_has_a_colour() -> None:
    assert set(PLACES.values()) <= set(PLACE_COLORS)


def test_unknown_places_are_kept(flows: pd.DataFrame) -> None:
    layout = lay_flow(flows.replace({"first": {"store": "kiosk"}}), scale=flow_scale(flows))
    assert "kiosk" in {bar.name for bar in layout.bars}


def test_no_journeys_is_an_empty_layout(flows: pd.DataFrame) -> None:
    layout = lay_flow(flows[:0], scale=flow_scale(flows[:0]))
    assert not layout.bars
    assert not layout.strands


@given(st.lists(st.floats(0, 1), max_size=12).map(sorted), st.floats(0.01, 0.3))
def test_labels_keep_their_distance_and_order(centers: list[float], gap: float) -> None:
    places = spread(centers, gap=gap, low=0.0, high=1.0)
    least = min(gap, 1 / max(len(centers) - 1, 1))
    assert len(places) == len(centers)
    assert all(b - a >= least - 1e-9 for a, b in itertools.pairwise(places))
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([0.1, 0.5, 0.9], gap=0.2, low=0, high=1) == [0.1, 0.5, 0.9]
