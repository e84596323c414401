"""Load definitions from TOML files; everything wrong with a file is told at once."""

import pathlib
import re
import tomllib
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from omnisim.config.names import Path
from omnisim.config.positions import key_lines
from omnisim.config.problems import Problem, joined, problems_of
from omnisim.config.replace import overlay
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError

P = TypeVar("P", bound=BaseModel)

LARGEST_FILE = 1_000_000
"""Bytes; the reference scenario has 30,000."""

LONG_KEY = re.compile(
    r"""(?:(?<![\w-])(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){16}""", re.ASCII
)
"""A dotted key of more than 16 parts: `tomllib` takes cubic time over thousands of them."""

CLEARER = {
    "Cannot overwrite a value": "this key was given a value before",
    "Cannot declare": "this table was given before",
    "Expected newline or end of document": "expected the line to end here",
}
"""Plainer words for what `tomllib` says, by its first words."""

POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")


class TomlFile:
    """A TOML file that was read: its values, and the line of each.

    Attributes
    ----------
    path : str
        The file as it was named; it begins every message.
    values : dict
        What `tomllib` makes of it.
    lines : dict of tuple to int
        Line, from 1, of each key and list item.
    """

    def __init__(self, path: str | pathlib.Path) -> None:
        self.path = str(path)
        text = _read(path)
        try:
            if LONG_KEY.search(text):
                raise RecursionError
            self.values: dict[str, Any] = tomllib.loads(text)
            self.lines = key_lines(text.replace("\r\n", "\n"))
            self.lines |= {_split(p): n for p, n in self.lines.items() if "." in str(p)}
        except RecursionError:
            raise ConfigError(f"{self.path}: tables or lists are nested too deeply") from None
        except ValueError as error:
            raise ConfigError(f"{self.path}{_syntax(error, text)}") from None

    def line_of(self, problem: Problem) -> int | None:
        """Return the line of a problem: of its key, or of the first name that its text holds."""
        told: list[Path] = []
        if problem.is_rule:
            told = [tuple(name.group().split(".")) for name in NAME.finditer(problem.text)]
        paths = [problem.path + name for name in told] + told
        paths += [start for name in (*told, problem.path) for start in _starts(name)]
        return next((self.lines[path] for path in paths if path in self.lines), None)

    def error(self, problems: list[Problem]) -> ConfigError:
        """Make one error of all problems, in the order of their lines."""
        placed = sorted(
            ((self.line_of(p), p.text) for p in problems), key=lambda pair: pair[0] or 0
        )
        where = self.path
        return ConfigError(
            joined([f"{where}:{n}: {text}" if n else f"{where}: {text}" for n, text in placed])
        )


def load_scenario(path: str | pathlib.Path) -> Scenario:
    """Load a scenario; fields that the file leaves out keep the values of the reference scenario.

    The segments of a file are all its segments: they replace those of the reference.

    Parameters
    ----------
    path : str or Path
        A TOML file in UTF-8 of at most 1 MB.

    Raises
    ------
    ConfigError
        If the file cannot be read or holds anything that is not allowed. The message has one line
        for each problem: file, line, dotted name, value, and what is allowed or was meant.

    See Also
    --------
    omnisim.config.render.render_toml : Write a scenario with the meaning of every field.
    """
    return load_toml(path, Scenario)


def load_toml(path: str | pathlib.Path, model: type[P]) -> P:
    """Load a definition of any class; see `load_scenario`."""
    return build(TomlFile(path), model)


def build(file: TomlFile, model: type[P]) -> P:
    """Make a definition of a file that was read; see `load_scenario`."""
    try:
        return check(file.values, model)
    except ValidationError as error:
        raise file.error(problems_of(error, model, is_file=True)) from None


def check(values: dict[str, Any], model: type[P]) -> P:
    """Lay `values` over the defaults of `model` and check the whole."""
    defaults = {n: f.default for n, f in model.model_fields.items() if not f.is_required()}
    return model.model_validate(overlay(defaults, values))


def _starts(path: Path) -> list[Path]:
    """List a path, the path above it, and so on up to its first step."""
    return [path[:n] for n in range(len(path), 0, -1)]


def _split(path: Path) -> Path:
    """Read quoted keys as dotted names: ``"stores.n_stores" = 3`` in an arm of an experiment."""
    return tuple(s for step in path for s in (step.split(".") if isinstance(step, str) else [step]))


def _read(path: str | pathlib.Path) -> str:
    try:
        with open(path, "rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"{path}: cannot be read: {reason}") from None
    if len(content) > LARGEST_FILE:
        raise ConfigError(f"{path}: is larger than {LARGEST_FILE:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise ConfigError(f"{path}:{line}: not UTF-8: byte 0x{byte:02x}") from None


def _syntax(error: ValueError, text: str) -> str:
    """Word a syntax error, from the line number on."""
    message = str(error)
    found = POSITION.search(message)
    if not found:
        return ": not valid TOML: an integer has too many digits"
    line = found.group(1) or text.count("\n", 0, len(text.rstrip())) + 1
    column = f" (column {found.group(2)})" if found.group(2) else " (end of file)"
    reason = message[: found.start()]
    plainer = (words for start, words in CLEARER.items() if reason.startswith(start))
    reason = next(plainer, reason[:1].lower() + reason[1:])
    return f":{line}: not valid TOML: {reason}{column}"
