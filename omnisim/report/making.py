"""Make a page of a template, and write it whole or not at all, alone or with its figures."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from omnisim.report.figures import Figure

FOLDER = Path(__file__).parent


def made_page(template: str, figures: Iterable[Figure], shown: Mapping[str, Any]) -> str:
    """Return a page as HTML.

    Parameters
    ----------
    template : str
        File name of a template of this package.
    figures : iterable of Figure
        What stands on the page; the template finds each by its name in ``pictures``.
    shown : mapping
        Everything else that the template shows.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    # The SVG is made by matplotlib, which escapes every text in it.
    pictures = {figure.name: Markup(figure.inline()) for figure in figures}
    return environment.get_template(template).render(shown, pictures=pictures)


def write_whole(target: Path, page: str) -> Path:
    """Write a page beside its place, then put it there: a reader finds the old one or the new."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        made = Path(folder) / target.name
        made.write_text(page, encoding="utf-8", newline="\n")
        made.replace(target)
    return target


def write_with_figures(folder: Path, page: str, figures: Iterable[Figure]) -> None:
    """Write ``report.html`` and ``figures/`` as SVG and PNG into the folder of a study."""
    (folder / "figures").mkdir()
    for figure in figures:
        file = folder / "figures" / figure.name
        file.with_suffix(".svg").write_text(figure.svg, encoding="utf-8", newline="\n")
        figure.picture.savefig(file.with_suffix(".png"))
    (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
