import json
from pathlib import Path

import pandas as pd
import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.experiment import Comparison
from omnisim.experiment.store import (
    TABLES,
    check_target,
    read_study,
    study_folder,
    write_results,
)
from tests.reference.comparisons import made_comparison


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return made_comparison()


def write(path: Path, comparison: Comparison) -> None:
    with study_folder(path) as folder:
        write_results(folder, comparison)


def test_a_study_reads_back_as_it_was(tmp_path: Path, comparison: Comparison) -> None:
    write(tmp_path / "study", comparison)
    found = read_study(tmp_path / "study")
    for name, frame in comparison.tables().items():
        pd.testing.assert_frame_equal(found.tables()[name], frame, check_exact=True)
    for name in ("names", "confidence", "n_replications", "n_shoppers", "n_events"):
        assert getattr(found, name) == getattr(comparison, name)
    assert found.provenance == json.loads(json.dumps(comparison.provenance))
    assert repr(found) == repr(comparison)


def test_tables_is_the_list_of_the_comparison(comparison: Comparison) -> None:
    assert tuple(comparison.tables()) == TABLES


def test_a_placebo_with_infinite_variance_reduction_reads_back(tmp_path: Path) -> None:
    placebo = made_comparison(is_placebo=True)
    write(tmp_path / "study", placebo)
    pd.testing.assert_frame_equal(read_study(tmp_path / "study").metrics, placebo.metrics)


def test_equal_results_give_equal_bytes(tmp_path: Path, comparison: Comparison) -> None:
    for name in "ab":
        write(tmp_path / name, comparison)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_parents_are_made_and_nothing_else_is_left(tmp_path: Path, comparison: Comparison) -> None:
    write(tmp_path / "runs" / "one", comparison)
    assert [p.name for p in (tmp_path / "runs").iterdir()] == ["one"]


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_nothing(tmp_path: Path, kind: type[BaseException]) -> None:
    def fail() -> None:
        with study_folder(tmp_path / "study") as folder:
            (folder / "half.txt").write_text("x")
            raise kind

    with pytest.raises(kind):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_earlier_study(tmp_path: Path, comparison: Comparison) -> None:
    write(tmp_path / "study", comparison)

    def fail() -> None:
        with study_folder(tmp_path / "study"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert read_study(tmp_path / "study").n_events == comparison.n_events
    assert [p.name for p in tmp_path.iterdir()] == ["study"]


def test_an_earlier_study_is_replaced_whole(tmp_path: Path, comparison: Comparison) -> None:
    write(tmp_path / "study", comparison)
    (tmp_path / "study" / "stale.svg").write_text("x")
    write(tmp_path / "study", comparison)
    assert not (tmp_path / "study" / "stale.svg").exists()


def test_an_empty_folder_is_used(tmp_path: Path, comparison: Comparison) -> None:
    (tmp_path / "study").mkdir()
    write(tmp_path / "study", comparison)
    assert read_study(tmp_path / "study").names == comparison.names


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ParameterError, match="holds other files"):
        check_target(tmp_path)
    with pytest.raises(ParameterError, match="holds other files"), study_folder(tmp_path):
        pytest.fail("the block must not run")
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"format": "something 1"}', "\x00"])
def test_a_folder_with_another_provenance_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "provenance.json").write_text(text)
    with pytest.raises(ParameterError, match="holds other files"):
        check_target(tmp_path)


def test_files_that_come_during_the_run_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "study"

    def race() -> None:
        with study_folder(target):
            target.mkdir()
            (target / "thesis.tex").write_text("years of work")

    with pytest.raises(ParameterError, match="holds other files"):
        race()
    assert (target / "thesis.tex").read_text() == "years of work"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "study").write_text("x")
    with pytest.raises(ParameterError, match="is a file"):
        check_target(tmp_path / "study")


def test_a_missing_study_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read as an omnisim study"):
        read_study(tmp_path / "nowhere")


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_table_is_an_error(tmp_path: Path, name: str, comparison: Comparison) -> None:
    write(tmp_path / "study", comparison)
    (tmp_path / "study" / f"{name}.parquet").unlink()
    with pytest.raises(TableError, match=name):
        read_study(tmp_path / "study")


@pytest.mark.parametrize(
    ("key", "value"),
    [("format", "omnisim study 99"), ("names", ["one"]), ("n_events", "many"), ("names", None)],
)
def test_a_damaged_head_is_an_error(
    tmp_path: Path, key: str, value: object, comparison: Comparison
) -> None:
    write(tmp_path / "study", comparison)
    file = tmp_path / "study" / "provenance.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))
    with pytest.raises(TableError, match="cannot be read"):
        read_study(tmp_path / "study")


def test_no_flipped_bit_goes_unnoticed(tmp_path: Path, seed: int, comparison: Comparison) -> None:
    write(tmp_path / "study", comparison)
    file = tmp_path / "study" / "samples.parquet"
    whole = file.read_bytes()
    for k in range(30):
        place = (seed * 7919 + k * 104729) % len(whole)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(TableError, match="not the file that was written"):
            read_study(tmp_path / "study")


def test_damage_is_a_table_error(tmp_path: Path, comparison: Comparison) -> None:
    write(tmp_path / "study", comparison)
    (tmp_path / "study" / "gain.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(TableError, match="gain"):
        read_study(tmp_path / "study")
