"""Lines of the keys of a TOML text."""

import pytest

from omnisim.config.positions import key_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", {}),
        ("# only a comment", {}),
        ("a = 1", {("a",): 1}),
        ("\n\n  a = 1\n", {("a",): 3}),
        ("[a.b]\n\nc = 1\n", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 3}),
        ("[a]\n[b]\n[a.c]\n", {("a",): 1, ("b",): 2, ("a", "c"): 3}),
        ("a.b = 1\na.c = 2\n", {("a",): 1, ("a", "b"): 1, ("a", "c"): 2}),
        ("[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 1\n",
         {("a",): 1, ("a", 0): 1, ("a", 0, "b"): 2, ("a", 1): 3, ("a", 1, "b"): 4,
          ("a", 1, "c"): 5, ("a", 1, "c", "d"): 6}),
        ("a = [\n  1, # one, [two]\n  2\n]\nb = 3\n",
         {("a",): 1, ("a", 0): 2, ("a", 1): 3, ("b",): 5}),
        ("a = {b = [1, {c = 2}]}\nd = 1\n",
         {("a",): 1, ("a", "b"): 1, ("a", "b", 0): 1, ("a", "b", 1): 1, ("a", "b", 1, "c"): 1,
          ("d",): 2}),
        ('a = """x\n[b]\nc = \\"""\n""""\nd = 1\n', {("a",): 1, ("d",): 5}),
        ("a = '''x\n[b]\n''''\nd = 1\n", {("a",): 1, ("d",): 4}),
        ('a = "#\\"[b]"\nd = 1\n', {("a",): 1, ("d",): 2}),
        ("a = '#\"'\nd = 1\n", {("a",): 1, ("d",): 2}),
        ("a = 1979-05-27 07:32:00\nd = 1\n", {("a",): 1, ("d",): 2}),
        ("[ 'a b' . \"c\\u00e9\\n\" ]\n\"\" = 1\n",
         {("a b",): 1, ("a b", "cé\n"): 1, ("a b", "cé\n", ""): 2}),
    ],
)  # fmt: skip
def test_first_line_of_every_key(text, lines):
    assert key_lines(text) == lines


@pytest.mark.parametrize("text", ["= 1", "]", "a", "[", "[[", "a = [", "a = {", "a = [=", "\x00"])
def test_text_that_is_not_toml_does_not_loop(text):
    assert isinstance(key_lines(text), dict)
