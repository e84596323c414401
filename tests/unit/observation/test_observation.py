"""What the firm sees at each tracking level, on logs made by hand and at random."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.exceptions import ParameterError, TableError
from omnisim.experiment.attributed import observed_journeys, observed_log
from omnisim.journeys import journeys_from_log
from omnisim.observation import observe, sense_visits
from omnisim.observation.identity import IdentityRules, Records, sessions
from omnisim.random import Draws
from omnisim.schema import EVENTS, OBSERVED, Channel, Event, Identity
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, small

STORE, WEB, EMAIL, SEARCH, DISPLAY = (
    Channel.STORE, Channel.WEBSITE, Channel.EMAIL, Channel.SEARCH, Channel.DISPLAY,
)  # fmt: skip
PERFECT = IdentityRules(cookie_life_days=1e9, match_recall=1.0, false_merge=0.0)


@dataclass
class People:
    n_devices: np.ndarray
    tracking_consent: np.ndarray


def people(n=50, devices=1, consent=1):
    return People(np.full(n, devices, dtype=np.int8), np.full(n, consent, dtype=np.uint8))


def log(rows):
    """Make a log of (time, shopper, channel, event, identity, value)."""
    n = len(rows)
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 6
    data = {name: np.zeros(n) for name in EVENTS.names}
    for name, values in zip(("time", "shopper", "channel", "event", "identity", "value"), columns,
                            strict=True):  # fmt: skip
        data[name] = np.array(values, dtype=np.float64)
    return pa.table({f.name: pa.array(data[f.name]).cast(f.type) for f in EVENTS.arrow})


def see(events, level, shoppers=None, rules=PERFECT, seed=1):
    return observe(
        events,
        level=level,
        population=shoppers or people(),
        match_recall=rules.match_recall,
        false_merge=rules.false_merge,
        cookie_life_days=rules.cookie_life_days,
        draws=Draws(seed),
    )


JOURNEY = log([
    (0.00, 3, Channel.NONE, Event.NEED, Identity.NONE, 0),
    (0.01, 3, DISPLAY, Event.IMPRESSION, Identity.COOKIE, 0),
    (1.00, 3, SEARCH, Event.CLICK, Identity.COOKIE, 0),
    (1.01, 3, WEB, Event.VISIT, Identity.ACCOUNT, 0),
    (2.00, 3, STORE, Event.VISIT, Identity.NONE, 0),
    (2.01, 3, STORE, Event.PURCHASE, Identity.CARD, 50),
    (3.00, 4, STORE, Event.PURCHASE, Identity.NONE, 20),
    (4.00, 3, Channel.RIVAL_LOCAL, Event.RIVAL_PURCHASE, Identity.NONE, 9),
])  # fmt: skip


def test_schema_and_order_of_every_level():
    for level in ("TL0", "TL1", "TL2"):
        table = see(JOURNEY, level)
        assert table.schema.equals(OBSERVED.arrow)
        assert (np.diff(table["time"].to_numpy()) >= 0).all()


def test_totals_only_know_nobody():
    table = see(JOURNEY, "TL0")
    assert set(table["visitor"].to_pylist()) == {-1}
    assert table["value"].to_pylist() == [0, 0, 0, 50, 20]


def test_web_analytics_and_advertising_figures_of_a_run_are_true_totals():
    run = simulate(small(market__n_shoppers=60), seed=4)
    totals = observed_log(run, "TL0").to_pandas()
    truth = run.counted_events.to_pandas()
    assert (totals["visitor"] == -1).all()
    for channel, event in ((WEB, Event.VISIT), (DISPLAY, Event.IMPRESSION), (EMAIL, Event.OPEN)):
        days = [
            log.loc[(log["channel"] == channel) & (log["event"] == event)]
            .groupby(np.floor(log["time"]))["n"].sum().to_dict()
            for log in (totals, truth.assign(n=1))
        ]  # fmt: skip
        assert days[0] == days[1] != {}


def test_digital_tracking_does_not_see_the_store():
    table = see(JOURNEY, "TL1")
    assert table["channel"].to_pylist() == [DISPLAY, SEARCH, WEB]
    assert table["visitor"].to_pylist() == [0, 0, 0]


def test_a_perfect_graph_joins_the_store_purchase_by_the_card():
    table = see(JOURNEY, "TL2")
    assert table["visitor"].to_pylist() == [0, 0, 0, 0, -1]
    paths = journeys_from_log(table).to_paths().to_pydict()
    assert paths["path"] == ["display > search > website > store", "store"]
    assert paths["value"] == [50.0, 20.0]


def test_true_log_gives_the_true_path():
    paths = journeys_from_log(JOURNEY).to_paths().to_pydict()
    assert paths["path"] == ["display > search > website > store", "store"]
    assert paths["n_conversions"] == [1, 1]


def test_without_consent_there_is_no_cookie():
    events = log([
        (0.01, 3, DISPLAY, Event.IMPRESSION, Identity.COOKIE, 0),
        (1.00, 3, SEARCH, Event.CLICK, Identity.COOKIE, 0),
        (1.01, 3, WEB, Event.VISIT, Identity.COOKIE, 0),
    ])  # fmt: skip
    table = see(events, "TL1", people(consent=0))
    assert table["channel"].to_pylist() == [SEARCH, WEB]
    assert table["visitor"].to_pylist() == [-1, -1]


def test_a_login_names_the_whole_session_even_without_consent():
    events = log([
        (0.0, 1, WEB, Event.VISIT, Identity.COOKIE, 0),
        (0.01, 1, WEB, Event.PURCHASE, Identity.ACCOUNT, 5),
        (9.0, 1, WEB, Event.VISIT, Identity.COOKIE, 0),
        (9.5, 1, EMAIL, Event.CLICK, Identity.ACCOUNT, 0),
    ])  # fmt: skip
    assert see(events, "TL1", people(consent=0))["visitor"].to_pylist() == [0, 0, -1, 0]


def test_recall_zero_leaves_identifiers_apart():
    rules = IdentityRules(cookie_life_days=1e9, match_recall=0.0, false_merge=0.0)
    assert see(JOURNEY, "TL2", rules=rules)["visitor"].to_pylist() == [0, 0, 0, 1, -1]


def visits(n_shoppers, n_visits, gap_days, identity=Identity.COOKIE):
    return log([(gap_days * (k + 1), s, WEB, Event.VISIT, identity, 0)
                for k in range(n_visits) for s in range(n_shoppers)])  # fmt: skip


def test_cookies_die_at_their_rate(seed):
    # One device: visitors a shopper are 1 + Poisson(100 / 50), up to visits being one day apart.
    rules = IdentityRules(cookie_life_days=50.0, match_recall=0.5, false_merge=0.0)
    table = see(visits(500, 101, 1.0), "TL1", people(500), rules, seed)
    expected = 1 + 100 * (1 - np.exp(-1 / 50))
    sigma = np.sqrt(100 * (1 - np.exp(-1 / 50)) / 500)
    assert abs(len(set(table["visitor"].to_pylist())) / 500 - expected) < 5 * sigma


def test_devices_part_a_shopper():
    table = see(visits(100, 60, 1.0), "TL1", people(100, devices=4))
    assert len(set(table["visitor"].to_pylist())) == 400


def seen_twice(rules, seed):
    """Return what 5,000 shoppers are taken for, by account and then by card, (5000, 2)."""
    events = log([
        row for s in range(5000)
        for row in [(0.0 + s, s, WEB, Event.VISIT, Identity.ACCOUNT, 0),
                    (0.5 + s, s, STORE, Event.PURCHASE, Identity.CARD, 1)]
    ])  # fmt: skip
    return see(events, "TL2", people(5000), rules, seed)["visitor"].to_numpy().reshape(-1, 2)


def test_recall_is_met(seed):
    rules = IdentityRules(cookie_life_days=1e9, match_recall=0.3, false_merge=0.0)
    visitor = seen_twice(rules, seed)
    joined = (visitor[:, 0] == visitor[:, 1]).mean()
    assert abs(joined - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 5000)


def test_false_merges_are_met(seed):
    rules = IdentityRules(cookie_life_days=1e9, match_recall=1.0, false_merge=0.05)
    visitor = seen_twice(rules, seed)
    wrong = (visitor[:, 0] != visitor[:, 1]).mean()
    assert abs(wrong - 0.05) < 5 * np.sqrt(0.05 * 0.95 / 5000)


def test_adding_a_shopper_moves_no_other():
    rules = IdentityRules(cookie_life_days=20.0, match_recall=0.5, false_merge=0.0)
    few = see(visits(20, 30, 1.0), "TL2", people(20, 3), rules)["visitor"].to_numpy()
    more = see(visits(21, 30, 1.0), "TL2", people(21, 3), rules)["visitor"].to_numpy()
    more = more.reshape(30, 21)[:, :20].ravel()
    # The same partition, under whatever numbers.
    pairs = set(zip(few.tolist(), more.tolist(), strict=True))
    assert len(pairs) == len(set(few.tolist())) == len(set(more.tolist()))


def test_same_seed_same_bytes():
    rules = IdentityRules()
    tables = [see(visits(50, 9, 3.0), "TL2", people(50, 3), rules) for _ in range(2)]
    assert tables[0].equals(tables[1])


def test_sessions_end_after_half_an_hour():
    minutes = np.array([0.0, 29.0, 58.0, 89.0, 0.0])
    ones = np.ones(5, dtype=np.int8)
    records = Records(minutes / 1440, np.array([1, 1, 1, 1, 2]), ones, ones > 0)
    session, opening = sessions(records)
    assert session.tolist() == [0, 0, 0, 1, 2]
    assert opening.tolist() == [0, 3, 4]


@pytest.mark.parametrize("level", ["TL0", "TL1", "TL2"])
def test_empty_log(level):
    assert see(log([]), level).num_rows == 0


def test_errors():
    with pytest.raises(ParameterError, match=r"Unknown level 'TL3'"):
        see(JOURNEY, "TL3")
    with pytest.raises(TableError, match=r"events.shopper must lie in \[0, 2\)"):
        see(JOURNEY, "TL1", people(2))
    with pytest.raises(TableError, match=r"events lacks column 'identity'"):
        see(JOURNEY.drop_columns(["identity"]), "TL1")
    with pytest.raises(ParameterError, match=r"match_recall must lie in"):
        IdentityRules(match_recall=1.5)
    with pytest.raises(ParameterError, match=r"cookie_life_days must be a finite number > 0"):
        IdentityRules(cookie_life_days=0.0)


SENSED = {
    "market.n_shoppers": 150, "segments.busy.p_app": 0.7, "segments.busy.p_location_consent": 0.7,
    "capabilities": Capabilities(single_customer_view=2, offline_capture=2),
}  # fmt: skip


def store_visits(log):
    rows = (log["channel"].to_numpy() == STORE) & (log["event"].to_numpy() == Event.VISIT)
    return log.filter(pa.array(rows))


def test_beacons_tie_visits_to_those_whose_app_may_know_and_to_nobody_else():
    run = simulate(small(SENSED | {"primitives.visits_sensed": (0.0, 0.0, 1.0)}), seed=4)
    people = run.population
    may = (people.has_app > 0) & (people.location_consent > 0)
    visits = store_visits(run.counted_events)["shopper"].to_numpy()
    seen = store_visits(observed_log(run, "TL2"))
    assert 0 < may.sum() < len(may)
    assert seen.num_rows == may[visits].sum() > 100
    assert min(seen["visitor"].to_pylist()) >= 0
    assert len(set(seen["visitor"].to_pylist())) <= may.sum()
    for level in ("TL0", "TL1"):
        assert store_visits(observed_log(run, level)).num_rows == 0


def test_beacons_move_nothing_but_what_is_seen_at_tl2():
    worlds = [
        simulate(small(SENSED | {"primitives.visits_sensed": (0.0, 0.0, share)}), seed=4)
        for share in (0.0, 0.5)
    ]
    assert_same_bytes(*worlds)
    for level in ("TL0", "TL1"):
        first, second = (observed_log(run, level) for run in worlds)
        assert first.equals(second)
    none, half = (store_visits(observed_log(run, "TL2")).num_rows for run in worlds)
    touches = [len(observed_journeys(run, "TL2", 30).channel) for run in worlds]
    assert touches[1] > touches[0] + 100
    everyone = small(SENSED | {"primitives.visits_sensed": (0.0, 0.0, 1.0)})
    whole = store_visits(observed_log(simulate(everyone, seed=4), "TL2")).num_rows
    assert none == 0
    assert abs(half - whole / 2) < 5 * (whole / 4) ** 0.5


def test_a_share_of_visits_sensed_is_a_share():
    with pytest.raises(ParameterError, match="share"):
        sense_visits(JOURNEY, population=None, share=1.5, draws=Draws(1))
