"""The truth about channels: sums, worlds that must agree, and media without effect."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pytest

import omnisim as om
from omnisim.config.exposures import INFORMING, MEDIA, PLACES
from omnisim.experiment import ChannelTruth, channel_truth
from omnisim.experiment.channel_sums import contributions, summarise_channels, truth_worlds
from omnisim.experiment.channel_truth import truth_size
from omnisim.experiment.channel_worlds import METRICS, channel_game
from omnisim.journeys.log import TOUCHPOINT_EVENTS
from omnisim.random import Draws
from omnisim.schema import Event
from tests.reference.worlds import assert_same_bytes, small

NEVER = ("broadcast", "direct_mail", "push", "social")
THREE = {"exposures.off": NEVER}
"""Media are e-mail, search and display."""

POWERLESS = {
    "messages.goodwill": 0.0, "messages.engagement": 0.0, "messages.p_click": 0.0,
    "basket.relevance": 0.0, "media.fatigue_on_ads": 0.0,
    "media.display_goodwill": 0.0, "media.search_goodwill": 0.0,
}  # fmt: skip
"""Media that run, cost and do nothing: nothing but the firm's books can tell."""


@pytest.fixture(scope="module")
def truth() -> ChannelTruth:
    scenario = small(THREE | {"media.display_per_week": 2.0, "messages.p_open": 0.5})
    return channel_truth(scenario, n_replications=2, seed=11)


def test_what_media_add_sums_to_what_all_add() -> None:
    scenario = small(THREE | {"media.display_per_week": 2.0})
    game = channel_game(scenario)
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


def test_a_replication_can_be_left_out(truth: ChannelTruth) -> None:
    each = truth.samples.query("metric == 'orders' and way == 'off' and kind == 'Shapley'")
    wide = each.pivot(index="replication", columns="channel", values="value")
    for k in wide.index:
        found = truth.of("orders", without=k)
        pd.testing.assert_series_equal(
            found, wide.drop(k).mean()[found.index], check_names=False, rtol=1e-12
        )
    assert not found.equals(truth.of("orders"))


def test_powerless_media_contribute_nothing_and_cost() -> None:
    busy = {"media.display_per_week": 2.0, "market.horizon_days": 30}
    powerless = small(THREE | POWERLESS | busy)
    nothing = channel_truth(powerless, n_replications=2, seed=11)
    rows = nothing.samples[nothing.samples["channel"].isin(["email", "search", "display"])]
    sales = rows[rows["metric"] != "profit"]
    assert sales["value"].abs().max() < 1e-9
    assert (rows.loc[(rows["metric"] == "profit") & (rows["way"] == "off"), "value"] < 0).any()


def test_a_medium_that_is_off_is_no_player() -> None:
    quiet = small({"exposures.off": ("search", "display", *NEVER),
                   "channels.app.is_open": False})  # fmt: skip
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


def made_worlds(scenario: om.Scenario, players: str, orderings: object = None) -> pd.DataFrame:
    """Return worlds whose orders are a sum over their channels, and a bonus for two of them."""
    game = channel_game(scenario, players)
    rows = []
    for world in truth_worlds(scenario, game, orderings):
        for k in range(3):
            away = set(getattr(world.scenario.exposures, world.way))
            away |= {n for n in ("store", "website", "app")
                     if not getattr(world.scenario.channels, n).is_open}  # fmt: skip
            here = [n for n in game.players if n not in away]
            value = sum(1.0 + len(name) for name in here) * (1 + k / 10)
            value += 6.0 * ({"email", "search"} <= set(here))
            rows.append({"replication": k, "world": world.name, **dict.fromkeys(METRICS, value)})
    return pd.DataFrame(rows)


def test_sampled_orderings_tell_their_error() -> None:
    scenario = small({"exposures.off": ("push", "direct_mail")})
    game = channel_game(scenario)
    orderings = game.sample_orderings(40, draws=Draws(5))
    few = made_worlds(scenario, "media", orderings)
    samples = contributions(few, scenario, game, orderings)
    values = summarise_channels(samples, few, scenario, game, orderings, 0.95)
    rows = values[(values["metric"] == "orders") & (values["way"] == "off")].set_index("channel")
    rows = rows[rows["kind"] == "Shapley"]
    assert rows.loc["display", "value"] == pytest.approx(8 * 1.1)
    assert rows.loc["display", "se_orderings"] == pytest.approx(0, abs=1e-9)
    # the bonus of 6 goes to whichever of the two comes last, half of the time each
    assert rows.loc["email", "se_orderings"] == pytest.approx(6 * 0.5 / np.sqrt(40), rel=0.2)
    assert rows.loc["email", "ci_low"] < 6 * 1.1 + 3 < rows.loc["email", "ci_high"]
    assert rows["value"].sum() == pytest.approx((6 + 7 + 8 + 7 + 10) * 1.1 + 6)
    exact = len(truth_worlds(scenario, game))
    assert len(truth_worlds(scenario, game, game.sample_orderings(3, draws=Draws(5)))) < exact
    assert truth_size(scenario) == exact
    assert truth_size(scenario, n_orderings=3) < exact


