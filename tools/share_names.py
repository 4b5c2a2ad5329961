"""Let the public names of the firmware share short ones, before it is compiled.

A board keeps each name once for all modules, in tables that double when they are full. Two names
can be one where nobody could mistake them: no object has both, and no function or module says
both. So four hundred names become some thirty. Lines stay where they are.

    names that only the firmware makes --> which of them meet --> one for those that do not

What it leaves alone: what is asked of an object and is known outside of the firmware
(outside_names.txt) or stands in a string, whatever is given as a keyword, and all that the loader,
the boards and native code say.
"""

import ast
import builtins
import io
import itertools
import keyword
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from tools.shorten_names import rename, short_names

_OUTSIDE = Path(__file__).with_name("outside_names.txt")
# An update never changes the loader, which meets what is newer than itself; a board's file says
# what its port says; in native code some names are words of the compiler; and of the constants
# nothing is asked any more.
_LEFT_ALONE = ("start/", "boards/", "main.py", "drivers/loops.py", "pouch_protocol/constants.py")
_OUR_PACKAGES = ("band", "drivers", "pouch_protocol")
_WORD = re.compile(r"[A-Za-z_]\w*")
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def share(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of all modules, with shared names.

    Args:
        texts: of all modules, by their paths on the board.
    """
    names = shared_names(texts)
    return {
        path: text if path.startswith(_LEFT_ALONE) else rename(text, names)
        for path, text in texts.items()
    }


def shared_names(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the short name of each name that is given one.

    Args:
        texts: of all modules, by their paths on the board.
    """
    trees = {path: ast.parse(text) for path, text in texts.items()}
    ours = {path: tree for path, tree in trees.items() if not path.startswith(_LEFT_ALONE)}
    names = _eligible(trees, ours)
    meets: dict[str, set[str]] = {name: set() for name in names}
    for group in itertools.chain(_groups_of_modules(ours.values()), _groups_of_classes(ours)):
        known = group & names
        for name in known:
            meets[name] |= known - {name}
    asked = _asked(ours.values()) & names
    alone = dict.fromkeys(_set_from_outside(ours.values()) & names, asked)
    for path, tree in ours.items():
        # The compiler puts the value of a constant wherever its name stands in the file.
        for name in _constants(tree) & names:
            alone[name] = alone.get(name, set()) | _words(texts[path]) & names
    for name, others in alone.items():
        meets[name] |= others - {name}
        for other in others - {name}:
            meets[other].add(name)
    return _named(meets, {word for text in texts.values() for word in _words(text)})


def _eligible(trees: Mapping[str, ast.Module], ours: Mapping[str, ast.Module]) -> set[str]:
    """Return the names that only the firmware makes, and that nobody else could ask for."""
    left_alone = [tree for path, tree in trees.items() if path not in ours]
    kept = {*dir(builtins), *keyword.kwlist, "self"}
    kept.update(word for path in trees for word in _WORD.findall(path))
    kept.update(name for tree in left_alone for name in _module_names(tree))
    kept_of_objects = _outside_names() | _asked(left_alone)
    kept_of_objects.update(name for tree in left_alone for name in _bare(tree))
    for tree in trees.values():
        kept.update(
            node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg
        )
        kept_of_objects.update(_words_in_strings(tree))
    for tree in ours.values():
        kept.update(_imported_from_outside(tree))
    asked = _asked(trees.values())
    return {
        name
        for tree in ours.values()
        for name in _made(tree)
        if not name.startswith("_")
        and name not in kept
        and not (name in asked and name in kept_of_objects)
    }


def _outside_names() -> set[str]:
    return set(_OUTSIDE.read_text(encoding="utf-8").split())


def _made(tree: ast.Module) -> set[str]:
    """Return what a module makes: functions, classes, parameters, attributes and variables."""
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, _Definition):
            made.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            made.add(node.attr)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        if isinstance(node, ast.Module | ast.ClassDef):
            made |= _assigned(node.body)
    return made


def _assigned(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the variables that are set by the assignments among these."""
    return {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _asked(trees: Iterable[ast.Module]) -> set[str]:
    """Return what is asked of objects and modules, with a dot."""
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def _words_in_strings(tree: ast.Module) -> set[str]:
    """Return the words of all strings but docstrings: somebody may ask for a name by its text."""
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, _Definition | ast.Module)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        word
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node not in docstrings
        for word in _WORD.findall(node.value)
    }


def _imported_from_outside(tree: ast.Module) -> set[str]:
    return {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and not _is_ours(node))
        for name in _bare(node)
    }


def _is_ours(node: ast.ImportFrom) -> bool:
    return node.level > 0 or (node.module or "").partition(".")[0] in _OUR_PACKAGES


def _bare(root: ast.AST) -> set[str]:
    """Return the names that a piece of code says without a dot."""
    names: set[str] = set()
    for node in ast.walk(root):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.update({node.name.partition(".")[0], node.asname or node.name})
        elif isinstance(node, _Definition | ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            names.update(node.names)
    return names


def _module_names(tree: ast.Module) -> set[str]:
    """Return the names that a module says outside of its functions and classes."""
    names: set[str] = set()
    for node in tree.body:
        names |= {node.name} if isinstance(node, _Definition) else _bare(node)
    return names


def _groups_of_modules(trees: Iterable[ast.Module]) -> Iterator[set[str]]:
    """Yield names that are said without a dot in one place: of a module, a class, a function."""
    for tree in trees:
        yield _module_names(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                body = [part for part in node.body if not isinstance(part, _Function)]
                methods = {part.name for part in node.body if isinstance(part, _Definition)}
                yield methods.union(*(_bare(part) for part in body))
            elif isinstance(node, _Function):
                # With those of functions inside, which see them.
                yield _bare(node)


def _groups_of_classes(trees: Mapping[str, ast.Module]) -> Iterator[set[str]]:
    """Yield the names that objects of one class have, with those of the classes that it is of."""
    classes: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
                classes[path, node.name] = bases, _names_of_objects(node)
    for bases, names in classes.values():
        wanted, group = set(bases), set(names)
        for _ in classes:
            for (_, name), (more, inherited) in classes.items():
                if name in wanted:
                    group |= inherited
                    wanted |= more
        yield group


def _names_of_objects(definition: ast.ClassDef) -> set[str]:
    names = _assigned(ast.walk(definition))
    for node in ast.walk(definition):
        if isinstance(node, _Definition):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return names


def _set_from_outside(trees: Iterable[ast.Module]) -> set[str]:
    """Return the attributes that are set on anything but `self`: nobody sees of which class."""
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if not (isinstance(node.value, ast.Name) and node.value.id == "self")
    }


def _constants(tree: ast.Module) -> set[str]:
    return _assigned(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if isinstance(node.value.func, ast.Name) and node.value.func.id == "const"
    )


def _named(meets: Mapping[str, AbstractSet[str]], taken: AbstractSet[str]) -> dict[str, str]:
    """Return a short name for each: another one than those have that it meets."""
    numbers: dict[str, int] = {}
    for name in sorted(meets, key=lambda name: (-len(meets[name]), name)):
        near = {numbers[other] for other in meets[name] if other in numbers}
        numbers[name] = next(number for number in itertools.count() if number not in near)
    used = taken | _outside_names() | set(keyword.kwlist)
    short = (name for name in short_names() if name not in used)
    by_number = list(itertools.islice(short, max(numbers.values(), default=-1) + 1))
    return {name: by_number[number] for name, number in numbers.items()}


def _words(text: str) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}
