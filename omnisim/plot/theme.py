"""Colours, type and canvas of every figure; nothing here changes matplotlib for others."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

P = ParamSpec("P")
R = TypeVar("R")

INK = "#1d2733"
SOFT_INK = "#5b6673"
RULE = "#d5dae0"
GRID = "#eceff2"
PAPER = "#ffffff"
WIDTH = 4.0
"""Inches of a figure: narrow enough that its type stays legible on a telephone."""

BASELINE = "#a5641f"
VARIANT = "#0e6e78"
ARM_COLORS = {"baseline": BASELINE, "variant": VARIANT}
GAIN = "#0e6e78"
LOSS = "#a8413a"
NEUTRAL = "#8a94a0"

PLACE_COLORS = {
    "store": "#2c4a73",
    "website": "#2a8f95",
    "app": "#8067a9",
    "email": "#d99a2b",
    "search": "#b9573f",
    "display": "#7b8794",
    "rival's site": "#9aa4af",
    "social network": "#5b8c5a",
    "telephone": "#c9879a",
}
"""Told apart with any colour vision: they differ in lightness, and all are labelled."""

END_COLORS = {
    "bought in store": "#2c4a73",
    "ordered by staff": "#6f93c4",
    "bought on website": "#2a8f95",
    "bought in app": "#8067a9",
    "click and collect": "#d99a2b",
    "online rival": "#a9b2bc",
    "local rival": "#c3cad1",
    "not bought": "#dde2e7",
}

RC: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": RULE,
    "axes.facecolor": PAPER,
    "axes.labelcolor": SOFT_INK,
    "axes.labelsize": 8.5,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": RULE,
    "xtick.labelcolor": SOFT_INK,
    "xtick.labelsize": 8.5,
    "ytick.color": RULE,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9.0,
    "ytick.left": False,
    "grid.color": GRID,
    "figure.facecolor": PAPER,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "omnisim",
    "path.simplify": False,
}
"""The font is matplotlib's own, so that a figure is laid out alike on every machine."""


def themed(function: Callable[P, R]) -> Callable[P, R]:
    """Let a plot function draw in this theme without touching the global settings."""

    @wraps(function)
    def draw(*args: P.args, **kwargs: P.kwargs) -> R:
        from matplotlib import rc_context

        with rc_context(RC):
            return function(*args, **kwargs)

    return draw


def sure_color(low: float, high: float) -> str:
    """Return the colour of a gain or a loss where the whole interval is one, else a neutral one."""
    return GAIN if low > 0 else LOSS if high < 0 else NEUTRAL


def new_axes(width: float, height: float) -> "Axes":
    """Return axes on a new figure, apart from pyplot's.

    Parameters
    ----------
    width, height : float
        Size of the figure in inches.
    """
    from omnisim.plot.picture import Picture

    return Picture(figsize=(width, height), layout="constrained").add_subplot()
