"""What each capability reallocates, and what it creates."""

from omnisim import plot
from omnisim.experiment import CapabilityGains
from omnisim.experiment.split import SOURCES
from omnisim.plot.wording import percent, title
from omnisim.report.sections.section import (
    Grid,
    Section,
    basis,
    drawing,
    n_shoppers_of,
    with_interval,
)
from omnisim.report.tables import Row

MOVED = "revenue that changed own channel"
COLUMNS = (*SOURCES, "revenue", MOVED)


def gains_section(found: CapabilityGains) -> Section:
    """Return the sources of the revenue that each capability brings."""
    kinds = list(dict.fromkeys(found.gains["kind"]))
    n = found.samples["replication"].nunique()
    return Section(
        "gains",
        "What each capability reallocates, and what it creates",
        (
            "The estimand is the difference in revenue that a capability makes, by where it comes "
            "from: each need of each shopper is followed through the firm without and with the "
            "capability, in € per shopper and year. Revenue that only changed own channel is no "
            "gain, although the channel that receives it would report one.",
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
        [_grid(found, kind) for kind in kinds],
    )


def _found(found: CapabilityGains) -> str:
    return (
        f"All together: revenue {with_interval(*_of(found, 'all', 'revenue'))}, of which "
        f"{with_interval(*_of(found, 'all', 'from rivals'))} comes from rivals and "
        f"{with_interval(*_of(found, 'all', 'new'))} from needs that had gone unmet; "
        f"{with_interval(*_of(found, 'all', MOVED))} only changed own channel."
    )


def _of(found: CapabilityGains, capability: str, source: str) -> tuple[float, float, float]:
    table = found.gains
    row = table[(table["capability"] == capability) & (table["source"] == source)].iloc[0]
    return float(row["difference"]), float(row["ci_low"]), float(row["ci_high"])


def _grid(found: CapabilityGains, kind: str) -> Grid:
    table = found.gains[found.gains["kind"] == kind]
    names = list(dict.fromkeys(table["capability"]))
    cells = {
        (row.capability, row.source): with_interval(row.difference, row.ci_low, row.ci_high)
        for row in table.itertuples()
    }
    return Grid(
        f"{title(kind)}: difference in revenue by source, € per shopper and year, with "
        f"{percent(found.confidence)} intervals",
        ("Capability", *map(title, COLUMNS)),
        [
            Row(title(name), [cells[name, source] for source in COLUMNS], is_total=name == "all")
            for name in names
        ],
    )
