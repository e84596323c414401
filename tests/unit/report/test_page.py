import dataclasses
import re
from pathlib import Path

import pytest

from omnisim.experiment import Comparison
from omnisim.experiment.groups import BANDS
from omnisim.plot.wording import number
from omnisim.report import page as page_module
from omnisim.report import render, write
from tests.reference.comparisons import made_comparison
from tests.reference.pages import Page


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return made_comparison()


@pytest.fixture(scope="module")
def text(comparison: Comparison) -> str:
    return render(comparison, title="A study", question="What is it worth?")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_page_is_well_formed_and_says_its_language(text: str, page: Page) -> None:
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert len(page.named("h1")) == len(page.named("main")) == 1
    assert page.named("title")


def test_the_page_needs_nothing_from_outside(text: str, page: Page) -> None:
    without_names = text.replace("http://www.w3.org/2000/svg", "")
    without_names = without_names.replace("http://www.w3.org/1999/xlink", "")
    assert not re.search(r"https?://|//[a-z]|@import|url\((?!#)", without_names)
    assert not page.named("script") + page.named("link") + page.named("img")
    policy = next(m["content"] for m in page.named("meta") if "http-equiv" in m)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_names_are_unique_and_references_are_kept(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    used = re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", str([
        f'{k}="{v}"' for _, attrs in page.tags for k, v in attrs.items()]))  # fmt: skip
    labels = [str(attrs["aria-labelledby"]) for _, attrs in page.tags if "aria-labelledby" in attrs]
    assert set(used) | set(labels) <= set(ids)
    assert len(used) > 10


def test_every_picture_has_a_text_and_a_caption(page: Page) -> None:
    pictures = page.named("svg")
    assert len(pictures) >= 12
    assert all(len(str(p["aria-label"])) > 30 and p["role"] == "img" for p in pictures)
    assert len(page.named("figure")) == len(page.named("figcaption")) == len(pictures)


def test_the_account_in_the_page_is_that_of_the_comparison(
    page: Page, comparison: Comparison
) -> None:
    rows = {row[0]: row[1:] for row in page.rows if len(row) == 5}
    for label, row in (
        ("Profit", comparison.headline),
        ("Cost of goods", comparison.row("line", "cost_of_goods")),
        ("Messages", comparison.row("line", "messages")),
    ):
        expected = [number(row["baseline"]), number(row["variant"]),
                    number(row["difference"], sign=True),
                    f"{number(row['ci_low'])} to {number(row['ci_high'])}"]  # fmt: skip
        assert rows[label] == expected


def test_the_account_adds_up(page: Page) -> None:
    start = next(k for k, row in enumerate(page.rows) if row[0] == "Line")
    stop = next(k for k, row in enumerate(page.rows) if row[0] == "Profit")
    cells = [
        [float(cell.replace("−", "-").replace(",", "")) for cell in row[1:4]]
        for row in page.rows[start + 1 : stop + 1]
    ]
    for column in zip(*cells, strict=True):
        assert sum(column[:-1]) == pytest.approx(column[-1], abs=0.005 * len(column))


def test_groups_by_age_distance_nativity_and_privacy_are_in_the_page(
    page: Page, comparison: Comparison
) -> None:
    rows = [r for r in page.rows if r[0] == "Digital nativity above 0.7" and len(r) == 5]
    for row, metric, digits in zip(
        rows, ("shopper contribution", "surplus", "retention"), (2, 2, 4), strict=True
    ):
        made = comparison.row(metric, "digital nativity above 0.7")
        assert row[3] == number(made["difference"], digits, sign=True)
        assert row[4] == f"{number(made['ci_low'], digits)} to {number(made['ci_high'], digits)}"
    heads = [row[0] for row in page.rows if len(row) == 5]
    for name in (name for bands in BANDS for name in bands.names):
        assert heads.count(name[0].upper() + name[1:]) == 3


def test_every_metric_is_in_the_page(page: Page, comparison: Comparison) -> None:
    assert len([row for row in page.rows if len(row) == 8]) == len(comparison.metrics) + 1


def test_title_question_seed_and_size_are_shown(page: Page) -> None:
    words = " ".join(page.words)
    for part in ("A study", "What is it worth?", "20,000", "364", "Seed", "95%"):
        assert part in words


def test_no_negative_zero_no_nan_no_hyphen_minus(page: Page) -> None:
    for row in page.rows:
        for cell in row[1:]:
            assert "nan" not in cell.split()
            assert not re.fullmatch(r"−0(\.0+)?", cell)
            assert not re.fullmatch(r"-[\d.,]+", cell)


def test_names_are_escaped_everywhere(nasty_page: str) -> None:
    page = Page(nasty_page)
    words = " ".join(page.words)
    assert not page.named("script")
    assert "alert('1')" in words
    assert "{{ 7*7 }}" in words


def test_customers_are_shown_as_they_were_fitted(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "figures", lambda _: iter(()))
    made = {**comparison.provenance, "shoppers": "Customers(9 from <f.csv>)\n  BgNbd(r=0.2)"}
    words = " ".join(Page(render(dataclasses.replace(comparison, provenance=made))).words)
    assert "drawn from a model fitted to a customer file" in words
    assert "Customers(9 from <f.csv>)\n  BgNbd(r=0.2)" in words


def test_a_poor_comparison_still_gives_a_page() -> None:
    made = made_comparison(is_placebo=True)
    poor = dataclasses.replace(
        made, attribution=made.attribution[:0], flows=made.flows[:0], premium=made.premium[:0],
        metrics=made.metrics[~made.metrics["group"].str.match("segment |age |dist|digi|priv")],
        provenance={},
    )  # fmt: skip
    page = Page(render(poor))
    assert "exactly the same" in " ".join(page.words)


def test_write_makes_one_file_and_replaces_it(
    tmp_path: Path, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "figures", lambda _: iter(()))
    target = tmp_path / "r.html"
    target.write_text("old")
    assert write(target, comparison) == target
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
