"""Figures of attribution models: credits with intervals, models side by side, transitions."""

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import check_choice
from omnisim.attribution import AttributionModel, Bootstrap, MarkovAttribution
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys
from omnisim.journeys.journeys import check_journeys
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, zero_line
from omnisim.plot.theme import INK, NEUTRAL, SOFT_INK, VARIANT, WIDTH, new_axes, themed
from omnisim.plot.wording import clean, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["credit", "journey_length", "model_comparison", "time_to_conversion", "transitions"]

MODEL_COLORS = ("#2c4a73", "#2a8f95", "#d99a2b", "#b9573f", "#8067a9", "#7b8794", "#6f93c4",
                "#a9b2bc")  # fmt: skip
MARKERS = "oD"
"""The first models are dots; those beyond the colors, diamonds in the same ones."""

UNITS = {
    "credit": ("conversions credited", 0),
    "value_credit": ("value credited", 0),
    "removal_effect": ("share of conversions lost without it", 3),
    "value_removal_effect": ("share of value lost without it", 3),
}
"""What a quantity is counted in, and the digits after the point to write."""

ROW = 0.34
"""Inches of a row."""


@themed
def credit(
    result: AttributionModel | Bootstrap, *, quantity: str = "credit", ax: "Axes | None" = None
) -> "Axes":
    """Draw what each channel is credited with, the most first; intervals where they are known.

    Parameters
    ----------
    result : AttributionModel or Bootstrap
        Fitted model, or its bootstrap.
    quantity : {"credit", "value_credit", "removal_effect", "value_removal_effect"}
        The last two of Markov models only.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes

    Raises
    ------
    ParameterError
        If the model has no such quantity.
    """
    unit, digits = UNITS[check_choice("quantity", quantity, UNITS)]
    if isinstance(result, Bootstrap):
        frame = result.to_frame(quantity)
    else:
        amount = getattr(result, f"{quantity}_", None)
        if amount is None:
            raise ParameterError(f"result has no {quantity}: it is {result!r}.")
        frame = pd.DataFrame({"estimate": amount, "ci_low": np.nan, "ci_high": np.nan})
    frame = frame.sort_values("estimate", ascending=False, kind="stable")
    ax = ax or new_axes(WIDTH, 0.8 + ROW * len(frame))
    for y, row in enumerate(frame.itertuples()):
        ax.barh(y, row.estimate, height=0.6, color=VARIANT, alpha=0.85, zorder=2)
        whisker(ax, y, row.ci_low, row.ci_high)
    lay_rows(ax, [clean(name) for name in frame.index], unit=unit)
    drawn = frame[["estimate", "ci_low", "ci_high"]].to_numpy().ravel()
    widen(ax, [0.0, *drawn])
    _begin_at_zero(ax, drawn)
    values_right(ax, [number(value, digits) for value in frame["estimate"]])
    return ax


def _begin_at_zero(ax: "Axes", drawn: npt.NDArray[np.float64]) -> None:
    """Let the scale begin at 0; where something is negative, mark 0 instead."""
    if (drawn < 0).any():
        zero_line(ax)
    else:
        ax.set_xlim(left=0.0)


@themed
def model_comparison(table: pd.DataFrame, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the share of each channel under each model, a dot a model.

    Parameters
    ----------
    table : DataFrame of shape (n_channels, n_models)
        As `omnisim.attribution.compare_models` returns it; at most 16 models.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if not isinstance(table, pd.DataFrame):
        raise ParameterError(f"table must be a DataFrame, of compare_models. Got {table!r}.")
    looks = [(marker, color) for marker in MARKERS for color in MODEL_COLORS]
    if not 1 <= table.shape[1] <= len(looks):
        raise ParameterError(f"table must have 1 to {len(looks)} models. Got {table.shape[1]}.")
    share = 100 * table / table.sum()
    share = share.loc[share.mean(axis=1).sort_values(ascending=False, kind="stable").index]
    ax = ax or new_axes(WIDTH, 0.8 + ROW * len(share) + 0.2 * math.ceil(share.shape[1] / 2))
    for y, row in enumerate(share.to_numpy()):
        ax.plot([row.min(), row.max()], [y, y], color=NEUTRAL, linewidth=1.0, zorder=1.6)
    for (marker, color), name in zip(looks, share.columns, strict=False):
        ax.plot(share[name], np.arange(len(share)), marker, color=color,
                markersize=5 if marker == "o" else 4, label=clean(name))  # fmt: skip
    lay_rows(ax, [clean(name) for name in share.index], unit="% of conversions")
    _begin_at_zero(ax, share.to_numpy())
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.4, 0.0), borderaxespad=4.5, ncols=2, frameon=False,
        fontsize=8, labelcolor=SOFT_INK,
    )  # fmt: skip
    return ax


