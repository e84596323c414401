"""The figures of a study: what is drawn, under which name, with which text beside it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import omnisim.plot as plot
from omnisim.experiment import Comparison
from omnisim.plot.attribution import LEVEL_TITLES
from omnisim.plot.flow import ARMS
from omnisim.plot.groups import group_rows
from omnisim.plot.wording import clean
from omnisim.report import sentences
from omnisim.report.svg import inline_svg

if TYPE_CHECKING:
    from omnisim.plot.picture import Picture


@dataclass(frozen=True)
class Figure:
    """A figure: how it is drawn, and what it shows in words. It is drawn once, when needed."""

    name: str
    draw: Callable[[], "Picture"]
    alt: str

    @cached_property
    def picture(self) -> "Picture":
        """The drawn figure."""
        return self.draw()

    @cached_property
    def svg(self) -> str:
        """The figure as an SVG document."""
        return self.picture.to_svg()

    def inline(self) -> str:
        """Return the figure as an SVG element for a page."""
        return inline_svg(self.svg, name=self.name, alt=self.alt)


def figures(comparison: Comparison) -> Iterator[Figure]:
    """Yield the figures of a comparison that has the numbers for them."""
    c = comparison

    def figure(name: str, function: Callable[..., object], alt: str, **how: object) -> Figure:
        return Figure(name, lambda: function(c, **how).figure, alt)  # type: ignore[attr-defined]

    first = f"{sentences.headline(c)} {sentences.cost_of_change(c)}"
    yield figure("headline", plot.headline, first)
    flows = [
        f"{clean(who)}: {sentences.ends(c, arm)}" for who, arm in zip(c.names, ARMS, strict=True)
    ]
    yield figure("flow", plot.flow, f"Flow of journeys. {' '.join(flows)}")
    for arm, alt in zip(ARMS, flows, strict=True):
        yield figure(f"flow-{arm}", plot.flow, f"Flow of journeys. {alt}", arms=(arm,))
    yield figure("sales", plot.sales_by_channel, "Revenue by channel in both firms, as bars with "
                 "intervals; the numbers are in the table of all metrics.")  # fmt: skip
    yield figure("gain", plot.gain, sentences.gain(c))
    yield figure("difference", plot.difference, "The change of each account line as a bar, from "
                 "one profit to the other; the table beside it has the numbers.")  # fmt: skip
    yield figure("replications", plot.replications, "The paired difference in profit of each "
                 "replication as a dot, with their mean and interval.")  # fmt: skip
    yield figure("premium", plot.premium, " ".join(sentences.premium(c)))
    for level in dict.fromkeys(c.attribution["level"]):
        seen = LEVEL_TITLES.get(level, clean(level))
        alt = f"{seen}. Share of conversions by channel, model and firm."
        yield figure(f"attribution-{level.lower()}", plot.attribution, alt, level=level)
    if c.metrics["group"].str.startswith("segment ").any():
        yield figure("segments", plot.segments, sentences.segments(c))
    if len(group_rows(c, "shopper contribution")):
        yield figure("groups", plot.groups, sentences.groups(c))
