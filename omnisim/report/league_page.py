"""Write a study of policies as one self-contained HTML page, or as a folder around it."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

import omnisim.plot as plot
from omnisim.experiment import League
from omnisim.experiment.policy_findings import PolicyFindings
from omnisim.experiment.store import POLICIES, PROVENANCE, study_folder
from omnisim.plot.wording import MISSING, clean, interval, number, percent, title
from omnisim.provenance import digest, to_json
from omnisim.report import inputs, league_sentences
from omnisim.report.figures import Figure
from omnisim.report.making import made_page, write_with_figures
from omnisim.report.tables import Row

TITLE = "Which policy earns most?"


def write_policies(
    path: str | os.PathLike[str],
    findings: PolicyFindings,
    *,
    title: str = TITLE,
    question: str = "",
) -> Path:
    """Write a study of policies as a folder, which appears whole or not at all.

    It holds every table as Parquet and CSV, ``provenance.json``, ``figures/`` as SVG and PNG, and
    ``report.html``, which needs no network and no script.

    Parameters
    ----------
    path : path-like
        Folder to write. An empty folder or an earlier study there is replaced.
    findings : PolicyFindings
        Result to write.
    title, question : str
        Name of the study and what it asks, for the report.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ParameterError
        If something else than a study is there.
    """
    with study_folder(path, form=POLICIES) as folder:
        digests = {}
        for name, table in findings.tables().items():
            file = folder / f"{name}.parquet"
            table.to_parquet(file, index=False)
            table.to_csv(file.with_suffix(".csv"), index=False, lineterminator="\n")
            digests[name] = digest(file.read_bytes())
        head = {"format": POLICIES, "sha256": digests, "provenance": _provenance(findings)}
        (folder / PROVENANCE).write_text(to_json(head), encoding="utf-8", newline="\n")
        drawn = list(policy_figures(findings))
        page = render_policies(findings, title=title, question=question, drawn=drawn)
        write_with_figures(folder, page, drawn)
    return Path(path)


def render_policies(
    findings: PolicyFindings,
    *,
    title: str = TITLE,
    question: str = "",
    drawn: Iterable[Figure] | None = None,
) -> str:
    """Return the report of a study of policies as HTML.

    Parameters
    ----------
    findings, title, question
        As in `write_policies`.
    drawn : iterable of Figure, optional
        The figures, if they were drawn already.
    """
    head = {"title": clean(title), "question": question.strip()}
    return made_page("league.html", drawn or policy_figures(findings), _context(findings) | head)


def policy_figures(findings: PolicyFindings) -> Iterator[Figure]:
    """Yield the figures of a study of policies."""
    league, worlds = findings.league, list(findings.league.selections)

    def figure(name: str, draw: Callable[..., Any], result: object, alt: str, **how: Any) -> Figure:
        return Figure(name, lambda: draw(result, **how).figure, alt)

    sure = league_sentences.certainty(league)
    for k, world in enumerate(worlds):
        yield figure(f"league-{k}", plot.league, league, sure[k], world=world)
    if len(worlds) > 1:
        alt = " ".join(league_sentences.by_world(league))
        yield figure("worlds", plot.world_effects, league, alt)
    if len(league.estimates):
        alt = league_sentences.off_policy(league)[0]
        for k, world in enumerate(worlds):
            name, words = f"off-policy-{k}", f"{title(world)}. {alt}"
            yield figure(name, plot.off_policy, league, words, world=world)
    if findings.learning is not None:
        alt = " ".join(league_sentences.learning(findings.learning))
        for k, world in enumerate(worlds):
            yield figure(f"learning-{k}", plot.learning_curves, findings.learning,
                         f"{title(world)}. {alt}", world=world)  # fmt: skip
    if findings.personalisation is not None:
        alt = " ".join(league_sentences.personalisation(findings.personalisation))
        for measure in ("personal", "gain"):
            yield figure(f"personalisation-{measure}", plot.personalisation,
                         findings.personalisation, alt, measure=measure)  # fmt: skip


def _context(findings: PolicyFindings) -> dict[str, Any]:
    """Return everything that the template shows, but pictures, title and question."""
    league, made = findings.league, findings.league.provenance
    settings = inputs.settings(made)
    learning, effect = findings.learning, findings.personalisation
    say: dict[str, Any] = {
        name: getattr(league_sentences, name)(league)
        for name in ("certainty", "design", "horizon", "by_world", "off_policy")
    }
    say["learning"] = () if learning is None else league_sentences.learning(learning)
    say["personalisation"] = () if effect is None else league_sentences.personalisation(effect)
    return {
        "headline": league_sentences.headline(league),
        "verdict": league_sentences.verdict(league),
        "say": say,
        "confidence": percent(league.confidence),
        "worlds": [(k, clean(world), league_rows(league, world))
                   for k, world in enumerate(league.selections)],
        "world_effects": [_effect_row(row) for _, row in league.world_effects().iterrows()],
        "estimates": [_estimate_row(row) for _, row in league.estimates.iterrows()],
        "learning": [] if learning is None else [
            _with_interval(f"{clean(row['policy'])}, {clean(row['world'])}, round {row['round']}",
                           row, "gain") for _, row in learning.table.iterrows()],
        "personalisation": [] if effect is None else [
            _personal_row(row) for _, row in effect.table.iterrows()],
        "facts": _facts(league),
        "policies": [(clean(name), json.dumps(told, ensure_ascii=False))
                     for name, told in made["policies"].items()],
        "assumptions": [s for s in settings if s.is_assumption],
        "sourced": [s for s in settings if not s.is_assumption],
        "provenance": to_json(_provenance(findings)),
        "command": made.get("command", ""),
        "version": made.get("versions", {}).get("omnisim", ""),
    }  # fmt: skip


def league_rows(league: League, world: str) -> list[Row]:
    """Return the league of one world, the highest profit first."""
    rows = league.table[league.table["world"] == world]
    rows = rows.sort_values("profit", ascending=False, kind="stable")
    winner = league.winners[world]
    return [
        Row(
            clean(row["policy"]),
            [
                number(row["profit"]), *_signed(row, "gain"), *_signed(row, "per_contact", 3),
                number(row["contacts"], 1), *_plain(row, "opt_outs", 3), *_plain(row, "fatigue"),
                *_signed(row, "regret"),
            ],
            row["policy"] == winner,
        )
        for _, row in rows.iterrows()
    ]  # fmt: skip


def _signed(row: "pd.Series[Any]", name: str, digits: int = 2) -> list[str]:
    return [number(row[name], digits, sign=True), _ends(row, name, digits)]


def _plain(row: "pd.Series[Any]", name: str, digits: int = 2) -> list[str]:
    return [number(row[name], digits), _ends(row, name, digits)]


def _ends(row: "pd.Series[Any]", name: str, digits: int = 2) -> str:
    return _range(float(row[f"{name}_low"]), float(row[f"{name}_high"]), digits)


def _range(low: float, high: float, digits: int) -> str:
    return MISSING if low != low or high != high else interval(low, high, digits)


def _effect_row(row: "pd.Series[Any]") -> Row:
    label = f"{clean(row['policy'])}, {clean(row['world'])}"
    cells = [number(row["difference"], sign=True), interval(row["ci_low"], row["ci_high"])]
    return Row(label, cells)


def _estimate_row(row: "pd.Series[Any]") -> Row:
    return Row(
        f"{clean(row['policy'])}, {clean(row['world'])}, {clean(row['estimator'])}",
        [
            number(row["value"], 3), _range(row["ci_low"], row["ci_high"], 3),
            number(row["filed"], 3), interval(row["filed_low"], row["filed_high"], 3),
            number(row["truth"], 3), interval(row["truth_low"], row["truth_high"], 3),
            number(row["effective_sample_size"], 0), number(row["max_weight"], 1),
        ],
    )  # fmt: skip


def _with_interval(label: str, row: "pd.Series[Any]", name: str) -> Row:
    return Row(label, _signed(row, name))


def _personal_row(row: "pd.Series[Any]") -> Row:
    value = float(row["value"])
    name = "its own" if value != value else number(value)
    cells = [*_signed(row, "personal"), *_signed(row, "gain"), *_plain(row, "profile_error"),
             number(row["contacts"], 1)]  # fmt: skip
    return Row(f"{clean(row['world'])}, {name}", cells)


def _facts(league: League) -> list[tuple[str, str]]:
    made = league.provenance
    return [
        ("Shoppers", number(made["scenario"]["market"]["n_shoppers"], 0)),
        ("Days counted", number(league.horizon_days, 0)),
        ("Replications to learn from", number(made["n_training"], 0)),
        ("Replications to estimate from", number(made["n_logged"], 0)),
        ("Replications to judge in", number(league.n_replications, 0)),
        ("Behaviour policy", clean(made["policy"]["name"])),
        ("Intervals cover", percent(league.confidence)),
        ("Seed", str(made["seed"])),
    ]


def _provenance(findings: PolicyFindings) -> dict[str, Any]:
    """Return how all parts were made; worlds stand once, with the league."""
    found = {"league": dict(findings.league.provenance)}
    for name in ("learning", "personalisation"):
        part = getattr(findings, name)
        if part is not None:
            repeated = ("scenario", "worlds", "versions")
            found[name] = {k: v for k, v in part.provenance.items() if k not in repeated}
    return found
