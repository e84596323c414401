"""A channel that never occurs, or that only journeys without a conversion meet, gets nothing."""

import pytest

import omnisim.attribution as attribution
from omnisim.attribution import AttributionModel, MarkovAttribution, bootstrap, choose_order
from omnisim.journeys import Journeys

PUBLIC = [getattr(attribution, name) for name in attribution.__all__]
MODELS = [
    x for x in PUBLIC
    if isinstance(x, type) and issubclass(x, AttributionModel) and x is not AttributionModel
]  # fmt: skip


@pytest.fixture(scope="module")
def journeys():
    """Return journeys over a, b and d; c is named but never met, d never converts."""
    read = Journeys.from_paths(
        {"path": ["a > b", "b", "a", "c", "d"], "n_conversions": [5, 2, 1, 0, 0],
         "n_nulls": [2, 3, 9, 1, 6]}
    )  # fmt: skip
    kept = [i for i in range(5) if i != 3]
    return read.take(kept)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_model_gives_it_nothing(model, journeys):
    credit = model().fit(journeys).credit_
    assert list(credit.index) == ["a", "b", "c", "d"]
    assert credit["c"] == 0
    assert credit["d"] == pytest.approx(0, abs=1e-9)
    assert credit.sum() == pytest.approx(8)


@pytest.mark.parametrize(
    "options", [{"order": 2}, {"removal": "redistribute"}, {"use_nulls": False}]
)
def test_every_chain_runs(options, journeys):
    model = MarkovAttribution(**options).fit(journeys)
    assert model.credit_["c"] == 0
    assert model.credit_.sum() == pytest.approx(8)


def test_bootstrap_and_order_selection_run(journeys):
    assert bootstrap(MarkovAttribution(), journeys, n_replicates=9).to_frame().loc["c"].sum() == 0
    assert choose_order(journeys, max_order=2).order in (1, 2)