def test_many_players_are_sampled_unless_all_combinations_are_asked_for() -> None:
    six, seven = small({"exposures.off": ("push", "staff")}), small({"exposures.off": ("staff",)})
    assert [len(channel_game(firm)) for firm in (six, seven)] == [6, 7]
    lone = 6  # three sales channels, closed and inert
    assert truth_size(six) == 2 * (2**6 - 1) + 1 + lone
    assert truth_size(seven, n_orderings=0) == 2 * (2**7 - 1) + 1 + lone
    assert truth_size(seven) == truth_size(seven, n_orderings=32) < truth_size(seven, n_orderings=0)


HELPING = {
    "capabilities": om.Capabilities.integrated(), "exposures.off": ("display", *NEVER, "staff"),
    "primitives.screens_used": (0.0, 0.5, 1.0), "market.horizon_days": 15,
}  # fmt: skip


def test_every_touchpoint_that_gets_credit_has_a_truth() -> None:
    scenario = small(HELPING)
    game = channel_game(scenario, "touchpoints")
    assert game.players == (
        "email", "search", "contact_centre", "chatbot", "screen", "reader", "reviews",
    )  # fmt: skip
    credited = {channel.name.lower() for channel, _ in TOUCHPOINT_EVENTS}
    assert credited == {*MEDIA, *INFORMING, "store", "website", "app"}
    truth = channel_truth(scenario, players="touchpoints", n_orderings=1, n_replications=2, seed=3)
    assert set(truth.of("orders", kind="removed").index) == {*game.players, *PLACES}
    assert set(truth.of("orders", way="inert", kind="removed").index) == {*game.players, *PLACES}


def test_sales_channels_can_divide_with_the_media() -> None:
    """Without any sales channel there is no firm: what is left of the media sells nothing."""
    scenario = small({"exposures.off": ("display", *NEVER)})
    game = channel_game(scenario, "channels")
    assert game.players == ("email", "search", "store", "website", "app")
    made = made_worlds(scenario, "channels")
    samples = contributions(made, scenario, game)
    first = samples[(samples["replication"] == 0) & (samples["metric"] == "orders")]
    total = first[first["kind"] == "Shapley"].groupby("way")["value"].sum()
    assert total["off"] == pytest.approx(6 + 7 + 6 + 8 + 4 + 6)
    alone = first[first["kind"] == "alone"].set_index(["way", "channel"])["value"]
    assert alone["off", "email"] == 0
    assert alone["off", "store"] == pytest.approx(6)
    assert alone["inert", "email"] == pytest.approx(6)


def test_every_channel_can_be_made_inert(truth: ChannelTruth) -> None:
    inert = truth.of("orders", way="inert", kind="removed")
    assert {"store", "website", "app", "email", "search", "display"} <= set(inert.index)
    off = truth.of("orders", way="off", kind="removed")
    assert 0 < inert["store"] < off["store"]


def test_an_inert_sales_channel_is_visited_and_tells_nothing() -> None:
    plain = om.simulate(small(), seed=2)
    inert = om.simulate(small({"exposures.inert": ("store",)}), seed=2)
    first = [r.events.filter(pa.compute.equal(r.events["event"], int(Event.VISIT))).slice(0, 5)
             for r in (plain, inert)]  # fmt: skip
    assert first[0]["time"].equals(first[1]["time"])
    same = small({"channels.store.risk_resolved": 0.0, "channels.store.lock_in": 0.0,
                  "channels.store_to_online": 0.0})  # fmt: skip
    assert_same_bytes(inert, om.simulate(same, seed=2))


def test_a_study_by_sampled_orderings_runs() -> None:
    scenario = small(THREE | {"market.horizon_days": 30})
    found = channel_truth(scenario, players="channels", n_orderings=3, n_replications=2, seed=4)
    assert found.n_orderings == 3
    rows = found.values[found.values["kind"] == "Shapley"]
    assert rows["se_orderings"].notna().all()
    assert set(rows["channel"]) == {"email", "search", "display", "store", "website", "app"}
    total = found.samples[(found.samples["kind"] == "Shapley") & (found.samples["way"] == "off")]
    run = om.simulate(scenario, seed=4, replication=1)
    orders = total[(total["metric"] == "orders") & (total["replication"] == 1)]["value"].sum()
    assert orders == pytest.approx(run.orders.num_rows / run.shopper_years)
