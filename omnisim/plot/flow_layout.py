"""Where the parts of a flow lie: bars of places and ends, and the strands between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from omnisim.plot.theme import END_COLORS, PLACE_COLORS

STAGES = ("first", "last", "end")
ORDER = {
    "first": tuple(PLACE_COLORS),
    "last": tuple(PLACE_COLORS),
    "end": tuple(END_COLORS),
}
GAP = 0.035
"""Space between bars, as a share of the height of the picture."""


@dataclass(frozen=True)
class Bar:
    """A place or an end: `low` to `high` downwards, as shares of the height of the picture."""

    stage: str
    name: str
    journeys: float
    low: float
    high: float


@dataclass(frozen=True)
class Strand:
    """Journeys with one first place, last place and end; they keep their thickness throughout."""

    first: str
    last: str
    end: str
    thickness: float
    tops: Mapping[str, float]


@dataclass(frozen=True)
class Layout:
    """Bars and strands of one arm."""

    bars: Sequence[Bar]
    strands: Sequence[Strand]


def lay_flow(flows: pd.DataFrame, *, scale: float) -> Layout:
    """Place the bars and strands of one arm.

    Parameters
    ----------
    flows : DataFrame
        Columns first, last, end (str) and journeys (per shopper and year) of one arm.
    scale : float
        Height of one journey per shopper and year, the same for all arms that are compared.

    Returns
    -------
    Layout
        In every stage the bars together are as thick as the strands.
    """
    flows = flows[flows["journeys"] > 0]
    bars = [bar for stage in STAGES for bar in _bars(flows, stage, scale)]
    place = {(bar.stage, bar.name): bar.low for bar in bars}
    tops: dict[str, dict[tuple[str, str, str], float]] = {stage: {} for stage in STAGES}
    for stage in STAGES:
        for key, journeys in _sorted_strands(flows, stage):
            name = key[STAGES.index(stage)]
            tops[stage][key] = place[stage, name]
            place[stage, name] += journeys * scale
    strands = [
        Strand(*key, journeys * scale, {stage: tops[stage][key] for stage in STAGES})
        for key, journeys in _sorted_strands(flows, "end")
    ]
    return Layout(bars, strands)


def flow_scale(flows: pd.DataFrame) -> float:
    """Return the scale at which every arm of `flows` fits into height 1."""
    most = flows.groupby("arm")["journeys"].sum().max() if len(flows) else 1.0
    n_bars = max((flows[stage].nunique() for stage in STAGES), default=1)
    return float((1 - GAP * max(n_bars - 1, 0)) / most)


def spread(centers: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Move labels apart as little as possible, so that neighbours keep `gap` and order stays.

    Parameters
    ----------
    centers : sequence of float
        Wanted places, ascending.
    gap : float
        Least distance of neighbours; made smaller if they do not fit.
    low, high : float
        Limits.

    Returns
    -------
    list of float
        Places with the least sum of squared moves (before the limits): isotonic regression, where
        neighbours that would collide move together around their mean.
    """
    gap = min(gap, (high - low) / max(len(centers) - 1, 1))
    blocks: list[list[float]] = []
    for k, center in enumerate(centers):
        blocks.append([center - k * gap])
        while len(blocks) > 1 and _mean(blocks[-2]) > _mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    bottom = high - gap * max(len(centers) - 1, 0)
    starts = [min(max(_mean(block), low), bottom) for block in blocks for _ in block]
    return [start + k * gap for k, start in enumerate(starts)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _rank(stage: str, name: str) -> tuple[int, str]:
    order = ORDER[stage]
    return (order.index(name) if name in order else len(order), name)


def _bars(flows: pd.DataFrame, stage: str, scale: float) -> list[Bar]:
    total = flows.groupby(stage)["journeys"].sum()
    names = sorted(total.index, key=lambda name: _rank(stage, name))
    thickness = float(total.sum()) * scale
    # Bars of a stage share the height that its strands leave over.
    gap = (1 - thickness) / max(len(names) - 1, 1)
    top = 0.0 if len(names) > 1 else gap / 2
    found = []
    for name in names:
        journeys = float(total[name])
        found.append(Bar(stage, name, journeys, top, top + journeys * scale))
        top += journeys * scale + gap
    return found


def _sorted_strands(flows: pd.DataFrame, stage: str) -> list[tuple[tuple[str, str, str], float]]:
    """Return strands in the order in which they leave or reach the bars of a stage."""
    by = {"first": ("first", "last", "end"), "last": ("last", "end", "first"),
          "end": ("end", "last", "first")}[stage]  # fmt: skip
    rows = [
        (tuple(str(v) for v in key), float(journeys))
        for *key, journeys in flows[[*STAGES, "journeys"]].itertuples(index=False)
    ]
    rows.sort(key=lambda row: tuple(_rank(s, row[0][STAGES.index(s)]) for s in by))
    return [((a, b, c), journeys) for (a, b, c), journeys in rows]
