"""`omnisim run` from file to folder: same bytes, real customers, bad input."""

import hashlib
import pathlib

import pytest

from omnisim.cli import main

SMALL = """
seed = 3
n_replications = 2
[scenario.market]
n_shoppers = 300
burn_in_days = 0
horizon_days = 28
"""
TABLES = ("attribution", "flows", "gain", "metrics", "premium", "samples")


@pytest.fixture
def experiment(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "config.toml"
    path.write_text(SMALL)
    return path


def run(experiment: pathlib.Path, out: pathlib.Path, *more: str) -> int:
    return main(["run", str(experiment), "--out", str(out), "--quiet", *more])


def digests(folder: pathlib.Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_workers_change_no_byte_and_the_seed_does(
    experiment: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    assert run(experiment, tmp_path / "one", "--workers", "1") == 0
    assert run(experiment, tmp_path / "two", "--workers", "2") == 0
    assert run(experiment, tmp_path / "other", "--seed", "4") == 0
    one = digests(tmp_path / "one")
    assert {f"{table}.parquet" for table in TABLES} | {"provenance.json", "report.html"} <= set(one)
    assert digests(tmp_path / "two") == one
    assert digests(tmp_path / "other")["samples.parquet"] != one["samples.parquet"]


@pytest.mark.parametrize("name", ["cdnow/CDNOW_master.txt", "hillstrom/hillstrom.csv"])
def test_real_customers_become_shoppers(
    name: str, experiment: pathlib.Path, tmp_path: pathlib.Path, data_dir: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out = tmp_path / "out"
    assert run(experiment, out, "--customers", str(data_dir / name)) == 0
    assert "EUR per shopper and year" in capsys.readouterr().out
    assert pathlib.Path(name).name in (out / "report.html").read_text(encoding="utf-8")


BAD_CUSTOMERS = {
    "missing column": (b"customer,when,amount\n1,2024-01-01,5\n", "lacks column"),
    "impossible date": (b"customer,date,value\n1,2024-02-30,5\n", "2024-02-30"),
    "negative value": (b"customer,date,value\n1,2024-02-01,5\n2,2024-02-02,-7\n", "-7"),
    "empty file": (b"", "empty"),
    "header only": (b"customer,date,value\n", "no "),
    "bad UTF-8": (b"customer,date,value\n\xff\xfe,2024-02-01,5\n", "UTF-8"),
    "one huge field": (
        b"customer,date,value\n" + b"x" * 3_000_000 + b",2024-01-01,5\n",
        "line 2, column 'customer'",
    ),
}


@pytest.mark.parametrize(("content", "told"), BAD_CUSTOMERS.values(), ids=BAD_CUSTOMERS)
def test_bad_customers_are_refused_and_nothing_is_written(
    content: bytes, told: str, experiment: pathlib.Path, tmp_path: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    customers = tmp_path / "customers.csv"
    customers.write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    assert run(experiment, tmp_path / "out", "--customers", str(customers)) == 2
    error = capsys.readouterr().err
    assert error.startswith("omnisim: error: ")
    assert "customers.csv" in error
    assert told in error
    assert "Traceback" not in error
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("more", [("--workers", "0"), ("--workers", "-1"), ("--seed", "-3")])
def test_bad_numbers_are_refused(
    more: tuple[str, str], experiment: pathlib.Path, tmp_path: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert run(experiment, tmp_path / "out", *more) == 2
    assert more[1] in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_others_is_left_alone(
    experiment: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter1.txt").write_text("precious")
    assert run(experiment, out) == 2
    assert (out / "chapter1.txt").read_text() == "precious"
    assert len(list(out.iterdir())) == 1
    assert str(out) in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_an_error(
    experiment: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(experiment, tmp_path / "file" / "below") == 2
    assert "Traceback" not in capsys.readouterr().err
