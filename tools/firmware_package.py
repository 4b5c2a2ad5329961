"""What a band's firmware is: its files, where they go on the board, and its version.

The list is made from the tree, so that a new driver is never forgotten. There is none for `mip`:
that copies sources, which a board would have to compile at each start, and what that takes of the
heap a board with 100 kB free has not got.
"""

import ast
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE_PACKAGES = ("band", "boards", "drivers", "start")
PROTOCOL_PACKAGE = "pouch_protocol"
MAIN = "main.py"
# Where the firmware's version stands, once.
_VERSION_FILE = "firmware/band/app.py"
_VERSION_NAME = "VERSION"


def firmware_sources(root: Path) -> list[tuple[str, Path]]:
    """Return `(path on the board, file)` of each file that a band needs, main.py last.

    Last, because a board whose copying broke off must not start half a program.

    Args:
        root: the repository.

    Raises:
        SyntaxError: a file is no Python.
    """
    firmware, protocol = root / "firmware", root / "protocol"
    ours = [
        path
        for package in FIRMWARE_PACKAGES
        for path in sorted((firmware / package).rglob("*.py"))
    ]
    shared = _imported_protocol(protocol / PROTOCOL_PACKAGE, ours)
    sources = [(path.relative_to(protocol).as_posix(), path) for path in shared]
    sources += [(path.relative_to(firmware).as_posix(), path) for path in ours]
    return [*sources, (MAIN, firmware / MAIN)]


def firmware_version(root: Path) -> tuple[int, int, int]:
    """Return the firmware's version: major, minor, patch.

    Args:
        root: the repository.

    Raises:
        ValueError: the firmware does not say.
    """
    tree = ast.parse((root / _VERSION_FILE).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == _VERSION_NAME:
            major, minor, patch = ast.literal_eval(node.value)
            return major, minor, patch
    raise ValueError(f"{_VERSION_FILE} has no {_VERSION_NAME}")


def _imported_protocol(package: Path, importers: Iterable[Path]) -> list[Path]:
    """Return the protocol's modules that the firmware imports, directly or through each other.

    The host's half of a session and what else only a host needs stays off the board.
    """
    found = {package / "__init__.py"}
    new = {path for importer in importers for path in _modules_of(package, importer)}
    while new:
        found |= new
        new = {path for module in new for path in _modules_of(package, module)} - found
    return sorted(path for path in found if path.exists())


def _modules_of(package: Path, importer: Path) -> set[Path]:
    """Return the files of the package that one file imports."""
    names = set()
    for node in ast.walk(ast.parse(importer.read_text(encoding="utf-8"), str(importer))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                if importer.parent != package:
                    continue
                base = f"{PROTOCOL_PACKAGE}.{base}".rstrip(".")
            # `from a import b` may name a module b or something in a.
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    prefix = f"{PROTOCOL_PACKAGE}."
    stems = {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
    return {path for stem in stems if (path := package / f"{stem}.py").exists()}
