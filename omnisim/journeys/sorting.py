"""Tell whether a stream of events is sorted by shopper, so that each shopper's lie together."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omnisim.exceptions import TableError
from omnisim.journeys.events import check_shopper

__all__ = ["UNSORTED", "SortedShoppers"]

UNSORTED = "Sort the file, or pass shards=Shards() (on the command line: --unsorted)."
WHOLE = r"^-?[0-9]{1,18}$"  # fits into 64 bits
Flags = npt.NDArray[np.bool_]


class SortedShoppers:
    """Check batch after batch that shoppers rise in one order, numbers' or text's.

    Text may be sorted as text, or as spreadsheets do: whole numbers first, by value. A file may
    begin in both orders; one of them must last, for only then no shopper returns.
    """

    def __init__(self) -> None:
        self._orders: list[Callable[[pa.Array], Flags]] = [_falls_as_text, _falls_as_numbers]

    def changes(self, column: pa.ChunkedArray, row: int) -> Flags:
        """Return which events are the first of a shopper; the column's first one is.

        Raises
        ------
        TableError
            If a shopper is missing, or shoppers are not sorted; the first is in row `row`.
        """
        check_shopper(column, row)
        changes = np.ones(len(column), dtype=bool)
        if pa.types.is_integer(column.type):
            code = column.to_numpy()
            changes[1:] = code[1:] != code[:-1]
            falls = np.flatnonzero(code[1:] < code[:-1]) + 1
            at = int(falls[0]) if len(falls) else None
        else:
            text = column.cast(pa.large_string()).combine_chunks()
            changes[1:] = np.asarray(pc.not_equal(text[1:], text[:-1]))
            at = self._first_fall(text, np.flatnonzero(changes))
        if at is not None:
            raise TableError(
                f"events must be sorted by shopper, then time. Shoppers fall at row {row + at}. "
                f"{UNSORTED}"
            )
        return changes

    def _first_fall(self, text: pa.Array, first: npt.NDArray[np.int64]) -> int | None:
        """Return where the last order ends, if none is left; `first` rows begin a shopper."""
        names = text.take(pa.array(first))
        kept, ends = [], []
        for falls in self._orders:
            wrong = falls(names)
            if wrong.any():
                ends.append(int(first[1 + int(wrong.argmax())]))
            else:
                kept.append(falls)
        self._orders = kept
        return None if kept else max(ends)


def _falls_as_text(names: pa.Array) -> Flags:
    return np.asarray(pc.less(names[1:], names[:-1]))


def _falls_as_numbers(names: pa.Array) -> Flags:
    """Return where names fall: whole numbers come first, by value, then by text."""
    is_whole = pc.match_substring_regex(names, WHOLE)
    value = np.asarray(pc.if_else(is_whole, names, "0").cast(pa.int64()))
    is_text = ~np.asarray(is_whole)
    level = is_text[1:] == is_text[:-1]
    same = level & (value[1:] == value[:-1])
    falls = (is_text[1:] < is_text[:-1]) | (level & (value[1:] < value[:-1]))
    return np.asarray(falls | (same & _falls_as_text(names)), dtype=bool)
