"""Figures of trials, policies and uplift show the numbers of their results."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from omnisim import plot
from omnisim.evaluation import IPS, SNIPS, LoggedFeedback, Trial, policy_values, uplift_curve
from omnisim.exceptions import ParameterError


def texts(ax):
    return [t.get_text() for t in ax.figure.findobj(lambda o: hasattr(o, "get_text"))]


def points(ax):
    """Return the places of all single dots."""
    return [tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == "o"]


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(1)
    arm = rng.choice(["<none>", "mail", "push"], 600)
    return {"arm": arm, "town": rng.choice(["Bari", "Rome"], 600),
            "spend": rng.normal(size=600) + (arm == "mail")}  # fmt: skip


@pytest.fixture(scope="module")
def log(table):
    return LoggedFeedback.from_table(
        table, action="arm", reward="spend", propensity=1 / 3, context=["town"]
    )


def test_effects_are_dots_with_whiskers_and_names(table) -> None:
    effects = Trial.read(table, arm="arm", control="<none>").effects("spend", by="town")
    ax = plot.effects(effects)
    assert [x for x, _ in points(ax)] == effects.table["effect"].tolist()
    assert "Bari: mail" in texts(ax)
    assert any("from <none>" in text for text in texts(ax))
    bare = Figure().add_subplot()
    assert plot.effects(effects, outcome="spend", ax=bare) is bare
    with pytest.raises(ParameterError, match="'visit'"):
        plot.effects(effects, outcome="visit")


def test_policy_values_are_dots_by_estimator(log) -> None:
    values = policy_values(
        log, {"mail": "mail", "nobody": "<none>"}, estimators=[IPS(), SNIPS()], reference="nobody"
    )
    ax = plot.policy_values(values)
    drawn = [x for line in ax.lines if line.get_marker() == "o" for x in line.get_xdata()]
    assert sorted(drawn) == sorted(values.to_frame()["value"])
    assert {"mail", "nobody", "IPS", "SNIPS"} <= set(texts(ax))


def test_uplift_draws_curve_interval_and_chance(log) -> None:
    predicted = np.column_stack([np.zeros(600), log.context[:, 0], -log.context[:, 0]])
    curve = uplift_curve(log, predicted, control="<none>", n_points=11)
    ax = plot.uplift(curve)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), curve.table["gain"])
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), curve.table["random"])
    assert len(ax.collections) == 1
    two = plot.uplift({"a": curve, "b": curve})
    assert {text.split(":")[0] for text in texts(two) if "Qini" in text} == {"a", "b"}
    dear = uplift_curve(log, predicted, control="<none>", costs={"mail": 1.0, "push": 2.0})
    with pytest.raises(ParameterError, match="same x"):
        plot.uplift({"a": curve, "b": dear})
    with pytest.raises(ParameterError, match="1 to 4"):
        plot.uplift({})


@pytest.mark.parametrize("size", [0.0043, 0.12, 3.4, 512.0])
def test_three_figures_are_shown(size: float) -> None:
    from omnisim.plot.effects import digits_for

    shown = f"{size:.{digits_for(size)}f}".replace(".", "").lstrip("0")
    assert len(shown) == 3
