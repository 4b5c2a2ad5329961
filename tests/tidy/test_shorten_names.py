"""The compiled firmware is the firmware, but for the names that nobody outside a file uses."""

import ast

import pytest

from tests.tidy.source import ROOT
from tools.firmware_package import firmware_sources
from tools.shorten_names import private_names, shorten


class _Renamed(ast.NodeTransformer):
    """Gives names back what they were."""

    def __init__(self, names):
        self._names = names

    def generic_visit(self, node):
        for field in ("id", "attr", "name", "arg", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                setattr(node, field, self._names.get(value, value))
        return super().generic_visit(node)


def given_back(text, names):
    """Return the tree of a shortened text with its long names."""
    back = {short: long for long, short in names.items()}
    return ast.dump(_Renamed(back).visit(ast.parse(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("_first = 1\n_other = _first\n", "_a = 1\n_b = _a\n"),
        ("self._one = other._one\n", "self._a = other._a\n"),
        ("def _go(_x, _why): return _why\n", "def _a(_x, _b): return _b\n"),
        # Not made here, public, special, and in a string.
        ("x = sys.implementation._mpy\n", "x = sys.implementation._mpy\n"),
        ("__all__ = ['_one']\n", "__all__ = ['_one']\n"),
        # A short name that is taken already.
        ("_a = 1\n_long = _a\n", "_a = 1\n_b = _a\n"),
    ],
)
def test_shorten_renames_what_is_private_and_made_here(text, expected):
    assert shorten(text) == expected


def test_every_module_of_the_firmware_means_the_same_and_keeps_its_lines():
    long_names, short_names = set(), set()
    for name, path in firmware_sources(ROOT):
        text = path.read_text(encoding="utf-8")
        names = private_names(text)
        short = shorten(text)
        assert short.count("\n") == text.count("\n"), name
        assert given_back(short, names) == ast.dump(ast.parse(text)), name
        long_names |= set(names)
        short_names |= set(names.values())
    assert len(long_names) > 5 * len(short_names)


def test_private_names_stay_within_their_file():
    # What one file makes, no other may use: it would be called otherwise there.
    made = {}
    for name, path in firmware_sources(ROOT):
        made[name] = set(private_names(path.read_text(encoding="utf-8")))
    for name, path in firmware_sources(ROOT):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        foreign = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr.startswith("_")
        } - made[name]
        elsewhere = set().union(*(names for other, names in made.items() if other != name))
        assert not {attr for attr in foreign & elsewhere if not attr.startswith("__")}, name


def test_a_changed_meaning_is_seen():
    text = "_one = 1\n_two = _one\n"
    names = private_names(text)
    assert given_back(shorten(text), names) == ast.dump(ast.parse(text))
    assert given_back("_a = 1\n_b = 2\n", names) != ast.dump(ast.parse(text))
