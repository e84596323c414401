import dataclasses

import numpy as np
import pandas as pd
import pytest

from omnisim.config.scenario import Scenario
from omnisim.experiment import Comparison
from omnisim.plot.wording import euro, number
from omnisim.report import sentences
from tests.reference.comparisons import made_comparison


def with_profit(mean: float, low: float, high: float) -> Comparison:
    """A comparison whose headline is given."""
    made = made_comparison()
    row = made.metrics["metric"] == "profit"
    metrics = made.metrics.copy()
    metrics.loc[row, ["difference", "ci_low", "ci_high"]] = mean, low, high
    return dataclasses.replace(made, metrics=metrics)


@pytest.mark.parametrize(
    ("interval", "verdict", "sentence"),
    [
        ((2.5, 1.0, 4.0), "gain", "The integrated firm earns €2.50 more per shopper"),
        ((-2.5, -4.0, -1.0), "loss", "The integrated firm earns €2.50 less per shopper"),
        ((0.5, -1.0, 2.0), "unclear", "No clear difference"),
        ((0.5, 0.0, 1.0), "unclear", "No clear difference"),
        ((0.0, 0.0, 0.0), "same", "earn exactly the same"),
        ((np.nan, np.nan, np.nan), "unknown", "could not be measured"),
        ((1.0, np.nan, np.nan), "unknown", "could not be measured"),
    ],
)
def test_the_headline_says_what_the_interval_allows(
    interval: tuple[float, float, float], verdict: str, sentence: str
) -> None:
    comparison = with_profit(*interval)
    assert sentences.verdict(comparison.headline) == verdict
    assert sentence in sentences.headline(comparison)
    assert sentences.certainty(comparison)


def test_an_interval_with_zero_is_called_compatible_with_both() -> None:
    text = sentences.certainty(with_profit(0.5, -1.0, 2.0))
    assert "from −€1.00 to €2.00 and includes zero" in text
    assert "a gain and a loss" in text


def test_a_clear_difference_is_scaled_to_the_whole_firm() -> None:
    text = sentences.certainty(with_profit(-2.5, -4.0, -1.0))
    assert "excludes zero" in text
    assert "For 20,000 shoppers that is −€50,000 a year" in text
    n_regions = Scenario().market.n_regions
    assert f"a chain of {n_regions} such regions −€{50_000 * n_regions:,} (" in text
    assert f"({-80_000:,} to {-20_000:,})".replace("-", "−") in text


def test_a_placebo_claims_nothing() -> None:
    placebo = made_comparison(is_placebo=True)
    placebo = dataclasses.replace(placebo, metrics=placebo.metrics.assign(
        variance_reduction=np.inf))  # fmt: skip
    for say in (sentences.certainty, sentences.gain, sentences.account, sentences.pairing):
        text = say(placebo)
        assert "+" not in text, text
        assert "inf" not in text, text


def test_sentences_state_the_numbers_of_the_comparison() -> None:
    comparison = made_comparison()
    assert euro(comparison.row("contribution")["difference"], sign=True) in (
        sentences.cost_of_change(comparison)
    )
    assert euro(comparison.row("revenue")["difference"], sign=True) in sentences.gain(comparison)
    naive, caused = sentences.premium(comparison)
    table = comparison.premium.set_index(["arm", "kind"])["ratio"]
    assert number(table["baseline", "naive"]) in naive
    assert number(table["baseline", "permuted"]) in naive
    assert number(table["variant", "causal"]) in caused


def test_the_account_names_the_lines_that_move_most() -> None:
    text = sentences.account(made_comparison())
    assert text.index("revenue") < text.index("cost of goods") < text.index("capabilities")
    assert "staff" not in text


def test_missing_parts_are_said_to_be_missing() -> None:
    made = made_comparison()
    nothing = dataclasses.replace(
        made,
        attribution=made.attribution[:0],
        premium=made.premium.assign(ratio=np.nan, ci_low=np.nan, ci_high=np.nan),
        metrics=made.metrics[~made.metrics["group"].str.startswith("segment ")],
        flows=made.flows[:0],
        samples=made.samples[made.samples["metric"] != "crossing journeys"],
    )
    assert "no conversions" in sentences.attribution(nothing)
    assert "Nobody bought in several channels" in sentences.premium(nothing)[0]
    assert "not divided" in sentences.segments(nothing)
    assert "no journey" in sentences.flow(nothing)
    assert "No journeys" in sentences.ends(nothing, "baseline")


def test_segments_name_the_best_and_the_worst() -> None:
    text = sentences.segments(made_comparison())
    assert text.index("mainstream") < text.index("loyal")
    assert "do not differ" in sentences.segments(made_comparison(segments=("all",)))


def test_pairing_does_not_boast_where_it_gained_nothing() -> None:
    made = made_comparison()
    worse = dataclasses.replace(made, metrics=made.metrics.assign(variance_reduction=0.8))
    assert "did not narrow" in sentences.pairing(worse)
    assert isinstance(made.metrics, pd.DataFrame)
