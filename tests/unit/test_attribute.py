"""The command that attributes a file."""

import argparse

import pandas as pd
import pytest

import omnisim.attribute
from omnisim.attribute import MODELS, declare_attribute, run_attribute
from omnisim.attribution import (
    LastTouch,
    Linear,
    MarkovAttribution,
    PositionBased,
    ShapleyAttribution,
    TimeDecay,
    bootstrap,
    budget_table,
)
from omnisim.exceptions import OmnisimError, OmnisimWarning

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


def test_smoothing_and_the_direct_channel_reach_the_model(paths, tmp_path):
    run(paths, "--order", 2, "--smoothing", 3, "--csv", tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", index_col="channel")
    expected = MarkovAttribution(2, smoothing=3.0).fit(PATHS).credit_
    assert table["credit"].to_dict() == pytest.approx(expected.to_dict())
    run(paths, "--model", "last-non-direct", "--direct", "b", "--csv", tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", index_col="channel")
    assert table["credit"].to_dict() == {"a": 4, "b": 0, "c": 2}


@pytest.mark.parametrize(("words", "model"), [
    (("--model", "shapley", "--worth", "rate"), ShapleyAttribution("rate")),
    (("--model", "position", "--shape", "W"), PositionBased.preset("W")),
    (("--model", "position", "--shape", "inverse-J"), PositionBased.preset("inverse J")),
    (("--model", "time-decay", "--half-life", 2), TimeDecay(half_life=2.0)),
    (("--removal", "redistribute", "--order", 2), MarkovAttribution(2, removal="redistribute")),
    (("--without-nulls", "--order", 2), MarkovAttribution(2, use_nulls=False)),
    (("--without-nulls", "--stream"), MarkovAttribution(use_nulls=False)),
    (("--value-by", "conversions"), MarkovAttribution(value_by="conversions")),
])  # fmt: skip
def test_settings_reach_the_model(paths, tmp_path, capsys, words, model):
    run(paths, *words, "--csv", tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv", index_col="channel")
    expected = model.fit(PATHS).credit_
    assert table["credit"].to_dict() == pytest.approx(expected.to_dict())
    assert repr(model) in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("--seed", 1),
        ("--shape", "W"),
        ("--half-life", 2),
        ("--worth", "rate"),
        ("--direct", "b"),
        ("--model", "last", "--smoothing", 1),
        ("--model", "last", "--removal", "null"),
        ("--model", "last", "--order", 2),
    ],
)
def test_options_that_would_do_nothing_are_refused(paths, words):
    with pytest.raises(OmnisimError, match=f"{words[-2]} goes with"):
        run(paths, *words)


@pytest.mark.parametrize(("words", "which"), [
    (("--csv", "paths.csv"), "FILE"), (("--html", "./paths.csv"), "FILE"),
    (("--csv", "out", "--html", "out"), "--csv"),
    (("--costs", "costs.csv", "--csv", "costs.csv"), "--costs"),
])  # fmt: skip
def test_what_is_read_is_not_written_over(paths, monkeypatch, words, which):
    monkeypatch.chdir(paths.parent)
    before = paths.read_bytes()
    with pytest.raises(OmnisimError, match=f"must name a file of its own.*{which}"):
        run("paths.csv", *words)
    assert paths.read_bytes() == before


def test_costs_add_returns(paths, tmp_path, capsys):
    (tmp_path / "costs.csv").write_text("channel,cost\na,5\nb,20\na,3\n")
    run(paths, "--model", "last", "--value", "n_conversions", "--costs", tmp_path / "costs.csv",
        "--csv", tmp_path / "out.csv", "--html", tmp_path / "out.html")  # fmt: skip
    table = pd.read_csv(tmp_path / "out.csv", index_col="channel")
    expected = budget_table(LastTouch().fit(PATHS | {"value": [4, 2, 0]}), {"a": 8, "b": 20})
    assert table.loc["b", "roas"] == 0.2
    assert table.loc["b", "cpa"] == 5.0
    expected = expected[["cost", "share_of_cost", "cpa", "roas", "budget"]]
    pd.testing.assert_frame_equal(table[expected.columns], expected.loc[table.index])
    assert "roas" in capsys.readouterr().out
    assert "roas" in (tmp_path / "out.html").read_text()


def test_costs_are_grouped_and_go_with_streams(paths, tmp_path):
    (tmp_path / "costs.csv").write_text("channel,cost\na,5\nb,20\n")
    words = ["--group", "a=x", "b=x", "--costs", tmp_path / "costs.csv"]
    run(paths, *words, "--csv", tmp_path / "whole.csv")
    run(paths, *words, "--stream", "--csv", tmp_path / "stream.csv")
    table = pd.read_csv(tmp_path / "whole.csv", index_col="channel")
    assert table["cost"].to_dict() == {"x": 25.0, "c": 0.0}
    assert (tmp_path / "whole.csv").read_text() == (tmp_path / "stream.csv").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("channel,cost\nz,5\n", r"--costs: costs names an unknown channel 'z'"),
        ("channel,amount\na,5\n", r"--costs: .* lacks column 'cost'"),
        ("channel,cost\na,-5\n", r"--costs: cost must be"),
    ],
)
def test_wrong_costs(paths, tmp_path, text, message):
    (tmp_path / "costs.csv").write_text(text)
    with pytest.raises(OmnisimError, match=message):
        run(paths, "--costs", tmp_path / "costs.csv")


