"""Write a whole study: tables, provenance, figures and page in one folder."""

import os
from pathlib import Path

from omnisim.config.experiment import Experiment
from omnisim.experiment import Comparison
from omnisim.experiment.findings import Findings
from omnisim.experiment.store import study_folder, write_results
from omnisim.report.figures import figures
from omnisim.report.making import write_with_figures
from omnisim.report.page import TITLE, VALUE_COMMAND, render
from omnisim.report.sections import section_figures, sections
from omnisim.report.valuation import write_findings

VALUE = "value"
"""Folder of a study that holds the tables of what was found beside the comparison."""


def write_study(
    path: str | os.PathLike[str],
    comparison: Comparison,
    *,
    title: str = TITLE,
    question: str = "",
    findings: Findings | None = None,
    experiment: Experiment | None = None,
    command: str = "",
    value_command: str = VALUE_COMMAND,
) -> Path:
    """Write a comparison as a folder, which appears whole or not at all.

    It holds a Parquet file a table, ``provenance.json``, ``figures/`` as SVG and PNG,
    ``report.html``, and ``value/`` with the tables of what was found beside the comparison.
    `omnisim.experiment.read_study` reads the comparison back.

    Parameters
    ----------
    path : path-like
        Folder to write. An empty folder or an earlier comparison there is replaced.
    comparison : Comparison
        Result to write.
    title, question, findings, experiment, command, value_command
        As in `omnisim.report.render`.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ParameterError
        If something else than a comparison is there.
    """
    with study_folder(path) as folder:
        write_results(folder, comparison)
        parts = [] if findings is None else list(sections(findings))
        drawn = [*figures(comparison), *section_figures(parts)]
        page = render(
            comparison, title=title, question=question, drawn=drawn, findings=findings,
            experiment=experiment, command=command, value_command=value_command, parts=parts,
        )  # fmt: skip
        if findings is not None:
            (folder / VALUE).mkdir()
            write_findings(folder / VALUE, findings)
        write_with_figures(folder, page, drawn)
    return Path(path)
