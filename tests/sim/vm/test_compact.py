"""Stand-ins are compiled from less text than they are written in, which must mean the same."""

import ast

import pytest

from pouch_sim.vm import standins
from pouch_sim.vm.compact import compact, join
from pouch_sim.vm.shadow import opcodes

STAND_INS = sorted(path for path in standins.SHADOW_DIR.rglob("*.py") if path.stem != "opcodes")


def test_opcodes_become_numbers_and_their_table_is_not_imported():
    text = "import opcodes as _op\nimport simrt\n\ndef f():\n    return simrt.call(_op.USB_OUT)"
    assert compact(text) == f"import simrt\n\ndef f():\n    return simrt.call({opcodes.USB_OUT})"


def test_opcode_that_there_is_not_is_refused():
    with pytest.raises(AttributeError, match="USB_INN"):
        compact("import opcodes as _op\nprint(_op.USB_INN)")


def test_private_names_are_short_and_begin_anew_in_each_file():
    text = """
import sys as _sys
from micropython import const
_LIMIT = const(5)
class _Port:
    _buffer = b''
    def __init__(self):
        self._count = _LIMIT
        self.shown = _sys.path
def _read():
    global _buffer
    return core._task_queue
"""
    found = compact(text)
    assert "micropython" not in found
    # Made in this file: short. Not made in it, special or public: as it was.
    for name in ("_sys", "_LIMIT", "_Port", "_count", "_buffer", "_read"):
        assert name not in found, name
    for name in ("_task_queue", "__init__", "shown", "path", "global"):
        assert name in found, name
    names = {node.id for node in ast.walk(ast.parse(found)) if isinstance(node, ast.Name)}
    assert {name for name in names if name.startswith("_")} <= {f"_{c}" for c in "abcdef"}


def test_arguments_before_a_slash_lose_their_names_and_others_keep_them():
    text = """
class Bus:
    def read(self, address, count=1, /, *, stop=True):
        return [address + index for index in range(count)], stop
"""
    found = compact(text)
    assert "def read(self, _0, _1=1, *, stop=True):" in found
    names = {}
    exec(found, names)
    assert names["Bus"]().read(7, 2, stop=False) == ([7, 8], False)


def test_slash_inside_a_function_with_a_slash_is_refused():
    with pytest.raises(SyntaxError, match="line 2: a slash inside"):
        compact("def f(a, /):\n    def g(b, /):\n        return a + b\n    return g")


def test_more_private_names_than_letters_are_refused():
    assert compact("\n".join(f"_x{n} = 0" for n in range(52)))
    with pytest.raises(SyntaxError, match="53 private names"):
        compact("\n".join(f"_x{n} = 0" for n in range(53)))


def test_files_of_one_module_are_joined_unless_they_make_the_same_name():
    first = "import sys as _sys\n_count = 1\n\ndef f():\n    x = _count\n    return x\n"
    second = "import sys as _sys\n\ndef g():\n    x = f()\n    return x + 1\n"
    names = {}
    exec(compact(join([first, second])), names)
    assert names["g"]() == 2
    with pytest.raises(SyntaxError, match="made twice: _count, f"):
        join([first, second, "_count = 2\nclass f:\n    pass\n"])


@pytest.mark.parametrize("path", STAND_INS, ids=lambda path: path.stem)
def test_stand_in_uses_no_private_name_of_another(path):
    # Goal: a name that is shortened in one file is not asked for by another. Method: what is
    # private and not made in the file is asyncio's own.
    asyncios = {"_task_queue"}
    text = path.read_text(encoding="utf-8")
    assert "/)" in text or not text.count("def ") or path.stem in {"simboot", "simmain"}
    tree = ast.parse(compact(text))
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    short = {name for name in found if len(name) == 2}
    private = {name for name in found if name.startswith("_") and not name.startswith("__")}
    assert private - short <= asyncios
