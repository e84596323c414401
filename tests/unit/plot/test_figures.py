import dataclasses
import itertools
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from omnisim import plot
from omnisim.exceptions import ParameterError
from omnisim.experiment import Comparison
from omnisim.plot.difference import SMALL, account_changes
from omnisim.plot.replications import paired_gaps
from omnisim.plot.rows import digits_of
from omnisim.plot.wording import number
from tests.reference.comparisons import made_comparison

FIGURES = (
    "attribution", "difference", "flow", "gain", "headline", "premium", "replications",
    "sales_by_channel", "segments",
)  # fmt: skip
"""The figures of a comparison; those of attribution models have tests of their own."""
NASTY = '<b>$x_1$ & "co"\n\x00' + "very long " * 9


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return made_comparison()


def texts(ax: Axes) -> list[str]:
    return [t.get_text() for t in ax.texts]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_where_it_is_told_and_leaves_no_trace(
    name: str, comparison: Comparison
) -> None:
    before = dict(mpl.rcParams)
    ax = Figure().add_subplot()
    assert getattr(plot, name)(comparison, ax=ax) is ax
    assert dict(mpl.rcParams) == before


def test_saved_figures_are_equal_bytes(tmp_path: Path, comparison: Comparison) -> None:
    for kind in ("svg", "png"):
        files = [tmp_path / f"{k}.{kind}" for k in (1, 2)]
        for file in files:
            plot.flow(deepcopy(comparison), arms=["variant"]).figure.savefig(file)
        assert files[0].read_bytes() == files[1].read_bytes()
        assert len(files[0].read_bytes()) > 1000


@pytest.mark.parametrize("name", FIGURES)
def test_names_are_drawn_as_they_are(name: str) -> None:
    nasty = made_comparison(names=(NASTY, "$\\frac$"), segments=(NASTY, "{", "loyal"))
    svg = getattr(plot, name)(nasty).figure.to_svg()
    assert "<b>" not in svg
    assert "\x00" not in svg


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_survives_a_placebo_and_missing_numbers(name: str) -> None:
    placebo = made_comparison(is_placebo=True)
    numbers = ["ratio", "ci_low", "ci_high"]
    unknown = placebo.premium.assign(**dict.fromkeys(numbers, np.nan))
    metrics = placebo.metrics.assign(ci_low=np.nan, ci_high=np.nan)
    holes = dataclasses.replace(placebo, premium=unknown, metrics=metrics)
    getattr(plot, name)(holes).figure.draw_without_rendering()


def test_importing_imports_no_matplotlib_and_drawing_no_pyplot(root: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); import omnisim.plot as p;"
        "assert 'matplotlib' not in sys.modules;"
        "from tests.reference.comparisons import made_comparison;"
        "p.headline(made_comparison(n_replications=2)).figure.to_svg();"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_account_changes_sum_to_the_change_of_profit(comparison: Comparison) -> None:
    total = account_changes(comparison)["difference"].sum()
    assert total == pytest.approx(comparison.headline["difference"], abs=SMALL)


def test_the_waterfall_ends_at_the_difference(comparison: Comparison) -> None:
    ax = plot.difference(comparison)
    *steps, total = ax.patches
    assert total.get_width() == pytest.approx(comparison.headline["difference"])
    for above, below in itertools.pairwise(steps):
        assert above.get_x() + above.get_width() == pytest.approx(below.get_x())


def test_headline_writes_the_three_differences(comparison: Comparison) -> None:
    written = texts(plot.headline(comparison))
    for row in (comparison.row("contribution"), comparison.row("line", "capabilities"),
                comparison.headline):  # fmt: skip
        assert number(row["difference"], sign=True) in written


def test_flow_labels_hold_the_journeys_of_every_place_and_end(comparison: Comparison) -> None:
    written = texts(plot.flow(comparison, arms=("baseline",)))
    part = comparison.flows[comparison.flows["arm"] == "baseline"]
    for stage in ("first", "last", "end"):
        for name, journeys in part.groupby(stage)["journeys"].sum().items():
            assert name in written
            assert number(journeys) in written


def test_flow_labels_do_not_overlap(comparison: Comparison) -> None:
    ax = plot.flow(comparison)
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.texts if t.get_text()]
    for k, box in enumerate(boxes):
        for other in boxes[k + 1 :]:
            wide = min(box.x1, other.x1) - max(box.x0, other.x0)
            high = min(box.y1, other.y1) - max(box.y0, other.y0)
            # Lines of one label touch by design; two labels may not.
            assert wide <= 1 or high <= 0.35 * min(box.height, other.height)


def test_both_arms_have_one_scale(comparison: Comparison) -> None:
    both = plot.flow(comparison)
    one = plot.flow(comparison, arms=("variant",))
    heights = [round(p.get_path().get_extents().height, 9) for p in one.patches
               if type(p).__name__ == "PathPatch"]  # fmt: skip
    all_heights = [round(p.get_path().get_extents().height, 9) for p in both.patches
                   if type(p).__name__ == "PathPatch"]  # fmt: skip
    assert set(heights) <= set(all_heights)


def test_paired_gaps_average_to_the_headline(comparison: Comparison) -> None:
    assert paired_gaps(comparison).mean() == pytest.approx(comparison.headline["difference"])


def test_unknown_arms_and_levels_are_named(comparison: Comparison) -> None:
    with pytest.raises(ParameterError, match="Unknown arm 'siloed'"):
        plot.flow(comparison, arms=("siloed",))
    with pytest.raises(ParameterError, match=r"Unknown tracking level 'TL9'.*TL1"):
        plot.attribution(comparison, level="TL9")


@pytest.mark.parametrize(
    ("ticks", "digits"),
    [([0, 2.5, 5], 1), ([0, 2, 4], 0), ([0.25, 0.5], 2), ([-1e-17, 0.1], 1), ([], 0),
     ([0, 1e-9], 6)],
)  # fmt: skip
def test_ticks_are_written_exactly(ticks: list[float], digits: int) -> None:
    assert digits_of(ticks) == digits
