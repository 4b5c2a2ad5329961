"""The compiled firmware has the private constants of its source, and no names for them."""

import ast

import pytest

from tests.tidy.source import ROOT
from tools.firmware_package import firmware_sources
from tools.mark_constants import mark


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("_ONE = 1\n", "_ONE = const(1)\n"),
        ("_MINUS = -1\n_ALL = ~0\n", "_MINUS = const(-1)\n_ALL = const(~0)\n"),
        ("_ONE = 1\n_TWO = _ONE << 1\n", "_ONE = const(1)\n_TWO = const(_ONE << 1)\n"),
        ("_TAG = b'tag'  # why\n", "_TAG = const(b'tag')  # why\n"),
        ("_TEXT = ('one'\n    'two')\n", "_TEXT = (const('one'\n    'two'))\n"),
        ("_ONE = const(1)\n_TWO = _ONE + 1\n", "_ONE = const(1)\n_TWO = const(_ONE + 1)\n"),
    ],
)
def test_mark_marks_what_is_private_and_never_changes(text, expected):
    assert mark(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ONE = 1\n",
        "_one = 1\n",
        "_YES = True\n",
        "_HALF = 1 / 2\n",
        "_ROOM = len(x)\n",
        "_TWO = ONE + 1\n",
        "_SIZES = (1, 2)\n",
        # Set again, or the name of something else in the file.
        "_ONE = 1\n_ONE = 2\n",
        "_ONE = 1\ndef go():\n    global _ONE\n    _ONE = 2\n",
        "_ONE = 1\ndef go(_ONE): return _ONE\n",
        "class Box:\n    _ONE = 1\n",
    ],
)
def test_mark_leaves_alone_what_may_change_or_is_no_plain_value(text):
    assert mark(text) == text


class _Unmarked(ast.NodeTransformer):
    """Puts values in place of `const(value)`."""

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "const":
            return node.args[0]
        return node


def test_every_module_of_the_firmware_means_the_same_and_keeps_its_lines():
    marked_count = 0
    for name, path in firmware_sources(ROOT):
        text = path.read_text(encoding="utf-8")
        marked = mark(text)
        marked_count += marked.count("const(") - text.count("const(")
        assert marked.count("\n") == text.count("\n"), name
        assert mark(marked) == marked, name
        trees = [ast.dump(_Unmarked().visit(ast.parse(each))) for each in (text, marked)]
        assert trees[0] == trees[1], name
    assert marked_count > 60
