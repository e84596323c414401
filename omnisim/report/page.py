"""Write a comparison as one self-contained HTML page."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from omnisim.config.experiment import Experiment
from omnisim.experiment import Comparison
from omnisim.experiment.findings import Findings
from omnisim.plot.wording import clean, interval, number, percent
from omnisim.provenance import to_json
from omnisim.report import inputs, sentences, tables
from omnisim.report.figures import Figure, figures
from omnisim.report.making import made_page, write_whole
from omnisim.report.sections import Section, section_figures, sections
from omnisim.report.valuation import notes_of

TITLE = "The value of integration"
VALUE_COMMAND = "omnisim value"


def write(path: str | os.PathLike[str], comparison: Comparison, **how: Any) -> Path:
    """Write the report of a comparison.

    The page needs no network and no script, and equal comparisons give equal bytes.

    Parameters
    ----------
    path : path-like
        HTML file to write; its folder must exist. A file in the way is replaced, and only when
        the new one is complete.
    comparison : Comparison
        Result to report.
    **how
        As in `render`.

    Returns
    -------
    Path
        The file.
    """
    return write_whole(Path(path), render(comparison, **how))


def render(
    comparison: Comparison,
    *,
    title: str = TITLE,
    question: str = "",
    findings: Findings | None = None,
    experiment: Experiment | None = None,
    command: str = "",
    value_command: str = VALUE_COMMAND,
    drawn: Iterable[Figure] | None = None,
    parts: Sequence[Section] | None = None,
) -> str:
    """Return the report of a comparison as HTML.

    Parameters
    ----------
    comparison : Comparison
        Result to report.
    title : str, default="The value of integration"
        Name of the study, above the finding.
    question : str, default=""
        What the study asks, one sentence.
    findings : Findings, optional
        What was found beside the comparison; each part is a section.
    experiment : Experiment, optional
        What the findings answer, at their own size; needed with `findings`.
    command : str, default=""
        What makes the study again.
    value_command : str, default="omnisim value"
        What values capabilities of the same firms.
    drawn : iterable of Figure, optional
        The figures of comparison and findings, if they were drawn already.
    parts : sequence of Section, optional
        The sections of the findings, if they were made already.
    """
    if parts is None:
        parts = [] if findings is None else list(sections(findings))
    shown = context(comparison) | {
        "title": clean(title),
        "question": question.strip(),
        "command": command,
        "sections": parts,
        "notes": {} if experiment is None else notes_of(experiment, [p.name for p in parts]),
        "findings_provenance": "" if findings is None else to_json(findings.provenance()),
        "value_command": value_command,
    }
    figured = drawn or [*figures(comparison), *section_figures(parts)]
    return made_page("comparison.html", figured, shown)


def context(comparison: Comparison) -> dict[str, Any]:
    """Return everything that the template shows, but pictures, title and question."""
    made = comparison.provenance
    known = inputs.settings(made)
    row = comparison.headline
    return {
        "names": [clean(name) for name in comparison.names],
        "verdict": sentences.verdict(row),
        "headline": sentences.headline(comparison),
        "amount": number(row["difference"], sign=True),
        "range": interval(row["ci_low"], row["ci_high"]),
        "confidence": percent(comparison.confidence),
        "say": said(comparison),
        "facts": facts(comparison),
        "shoppers": str(made.get("shoppers", "")).strip(),
        "account": tables.account(comparison),
        "segments": tables.segments(comparison),
        "groups": {
            name: tables.groups(comparison, metric)
            for name, metric in (
                ("contribution", "shopper contribution"),
                ("surplus", "surplus"),
                ("retention", "retention"),
            )
        },
        "verdicts": tables.verdicts(comparison),
        "sources": tables.sources(comparison),
        "metrics": tables.all_metrics(comparison),
        "attribution": tables.levels(comparison),
        "moves": inputs.moves(made),
        "levels": inputs.levels(made),
        "differences": inputs.differences(made),
        "assumptions": [s for s in known if s.is_assumption],
        "sourced": [s for s in known if not s.is_assumption],
        "provenance": to_json(made),
        "version": made.get("versions", {}).get("omnisim", ""),
    }


def said(comparison: Comparison) -> dict[str, Any]:
    """Return the sentences of the report by section."""
    found = {
        name: getattr(sentences, name)(comparison)
        for name in ("certainty", "cost_of_change", "flow", "gain", "premium", "attribution",
                     "segments", "groups", "joint", "retention", "pairing", "account")
    }  # fmt: skip
    return {name: _unbroken(text) for name, text in found.items()}


def _unbroken(text: Any) -> Any:
    """Keep the minus sign and the currency on one line, in a sentence or several."""
    if isinstance(text, tuple):
        return tuple(map(_unbroken, text))
    return text.replace("−€", "−\N{WORD JOINER}€")


def facts(comparison: Comparison) -> list[tuple[str, str]]:
    """Return what was compared, as label and value."""
    made = comparison.provenance
    market = made.get("scenario", {}).get("market", {})
    days = market.get("horizon_days")
    return [
        ("Shoppers", number(comparison.n_shoppers, 0)),
        ("Days counted", number(days, 0) if days is not None else "n/a"),
        ("Paired replications", number(comparison.n_replications, 0)),
        ("Events simulated", number(comparison.n_events, 0)),
        ("Intervals cover", percent(comparison.confidence)),
        ("Seed", str(made.get("seed", "n/a"))),
    ]
