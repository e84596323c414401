"""Write what a valuation found as one self-contained HTML page: a section a question."""

import os
from pathlib import Path
from typing import Any

from omnisim.config.experiment import Experiment
from omnisim.experiment.findings import Findings
from omnisim.plot.wording import clean, euro, number, percent
from omnisim.provenance import to_json, versions
from omnisim.report.making import made_page, write_whole
from omnisim.report.sections import Section, sections


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


def render_valuation(findings: Findings, experiment: Experiment, *, command: str = "") -> str:
    """Return the report of a valuation as HTML; see `write_valuation`."""
    parts = list(sections(findings))
    drawn = [figure for part in parts for figure, _ in part.figures]
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


def _words(findings: Findings, experiment: Experiment, shown: list[Section]) -> dict[str, Any]:
    line, verdict = headline(findings, experiment)
    market = experiment.arms()[0].market
    return {
        "title": clean(experiment.title),
        "question": "" if line == clean(experiment.question) else clean(experiment.question),
        "headline": line,
        "verdict": verdict,
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
