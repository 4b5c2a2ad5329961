"""The files of this repository as the house rules see them: path, text and what each imports."""

import ast
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

# The folders whose files are imported by name from within, as `import band.app` is on the board.
IMPORT_ROOTS = ("protocol", "host", "sim", "firmware")

_SKIPPED_FOLDERS = {"__pycache__", "build", "dist", "node_modules", "out", "typings", "vendor"}
# What people read and write here; pictures and byte vectors have no lines.
_TEXT_SUFFIXES = {
    ".cfg", ".css", ".html", ".ini", ".js", ".json", ".mako", ".md", ".py", ".sh", ".svg",
    ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
_TEXT_NAMES = {"Makefile", ".gitignore", "run"}


@dataclass(frozen=True)
class Source:
    """One text file: `path` is relative to the repository, with forward slashes."""

    path: str
    text: str

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)

    def within(self, *folders: str) -> bool:
        """Return whether the file lies in, or is, one of these paths."""
        path = PurePosixPath(self.path)
        return any(path.is_relative_to(folder) for folder in folders)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Every module this file imports, by absolute dotted name.

        `from a import b` counts as both `a` and `a.b`, since b may be a module.
        """
        names = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                names.add(base)
                names.update(f"{base}.{alias.name}" for alias in node.names)
        return frozenset(names)

    def imports_any(self, *modules: str) -> set[str]:
        """Return those of `modules` that are imported, whole or in part."""
        return {
            module
            for module in modules
            if any(name == module or name.startswith(f"{module}.") for name in self.imports)
        }

    def _absolute(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        parts = PurePosixPath(self.path).parts
        package = parts[1:-1] if parts[0] in IMPORT_ROOTS else parts[:-1]
        package = package[: len(package) - (node.level - 1)]
        return ".".join((*package, *([node.module] if node.module else [])))


def our_sources(root: Path = ROOT) -> list[Source]:
    """Return every text file of ours, whether git tracks it yet or not."""
    sources = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_ours(name))
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix in _TEXT_SUFFIXES or name in _TEXT_NAMES:
                relative = path.relative_to(root).as_posix()
                sources.append(Source(relative, path.read_text(encoding="utf-8")))
    return sources


def python_sources(sources: list[Source]) -> list[Source]:
    """Return those that are Python."""
    return [source for source in sources if source.suffix == ".py"]


def _is_ours(folder: str) -> bool:
    hidden = folder.startswith(".") and folder != ".ci"
    return not hidden and not folder.endswith(".egg-info") and folder not in _SKIPPED_FOLDERS
