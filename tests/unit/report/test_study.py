from pathlib import Path

import pytest

from omnisim.experiment import Comparison
from omnisim.experiment.store import TABLES, read_study
from omnisim.report import render, write_study
from omnisim.report import study as study_module
from tests.reference.comparisons import made_comparison


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return made_comparison()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, comparison: Comparison) -> Path:
    return write_study(tmp_path_factory.mktemp("runs") / "one", comparison, title="T")


def test_a_study_holds_tables_figures_provenance_and_page(folder: Path) -> None:
    names = {p.name for p in folder.iterdir()}
    assert names == {f"{t}.parquet" for t in TABLES} | {"provenance.json", "figures", "report.html"}
    stems = {p.stem for p in (folder / "figures").iterdir()}
    assert {"flow", "difference", "headline", "premium", "attribution-tl2"} <= stems
    for stem in stems:
        assert (folder / "figures" / f"{stem}.svg").read_bytes().startswith(b"<?xml")
        assert (folder / "figures" / f"{stem}.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_can_be_made_again_from_the_folder(folder: Path) -> None:
    assert render(read_study(folder), title="T") == (folder / "report.html").read_text("utf-8")


def test_a_failing_report_leaves_no_folder(
    tmp_path: Path, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(study_module, "figures", lambda _: iter(()))
    monkeypatch.setattr(study_module, "render", fail)
    with pytest.raises(OSError, match="disk full"):
        write_study(tmp_path / "one", comparison)
    assert list(tmp_path.iterdir()) == []
