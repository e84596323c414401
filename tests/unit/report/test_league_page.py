"""The page of a league: its numbers are those of the result, and it stands on its own."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from omnisim.exceptions import ParameterError
from omnisim.experiment.store import read_study
from omnisim.report import league_page, render_policies, write_policies
from tests.reference.leagues import GAINS, made_findings
from tests.unit.report.test_page import Page


@pytest.fixture(scope="module")
def findings():
    return made_findings()


@pytest.fixture(scope="module")
def text(findings) -> str:
    return render_policies(findings, title="A league", question="Who wins?")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def said(page: Page) -> str:
    return " ".join(" ".join(page.words).split())


def test_the_page_is_whole_and_needs_nothing_from_outside(text: str, page: Page) -> None:
    assert len(page.named("h1")) == len(page.named("main")) == 1
    without_names = re.sub("http://www.w3.org/(2000/svg|1999/xlink)", "", text)
    assert not re.search(r"https?://|@import|url\((?!#)", without_names)
    assert not page.named("script") + page.named("link") + page.named("img")
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    pictures = page.named("svg")
    assert len(pictures) == len(page.named("figcaption")) == 2 + 1 + 2 + 2 + 2
    assert all(len(str(p["aria-label"])) > 30 for p in pictures)


def test_the_league_of_the_page_is_that_of_the_result(page: Page, findings) -> None:
    rows = [row for row in page.rows if len(row) == 13]
    own = next(row for row in rows if row[0] == "loyal")
    row = findings.league.row("siloed", "loyal")
    assert own[2] == f"+{row['gain']:.2f}"
    assert own[3] == f"{row['gain_low']:.2f} to {row['gain_high']:.2f}"
    assert own[7] == f"{row['opt_outs']:.3f}"
    assert own[11] == f"+{row['regret']:.2f}"
    assert [r[0] for r in rows[1:5]] == ["oracle", "loyal", "none", "blanket"]


def test_a_winner_is_named_with_its_probability(page: Page) -> None:
    words = said(page)
    assert "“loyal” wins in every world" in words
    assert "is the best with a probability of 100.0% or more" in words
    assert "of 3 policies, nobody contacted included" in words
    assert "over 6 further replications" in words


def test_sections_say_their_estimand(page: Page) -> None:
    words = said(page)
    for part in ("Of 3, 2 gain more over no contact in integrated than in siloed, 1 gain less",
                 "hold the mean of what the firm files: IPS 6 of 6, SNIPS 0 of 6; that hold the "
                 "mean of the truth: IPS 6 of 6, SNIPS 0 of 6",
                 "Each policy acted for 2 replications",
                 "integrated +€0.35 (0.25 to 0.45) at a profile error of 0.70",
                 "Paired difference, integrated less siloed: +€0.10 (−0.05 to 0.25)",
                 "built up over 26 weeks"):  # fmt: skip
        assert part in words


def test_a_league_alone_has_no_other_sections() -> None:
    alone = made_findings(is_whole=False, worlds=("one",))
    page = Page(render_policies(alone))
    heads = {attrs.get("aria-labelledby") for attrs in page.named("section")}
    assert heads == {"compared", "league", "estimates", "inputs"}


@pytest.mark.parametrize(
    ("gains", "headline"),
    [
        (dict.fromkeys(GAINS, 0.0) | {"oracle": 1.0}, "No policy is proven best"),
        (GAINS | {"loyal": -1.0, "blanket": -1.0}, "Nobody should be contacted"),
    ],
)
def test_a_winner_needs_evidence(gains, headline, monkeypatch) -> None:
    monkeypatch.setattr(league_page, "policy_figures", lambda _: iter(()))
    page = Page(render_policies(made_findings(gains=gains, is_whole=False)))
    assert headline in said(page)


def test_short_runs_are_told_to_be_short(monkeypatch) -> None:
    monkeypatch.setattr(league_page, "policy_figures", lambda _: iter(()))
    page = Page(render_policies(made_findings(is_whole=False, n_days=91)))
    assert "Runs of 13 weeks are too short" in said(page)


def test_names_are_escaped(monkeypatch) -> None:
    monkeypatch.setattr(league_page, "policy_figures", lambda _: iter(()))
    nasty = "<script>alert('1')</script>"
    gains = {"none": 0.0, nasty: 2.0, "oracle": 3.0}
    page = Page(render_policies(made_findings(gains=gains), title=nasty, question=nasty))
    assert not page.named("script")
    assert "alert('1')" in said(page)


def test_a_folder_holds_tables_figures_and_page(findings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):  # the second takes the place of the first
        write_policies(out, made_findings(is_whole=False, worlds=("one",)))
    table = pd.read_parquet(out / "league.parquet")
    assert set(table["policy"]) == set(GAINS)
    assert len(pd.read_csv(out / "league.csv")) == len(table)
    assert (out / "figures" / "league-0.png").exists()
    assert json.loads((out / "provenance.json").read_text())["provenance"]["league"]["seed"] == 7
    with pytest.raises(Exception, match="holds a study of policies"):
        read_study(out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    with pytest.raises(ParameterError, match="other files"):
        write_policies(tmp_path / "mine", findings)
