"""The report of a valuation: a section a question, each with the numbers of its result."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import omnisim as om
from omnisim.config.experiment import Experiment
from omnisim.experiment import (
    AttributionAudit,
    CapabilityGains,
    CapabilityValues,
    ChannelTruth,
    MeasurementValue,
    NaiveAudit,
    ParameterPrior,
    PremiumSplit,
    RollOuts,
    ValueOverPriors,
    transition,
)
from omnisim.experiment.capability_gains import MEASURES, SUM
from omnisim.experiment.channel_truth import KINDS
from omnisim.experiment.channel_worlds import METRICS, WAYS
from omnisim.experiment.findings import Findings
from omnisim.experiment.parameter_priors import draw_parameters
from omnisim.experiment.premium_split import summarise_premium
from omnisim.experiment.priors_result import summarise_priors
from omnisim.experiment.trials import TrialsBesideTruth
from omnisim.plot.wording import number
from omnisim.report.sections import MAKERS, sections
from omnisim.report.valuation import headline, render_valuation, write_valuation
from tests.reference.pages import Page
from tests.reference.worths import made_values

MADE = {"scenario": {"market": {"n_shoppers": 1234}}, "seed": 3,
        "players": ["email", "display"]}  # fmt: skip
LEVELS = {"capabilities.visible_stock": 2, "capabilities.single_customer_view": 2,
          "capabilities.unified_loyalty": 2}  # fmt: skip
OWN = {"visible_stock": 2.0, "single_customer_view": 1.0, "unified_loyalty": -0.5}


def worth(members: tuple[str, ...]) -> float:
    both = {"visible_stock", "single_customer_view"} <= set(members)
    return 30 + sum(OWN[name] for name in members) + 0.8 * both


def made_capabilities() -> tuple[CapabilityValues, RollOuts]:
    base = om.Scenario().replace({"capabilities.offline_capture": 1})
    firms = base, base.replace(LEVELS)
    values = replace(made_values(*firms, worth), provenance=MADE)
    return values, transition(values, *firms, n_draws=40)


def made_priors() -> ValueOverPriors:
    priors = (
        ParameterPrior("habit", "choice.habit", 0.3, 0.4, 1.2, "C1"),
        ParameterPrior("risk", "choice.risk", 0.4, 0.8, 1.2, "C1"),
    )
    drawn = draw_parameters(priors, 20, 3)
    rows = [
        (d, k, metric, 1.0, 1.0 + 2 * habit + 0.25 * (-1) ** k, 2 * habit + 0.25 * (-1) ** k)
        for d, (habit, _) in enumerate(drawn)
        for k in range(2)
        for metric in ("profit", "revenue", "surplus", "retention")
    ]
    columns = ["draw", "replication", "metric", "baseline", "variant", "difference"]
    samples = pd.DataFrame(rows, columns=columns)
    return summarise_priors(om.Scenario(), priors, drawn, samples, confidence=0.95, made=MADE)


def made_premium() -> PremiumSplit:
    rows = [
        {"no effect": 3.0 + k / 10, "permuted": 2.0, "siloed": 3.3, "observed": 3.6, "all": 50.0,
         "store": 40.0 + k, "online": 25.0, "own": 45.0, "itt": 1.0 + k, "began": 0.125 + k / 100,
         "stopped": 0.025, "moved": 0.1 + k / 100, "began change": 2.0 + k}
        for k in range(3)
    ]  # fmt: skip
    return summarise_premium(rows, 0.95, MADE)


def made_gains() -> CapabilityGains:
    rows = [
        (name, kind, measure, source, k + 0.11, k - 0.5, k + 0.5)
        for name, kinds in (
            ("visible_stock", ("add first", "remove last")),
            ("all", ("add first",)),
        )
        for kind in kinds
        for measure, sources in MEASURES.items()
        for k, source in enumerate((*sources, SUM))
    ]
    columns = ["capability", "kind", "measure", "source", "difference", "ci_low", "ci_high"]
    samples = pd.DataFrame({"replication": [0, 1, 2]})
    return CapabilityGains(pd.DataFrame(rows, columns=columns), samples, 0.95, MADE)


def made_measurement() -> MeasurementValue:
    levels = pd.DataFrame({"level": ["TL0", "TL1", "TL2"],
                           "policy": ["blanket", "blanket", "personal"],
                           "profit": [30.0, 30.5, 31.25],
                           "tracking_cost": [0.0, 0.04, 0.4]})  # fmt: skip
    levels["net"] = levels["profit"] - levels["tracking_cost"]
    steps = pd.DataFrame([("TL2 - TL0", 1.25, 0.75, 1.75, 0.4, 0.85, 0.35, 1.35)],
                         columns=["step", "gross", "ci_low", "ci_high", "cost", "net", "net_low",
                                  "net_high"])  # fmt: skip
    samples = pd.DataFrame({"replication": [0, 1]})
    return MeasurementValue(
        levels, steps, samples, levels[["level", "policy", "profit"]], 0.95, MADE
    )


def made_truth() -> ChannelTruth:
    rows = [
        (name, way, kind, metric, unit, 0.125 * k, 0.1 * k, 0.15 * k, np.nan)
        for k, name in enumerate(("email", "display"), 1)
        for way in WAYS for kind in KINDS for metric, unit in METRICS.items()
    ]  # fmt: skip
    columns = ["channel", "way", "kind", "metric", "unit", "value", "ci_low", "ci_high",
               "se_orderings"]  # fmt: skip
    return ChannelTruth(pd.DataFrame(rows, columns=columns), pd.DataFrame(), 0.95, 6, 1234, MADE)


def made_audit() -> AttributionAudit:
    rows = [
        (level, model, quantity, 0.375 + k, 0.125 + k, 0.625 + k)
        for k, model in enumerate(("last touch", "Markov 1"))
        for level in ("TL1", "all")
        for quantity in (
            "bias",
            "rank correlation",
            "share error",
            "regret",
            "regret to best",
            "gain",
        )
    ]
    columns = ["level", "model", "quantity", "value", "ci_low", "ci_high"]
    credited = [
        ("TL1", "Markov 1", "email", 0.5, 0.375, 0.125, 0.0625, 0.1875),
        ("TL1", "Markov 1", "screen", 0.25, *[np.nan] * 4),
    ]
    names = ["level", "model", "channel", "credit", "truth", "bias", "ci_low", "ci_high"]
    return AttributionAudit(
        pd.DataFrame(rows, columns=columns), pd.DataFrame(credited, columns=names), pd.DataFrame(),
        made_truth(), MADE,
    )  # fmt: skip


def made_naive() -> NaiveAudit:
    row = ("loyalty members", "TL2", 40.25, 30.0, 50.5, 2.75, 1.5, -1.0, 4.0)
    columns = ["comparison", "level", "naive", "naive_low", "naive_high", "ratio", "truth",
               "truth_low", "truth_high"]  # fmt: skip
    samples = pd.DataFrame({"replication": [0, 1]})
    return NaiveAudit(pd.DataFrame([row], columns=columns), samples, 0.95, MADE)


def made_trials() -> TrialsBesideTruth:
    row = ("store_opening", "TL0", "EUR per region and 28 days", 900.5, 800.0, 1001.0, 950.25,
           940.0, 960.0, 950.25, -49.75, 88.25, 0.75, 0.75, 640.5)  # fmt: skip
    columns = ["design", "level", "quantity", "estimate", "ci_low", "ci_high", "truth", "truth_low",
               "truth_high", "truth_seen", "bias", "rmse", "covered", "covered_whole",
               "width"]  # fmt: skip
    samples = pd.DataFrame({"replication": [0, 1, 2, 3]})
    skipped = pd.DataFrame([("email", "TL0", "totals tell nobody apart", 4)],
                           columns=["design", "level", "reason", "n_replications"])  # fmt: skip
    values = pd.DataFrame([row], columns=columns)
    return TrialsBesideTruth(values, samples, skipped, 0.95, MADE)


@pytest.fixture(scope="module")
def findings() -> Findings:
    values, orders = made_capabilities()
    return Findings(
        values, orders, made_priors(), made_gains(), made_premium(), made_measurement(),
        made_audit(), made_naive(), made_trials(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def text(findings: Findings) -> str:
    return render_valuation(findings, Experiment(title="A <study>"), command="omnisim value x.toml")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


# Loyalty needs the customer view, so of three orders two have the view before the stock: the bonus
# of 0.8 goes to the stock in these.
NUMBERS = {
    "worth": ("Visible stock", "+2.000 (2.000 to 2.000)", "+2.533 (2.533 to 2.533)"),
    "interactions": ("Single customer view and visible stock", "+0.800 (0.800 to 0.800)"),
    "priors": ("Habit", "+1.00 (1.00 to 1.00)", "choice.habit", "C1"),
    "gains": ("Visible stock", "+2.11 (1.50 to 2.50)"),
    "premium": ("Observed: the product of the four", "3.60", "100%"),
    "measurement": ("TL2 rather than TL0", "+1.250 (0.750 to 1.750)", "+0.850 (0.350 to 1.350)"),
    "channels": ("Email", "+0.125 (0.100 to 0.150)"),
    "audit": ("Markov 1", "+1.375 (1.125 to 1.625)", "+0.125 (0.062 to 0.188)"),
    "naive": ("Loyalty members", "+40.25 (30.00 to 50.50)", "2.75", "+1.50 (−1.00 to 4.00)"),
    "trials": ("Store opening", "+900.50 (800.00 to 1,001.00)", "+950.25", "640.50", "75%"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_each_section_holds_the_numbers_of_its_result(page: Page, text: str, name: str) -> None:
    label, *cells = NUMBERS[name]
    part = text[text.index(f'<h2 id="{name}">') :]
    rows = Page(f"<html><body>{part[: part.index('</section>')]}</body></html>").rows
    mine = [row for row in rows if row[0].split(":")[0] == label.split(":")[0]]
    assert mine
    for cell in cells:
        assert any(cell in row for row in mine), (cell, mine)


def test_orders_tell_cost_value_risk_and_payback(page: Page, findings: Findings) -> None:
    best = findings.transition.orders.iloc[0]
    row = next(row for row in page.rows if row[0].startswith("1. ") and len(row) == 8)
    assert row[1].startswith(number(best["cost"], 1))
    assert row[2].startswith(number(best["npv"], 1, sign=True))
    for place, name in ((3, "p_loss"), (4, "p_loss_priors"), (5, "p_loss_noise")):
        assert row[place] == f"{100 * best[name]:.0f}%"


def test_every_section_says_what_is_estimated_and_how_surely(findings: Findings) -> None:
    for section in sections(findings):
        words = " ".join(section.sentences)
        assert re.search(r"estimand|premium is|credit is held against", words), section.name
        assert re.search(r"replications|draws", words), section.name
        assert re.search(r"9[05]%", words), section.name


def test_the_audit_names_whom_it_cannot_judge_and_what_is_sampled() -> None:
    audit = made_audit()
    exact, sampled = (
        " ".join(list(sections(Findings(audit=a)))[-1].sentences)
        for a in (audit, replace(audit, truth=replace(audit.truth, n_orderings=8)))
    )
    assert "Credit also goes to screen" in exact
    assert "email" not in exact[exact.index("Credit also goes to") :]
    assert "sampled orderings" not in exact
    assert "over 8 sampled orderings" in sampled


def test_cause_has_an_interval_where_it_is_told() -> None:
    split = made_premium()
    row = split.parts.set_index("part").loc["cause"]
    told = f"{number(row['ratio'])} ({number(row['ratio_low'])} to {number(row['ratio_high'])})"
    assert f"cause is a factor of {told}" in next(sections(Findings(premium=split))).sentences[-1]


def test_what_cannot_be_told_says_why() -> None:
    """Equal numbers of movers give a Wald ratio, none that begin in the mean do not."""
    rows = [
        {"no effect": 3.0, "permuted": 2.0, "siloed": 3.3, "observed": 3.6, "all": 0.0,
         "store": 0.0, "online": 0.0, "own": 0.0, "itt": 1.0 + k, "began": 0.01 * k,
         "stopped": 0.01, "moved": 0.01 * (k - 1), "began change": 0.5 * k}
        for k in range(3)
    ]  # fmt: skip
    page = next(sections(Findings(premium=summarise_premium(rows, 0.95, MADE))))
    cells = [cell for grid in page.grids for row in grid.rows for cell in row.cells]
    assert any(cell.startswith("not given; first stage too weak: ") for cell in cells)
    assert cells.count("not given, since nobody buys without them in some replication") == 3
    assert "The do-effect is not given, since nobody buys" in page.sentences[-1]
    assert not [text for text in (*cells, *page.sentences) if "n/a to n/a" in text]


def test_a_synergy_index_without_an_interval_says_why() -> None:
    values = made_capabilities()[0]
    is_index = values.totals["kind"] == "synergy index"
    totals = values.totals.copy()
    totals.loc[is_index, ["ci_low", "ci_high"]] = np.nan
    page = list(sections(Findings(capabilities=replace(values, totals=totals))))[1]
    assert (
        "as a share of the total not given, since the interval of the total includes"
        in (page.sentences[-1])
    )


def test_the_premium_says_how_many_replications_it_leaves_out() -> None:
    complete = made_premium()
    for split, told in ((complete, False), (replace(complete, n_left_out=2), True)):
        words = " ".join(next(sections(Findings(premium=split))).sentences)
        assert ("The factors leave out 2 replications" in words) is told


def test_only_what_was_found_is_on_the_page(findings: Findings) -> None:
    for part in MAKERS:
        if part == "transition":
            continue
        alone = Findings(**{part: getattr(findings, part)})
        names = [section.name for section in sections(alone)]
        shown = Page(render_valuation(alone, Experiment()))
        heads = [str(h.get("id")) for h in shown.named("h2")]
        assert heads == ["compared", *names, "again"]


def test_the_page_needs_nothing_from_outside(text: str, page: Page) -> None:
    bare = text.replace("http://www.w3.org/2000/svg", "")
    bare = bare.replace("http://www.w3.org/1999/xlink", "")
    assert not re.search(r"https?://|//[a-z]|@import|url\((?!#)", bare)
    assert not page.named("script") + page.named("link") + page.named("img")
    assert not page.named("image")
    assert "A &lt;study&gt;" in text


def test_names_are_unique_and_pictures_have_a_text(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    pictures = page.named("svg")
    assert len(pictures) == len(page.named("figcaption")) >= 7
    assert all(len(str(p["aria-label"])) > 30 for p in pictures)


def test_equal_findings_give_equal_bytes(findings: Findings, text: str, tmp_path) -> None:
    made = write_valuation(tmp_path / "r.html", findings, Experiment(title="A <study>"),
                           command="omnisim value x.toml")  # fmt: skip
    assert made.read_text(encoding="utf-8") == text
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


@pytest.mark.parametrize(
    ("low", "high", "verdict", "words"),
    [(1.0, 3.0, "gain", "earn €2.00"), (-3.0, -1.0, "loss", "cost €2.00"),
     (-1.0, 5.0, "unclear", "cannot tell")],
)  # fmt: skip
def test_the_headline_follows_the_interval(
    findings: Findings, low: float, high: float, verdict: str, words: str
) -> None:
    values = findings.capabilities
    totals = values.totals.copy()
    row = (totals["metric"] == "profit") & (totals["kind"] == "total")
    totals.loc[row, ["value", "ci_low", "ci_high"]] = ((low + high) / 2, low, high)
    made = Findings(capabilities=replace(values, totals=totals))
    line, found = headline(made, Experiment())
    assert found == verdict
    assert words in line


def test_tables_have_names_of_their_own(findings: Findings) -> None:
    names = list(findings.tables())
    assert len(names) == len(set(names)) > 15
    made = findings.provenance()
    assert set(made["parts"]) == set(MAKERS)
    assert made["parts"]["premium"]["scenario"] == "firm 1"
    assert made["firms"]["firm 1"] == MADE["scenario"]
