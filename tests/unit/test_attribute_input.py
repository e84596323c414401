"""The options of ``omnisim attribute`` that say what a file holds."""

import argparse

import numpy as np
import pandas as pd
import pytest

from omnisim.attribute_input import Source, declare_input, read_groups
from omnisim.exceptions import OmnisimError, ParameterError, TableError
from omnisim.journeys import EventColumns, JourneyRules, Journeys


def source(*words):
    parser = argparse.ArgumentParser()
    declare_input(parser)
    return Source.of(parser.parse_args([str(w) for w in words]))


def read(*words):
    return source(*words).read(lambda n: None)


def assert_same(found, expected):
    assert found.channel_names == expected.channel_names
    for name in ("channel", "offset", "n_conversions", "n_nulls", "value", "time"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@pytest.fixture
def paths(tmp_path):
    table = {"route": ["a|a|b", "b|c", ""], "won": [2, 1, 0], "lost": [0, 3, 1],
             "euros": [9.0, 1.0, 0.0], "n_conversions": [5, 5, 5]}  # fmt: skip
    file = tmp_path / "paths.parquet"
    pd.DataFrame(table).to_parquet(file)
    return file


@pytest.fixture
def events(tmp_path):
    rng = np.random.default_rng(4)
    n = 300
    frame = pd.DataFrame({
        "who": rng.integers(0, 30, n), "when": rng.integers(0, 200, n).astype(float),
        "via": rng.choice(list("abcd"), n), "what": rng.choice(["visit", "sale", "seen"], n),
    })  # fmt: skip
    frame["paid"] = np.where(frame["what"] == "sale", 2.5, 0.0)
    frame = frame.sort_values(["who", "when"], kind="stable")
    frame.to_csv(tmp_path / "events.csv", index=False)
    return tmp_path / "events.csv"


PATH_WORDS = ["--path", "route", "--conversions", "won", "--nulls", "lost", "--value", "euros",
              "--separator", "|", "--empty", "drop"]  # fmt: skip
EVENT_WORDS = ["--shopper", "who", "--time", "when", "--channel", "via", "--event", "what",
               "--value", "paid", "--converting", "sale"]  # fmt: skip
EVENT_COLUMNS = EventColumns("who", "when", "via", value="paid", kind="what", converting=["sale"])


def expected_paths(file):
    return Journeys.from_paths(
        file, path="route", n_conversions="won", n_nulls="lost", value="euros", separator="|",
        empty="drop",
    )  # fmt: skip


def test_columns_and_separator_of_paths(paths):
    found = read(paths, *PATH_WORDS)
    assert_same(found, expected_paths(paths))
    assert found.n_conversions.tolist() == [2, 1]


def test_repeats_of_paths_collapse_after_grouping(paths):
    found = read(paths, *PATH_WORDS, "--group", "b=a", "--repeats", "collapse")
    assert found.channel_names == ("a", "c")
    assert found.length.tolist() == [1, 2]


@pytest.mark.parametrize("text", ["\t", r"\t"])
def test_a_tab_may_be_written_as_in_most_languages(tmp_path, text):
    pd.DataFrame({"path": ["paid ad\tmail"], "n_conversions": [1]}).to_parquet(
        tmp_path / "p.parquet"
    )
    assert read(tmp_path / "p.parquet", "--separator", text).channel_names == ("mail", "paid ad")


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ([], {}),
        (["--lookback", "7", "--gap", "3"], {"lookback_days": 7.0, "gap_days": 3.0}),
        (["--split", "shopper", "--repeats", "collapse"],
         {"split": "shopper", "repeats": "collapse"}),
    ],
)  # fmt: skip
def test_columns_and_rules_of_events(events, words, rules):
    expected = Journeys.from_events(events, columns=EVENT_COLUMNS, rules=JourneyRules(**rules))
    assert_same(read(events, *EVENT_WORDS, *words), expected)


def test_events_that_are_touchpoints(events):
    columns = EventColumns("who", "when", "via", kind="what", touching=["visit"])
    words = [
        word for word in EVENT_WORDS if word not in ("--value", "paid", "--converting", "sale")
    ]
    found = read(events, *words, "--touching", "visit", "--group", "a=x", "b=x")
    channels = {"a": "x", "b": "x"}
    assert_same(found, Journeys.from_events(events, columns=columns, channels=channels))


