"""What ``omnisim attribute`` reads: the options that say what a file holds, and the reading."""

import argparse
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnisim._validation import suggest
from omnisim.exceptions import OmnisimWarning, ParameterError, TableError
from omnisim.journeys import (
    EventColumns,
    JourneyRules,
    Journeys,
    Shards,
    stream_events,
    stream_paths,
)
from omnisim.journeys.csv_tables import CsvColumns
from omnisim.journeys.events import COMMON_NAMES, event_layout, find_event_columns
from omnisim.journeys.paths import COMMON_NAMES as PATH_NAMES
from omnisim.journeys.paths import find_path_columns, path_layout
from omnisim.journeys.stream import read_columns
from omnisim.journeys.tables import as_table, decode, find_column, table_errors

__all__ = ["Source", "declare_input", "read_groups"]

PATH_COLUMNS = {"--path": "path", "--nulls": "n_nulls"}
EVENT_COLUMNS = {"--shopper": "shopper", "--time": "time", "--channel": "channel",
                 "--event": "kind"}  # fmt: skip
"""Options of columns that only one kind of file has, and what the readers call these."""

PATH_OPTIONS = {"--separator": "separator", "--empty": "empty"}
EVENT_OPTIONS = {"--converting": "converting", "--touching": "touching"}
RULES = {"--lookback": "lookback_days", "--gap": "gap_days", "--split": "split"}
ONLY = {"paths": PATH_COLUMNS | PATH_OPTIONS, "events": EVENT_COLUMNS | EVENT_OPTIONS | RULES}


def declare_input(parser: argparse.ArgumentParser) -> None:
    """Declare the file and the options that say what it holds."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="CSV, Parquet or Arrow file of paths or events, or folder of Parquet files",
    )
    parser.add_argument(
        "--kind", choices=("paths", "events"),
        help="what the file holds; told from the other options or its columns",
    )  # fmt: skip
    both = parser.add_argument_group("columns and channels, of paths and events")
    both.add_argument("--conversions", metavar="COLUMN", help="how many; the usual name by default")
    both.add_argument(
        "--value", metavar="COLUMN", help="of the conversions; may be missing in rows without any"
    )
    both.add_argument(
        "--repeats", choices=("keep", "collapse"), default="keep",
        help="collapse: a channel that follows itself is one touchpoint",
    )  # fmt: skip
    both.add_argument(
        "--group", nargs="+", default=[], metavar="CHANNEL=GROUP",
        help="rename or join channels; or a file with the columns channel and group",
    )  # fmt: skip
    _declare_paths(parser.add_argument_group("paths"))
    _declare_events(parser.add_argument_group("events"))


def _declare_paths(group: Any) -> None:
    for option in PATH_COLUMNS:
        group.add_argument(option, metavar="COLUMN")
    group.add_argument("--separator", metavar="TEXT", help=r"between channels: >; \t is a tab")
    group.add_argument("--empty", choices=("error", "drop"), help="rows without a path")


def _declare_events(group: Any) -> None:
    for option in EVENT_COLUMNS:
        group.add_argument(option, metavar="COLUMN")
    group.add_argument(
        "--converting", nargs="+", metavar="EVENT", help="events that are conversions"
    )
    group.add_argument("--touching", nargs="+", metavar="EVENT", help="events that are touchpoints")
    group.add_argument(
        "--lookback", type=float, metavar="DAYS", help="of a conversion: 30 by default"
    )
    group.add_argument("--gap", type=float, metavar="DAYS", help="a longer silence ends a journey")
    group.add_argument(
        "--split", choices=("conversion", "shopper"),
        help="what a journey ends with: a conversion, or the shopper's history",
    )  # fmt: skip


class Groups(dict[str, str]):
    """The group of each channel, which remembers the channels that were looked up.

    Parameters
    ----------
    groups : mapping of str to str
    named : collection of str
        Channels that were named one by one; a file may name more than there are.
    """

    def __init__(self, groups: Mapping[str, str], named: Collection[str]) -> None:
        super().__init__(groups)
        self.named = named
        self.met: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """Return the group of a channel that was met."""
        self.met.add(name)
        return super().get(name, default)

    def warn_of_unmet(self) -> None:
        """Warn of channels that were named and never met."""
        for name in self.named:
            if name not in self.met:
                warnings.warn(
                    f"--group: there is no channel {name!r}.{suggest(name, self.met)}",
                    OmnisimWarning,
                    stacklevel=2,
                )


@dataclass(frozen=True)
class Source:
    """A file and how to read it.

    Parameters
    ----------
    file : str
    kind : {"paths", "events"}
    options : mapping
        Of `Journeys.from_paths` or `Journeys.from_events`.
    groups : Groups
        The name that each channel gets; for events it is among the options as well.
    collapse : bool
        Whether to collapse repeated touchpoints, for paths; for events the rules say it.
    """

    file: str
    kind: str
    options: Mapping[str, Any]
    groups: Groups
    collapse: bool

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> "Source":
        """Return what the arguments of the command say."""
        kind = _kind(arguments)
        groups, collapse = read_groups(arguments.group), arguments.repeats == "collapse"
        if kind == "paths":
            columns = _given(arguments, PATH_COLUMNS | PATH_OPTIONS) | _given(
                arguments, {"--conversions": "n_conversions", "--value": "value"}
            )
            if "separator" in columns:
                columns["separator"] = columns["separator"].replace(r"\t", "\t")
            return cls(arguments.file, kind, columns, groups, collapse)
        columns = _given(arguments, EVENT_COLUMNS | EVENT_OPTIONS) | _given(
            arguments, {"--conversions": "conversion", "--value": "value"}
        )
        options = {
            "columns": EventColumns(**columns),
            "rules": JourneyRules(repeats=arguments.repeats, **_given(arguments, RULES)),
            "channels": groups,
        }
        return cls(arguments.file, kind, options, groups, False)

    def read(self, progress: Callable[[int], None]) -> Journeys:
        """Read the file at once; `progress` is called with the bytes just read."""
        if self.kind == "events":
            layout = event_layout(self.options["columns"])
            table = as_table(self.file, progress=progress, layout=layout)
            return Journeys.from_events(table, **self.options)
        layout = path_layout({key: self.options.get(key) for key in PATH_NAMES})
        table = as_table(self.file, progress=progress, layout=layout)
        return self._changed(Journeys.from_paths(table, **self.options))

    def stream(self, shards: Shards | None) -> Iterator[Journeys]:
        """Yield the journeys of the file in batches."""
        if self.kind == "events":
            return stream_events(self.file, shards=shards, **self.options)
        return map(self._changed, stream_paths(self.file, **self.options))

    def _changed(self, journeys: Journeys) -> Journeys:
        journeys = journeys.regroup(self.groups) if self.groups else journeys
        return journeys.collapse() if self.collapse else journeys


def _given(arguments: argparse.Namespace, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the options that were given, under the names of the readers."""
    found = {name: getattr(arguments, option[2:]) for option, name in names.items()}
    return {name: value for name, value in found.items() if value is not None}


