"""Find the line of every key of a TOML text; the standard parser keeps none."""

import re
from bisect import bisect_right

from omnisim.config.names import Path

SPACE = re.compile(r"[ \t]*+")
BLANK = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
REST_OF_LINE = re.compile(r"[^\n]*+")
KEY = re.compile(r"""[A-Za-z0-9_-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+'""")
STRING = re.compile(
    r'"""(?:\\.|[^\\])*?""""{0,2}|' r"'''.*?''''{0,2}|" r'"(?:\\.|[^"\\\n])*+"|' r"'[^'\n]*+'",
    re.DOTALL,
)
SCALAR = re.compile(r"[^,\]}#\n]++")
ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[btnfr"\\])')
ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def key_lines(text: str) -> dict[Path, int]:
    r"""Map each key's path to the line, from 1, on which it is first written.

    Parameters
    ----------
    text : str
        Valid TOML with ``\n`` line ends; anything else gives wrong lines, or RecursionError.

    Examples
    --------
    >>> key_lines("[a]\nb = 1\nc = {d = [2]}\n")
    {('a',): 1, ('a', 'b'): 2, ('a', 'c'): 3, ('a', 'c', 'd'): 3, ('a', 'c', 'd', 0): 3}
    """
    return _Walk(text).lines


class _Walk:
    """One pass over a text; `at` is the position that is read next."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.ends = [m.start() for m in re.finditer("\n", text)]
        self.lines: dict[Path, int] = {}
        self.n_tables: dict[Path, int] = {}
        table: Path = ()
        self.skip(BLANK)
        while self.at < len(text):
            start = self.at
            if text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(REST_OF_LINE)
            self.skip(BLANK)
            if self.at == start:
                break  # not TOML

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Move past `pattern` if it stands here, and return what it took."""
        found = pattern.match(self.text, self.at)
        if not found:
            return ""
        self.at = found.end()
        return found.group()

    def mark(self, path: Path) -> None:
        line = bisect_right(self.ends, self.at - 1) + 1
        for n in range(1, len(path) + 1):
            self.lines.setdefault(path[:n], line)

    def header(self) -> Path:
        is_array = self.text.startswith("[[", self.at)
        self.at += 1 + is_array
        path: Path = ()
        keys = self.keys()
        for n, key in enumerate(keys, start=1):
            path = (*path, key)
            if is_array and n == len(keys):
                self.n_tables[path] = self.n_tables.get(path, 0) + 1
            if path in self.n_tables:
                path = (*path, self.n_tables[path] - 1)
        self.mark(path)
        return path

    def keys(self) -> list[str]:
        """Read a dotted key."""
        keys = []
        while True:
            self.skip(SPACE)
            keys.append(_plain(self.skip(KEY)))
            self.skip(SPACE)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def pair(self, table: Path) -> None:
        path = (*table, *self.keys())
        self.mark(path)
        self.at += 1  # the equals sign
        self.skip(SPACE)
        self.value(path)

    def value(self, path: Path) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.items(path, "]")
        elif opening == "{":
            self.items(path, "}")
        elif not self.skip(STRING):
            self.skip(SCALAR)

    def items(self, path: Path, closing: str) -> None:
        """Read the items of an array, or the pairs of an inline table."""
        self.at += 1
        n = 0
        self.skip(BLANK)
        while self.at < len(self.text) and self.text[self.at] != closing:
            start = self.at
            if closing == "}":
                self.pair(path)
            else:
                self.mark((*path, n))
                self.value((*path, n))
            n += 1
            self.skip(BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip(BLANK)
            if self.at == start:
                return  # not TOML
        self.at += 1


def _plain(key: str) -> str:
    if key.startswith('"'):
        return ESCAPE.sub(_unescaped, key[1:-1])
    return key[1:-1] if key.startswith("'") else key


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    return ESCAPED[code] if code in ESCAPED else chr(int(code[1:], 16))
