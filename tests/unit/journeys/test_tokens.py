"""The tokenizer of paths against Python's own split and strip."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.exceptions import TableError
from omnisim.journeys import Journeys

SPACE = " \t\n\r\v\f"


def oracle(path, separator):
    """Return the channels of a path, none where it is blank; None where a channel is."""
    path = path.strip(SPACE)
    names = [name.strip(SPACE) for name in path.split(separator)] if path else []
    return names if all(names) else None


def read(paths, separator=">"):
    """Return the channels of every row."""
    table = {"path": pa.chunked_array([paths]), "n_conversions": [1] * len(paths)}
    journeys = Journeys.from_paths(table, separator=separator, empty="drop")
    names = np.array(journeys.channel_names, dtype=object)[journeys.channel]
    return [part.tolist() for part in np.split(names, journeys.offset[1:-1])]


pieces = st.sampled_from(
    ["a", "b", "\x00", "a\x00", " ", "  ", "\t", ">", ">>", " > ", "-", "x" * 15, "x" * 16,
     "y" * 17, "é", "渠", "z" * 63]
)  # fmt: skip


@given(
    st.lists(st.lists(pieces, max_size=12).map("".join), min_size=1, max_size=8),
    st.sampled_from(
        [">", " > ", ">>", "->", "é", "\x00", " ", "  ", "\t", "\n", " \t", "\t\t", "> ", "\t>"]
    ),
    st.integers(0, 3),
)
@settings(max_examples=500, deadline=None)
@pytest.mark.filterwarnings("ignore::omnisim.exceptions.SeparatorWarning")
def test_any_text_is_split_as_python_does(paths, separator, skipped):
    expected = [oracle(path, separator) for path in paths]
    array = pa.array(["left out > "] * skipped + paths).slice(skipped)
    if None in expected:
        with pytest.raises(TableError, match=rf"blank channel.* in row {expected.index(None)}\."):
            read(array, separator)
    else:
        kept = [names for names in expected if names]
        assert read(array, separator) == kept or not kept


@pytest.mark.parametrize(
    ("path", "separator", "names"),
    [
        ("paid search\temail \t store", "\t", ["paid search", "email", "store"]),
        ("\ta\tb\t", "\t", ["a", "b"]),
        (" a b ", " ", ["a", "b"]),
        ("a > b", " ", ["a", ">", "b"]),
        ("a  b c   d", "  ", ["a", "b c", "d"]),
        ("a\u00a0b\u00a0c", "\u00a0", ["a", "b", "c"]),
        ("a\nb", "\n", ["a", "b"]),
    ],
)
@pytest.mark.filterwarnings("ignore::omnisim.exceptions.SeparatorWarning")
def test_white_space_separates_as_it_stands(path, separator, names):
    assert read(pa.array([path]), separator) == [names]
    back = Journeys.from_paths(
        {"path": [path], "n_conversions": [1]}, separator=separator
    ).to_paths(separator=separator)
    assert read(back["path"].combine_chunks(), separator) == [names]


@pytest.mark.parametrize(("path", "separator"), [("a\t\tb", "\t"), ("a  b", " "), ("a    b", "  ")])
def test_nothing_but_white_space_between_separators_is_a_blank_channel(path, separator):
    with pytest.raises(TableError, match="blank channel"):
        read(pa.array([path]), separator)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 15, 16, 17, 40])
def test_names_of_every_length_and_place(width):
    rng = np.random.default_rng(width)
    names = [f"{k:x}".rjust(width, "n") for k in range(16)]
    rows = [[names[k] for k in rng.integers(0, 16, n)] for n in rng.integers(1, 30, 200)]
    spaces = [" " * int(k) for k in rng.integers(0, 4, 10_000)]
    text = [">".join(spaces.pop() + name + spaces.pop() for name in row) for row in rows]
    assert read(pa.array(text)) == rows


def test_short_names_need_more_room_than_guessed():
    rows = [["a"] * n for n in (1, 5_000, 3, 2_000)]
    assert read(pa.array([">".join(row) for row in rows])) == rows


def test_more_spellings_than_the_coder_remembers():
    names = [f"c{k}" for k in range(4000)]
    rows = [[name, name] for name in names]
    text = [f"{name} > {name}" for name in names]
    assert read(pa.array(text + text)) == rows + rows


def test_text_that_ends_with_its_memory():
    text = b"ab>a"
    column = pa.Array.from_buffers(
        pa.large_string(), 2, [None, pa.py_buffer(np.array([0, 3, 4])), pa.py_buffer(text)]
    )
    with pytest.raises(TableError, match="blank channel"):
        read(column)
    assert read(column.slice(1)) == [["a"]]
