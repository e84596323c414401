"""Groups of shoppers: everybody is in one, and group means add up to the firm's."""

import numpy as np
import pytest

from omnisim.experiment.groups import BANDS, groupings
from omnisim.experiment.measures import measure
from omnisim.schema import Line
from omnisim.simulation import simulate
from tests.reference.worlds import small


@pytest.fixture(scope="module")
def run():
    return simulate(small({"market.n_shoppers": 120}), seed=4)


def test_bands_are_read_from_the_traits(run):
    for (group, names), bands in zip(list(groupings(run.population))[1:], BANDS, strict=True):
        edges = (-np.inf, *bands.edges, np.inf)
        trait = getattr(run.population, bands.trait)
        assert len(names) == len(bands.edges) + 1
        for k in range(len(names)):
            inside = (trait >= edges[k]) & (trait < edges[k + 1])
            assert (inside == (group == k)).all()


def test_groups_weighted_by_size_sum_to_the_firm(run):
    found = measure(run)
    n = len(run.population)
    for group, names in groupings(run.population):
        size = np.bincount(group, minlength=len(names))
        for metric in ("revenue", "surplus"):
            total = sum(found[metric, name] * s for name, s in zip(names, size, strict=True)) / n
            assert total == pytest.approx(found[metric, ""])


def test_a_group_has_what_its_shoppers_paid(run):
    found = measure(run)
    young = run.population.age < 35
    table = run.counted_postings.to_pandas()
    sold = table[(table["line"] == int(Line.REVENUE)) & young[table["shopper"].clip(0)]]
    years = young.sum() * run.scenario.market.horizon_days / 365
    assert found["revenue", "age below 35"] == pytest.approx(sold["cents"].sum() / 100 / years)
