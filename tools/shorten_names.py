"""Give the private names of a module short ones, which all modules share, before it is compiled.

A board keeps each name once for all modules, with its letters and a dozen bytes more, and never
gives it back. Names that begin with one underscore are known to their own file only, so each file
can call its own `_a`, `_b` and so on: some six hundred names become forty. Lines stay where they
are; a traceback tells file and line as ever, and a short name for a private function.
"""

import ast
import io
import itertools
import string
import tokenize
from collections.abc import Iterator, Mapping


def shorten(text: str) -> str:
    """Return a module's text with short private names.

    Args:
        text: of the module.
    """
    return rename(text, private_names(text))


def rename(text: str, names: Mapping[str, str]) -> str:
    """Return a module's text with other names; lines stay where they are.

    Args:
        text: of the module.
        names: the new one of each.
    """
    if not names:
        return text
    lines = text.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    # From the end, so that what stands before keeps its place.
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string in names:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + names[token.string] + line[token.end[1] :]
    return "".join(lines)


def private_names(text: str) -> dict[str, str]:
    """Return the short name of each private name that a module makes, in order.

    Args:
        text: of the module.
    """
    tree = ast.parse(text)
    used = {token.string for token in tokenize.generate_tokens(io.StringIO(text).readline)}
    made = {name: None for node in ast.walk(tree) for name in _made(node) if _is_private(name)}
    short = (name for name in short_names("_") if name not in used)
    return dict(zip(made, short, strict=False))


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and len(name) > len("_a")


def _made(node: ast.AST) -> list[str]:
    """Return the names that a node makes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return [node.attr]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.alias):
        return [node.asname or ""]
    return []


def short_names(start: str = "") -> Iterator[str]:
    """Yield names, shortest first, for ever: a, b, ... z, aa, ab, ...

    Args:
        start: what each begins with.
    """
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield start + "".join(letters)