def _kind(arguments: argparse.Namespace) -> str:
    """Return what the file holds: as said, as the columns named imply, or as its columns tell."""
    given = {kind: [o for o in options if getattr(arguments, o[2:]) is not None]
             for kind, options in ONLY.items()}  # fmt: skip
    columns = {"paths": PATH_COLUMNS, "events": EVENT_COLUMNS}
    implied = (kind for kind in ONLY if set(given[kind]) & set(columns[kind]))
    kind, have = arguments.kind or next(implied, None), None
    if kind is None:
        have = read_columns(arguments.file)
        kind = _told({name.lower() for name in have})
    for other, options in given.items():
        if options and other != kind:
            raise ParameterError(
                f"{options[0]} goes with a file of {other}. Got one of {kind}: leave the option "
                f"out, or pass --kind {other}."
            )
    if have is not None:
        _check_columns(arguments, kind, have)
    return str(kind)


def _told(have: Set[str]) -> str:
    """Return what a file with these columns, in lower case, holds; a path may have a date."""
    is_log = all(have & set(COMMON_NAMES[key]) for key in ("shopper", "time", "channel"))
    has_time, has_path = have & set(COMMON_NAMES["time"]), have & set(PATH_NAMES["path"])
    return "events" if is_log or (has_time and not has_path) else "paths"


def _check_columns(arguments: argparse.Namespace, kind: str, have: Sequence[str]) -> None:
    """Raise TableError that names the other kind, if the columns lack one of the kind told."""
    try:
        if kind == "events":
            find_event_columns(have, EventColumns())
        else:
            find_path_columns(have, _given(arguments, {"--conversions": "n_conversions"}))
    except TableError as error:
        other = "paths" if kind == "events" else "events"
        raise TableError(
            f"{arguments.file}, taken for a file of {kind} by its columns: {error} If it holds "
            f"{other}, pass --kind {other}."
        ) from error


def read_groups(words: Sequence[str]) -> Groups:
    """Return the group of each channel, from ``CHANNEL=GROUP`` and from files.

    Raises
    ------
    ParameterError
        If a word is neither, or a channel would be in two groups.
    TableError
        If a file cannot be read, or lacks a column or a name.
    """
    groups: dict[str, str] = {}
    named: list[str] = []
    for word in words:
        name, sign, group = (part.strip() for part in word.rpartition("="))
        if Path(word).is_file():
            pairs = _read_pairs(word)
        elif sign and name and group:
            pairs = [(name, group)]
            named.append(name)
        else:
            raise ParameterError(
                "--group takes CHANNEL=GROUP, or a file with the columns channel and group. Got "
                f"{word!r}."
            )
        for name, group in pairs:
            if groups.setdefault(name, group) != group:
                raise ParameterError(
                    f"--group must put a channel into one group. Got {groups[name]!r} and "
                    f"{group!r} for {name!r}."
                )
    return Groups(groups, named)


def _read_pairs(file: str) -> list[tuple[str, str]]:
    def layout(have: Sequence[str]) -> CsvColumns:
        for name in ("channel", "group"):
            find_column(file, have, name, (name,), required=True)
        return CsvColumns(("channel", "group"))

    with table_errors(file):
        table = as_table(file, layout=layout)
        columns = []
        for name in ("channel", "group"):
            column = decode(table[name])
            columns.append([str(value).strip() for value in column.to_pylist()])
            if column.null_count or not all(columns[-1]):
                raise ParameterError(f"{file}: {name} must not be missing or blank.")
    return list(zip(*columns, strict=True))
