"""Names that the compiled firmware shares: none takes the place of another."""

import ast
import io
import symtable
import tokenize

import pytest

from tests.tidy.source import ROOT
from tools.firmware_package import firmware_sources
from tools.share_names import share, shared_names

STUBS = ROOT / "firmware" / "typings"
OUTSIDE = ROOT / "tools" / "outside_names.txt"
# What the firmware imports besides itself and plain Python.
OUTSIDE_MODULES = ("asyncio", "bluetooth", "cryptolib", "machine", "micropython", "select", "vfs")


def shared(**modules):
    """Return the names that are shared in modules of `band/`, by their texts."""
    return shared_names({f"band/{name}.py": text for name, text in modules.items()})


def test_names_that_never_meet_are_one():
    names = shared(
        one="class First:\n    def alpha(self): self.beta = 1\n",
        two="class Other:\n    def gamma(self): self.delta = 1\n",
    )
    assert names["alpha"] != names["beta"]
    assert names["gamma"] != names["delta"]
    assert {names["alpha"], names["beta"]} == {names["gamma"], names["delta"]}


@pytest.mark.parametrize(
    "text",
    [
        "def alpha(): pass\ndef beta(): pass\n",
        "class Some:\n    def alpha(self): pass\n    def beta(self): pass\n",
        "class Some:\n    beta = 1\n    def alpha(self): return self.beta\n",
        "class Base:\n    def alpha(self): pass\nclass Some(Base):\n    def beta(self): pass\n",
        "def outer(alpha):\n    def inner(beta): return alpha\n    return inner\n",
        "beta = 1\ndef outer(alpha): return alpha + beta\n",
        "def outer(alpha):\n    try: pass\n    except OSError as beta: raise\ndef beta(): pass\n",
        "alpha = 1\nclass Some:\n    beta = alpha\n",
        # Where an attribute is set on something, it might be an object of any class.
        "def outer(thing):\n    thing.alpha = 1\nclass Some:\n    def beta(self): self.beta()\n",
        # The compiler puts 1 wherever alpha stands.
        "alpha = const(1)\ndef outer(beta): return beta\n",
        "class Some:\n    alpha = const(1)\ndef outer(beta): return beta\n",
    ],
)
def test_names_that_meet_stay_apart(text):
    names = shared(one=text)
    assert names["alpha"] != names["beta"]


def test_class_of_another_file_gives_its_names_too():
    names = shared(
        one="class Base:\n    def alpha(self): pass\n",
        two="from . import one\nclass Some(one.Base):\n    def beta(self): pass\n",
    )
    assert names["alpha"] != names["beta"]


@pytest.mark.parametrize(
    "text",
    [
        # Of an object that is not ours, of a string, of a keyword, of Python, imported, special.
        "class Some:\n    def readinto(self): pass\ndef go(x): x.readinto()\n",
        "class Some:\n    def readinto(self): pass\ndef go(x): return x.readinto + 'readinto'\n",
        "class Some:\n    def __init__(self): pass\n",
        "def go(x): return len(x)\n",
        "import struct\nfrom micropython import const\n",
        "def _private(_x): pass\n",
    ],
)
def test_names_that_others_know_are_kept(text):
    kept = {"readinto", "__init__", "len", "struct", "const", "micropython", "_private", "_x"}
    assert not kept & set(shared(one=text))


def test_name_that_stands_in_a_string_or_a_keyword_is_kept():
    text = "class Some:\n    def alpha(self): pass\n    def beta(self): pass\n"
    text += (
        "def go(x, gamma): x.alpha(); x.beta(); getattr(x, 'alpha')\ndef run(): go(1, gamma=2)\n"
    )
    names = shared(one=text)
    assert "alpha" not in names
    assert "gamma" not in names
    assert "beta" in names


def test_what_loader_and_boards_say_is_left_alone():
    start = "def alpha(): pass\nclass Some:\n    gamma = 1\n"
    texts = {
        "start/state.py": start,
        "boards/some.py": "class Board:\n    DELTA = 1\n",
        "band/one.py": "from start.state import alpha\n"
        "class Mine:\n    gamma = 2\n    DELTA = 3\n    beta = 4\n"
        "def go(x): return x.gamma, x.DELTA, x.beta\n",
    }
    assert not {"alpha", "gamma", "DELTA"} & set(shared_names(texts))
    assert share(texts)["start/state.py"] == start


def _scopes(table):
    """Yield each scope of a module with its names and what they are."""
    yield table
    for child in table.get_children():
        yield from _scopes(child)


def _kinds(symbol):
    return symbol.is_global(), symbol.is_local(), symbol.is_parameter(), symbol.is_free()


def test_no_scope_of_the_firmware_loses_a_name_and_every_line_stays():
    texts = {name: path.read_text(encoding="utf-8") for name, path in firmware_sources(ROOT)}
    names = shared_names(texts)
    assert len(names) > 300
    assert len(set(names.values())) < 50
    for name, text in share(texts).items():
        assert text.count("\n") == texts[name].count("\n"), name
        before = list(_scopes(symtable.symtable(texts[name], name, "exec")))
        after = list(_scopes(symtable.symtable(text, name, "exec")))
        for was, now in zip(before, after, strict=True):
            new = names if text != texts[name] else {}
            wanted = sorted(
                (new.get(s.get_name(), s.get_name()), _kinds(s)) for s in was.get_symbols()
            )
            assert wanted == sorted((s.get_name(), _kinds(s)) for s in now.get_symbols()), name


def test_no_class_of_the_firmware_loses_an_attribute():
    texts = {name: path.read_text(encoding="utf-8") for name, path in firmware_sources(ROOT)}
    names = shared_names(texts)
    for text in texts.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                asked = {
                    part.attr
                    for part in ast.walk(node)
                    if isinstance(part, ast.Attribute)
                    and isinstance(part.value, ast.Name)
                    and part.value.id == "self"
                }
                assert len({names.get(name, name) for name in asked}) == len(asked), node.name


def test_short_names_are_nobody_elses():
    texts = {name: path.read_text(encoding="utf-8") for name, path in firmware_sources(ROOT)}
    short = set(shared_names(texts).values())
    for name, text in texts.items():
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        assert not short & {token.string for token in tokens}, name
    assert not short & set(OUTSIDE.read_text(encoding="utf-8").split())


@pytest.mark.skipif(not STUBS.exists(), reason="the board's type stubs are absent: make types")
def test_list_of_outside_names_has_all_of_the_boards_modules():
    known = set(OUTSIDE.read_text(encoding="utf-8").split())
    for path in STUBS.rglob("*.pyi"):
        parts = path.relative_to(STUBS).with_suffix("").parts
        if not set(OUTSIDE_MODULES) & {parts[0], *parts[1:2]} or "_mpy_shed" in parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                assert node.name.startswith("_") or node.name in known, (path.name, node.name)
