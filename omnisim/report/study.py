"""Write a whole study: tables, provenance, figures and page in one folder."""

import os
from pathlib import Path

from omnisim.experiment import Comparison
from omnisim.experiment.store import study_folder, write_results
from omnisim.report.figures import figures
from omnisim.report.making import write_with_figures
from omnisim.report.page import TITLE, render


def write_study(
    path: str | os.PathLike[str], comparison: Comparison, *, title: str = TITLE, question: str = ""
) -> Path:
    """Write a comparison as a folder, which appears whole or not at all.

    It holds a Parquet file a table, ``provenance.json``, ``figures/`` as SVG and PNG, and
    ``report.html``. `omnisim.experiment.read_study` reads it back.

    Parameters
    ----------
    path : path-like
        Folder to write. An empty folder or an earlier study there is replaced.
    comparison : Comparison
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
    with study_folder(path) as folder:
        write_results(folder, comparison)
        drawn = list(figures(comparison))
        page = render(comparison, title=title, question=question, drawn=drawn)
        write_with_figures(folder, page, drawn)
    return Path(path)
