"""The figure of journeys touchpoint by touchpoint."""

import io

import numpy as np
import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys
from omnisim.plot.steps import journey_steps, step_shares

PATHS = {"path": ["a > b > c", "a", "c > a"], "n_conversions": [1, 2, 0], "n_nulls": [1, 0, 4]}


@pytest.fixture(scope="module")
def journeys():
    return Journeys.from_paths(PATHS)


def test_shares_by_hand(journeys):
    names, share = step_shares(journeys, n_steps=2, n_channels=2)
    # a has 8 touchpoints, c 6, b 2: b is among the others.
    assert names == ("(converted)", "a", "c", "(other channels)", "(not converted)")
    first, second = (8 * share).round(12)
    assert first[1].tolist() == [2, 0, 0, 2, 0]
    assert first[2].tolist() == [0, 4, 0, 0, 0]
    assert second[0, 0] == 2
    assert second[1, 4] == 4
    assert second[3, 2] == 2


def test_every_step_holds_all_journeys(journeys):
    _, share = step_shares(journeys, n_steps=5)
    np.testing.assert_allclose(share.sum(axis=(1, 2)), 1.0)
    np.testing.assert_allclose(share[:-1].sum(axis=1), share[1:].sum(axis=2))
    # After the longest journey only the ends are left: 3 converted, 5 did not.
    assert share[-1].diagonal()[[0, -1]].tolist() == [3 / 8, 5 / 8]


def test_figure_draws_a_bar_for_every_share(journeys):
    ax = journey_steps(journeys, n_steps=3)
    names, share = step_shares(journeys, n_steps=3)
    heights = sorted(bar.get_height() for part in ax.containers for bar in part)
    expected = sorted(np.concatenate([*share.sum(axis=2), share[-1].sum(axis=0)]))
    np.testing.assert_allclose(heights, expected, atol=1e-15)
    assert len(ax.containers) == 4
    assert ax.containers[0][0].get_width() == pytest.approx(0.12)
    assert len(names) == 6


def test_every_color_is_named(journeys):
    ring = {"path": ["a > b", "b > c", "c > d", "d > a"] * 3, "n_conversions": [5] * 12}
    shown = {t.get_text() for t in journey_steps(Journeys.from_paths(ring)).get_legend().texts}
    assert shown == {"(converted)", "a", "b", "c", "d"}
    shown = [t.get_text() for t in journey_steps(journeys, n_channels=2).get_legend().texts]
    assert shown == ["(converted)", "a", "c", "(other channels)", "(not converted)"]


@pytest.mark.parametrize("n_steps", [1, 4])
def test_the_legend_is_inside_the_figure(n_steps):
    names = [f"paid social campaign {k}" for k in range(8)]
    ax = journey_steps(Journeys.from_paths({"path": names, "n_conversions": [1] * 8}),
                       n_steps=n_steps)  # fmt: skip
    ax.figure.savefig(io.BytesIO(), dpi=100)
    box = ax.get_legend().get_window_extent()
    width = 100 * ax.figure.get_size_inches()[0]
    assert box.y0 >= 0
    assert 0 <= box.x0 < box.x1 <= width


def test_labels_do_not_overlap():
    sizes = [3, 3, 3, 3, 3, 3]
    paths = {"path": [" > ".join([c] * 9) for c in "abcdef"], "n_conversions": sizes}
    last = {"path": ["a"], "n_conversions": [82]}
    table = {name: [*paths[name], *last[name]] for name in paths}
    ax = journey_steps(Journeys.from_paths(table))
    places = sorted(text.get_position()[1] for text in ax.texts)
    assert len(places) == 7
    assert np.diff(places).min() > 0.05
    assert places[-1] < 1


def test_wrong_arguments(journeys):
    with pytest.raises(ParameterError, match="n_steps"):
        journey_steps(journeys, n_steps=0)
    with pytest.raises(TableError, match="no journey to draw"):
        journey_steps(Journeys.from_paths({"path": [], "n_conversions": []}))