@pytest.mark.parametrize("kind", ["paths", "events"])
def test_streams_read_the_same(kind, request):
    file, words = request.getfixturevalue(kind), PATH_WORDS if kind == "paths" else EVENT_WORDS
    both = source(file, *words, "--group", "a=x", "b=x", "--repeats", "collapse")
    whole = both.read(lambda n: None).to_paths()
    batches = list(both.stream(None))
    assert sum(len(batch) for batch in batches) == len(both.read(lambda n: None))
    assert whole.equals(batches[0].to_paths()) or len(batches) > 1


def test_the_kind_is_told_from_columns_or_options(paths, events, tmp_path):
    assert source(events, "--time", "when").kind == "events"
    pd.DataFrame({"path": ["a"], "conversions": [1], "date": ["2026-01-01"]}).to_csv(
        tmp_path / "dated.csv", index=False
    )
    assert source(tmp_path / "dated.csv").kind == "paths"
    assert source(tmp_path / "dated.csv", "--kind", "events").kind == "events"
    pd.DataFrame({"user_id": [1], "timestamp": [0], "channel": ["a"], "path": ["/home"]}).to_csv(
        tmp_path / "log.csv", index=False
    )
    assert source(tmp_path / "log.csv").kind == "events"
    assert source(tmp_path / "log.csv", "--path", "path").kind == "paths"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["when", "date"], r"events by its columns: .*lacks column 'shopper'.*pass --kind paths"),
        (["path", "date"], r"paths by its columns: .*lacks column 'n_conv.*pass --kind events"),
        (["a", "b"], r"paths by its columns: .*lacks column 'path'.*pass --kind events"),
    ],
)
def test_a_kind_that_was_told_wrongly_can_be_named(tmp_path, columns, message):
    pd.DataFrame({name: [1] for name in columns}).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(TableError, match=message):
        source(tmp_path / "x.csv")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--lookback", "7"], "--lookback goes with a file of events. Got one of paths"),
        (["--path", "route", "--time", "when"], "--time goes with a file of events. Got one of p"),
        (["--separator", ">", "--kind", "events"], "--separator goes with a file of paths"),
        (["--kind", "events", "--lookback", "-1"], "lookback_days must be a number > 0"),
    ],
)
def test_options_of_the_other_kind_are_refused(paths, words, message):
    with pytest.raises(ParameterError, match=message):
        source(paths, *words)


def test_a_column_that_is_not_there(paths):
    with pytest.raises(TableError, match=r"paths lacks column 'rout'.*Did you mean 'route'"):
        read(paths, "--path", "rout")


def test_groups_from_pairs_and_files(tmp_path):
    pd.DataFrame({"group": ["paid", "paid"], "channel": ["ad", "utm=x"], "note": [1, 2]}).to_csv(
        tmp_path / "groups.csv", index=False
    )
    words = [str(tmp_path / "groups.csv"), "mail = owned", "src=y=paid"]
    expected = {"ad": "paid", "utm=x": "paid", "mail": "owned", "src=y": "paid"}
    assert read_groups(words) == expected
    assert read_groups([]) == {}


@pytest.mark.parametrize("word", ["mail", "=paid", "mail=", "no_such_file.csv"])
def test_wrong_groups(word):
    with pytest.raises(ParameterError, match="--group takes CHANNEL=GROUP, or a file"):
        read_groups([word])


def test_a_channel_has_one_group(tmp_path):
    with pytest.raises(ParameterError, match="Got 'x' and 'y' for 'a'"):
        read_groups(["a=x", "a=y"])
    pd.DataFrame({"channel": ["a", "b"], "group": ["x", None]}).to_csv(tmp_path / "g.csv")
    with pytest.raises(OmnisimError, match="group must not be missing or blank"):
        read_groups([str(tmp_path / "g.csv")])
    pd.DataFrame({"channel": ["a"]}).to_csv(tmp_path / "g.csv")
    with pytest.raises(TableError, match="lacks column 'group'"):
        read_groups([str(tmp_path / "g.csv")])
