"""The command that attributes a file."""

import argparse

import pandas as pd
import pytest

from omnisim.attribute import MODELS, declare_attribute, run_attribute
from omnisim.attribution import MarkovAttribution
from omnisim.exceptions import OmnisimError

PATHS = {"path": ["a > b", "b > c", "c"], "n_conversions": [4, 2, 0], "n_nulls": [1, 3, 5]}


def run(*words):
    parser = argparse.ArgumentParser()
    declare_attribute(parser)
    return run_attribute(parser.parse_args([str(w) for w in words]))


@pytest.fixture
def paths(tmp_path):
    pd.DataFrame(PATHS).to_csv(tmp_path / "paths.csv", index=False)
    return tmp_path / "paths.csv"


@pytest.fixture
def events(tmp_path):
    frame = pd.DataFrame({"user": [1, 1, 2], "timestamp": [0.0, 3.0, 1.0],
                          "channel": ["a", "b", "a"], "conversion": [0, 1, 0]})  # fmt: skip
    frame.to_parquet(tmp_path / "events.parquet")
    return tmp_path / "events.parquet"


@pytest.mark.parametrize("model", list(MODELS))
def test_every_model_prints_a_table(paths, capsys, model):
    assert run(paths, "--model", model) == 0
    assert "credit" in capsys.readouterr().out


def test_csv_holds_the_credits(paths, tmp_path):
    run(paths, "--order", 2, "--csv", tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", index_col="channel")
    expected = MarkovAttribution(2).fit(PATHS).credit_
    assert table["credit"].to_dict() == pytest.approx(expected.to_dict())


def test_page_is_self_contained(paths, tmp_path, capsys):
    run(paths, "--bootstrap", 50, "--html", tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text()
    assert "<svg" in page
    assert "ci_low" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_events_are_told_from_paths(events, capsys):
    run(events)
    assert "b" in capsys.readouterr().out


@pytest.mark.parametrize("fixture", ["paths", "events"])
def test_streams_give_the_same_table(fixture, request, tmp_path):
    file = request.getfixturevalue(fixture)
    run(file, "--csv", tmp_path / "whole.csv")
    run(file, "--stream", "--csv", tmp_path / "stream.csv")
    assert (tmp_path / "whole.csv").read_text() == (tmp_path / "stream.csv").read_text()


@pytest.mark.parametrize(
    "words",
    [
        ["--order", "0"], ["--stream", "--model", "linear"], ["--stream", "--bootstrap", "9"],
        ["--lookback", "-1"], ["--separator", " "], ["--csv", "/no/such/folder/x.csv"],
    ],
)  # fmt: skip
def test_wrong_words(paths, words):
    with pytest.raises(OmnisimError):
        run(paths, *words)


def test_a_file_that_is_not_there():
    with pytest.raises(OmnisimError, match="cannot be read"):
        run("/no/such.csv")
