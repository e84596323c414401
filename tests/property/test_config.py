"""Whatever stands in a file, it loads or is answered with a ConfigError; what loads round-trips."""

import re
import tomllib

import annotated_types
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from omnisim.config.experiment import load_experiment
from omnisim.config.io import load_scenario
from omnisim.config.positions import key_lines
from omnisim.config.render import render_toml, value_toml
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError

REFERENCE = render_toml(Scenario())
LINES = REFERENCE.splitlines(keepends=True)
TOKENS = [
    "", "-1", "0", "1e999", "nan", "inf", "true", "'x'", "[]", "{}", "[1, 2]", "2024-01-31",
    "0x" + "f" * 99, "=", "[", "]]", '"""', "'", "\\", "#", "\n", "\r", "\x00", "\ufeff", "é",
    "[market]\n", "a.b.c = 1\n", "[[segments]]\n", "{a = {b = 1}}", "market.n_shoppers = 3\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("config") / "s.toml"


def check_answer(path, content: bytes) -> None:
    """Assert that a file loads, or fails with a ConfigError whose every line begins with it."""
    path.write_bytes(content)
    for load in (load_scenario, load_experiment):
        try:
            load(path)
        except ConfigError as error:
            lines = str(error).split("\n")
            assert all(line.startswith((f"{path}:", "... and ")) for line in lines)
            assert max(map(len, lines)) < 1000 + len(str(path))


@st.composite
def mutated_references(draw):
    """Draw the reference scenario with a few values, lines or stretches changed."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        token = draw(st.sampled_from(TOKENS))
        match draw(st.sampled_from(["value", "name", "drop", "double", "insert", "cut"])):
            case "value":
                lines[at] = re.sub("= .*", lambda _, token=token: f"= {token}", lines[at])
            case "name":
                lines[at] = lines[at].replace(draw(st.sampled_from("_aeinrst")), "", 1)
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case "insert":
                lines.insert(at, token)
            case _:
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
    return "".join(lines).encode()


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8")))
@settings(max_examples=200, deadline=None)
def test_any_bytes_load_or_are_answered(path, content):
    check_answer(path, content)


@given(tokens=st.lists(st.sampled_from([*TOKENS, *LINES]), max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_tokens_load_or_are_answered(path, tokens):
    check_answer(path, "".join(tokens).encode())


@given(content=mutated_references())
@settings(max_examples=100, deadline=None)
def test_mutated_reference_loads_or_is_answered(path, content):
    check_answer(path, content)


def numbers(field):
    """Draw numbers within the limits of a field."""
    low, high = -1e9, 1e9
    for limit in field.metadata:
        low = max(low, getattr(limit, "ge", getattr(limit, "gt", low)))
        high = min(high, getattr(limit, "le", getattr(limit, "lt", high)))
    opened = any(isinstance(m, annotated_types.Gt | annotated_types.Lt) for m in field.metadata)
    return st.floats(low, high, exclude_min=opened, exclude_max=opened)


FLOATS = {
    f"{name}.{field_name}": numbers(field)
    for name, part in Scenario()
    if name != "segments"
    for field_name, field in type(part).model_fields.items()
    if field.annotation is float
}


@given(changes=st.fixed_dictionaries({}, optional=FLOATS), name=st.text(min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_written_scenario_loads_as_an_equal_one(path, changes, name):
    segments = {name: Scenario().segments["loyal"].model_copy(update={"share": 1.0})}
    try:
        scenario = Scenario().replace(changes | {"segments": segments})
    except ConfigError:  # the numbers contradict each other
        assume(False)
    path.write_text(render_toml(scenario), encoding="utf-8")
    assert load_scenario(path) == scenario
    assert load_scenario(path).model_dump_json() == scenario.model_dump_json()


@given(name=st.sampled_from(sorted(FLOATS)), data=st.data())
@settings(max_examples=100, deadline=None)
def test_replacing_back_restores_the_scenario(name, data):
    part, field = name.split(".")
    try:
        changed = Scenario().replace({name: data.draw(FLOATS[name])})
    except ConfigError:  # the number contradicts another
        assume(False)
    assert changed.replace({name: getattr(getattr(Scenario(), part), field)}) == Scenario()


KEYS = st.text(st.sampled_from("abé .\"'\\#[]=\n"), max_size=4)
TREES = st.recursive(
    st.none() | st.text(st.sampled_from("a#[\"'\n"), max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=8,
)


class Writer:
    """Write a tree as TOML in which every None becomes the number of the line it stands on."""

    def __init__(self, choices) -> None:
        self.text, self.choices = "", choices

    def pick(self, *options):
        return self.choices.choice(options)

    def table(self, tree, path) -> None:
        for key, value in tree.items():
            if not isinstance(value, dict):
                self.text += f"{value_toml(key)}{self.pick('', ' ')}= "
                self.value(value)
                self.text += self.pick("\n", " # [x]\n", "\n\n", "\n# a = 1\n")
        for key, value in tree.items():
            if isinstance(value, dict):
                names = self.pick(".", " . ").join(map(value_toml, [*path, key]))
                self.text += f"[{names}]\n"
                self.table(value, [*path, key])

    def value(self, value) -> None:
        if value is None:
            self.text += str(self.text.count("\n") + 1)
        elif isinstance(value, list):
            self.text += "[" + self.pick("", "\n", " # ]\n")
            for item in value:
                self.value(item)
                self.text += self.pick(",", ", ", "\n,\n", ", # [\n")
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{"
            for n, (key, item) in enumerate(value.items()):
                self.text += f"{', ' * (n > 0)}{value_toml(key)} = "
                self.value(item)
            self.text += "}"
        elif "'" in value or self.pick(True, False):
            self.text += value_toml(value)
        else:
            self.text += f"'''\n{value}'''"


def leaves(tree, path=()):
    """Yield the paths and values that are not tables or lists."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(value, (*path, key))
    else:
        yield path, tree


@given(tree=st.dictionaries(KEYS, TREES, max_size=4), choices=st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_every_number_stands_on_the_line_it_names(tree, choices):
    writer = Writer(choices)
    writer.table(tree, [])
    lines = key_lines(writer.text)
    for path, value in leaves(tomllib.loads(writer.text)):
        assert path in lines
        if isinstance(value, int):
            assert lines[path] == value
