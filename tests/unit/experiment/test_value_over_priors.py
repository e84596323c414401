"""The worth of integration over priors: draws, placebo, split, resuming and figures."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import omnisim as om
from omnisim import plot
from omnisim.evaluation.variance_split import split_variance
from omnisim.exceptions import ConfigError, ParameterError
from omnisim.experiment import PRIORS, ParameterPrior, ValueOverPriors, value_over_priors
from omnisim.experiment.parameter_priors import (
    check_priors,
    draw_parameters,
    drawn_scenario,
    field_value,
)
from omnisim.experiment.value_over_priors import priors_size
from omnisim.report.sections.priors import priors_section

TINY = {"market.n_shoppers": 60, "market.burn_in_days": 20, "market.horizon_days": 20,
        "stores.n_stores": 1, "segments": {"busy": om.Scenario().segments["loyal"].model_copy(
            update={"share": 1.0})}}  # fmt: skip
TWO = (
    ParameterPrior("price", "choice.price", 2.0, 3.5, 5.4, "C1"),
    ParameterPrior("rate", "segments.*.need_scale_weeks", 0.5, 1.0, 2.0, "C1", "factor"),
)
SIZE = {"priors": TWO, "n_draws": 5, "seed": 4}


@pytest.fixture(scope="module")
def firms() -> tuple[om.Scenario, om.Scenario]:
    base = om.Scenario().replace(TINY)
    return base, base.replace({"capabilities": om.Capabilities.integrated()})


@pytest.fixture(scope="module")
def found(firms: tuple[om.Scenario, om.Scenario]) -> ValueOverPriors:
    return value_over_priors(*firms, **SIZE)


def test_every_prior_moves_a_field_within_its_bounds() -> None:
    base = om.Scenario()
    firms = base, base.replace({"capabilities": om.Capabilities.integrated()})
    assert 15 <= len(check_priors(PRIORS, *firms))
    for end in ("low", "mode", "high"):
        drawn_scenario(base, PRIORS, [getattr(prior, end) for prior in PRIORS])
    for prior in PRIORS:
        assert prior.source.startswith(("C1", "C2", "C3", "C4"))
        value = field_value(base, prior.fields(base)[0])
        here = value[-1] if prior.kind == "level 2" else value if prior.kind == "value" else 1.0
        assert prior.low <= here <= prior.high, prior.name


def test_a_draw_moves_its_field_and_no_other() -> None:
    base = om.Scenario()
    for prior in PRIORS:
        end = prior.low if prior.kind == "value" else prior.high
        moved = drawn_scenario(base, [prior], [end]).model_dump()
        named = set(prior.fields(base))
        for field in _names(base.model_dump()):
            same = _at(moved, field) == _at(base.model_dump(), field)
            assert same is not (field in named), (prior.name, field)


def test_level_2_takes_level_1_along_and_leaves_what_nothing_moves() -> None:
    base = om.Scenario().replace({"primitives.match_recall": (0.1, 0.4, 0.7)})
    recall = ParameterPrior("r", "primitives.match_recall", 0.3, 0.7, 0.9, "C3", "level 2")
    moved = drawn_scenario(base, [recall], [0.5]).primitives.match_recall
    assert moved == pytest.approx((0.1, 0.3, 0.5))
    still = base.placebo()
    assert drawn_scenario(still, [recall], [0.5]) == still


def test_draws_are_a_latin_hypercube_with_the_priors_distribution(seed: int) -> None:
    n = 400
    drawn = draw_parameters(TWO, n, seed)
    for k, prior in enumerate(TWO):
        width = prior.high - prior.low
        cdf = stats.triang((prior.mode - prior.low) / width, prior.low, width).cdf
        places = np.sort(np.floor(cdf(drawn[:, k]) * n).astype(int))
        assert places.tolist() == list(range(n))
    assert abs(stats.spearmanr(*drawn.T).statistic) < 5 / n**0.5


def test_another_prior_moves_no_draw_of_the_others() -> None:
    more = (*TWO, ParameterPrior("habit", "choice.habit", 0.3, 0.4, 1.2, "C1"))
    assert (draw_parameters(more, 9, 3)[:, :2] == draw_parameters(TWO, 9, 3)).all()


def test_in_the_placebo_it_is_exactly_nothing_at_every_draw(
    firms: tuple[om.Scenario, om.Scenario],
) -> None:
    levels = ParameterPrior("r", "primitives.match_recall", 0.3, 0.7, 0.9, "C3", "level 2")
    size = SIZE | {"priors": (TWO[0], levels)}
    nothing = value_over_priors(*(firm.placebo() for firm in firms), **size)
    assert (nothing.samples["difference"] == 0).all()
    assert (nothing.samples["baseline"] != 0).any()
    assert nothing.summary["share"].isna().all()


def test_each_draw_is_a_comparison_of_its_world(
    firms: tuple[om.Scenario, om.Scenario], found: ValueOverPriors
) -> None:
    row = found.draws.loc[0]
    worlds = (drawn_scenario(firm, TWO, [row["price"], row["rate"]]) for firm in firms)
    versus = om.compare(*worlds, n_replications=2, seed=4)
    for metric in ("profit", "revenue", "surplus", "retention"):
        assert row[metric] == pytest.approx(versus.row(metric)["difference"], abs=1e-12)


def test_the_summary_is_that_of_the_samples(found: ValueOverPriors) -> None:
    rows = found.samples[found.samples["metric"] == "profit"]
    wide = rows.pivot(index="draw", columns="replication", values="difference").to_numpy()
    row, parts = found.of("profit"), split_variance(wide)
    assert wide.shape == (5, 2)
    assert len({*rows["baseline"]}) == 10  # no two replications share their luck
    assert row["mean"] == pytest.approx(wide.mean())
    assert row["sd_noise"] ** 2 == pytest.approx(parts.within)
    assert row["share"] == pytest.approx(parts.share)
    assert row["p_loss"] == (wide.mean(axis=1) < 0).mean()
    assert row["p_gain"] == (wide.mean(axis=1) > 0).mean()
    with pytest.raises(KeyError, match="Metrics"):
        found.of("happiness")


def test_any_executor_gives_the_same_and_a_killed_study_goes_on(
    firms: tuple[om.Scenario, om.Scenario], found: ValueOverPriors, tmp_path: Path
) -> None:
    class KilledError(Exception):
        pass

    def kill(n_done: int) -> None:
        if n_done == 7:
            raise KilledError

    with pytest.raises(KilledError):
        value_over_priors(*firms, **SIZE, folder=tmp_path, on_wait=kill)
    seen: list[int] = []
    with ThreadPoolExecutor(2) as executor:
        again = value_over_priors(
            *firms, **SIZE, folder=tmp_path, executor=executor, on_wait=seen.append
        )
    assert seen[0] == 7
    assert seen[-1] == priors_size(5, 2, n_priors=2) == 10
    for name in ("summary", "sensitivity", "draws", "samples"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(again, name), check_exact=True)


def test_it_prints_draws_and_reports(found: ValueOverPriors) -> None:
    assert "5 draws, 2 replications" in repr(found)
    assert len(repr(found).splitlines()) <= 3
    pd.testing.assert_frame_equal(found.to_frame(), found.summary)
    for metric in ("profit", "retention"):
        ax = plot.prior_spread(found, metric=metric)
        assert sum(bar.get_height() for bar in ax.patches) == found.n_draws
        ax.figure.draw_without_rendering()
        plot.prior_sensitivity(found, metric=metric).figure.draw_without_rendering()
    section = priors_section(found)
    assert "5 draws" in section.sentences[1]
    assert len(section.grids[1].rows) == 2


def test_a_clipped_estimate_is_told(found: ValueOverPriors) -> None:
    row = found.summary.assign(is_clipped=True, sd_parameters=0.0, share=0.0)
    clipped = replace(found, summary=row)
    assert "negative" in repr(clipped)
    assert "set to zero" in priors_section(clipped).sentences[2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n_draws": 4}, "at least 5"),
        ({"n_replications": 1}, "n_replications"),
        ({"priors": ()}, "one or more"),
        ({"priors": (TWO[0], TWO[0])}, "differ"),
        ({"priors": (replace(TWO[0], field="choice.prize"),)}, "no field"),
        ({"priors": (replace(TWO[0], field="capabilities.geofence"),)}, "firms differ"),
    ],
)
def test_bad_arguments_are_refused(
    firms: tuple[om.Scenario, om.Scenario], changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        value_over_priors(*firms, **SIZE | changes)


def test_bad_priors_are_refused(firms: tuple[om.Scenario, om.Scenario]) -> None:
    with pytest.raises(ParameterError, match="ascending"):
        replace(TWO[0], low=4.0)
    with pytest.raises(ParameterError, match="Unknown kind"):
        replace(TWO[0], kind="sum")
    with pytest.raises(ConfigError, match=r"choice\.price"):
        value_over_priors(*firms, **SIZE | {"priors": (replace(TWO[0], low=-9, mode=-8),)})


def _names(tree: dict[str, object], prefix: str = "") -> list[str]:
    found = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        found += _names(value, f"{name}.") if isinstance(value, dict) else [name]
    return found


def _at(tree: dict[str, object], name: str) -> object:
    for key in name.split("."):
        tree = tree[key]
    return tree
