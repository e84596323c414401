"""The command line: exit codes, streams, and no traceback."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import omnisim
from omnisim import cli
from omnisim.config.io import load_scenario
from omnisim.config.scenario import Scenario
from omnisim.config.schema_json import scenario_schema
from omnisim.exceptions import RunError


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Make an empty folder the current one and put a good and two bad files into it."""
    monkeypatch.chdir(tmp_path)
    pathlib.Path("good.toml").write_text("[market]\nn_shoppers = 10\n")
    pathlib.Path("bad.toml").write_text("[market]\nn_shoppers = 0\n")
    pathlib.Path("experiment.toml").write_text("n_replications = 0\n")


def test_validate_says_ok(files, capsys):
    assert cli.main(["validate", "good.toml"]) == 0
    assert capsys.readouterr() == ("good.toml: ok\n", "")


def test_validate_goes_on_after_a_bad_file(files, capsys):
    assert cli.main(["validate", "bad.toml", "experiment.toml", "none.toml", "good.toml"]) == 2
    out, err = capsys.readouterr()
    assert out == "good.toml: ok\n"
    assert err == (
        "bad.toml:2: market.n_shoppers = 0: must be >= 1\n"
        "experiment.toml:1: n_replications = 0: must be >= 2\n"
        "none.toml: cannot be read: No such file or directory\n"
    )


def test_schema_goes_to_the_terminal_or_a_file(files, capsys):
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == scenario_schema()
    assert cli.main(["schema", "experiment", "--out", "e.json"]) == 0
    assert capsys.readouterr().out == ""
    assert "n_replications" in json.loads(pathlib.Path("e.json").read_text())["properties"]


def test_reference_loads_as_the_embedded_scenario(files):
    assert cli.main(["reference", "--out", "r.toml"]) == 0
    assert load_scenario("r.toml") == Scenario()


def test_file_that_cannot_be_written_is_an_error(files, capsys):
    assert cli.main(["schema", "--out", "no/s.json"]) == 2
    message = "omnisim: error: no/s.json: cannot be written: No such file or directory\n"
    assert capsys.readouterr().err == message


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"omnisim {omnisim.__version__}\n"


@pytest.mark.parametrize("argv", [[], ["simulte"], ["validate"], ["schema", "--ot", "x"]])
def test_wrong_usage_exits_with_two(argv, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(argv)
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("usage: omnisim")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (RunError("Replication 3 failed."), 2, "omnisim: error: Replication 3 failed.\n"),
        (KeyboardInterrupt(), 130, "omnisim: interrupted\n"),
    ],
)
def test_failure_of_a_command_has_a_code_and_no_traceback(
    monkeypatch, capsys, error, code, message
):
    def fail(arguments):
        raise error

    command = cli.Command("fail", "Fail.", lambda parser: None, fail)
    monkeypatch.setattr(cli, "COMMANDS", (command,))
    assert cli.main(["fail"]) == code
    assert capsys.readouterr().err == message


def test_closed_pipe_ends_the_command_quietly(root):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "omnisim", "schema"], cwd=root, stdout=writer,
        stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
