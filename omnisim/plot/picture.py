"""A figure that shows itself in a notebook and is saved to the same bytes each time."""

import io
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from omnisim.plot.theme import RC

SAME_BYTES = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
"""Metadata that would change from run to run, left out."""


class Picture(Figure):
    """A matplotlib figure without pyplot: nothing global, nothing to close.

    ``om.plot.flow(versus).figure`` at the end of a notebook cell shows it.
    """

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as `matplotlib.figure.Figure.savefig` does, in the theme and without a date."""
        kind = options.get("format") or Path(str(fname)).suffix.removeprefix(".")
        options.setdefault("metadata", SAME_BYTES.get(kind))
        with rc_context(RC):
            super().savefig(fname, **options)

    def to_svg(self) -> str:
        """Return the figure as an SVG document."""
        file = io.BytesIO()
        self.savefig(file, format="svg")
        return file.getvalue().decode("utf-8")

    def _repr_svg_(self) -> str:
        return self.to_svg()
