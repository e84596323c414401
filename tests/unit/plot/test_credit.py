"""Figures of attribution models show the numbers of the models."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from omnisim.attribution import Linear, MarkovAttribution, bootstrap, compare_models
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys
from omnisim.plot.credit import (
    credit,
    journey_length,
    model_comparison,
    time_to_conversion,
    transitions,
)
from omnisim.plot.steps import journey_steps

PATHS = {"path": ["a > b", "b > <c&", "b"], "n_conversions": [9, 4, 2], "n_nulls": [3, 5, 9]}
EVENTS = {"user": [1, 1, 2], "time": [0.0, 3.0, 1.0], "channel": ["a", "b", "a"],
          "conversion": [0, 1, 0]}  # fmt: skip


def texts(ax):
    return [t.get_text() for t in ax.figure.findobj(lambda o: hasattr(o, "get_text"))]


def test_bars_are_the_credits_in_order():
    model = Linear().fit(PATHS)
    ax = credit(model)
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == sorted(model.credit_, reverse=True)
    assert "<c&" in texts(ax)


def test_intervals_are_drawn():
    plain, with_intervals = (
        credit(r) for r in (Linear().fit(PATHS), bootstrap(Linear(), PATHS, n_replicates=20))
    )
    assert len(with_intervals.lines) > len(plain.lines)


def test_model_comparison_has_a_dot_a_model_and_channel():
    table = compare_models(PATHS)
    ax = model_comparison(table)
    dots = [line for line in ax.lines if line.get_marker() != "None"]
    assert len(dots) == table.shape[1]
    for line in dots:
        assert np.sum(line.get_xdata()) == pytest.approx(100)
    with pytest.raises(ParameterError, match="1 to 16 models"):
        model_comparison(table.iloc[:, :0])


def test_negative_amounts_are_inside_the_scale():
    model = Linear().fit(PATHS)
    model.credit_ = pd.Series({"a": -4.0, "b": 10.0, "c": 9.0})
    ax = credit(model)
    assert ax.get_xlim()[0] < -4
    share = model.credit_ / 0.15
    ax = model_comparison(pd.DataFrame({"one": model.credit_, "two": [5.0, 5.0, 5.0]}))
    assert ax.get_xlim()[0] < share.min()
    assert credit(Linear().fit(PATHS)).get_xlim()[0] == 0


def test_as_many_looks_as_models():
    table = pd.DataFrame(np.ones((2, 16)), columns=[f"m{k}" for k in range(16)])
    ax = model_comparison(table)
    dots = [line for line in ax.lines if line.get_marker() != "None"]
    assert len({(line.get_marker(), line.get_color()) for line in dots}) == 16


@pytest.mark.parametrize("n_channels", [1, 4, 20])
def test_every_model_of_the_legend_is_inside_the_figure(n_channels):
    ax = model_comparison(pd.DataFrame(np.ones((n_channels, 15))).add_prefix("model "))
    ax.figure.savefig(io.BytesIO(), dpi=100)
    assert ax.get_legend().get_window_extent().y0 >= 0


@pytest.mark.parametrize("of", [lambda m: m.fit(PATHS), lambda m: bootstrap(m, PATHS)])
def test_removal_effects_are_named(of):
    shown = texts(credit(of(MarkovAttribution()), quantity="removal_effect"))
    assert "share of conversions lost without it" in shown
    assert "1.000" in shown  # b is in every converting path
    with pytest.raises(ParameterError, match="has no removal_effect"):
        credit(Linear().fit(PATHS), quantity="removal_effect")
    with pytest.raises(ParameterError, match="Unknown quantity 'removal'"):
        credit(Linear().fit(PATHS), quantity="removal")


def test_transitions_show_per_cent_of_steps():
    ax = transitions(MarkovAttribution().fit(PATHS))
    shown = np.asarray(ax.images[0].get_array())
    assert shown.sum(axis=1) == pytest.approx(1.0)
    with pytest.raises(ParameterError, match=r"of order 1. Got 2"):
        transitions(MarkovAttribution(2).fit(PATHS))


def test_journey_lengths_sum_to_a_hundred():
    ax = journey_length(Journeys.from_paths(PATHS))
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(200)


def test_nothing_is_not_drawn():
    with pytest.raises(TableError, match="no journey to draw"):
        journey_length(Journeys.from_paths({"path": [], "n_conversions": []}))
    with pytest.raises(TableError, match="no conversion to draw"):
        time_to_conversion(Journeys.from_events(EVENTS | {"conversion": [0, 0, 0]}))


@pytest.mark.parametrize("draw", [journey_length, time_to_conversion, journey_steps])
def test_what_is_no_journeys_is_refused(draw):
    for other in (PATHS, None, Linear().fit(PATHS)):
        with pytest.raises(ParameterError, match="journeys must be Journeys"):
            draw(other)


def test_what_has_no_chain_or_table_is_refused():
    with pytest.raises(ParameterError, match=r"must be a fitted MarkovAttribution. Got Linear"):
        transitions(Linear().fit(PATHS))
    with pytest.raises(ParameterError, match="table must be a DataFrame"):
        model_comparison(Linear().fit(PATHS))


def test_time_to_conversion_counts_conversions():
    events = {"user": [1, 2], "time": [0.0, 0.0], "channel": ["a", "a"]}
    journeys = Journeys.from_events(events | {"conversion": [1, 1]})
    changed = replace(journeys, n_conversions=np.array([1, 3]), end=np.array([1.0, 2.0]))
    heights = [bar.get_height() for bar in time_to_conversion(changed).patches]
    assert heights[0] == pytest.approx(25)
    assert heights[-1] == pytest.approx(75)


def test_time_to_conversion_needs_times():
    ax = time_to_conversion(Journeys.from_events(EVENTS))
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(100)
    with pytest.raises(ParameterError, match="must have times"):
        time_to_conversion(Journeys.from_paths(PATHS))
