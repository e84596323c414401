"""The sections of a report on a valuation: one file a question."""

from collections.abc import Iterable, Iterator

from omnisim.experiment.findings import Findings
from omnisim.report.figures import Figure
from omnisim.report.sections.audit import audit_section, channels_section
from omnisim.report.sections.capabilities import interactions_section, worth_section
from omnisim.report.sections.gains import gains_section
from omnisim.report.sections.measurement import measurement_section
from omnisim.report.sections.naive import naive_section
from omnisim.report.sections.premium import premium_section
from omnisim.report.sections.priors import priors_section
from omnisim.report.sections.section import Grid, Section
from omnisim.report.sections.transition import transition_section
from omnisim.report.sections.trials import trials_section

__all__ = ["MAKERS", "Grid", "Section", "section_figures", "sections"]

MAKERS = {
    "capabilities": (worth_section, interactions_section),
    "transition": (transition_section,),
    "priors": (priors_section,),
    "gains": (gains_section,),
    "premium": (premium_section,),
    "measurement": (measurement_section,),
    "audit": (lambda audit: channels_section(audit.truth), audit_section),
    "naive": (naive_section,),
    "trials": (trials_section,),
}
"""By part of a valuation, what makes its sections."""


def sections(findings: Findings) -> Iterator[Section]:
    """Yield the sections of everything that was found, and of nothing else."""
    for part, result in findings.parts():
        for make in MAKERS[part]:
            yield make(result)  # type: ignore[operator]


def section_figures(parts: Iterable[Section]) -> list[Figure]:
    """Return the figures of sections."""
    return [figure for part in parts for figure, _ in part.figures]
