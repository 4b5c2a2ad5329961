"""Makes the text of a stand-in small: what only its author needs is taken out before compilation.

A name costs a band its letters and a dozen bytes, wherever it is used. So the opcodes become
numbers, and names that nobody outside a file can use become short ones that all files share:

    _private                 -> _a, _b, ... of each file anew
    def f(self, first, /)    -> def f(self, _0)    MicroPython does not know the slash

The slash says what it says in Python, that nobody passes the argument by its name.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterable

from pouch_sim.vm.shadow import opcodes

# The table of opcodes, and the module of `const`, which the compiler carries out itself: a band
# imports neither.
TABLE = "opcodes"
_CONST_MODULE = "micropython"
_KEPT = "self"


class _Values(ast.NodeTransformer):
    """Puts the values of the table where its names are, and drops what then is not needed."""

    def __init__(self) -> None:
        self._alias = ""

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        for name in node.names:
            if name.name == TABLE:
                self._alias = name.asname or name.name
                return None
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module == _CONST_MODULE else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if self._alias and isinstance(node.value, ast.Name) and node.value.id == self._alias:
            return ast.Constant(getattr(opcodes, node.attr))
        return node


class _Arguments(ast.NodeTransformer):
    """Numbers the arguments before a slash."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        arguments = node.args
        before = [argument for argument in arguments.posonlyargs if argument.arg != _KEPT]
        if not before:
            return self.generic_visit(node)
        if self._names:
            raise SyntaxError(f"line {node.lineno}: a slash inside a function with a slash")
        self._names = {argument.arg: f"_{index}" for index, argument in enumerate(before)}
        arguments.args = arguments.posonlyargs + arguments.args
        arguments.posonlyargs = []
        self.generic_visit(node)
        self._names = {}
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._names.get(node.arg, node.arg)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.get(node.id, node.id)
        return node


class _Privates(ast.NodeTransformer):
    """Shortens the names that begin with an underscore and are made in this file."""

    def __init__(self, tree: ast.AST) -> None:
        made: dict[str, None] = {}
        for node in ast.walk(tree):
            for name in _made(node):
                if name.startswith("_") and not name.startswith("__"):
                    made[name] = None
        if len(made) > len(string.ascii_letters):
            raise SyntaxError(f"{len(made)} private names are too many")
        self._names = {
            name: f"_{letter}" for name, letter in zip(made, string.ascii_letters, strict=False)
        }

    def _short(self, name: str) -> str:
        return self._names.get(name, name)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._short(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = self._short(node.attr)
        return node

    def visit_alias(self, node: ast.alias) -> ast.AST:
        if node.asname:
            node.asname = self._short(node.asname)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._short(node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._short(node.name)
        return self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._short(name) for name in node.names]
        return node


def _made(node: ast.AST) -> list[str]:
    """Return the names that a node makes."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.alias):
        return [node.asname or ""]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return [node.attr]
    return []


def join(parts: Iterable[str]) -> str:
    """Return the text of a module that is written in several files. They share what they import.

    Raises:
        SyntaxError: two of them make the same name.
    """
    texts: list[str] = []
    names: set[str] = set()
    for text in parts:
        own = {name for node in ast.parse(text).body for name in _top_level(node)}
        if own & names:
            raise SyntaxError(f"made twice: {', '.join(sorted(own & names))}")
        names |= own
        texts.append(text)
    return "\n".join(texts)


def _top_level(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [name for target in statement.targets for name in _made(target)]
    return []


def compact(text: str) -> str:
    """Return the text of a stand-in as it is compiled.

    Raises:
        AttributeError: it uses an opcode that there is not.
        SyntaxError: it is no Python, or more than this understands.
    """
    tree: ast.AST = _Values().visit(ast.parse(text))
    tree = _Privates(tree).visit(_Arguments().visit(tree))
    return ast.unparse(ast.fix_missing_locations(tree))