def test_files_are_written_before_the_output_is_closed(paths, tmp_path, monkeypatch):
    def closed(*_):
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", closed)
    with pytest.raises(BrokenPipeError):
        run(paths, "--csv", tmp_path / "out.csv", "--html", tmp_path / "out.html")
    assert (tmp_path / "out.csv").is_file()
    assert (tmp_path / "out.html").is_file()


def test_a_file_that_cannot_be_written_does_not_lose_the_table(paths, capsys):
    with pytest.raises(OmnisimError, match="cannot be written"):
        run(paths, "--csv", "/no/such/folder/x.csv")
    assert "credit" in capsys.readouterr().out


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


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_unsorted_events_give_the_same_table(tmp_path, ending):
    frame = pd.DataFrame({"user": [2, 1, 2, 1], "timestamp": [5.0, 9.0, 1.0, 2.0],
                          "channel": list("abca"), "conversion": [1, 1, 0, 0]})  # fmt: skip
    file = tmp_path / f"events.{ending}"
    frame.to_parquet(file) if ending == "parquet" else frame.to_csv(file, index=False)
    with pytest.raises(OmnisimError, match=r"must be sorted .* --unsorted"):
        run(file, "--stream")
    run(file, "--csv", tmp_path / "whole.csv")
    with pytest.raises(OmnisimError, match="--unsorted goes with --stream"):
        run(file, "--unsorted")
    run(file, "--stream", "--unsorted", "--csv", tmp_path / "stream.csv")
    assert (tmp_path / "whole.csv").read_text() == (tmp_path / "stream.csv").read_text()


SAME = [*((model, []) for model in MODELS), ("markov", ["--stream"]),
        ("markov", ["--bootstrap", "20"]), ("shapley", ["--bootstrap", "20"])]  # fmt: skip


@pytest.mark.parametrize(("model", "words"), SAME)
def test_two_runs_write_the_same_bytes(paths, tmp_path, model, words):
    for name in ("first", "second"):
        outputs = ["--csv", tmp_path / f"{name}.csv", "--html", tmp_path / f"{name}.html"]
        run(paths, "--model", model, *words, *outputs)
    for ending in ("csv", "html"):
        first, second = (tmp_path / f"{name}.{ending}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
        assert len(first.read_bytes()) > 100


@pytest.mark.parametrize(
    "words",
    [
        ["--order", "0"], ["--order", "2", "--model", "linear"],
        ["--stream", "--model", "linear"], ["--stream", "--bootstrap", "9"],
        ["--lookback", "-1"], ["--separator", ""], ["--csv", "/no/such/folder/x.csv"],
    ],
)  # fmt: skip
def test_wrong_words(paths, words):
    with pytest.raises(OmnisimError):
        run(paths, *words)


@pytest.mark.parametrize("words", [[], ["--stream"], ["--bootstrap", "20"]])
def test_progress_of_a_large_file_goes_to_standard_error(paths, capsys, monkeypatch, words):
    run(paths, *words)
    short = capsys.readouterr()
    assert short.err == ""  # no terminal, and a short file
    monkeypatch.setattr(omnisim.attribute, "LARGE_BYTES", 0)
    run(paths, *words)
    long = capsys.readouterr()
    assert long.out == short.out
    assert ("counting" if "--stream" in words else "reading") in long.err
    run(paths, *words, "--quiet")
    assert capsys.readouterr().err == ""


def test_a_file_that_is_not_there():
    with pytest.raises(OmnisimError, match="cannot be read"):
        run("/no/such.csv")


@pytest.mark.parametrize("fixture", ["paths", "events"])
@pytest.mark.parametrize("words", [[], ["--stream"], ["--stream", "--unsorted"]])
def test_a_group_of_no_channel_is_told(fixture, words, request, tmp_path):
    file = request.getfixturevalue(fixture)
    if fixture == "paths" and "--unsorted" in words:
        pytest.skip("of events only")
    (tmp_path / "groups.csv").write_text("channel,group\nelsewhere,x\n")
    with pytest.warns(OmnisimWarning, match="--group: there is no channel 'zz'") as told:
        run(file, *words, "--group", "zz=x", "a=y", tmp_path / "groups.csv")
    assert len(told) == 1


def test_intervals_of_conversions_and_of_value(tmp_path):
    valued = PATHS | {"value": [40.0, 30.0, 0.0]}
    pd.DataFrame(valued).to_csv(tmp_path / "paths.csv", index=False)
    words = ("--model", "linear", "--bootstrap", 50, "--seed", 3, "--csv", tmp_path / "out.csv")
    run(tmp_path / "paths.csv", *words)
    table = pd.read_csv(tmp_path / "out.csv", index_col="channel").sort_index()
    expected = bootstrap(Linear(), valued, n_replicates=50, seed=3)
    for quantity, prefix in (("credit", ""), ("value_credit", "value_")):
        for end in ("ci_low", "ci_high"):
            wanted = expected.to_frame(quantity)[end].tolist()
            assert table[f"{prefix}{end}"].tolist() == pytest.approx(wanted)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("stream", [(), ("--stream",)])
def test_clicks_need_no_revenue(tmp_path, ending, stream):
    frame = pd.DataFrame({"user": [1, 1, 2], "timestamp": [0.0, 3.0, 1.0],
                          "channel": ["a", "b", "a"], "conversion": [0, 1, 0],
                          "revenue": [None, 9.0, None]})  # fmt: skip
    file = tmp_path / f"events.{ending}"
    frame.to_csv(file, index=False) if ending == "csv" else frame.to_parquet(file)
    assert run(file, *stream, "--csv", tmp_path / "out.csv") == 0
    assert pd.read_csv(tmp_path / "out.csv")["value_credit"].sum() == pytest.approx(9.0)
