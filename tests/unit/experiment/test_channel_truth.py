"""The truth about channels: sums, worlds that must agree, and media without effect."""

import numpy as np
import pandas as pd
import pytest

import omnisim as om
from omnisim.experiment import ChannelTruth, channel_truth
from omnisim.experiment.channel_truth import contributions, truth_worlds
from omnisim.experiment.channel_worlds import METRICS, media_game
from tests.reference.worlds import small

POWERLESS = {
    "messages.goodwill": 0.0, "messages.engagement": 0.0, "messages.p_click": 0.0,
    "media.display_goodwill": 0.0, "media.search_goodwill": 0.0,
}  # fmt: skip
"""Media that run, cost and do nothing: nothing but the firm's books can tell."""


@pytest.fixture(scope="module")
def truth() -> ChannelTruth:
    scenario = small({"media.display_per_week": 2.0, "messages.p_open": 0.5})
    return channel_truth(scenario, n_replications=2, seed=11)


def test_what_media_add_sums_to_what_all_add() -> None:
    scenario = small({"media.display_per_week": 2.0})
    game = media_game(scenario)
    worlds = [world.name for world in truth_worlds(scenario, game)]
    values = np.random.default_rng(5).normal(size=(3, len(worlds)))
    by_world = pd.DataFrame([
        {"replication": k, "world": name} | dict.fromkeys(METRICS, values[k, j])
        for k in range(3) for j, name in enumerate(worlds)
    ])  # fmt: skip
    samples = contributions(by_world, scenario, game)
    total = samples[samples["kind"] == "Shapley"].groupby(["way", "metric", "replication"])["value"]
    wide = by_world.pivot(index="replication", columns="world", values="profit")
    for (way, _, k), found in total.sum().items():
        assert found == pytest.approx(wide.loc[k, "all"] - wide.loc[k, f"{way}0"])


def test_search_sells_the_same_inert_as_off_but_costs(truth: ChannelTruth) -> None:
    for metric in ("orders", "revenue"):
        off, inert = (
            truth.of(metric, way=way, kind="removed")["search"] for way in ("off", "inert")
        )
        assert off == pytest.approx(inert, abs=1e-9)
    saved = truth.of("profit", way="off", kind="removed")["search"]
    assert saved < truth.of("profit", way="inert", kind="removed")["search"]


def test_sales_channels_are_closed_one_at_a_time(truth: ChannelTruth) -> None:
    removed = truth.of("orders", kind="removed")
    assert {"store", "website", "app"} <= set(removed.index)
    assert removed["store"] > 0


def test_powerless_media_contribute_nothing_and_cost() -> None:
    powerless = small(POWERLESS | {"media.display_per_week": 2.0})
    nothing = channel_truth(powerless, n_replications=2, seed=11)
    rows = nothing.samples[nothing.samples["channel"].isin(["email", "search", "display"])]
    sales = rows[rows["metric"] != "profit"]
    assert sales["value"].abs().max() < 1e-9
    assert (rows.loc[(rows["metric"] == "profit") & (rows["way"] == "off"), "value"] < 0).any()


def test_a_medium_that_is_off_is_no_player() -> None:
    quiet = small({"exposures.off": ("search", "display"), "channels.app.is_open": False})
    truth = channel_truth(quiet, n_replications=2, seed=1)
    assert set(truth.values["channel"]) == {"email", "store", "website"}
    kinds = truth.values[(truth.values["channel"] == "email") & (truth.values["way"] == "off")]
    wide = kinds.pivot(index="metric", columns="kind", values="value")
    pd.testing.assert_series_equal(wide["alone"], wide["Shapley"], check_names=False)
    assert "ChannelTruth" in repr(truth)
    assert len(repr(truth).splitlines()) <= 3


def test_one_replication_is_refused() -> None:
    with pytest.raises(om.exceptions.ParameterError, match="n_replications"):
        channel_truth(small(), n_replications=1)
