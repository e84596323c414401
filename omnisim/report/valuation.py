"""Write what a valuation found as one self-contained HTML page: a section a question."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from omnisim.config.experiment import Experiment
from omnisim.experiment.findings import Findings
from omnisim.experiment.store import RUNS, VALUATION, study_folder, write_tables
from omnisim.plot.wording import clean, euro, interval, number, percent
from omnisim.provenance import to_json, versions
from omnisim.report.figures import Figure
from omnisim.report.making import made_page, write_whole, write_with_figures
from omnisim.report.sections import Section, section_figures, sections

OF_CAPABILITIES = ("worth", "interactions", "orders", "gains")
"""Sections about the capabilities that an experiment names in `value.valued`."""


def write_valuation(
    path: str | os.PathLike[str], findings: Findings, experiment: Experiment, *, command: str = ""
) -> Path:
    """Write the report of a valuation.

    The page needs no network and no script, holds only what was found, and equal findings give
    equal bytes.

    Parameters
    ----------
    path : path-like
        HTML file to write; its folder must exist. A file in the way is replaced, and only when
        the new one is complete.
    findings : Findings
        What was found.
    experiment : Experiment
        What was asked: title, question, names, size.
    command : str, default=""
        What makes the study again.

    Returns
    -------
    Path
        The file.
    """
    return write_whole(Path(path), render_valuation(findings, experiment, command=command))


def write_valuation_folder(
    path: str | os.PathLike[str], findings: Findings, experiment: Experiment, *, command: str = ""
) -> Path:
    """Write a valuation as a folder, in the place of an earlier one, whose finished runs it keeps.

    It holds a Parquet file a table, ``provenance.json``, ``figures/`` as SVG and PNG, and
    ``report.html``.

    Parameters
    ----------
    path : path-like
        Folder to write.
    findings, experiment, command
        As in `write_valuation`.

    Raises
    ------
    ParameterError
        If something else than a valuation is there.
    """
    with study_folder(path, form=VALUATION, kept=RUNS[VALUATION]) as folder:
        write_findings(folder, findings)
        drawn = section_figures(sections(findings))
        page = render_valuation(findings, experiment, command=command, drawn=drawn)
        write_with_figures(folder, page, drawn)
    return Path(path)


def write_findings(folder: Path, findings: Findings) -> None:
    """Write the tables and the provenance of findings into an existing folder."""
    made = {"format": VALUATION, "provenance": findings.provenance()}
    write_tables(folder, findings.tables(), made)


def render_valuation(
    findings: Findings,
    experiment: Experiment,
    *,
    command: str = "",
    drawn: Sequence[Figure] | None = None,
) -> str:
    """Return the report of a valuation as HTML; see `write_valuation`."""
    parts = list(sections(findings))
    drawn = drawn or section_figures(parts)
    shown = _words(findings, experiment, parts) | {
        "sections": parts,
        "command": command,
        "provenance": to_json(findings.provenance()),
        "version": versions()["omnisim"],
    }
    return made_page("sections.html", drawn, shown)


def headline(findings: Findings, experiment: Experiment) -> tuple[str, str]:
    """Return the finding in a sentence, and its verdict: gain, loss or unclear."""
    if findings.capabilities is None:
        return clean(experiment.question or experiment.title), "unclear"
    row = findings.capabilities.total("profit")
    n = len(findings.capabilities.capabilities)
    many = f"{number(n, 0)} capabilities" if n > 1 else "The capability"
    value = f"{euro(abs(row['value']))} per shopper and year"
    if row["ci_low"] > 0:
        return f"{many} earn {value} more than they cost.", "gain"
    if row["ci_high"] < 0:
        return f"{many} cost {value} more than they earn.", "loss"
    return f"Whether {many} together pay, this study cannot tell.", "unclear"


def hero(findings: Findings) -> tuple[str, str]:
    """Return the number at the head of the page and its interval; empty without capabilities."""
    if findings.capabilities is None:
        return "", ""
    row = findings.capabilities.total("profit")
    return number(row["value"], sign=True), interval(row["ci_low"], row["ci_high"])


def notes_of(experiment: Experiment, names: Iterable[str]) -> dict[str, str]:
    """Return, by section, on how many shoppers and replications it rests, and of what it speaks.

    That on priors has a size of its own, which it tells itself.
    """
    market = experiment.arms()[0].market
    size = (
        f"{number(experiment.n_replications, 0)} replications of "
        f"{number(market.n_shoppers, 0)} shoppers over {number(market.horizon_days, 0)} days."
    )
    part = f" {_valued(experiment)}" if experiment.asked.valued else ""
    return {name: size + part * (name in OF_CAPABILITIES) for name in names if name != "priors"}


def _valued(experiment: Experiment) -> str:
    baseline, variant = (arm.capabilities for arm in experiment.arms())
    names = type(baseline).model_fields
    n = sum(getattr(baseline, name) != getattr(variant, name) for name in names)
    return (
        f"Valued are {len(experiment.asked.valued)} of the {n} capabilities in which the firms "
        f"differ; the others stay as in the {clean(experiment.baseline_name)} firm."
    )


def _words(findings: Findings, experiment: Experiment, shown: list[Section]) -> dict[str, Any]:
    line, verdict = headline(findings, experiment)
    amount, span = hero(findings)
    market = experiment.arms()[0].market
    return {
        "title": clean(experiment.title),
        "question": "" if line == clean(experiment.question) else clean(experiment.question),
        "headline": line,
        "verdict": verdict,
        "amount": amount,
        "range": span,
        "confidence": percent(experiment.confidence),
        "notes": notes_of(experiment, [section.name for section in shown]),
        "names": [clean(experiment.baseline_name), clean(experiment.variant_name)],
        "facts": [
            ("Shoppers", number(market.n_shoppers, 0)),
            ("Days counted", number(market.horizon_days, 0)),
            ("Paired replications", number(experiment.n_replications, 0)),
            ("Intervals cover", percent(experiment.confidence)),
            ("Seed", str(seed_of(findings))),
            ("Sections", number(len(shown), 0)),
        ],
    }


def seed_of(findings: Findings) -> Any:
    """Return the seed that all parts share."""
    parts = findings.provenance()["parts"].values()
    return next((made["seed"] for made in parts if "seed" in made), "n/a")