@themed
def transitions(model: MarkovAttribution, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the transition probabilities of a first-order model as a heat map.

    Parameters
    ----------
    model : MarkovAttribution
        Fitted, of order 1.
    ax : Axes, optional

    Returns
    -------
    Axes
        Rows lead to columns.
    """
    if not isinstance(model, MarkovAttribution):
        raise ParameterError(f"model must be a fitted MarkovAttribution. Got {model!r}.")
    if model.chain_.order != 1:
        raise ParameterError(f"model must be of order 1. Got {model.chain_.order}.")
    matrix = model.transition_matrix_.iloc[:-2, 1:]
    n_rows, n_columns = matrix.shape
    ax = ax or new_axes(max(WIDTH, 1.6 + 0.32 * n_columns), 1.5 + 0.28 * n_rows)
    ax.imshow(matrix, cmap="Blues", vmin=0.0, vmax=float(matrix.to_numpy().max()), aspect="auto")
    ax.set_xticks(range(n_columns), [clean(c) for c in matrix.columns], rotation=90)
    ax.set_yticks(range(n_rows), [clean(c) for c in matrix.index])
    for (y, x), p in np.ndenumerate(matrix.to_numpy()):
        if p >= 0.005:
            dark = p > 0.6 * matrix.to_numpy().max()
            ax.text(x, y, f"{100 * p:.0f}", ha="center", va="center", fontsize=6.5,
                    color="white" if dark else INK)  # fmt: skip
    ax.set_xlabel("to, % of steps")
    ax.set_ylabel("from")
    ax.grid(visible=False)
    return ax


@themed
def journey_length(journeys: Journeys, *, ax: "Axes | None" = None) -> "Axes":
    """Draw how many touchpoints journeys have, those that convert and those that do not.

    Returns
    -------
    Axes
        Shares of journeys by length; the last bar holds the longest 1 % and more.

    Raises
    ------
    TableError
        If there is no journey.
    """
    check_journeys(journeys)
    weights = {"converted": journeys.n_conversions, "not": journeys.n_nulls}
    whole = journeys.n_conversions + journeys.n_nulls
    if not whole.any():
        raise TableError(f"There is no journey to draw. Got {journeys!r}.")
    ax = ax or new_axes(WIDTH, 2.6)
    counts = np.bincount(journeys.length, weights=whole)
    top = int(np.searchsorted(np.cumsum(counts), 0.99 * counts.sum()))
    length = np.minimum(journeys.length, top)
    for (name, weight), color, shift in zip(
        weights.items(), (VARIANT, NEUTRAL), (-0.2, 0.2), strict=True
    ):
        share = np.bincount(length, weights=weight, minlength=top + 1)[1:]
        share = 100 * share / (share.sum() or 1.0)
        ax.bar(np.arange(1, top + 1) + shift, share, width=0.4, color=color, label=name)
    ax.set_xlabel(f"touchpoints (the last bar: {top} and more)")
    ax.set_ylabel("% of journeys")
    ax.legend(frameon=False, fontsize=8)
    return ax


@themed
def time_to_conversion(journeys: Journeys, *, ax: "Axes | None" = None) -> "Axes":
    """Draw how long it takes from the first touchpoint to the conversion.

    Returns
    -------
    Axes

    Raises
    ------
    ParameterError
        If the journeys have no times.
    TableError
        If none converts.
    """
    check_journeys(journeys)
    if journeys.time is None or journeys.end is None:
        raise ParameterError("journeys must have times; read them with Journeys.from_events.")
    converted = journeys.n_conversions > 0
    if not converted.any():
        raise TableError(f"There is no conversion to draw. Got {journeys!r}.")
    count = journeys.n_conversions[converted]
    days = (journeys.end - journeys.time[journeys.offset[:-1]])[converted]
    ax = ax or new_axes(WIDTH, 2.4)
    ax.hist(days, bins=30, weights=100.0 * count / count.sum(), color=VARIANT)
    ax.set_xlabel("days from the first touchpoint to the conversion")
    ax.set_ylabel("% of conversions")
    return ax
