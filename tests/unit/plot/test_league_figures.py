"""Figures of a league, of learning and of personalisation."""

import pytest
from matplotlib.figure import Figure

from omnisim import plot
from omnisim.exceptions import ParameterError
from tests.reference.leagues import made_findings


@pytest.fixture(scope="module")
def findings():
    return made_findings()


def texts(ax) -> list[str]:
    return [t.get_text() for t in ax.texts]


def legend(ax) -> list[str]:
    return [t.get_text() for t in ax.get_legend().get_texts()]


def test_the_league_is_drawn_best_first_without_no_contact(findings):
    ax = Figure().add_subplot()
    assert plot.league(findings.league, world="siloed", ax=ax) is ax
    shown = [t for t in texts(ax) if t in ("oracle", "loyal", "blanket", "none")]
    assert shown == ["oracle", "loyal", "blanket"]
    assert "+1.50" in texts(ax)
    assert "+3.00" in texts(plot.league(findings.league))  # the last world by default


def test_the_effect_of_the_world_is_drawn_for_every_policy(findings):
    found = texts(plot.world_effects(findings.league))
    assert {"blanket", "loyal", "oracle", "−0.40", "+1.50", "+2.50"} <= set(found)
    three = made_findings(worlds=("a", "b", "c"), is_whole=False).league
    assert "loyal, b" in " ".join(texts(plot.world_effects(three))).replace("\n", " ")


def test_estimates_are_drawn_beside_the_truth(findings):
    ax = plot.off_policy(findings.league, world="siloed")
    assert legend(ax) == ["truth", "filed", "IPS", "SNIPS"]
    assert {"none", "blanket", "loyal"} <= set(texts(ax))
    assert "oracle" not in texts(ax)


def test_learning_is_drawn_from_round_0_on(findings):
    ax = plot.learning_curves(findings.learning, world="siloed")
    assert legend(ax) == ["blanket", "loyal"]
    assert list(ax.lines[0].get_xdata()) == [0, 1, 2]


def test_personal_content_is_drawn_over_the_measured_error(findings):
    ax = plot.personalisation(findings.personalisation)
    assert legend(ax) == ["siloed", "integrated"]
    assert list(ax.lines[0].get_xdata()) == pytest.approx([0.5, 0.9])
    gains = plot.personalisation(findings.personalisation, measure="gain")
    assert gains.get_ylabel() != ax.get_ylabel()


def test_unknown_worlds_and_measures_are_refused(findings):
    for draw, part in ((plot.league, findings.league), (plot.off_policy, findings.league),
                       (plot.learning_curves, findings.learning)):  # fmt: skip
        with pytest.raises(ParameterError, match="Unknown world 'mars'"):
            draw(part, world="mars")
    with pytest.raises(ParameterError, match="Unknown measure"):
        plot.personalisation(findings.personalisation, measure="regret")
