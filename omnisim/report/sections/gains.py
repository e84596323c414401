"""What each capability reallocates, and what it creates."""

from omnisim import plot
from omnisim.experiment import CapabilityGains
from omnisim.experiment.capability_gains import MEASURES, SUM
from omnisim.experiment.intervals import INTERVAL
from omnisim.experiment.split import MARGIN_MIX, MOVED
from omnisim.plot.wording import percent, title
from omnisim.report.sections.section import (
    Grid,
    Section,
    basis,
    cell,
    drawing,
    n_shoppers_of,
    with_interval,
)
from omnisim.report.tables import Row

COLUMNS = {
    "revenue": (*(name for name in MEASURES["revenue"] if name != MOVED), SUM, MOVED),
    "profit": (*MEASURES["profit"], SUM),
}


def gains_section(found: CapabilityGains) -> Section:
    """Return the sources of the revenue and the profit that each capability brings."""
    kinds = list(dict.fromkeys(found.gains["kind"]))
    n = found.samples["replication"].nunique()
    return Section(
        "gains",
        "What each capability reallocates, and what it creates",
        (
            "The estimand is the difference in revenue, and in profit, that a capability makes, by "
            "where it comes from: each need of each shopper is followed through the firm without "
            "and with the capability, in € per shopper and year. Revenue that only changed own "
            "channel is no gain, although the channel that receives it would report one. The "
            "profit of a need is the sum of all that is posted for it; its margin mix is what "
            "another fulfilment, offer, payment by points or return does to a sale that both firms "
            "make, and shared costs belong to no need.",
            basis(n, n_shoppers_of(found.provenance), found.confidence),
            _found(found),
        ),
        [
            (
                drawing("capability-gains", lambda: plot.capability_gains(found), _found(found)),
                f"Added first: revenue from rivals, and revenue that only changed own channel, "
                f"with {percent(found.confidence)} intervals.",
            )
        ],
        [_grid(found, kind, measure) for kind in kinds for measure in COLUMNS],
    )


def _found(found: CapabilityGains) -> str:
    return (
        f"All together: revenue {_of(found, SUM)}, of which {_of(found, 'from rivals')} comes from "
        f"rivals and {_of(found, 'new')} from needs that had gone unmet; {_of(found, MOVED)} only "
        f"changed own channel. Profit changes by {_of(found, SUM, 'profit')}, of which "
        f"{_of(found, MARGIN_MIX, 'profit')} is margin mix."
    )


def _of(found: CapabilityGains, source: str, measure: str = "revenue") -> str:
    """Write a part of what all capabilities together bring."""
    table = found.gains
    kept = (table["capability"] == "all") & (table["measure"] == measure)
    row = table[kept & (table["source"] == source)].iloc[0]
    return cell(row, names=("difference", *INTERVAL))


def _grid(found: CapabilityGains, kind: str, measure: str) -> Grid:
    table = found.gains[(found.gains["kind"] == kind) & (found.gains["measure"] == measure)]
    names = list(dict.fromkeys(table["capability"]))
    cells = {
        (row.capability, row.source): with_interval(row.difference, row.ci_low, row.ci_high)
        for row in table.itertuples()
    }
    return Grid(
        f"{title(kind)}: difference in {measure} by source, € per shopper and year, with "
        f"{percent(found.confidence)} intervals",
        ("Capability", *map(title, COLUMNS[measure])),
        [
            Row(
                title(name),
                [cells[name, source] for source in COLUMNS[measure]],
                is_total=name == "all",
            )
            for name in names
        ],
    )
