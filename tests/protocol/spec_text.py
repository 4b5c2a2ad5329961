"""Reads protocol/SPEC.md: its sections, tables and examples."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "protocol" / "SPEC.md").read_text()
_TYPES = {"u8": "B", "u16": "H", "u32": "I", "i16": "h"}
_ROW = re.compile(r"^\| (\d+) \| (\d+) \| (\w+) \| `(\w+)` \|", re.MULTILINE)


def section(heading):
    """Return the text between a heading that starts so and the next heading."""
    start = SPEC.index(f"\n{heading}") + 1
    end = SPEC.find("\n#", start + 1)
    return SPEC[start : end if end > 0 else None]


def described(text, base=0):
    """Return `(name, code, offset)` of each field in a table of offsets."""
    return [
        (name, _TYPES.get(kind, f"{size}s"), int(offset) - base)
        for offset, size, kind, name in _ROW.findall(text)
    ]


def coded(layout):
    """Return the same of a layout."""
    return list(zip(layout.names, layout.codes, layout.offsets, strict=True))


def table(text):
    """Return the cells of each row of the first table in a text, its head left out."""
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith("| ---"))
    rows = []
    for line in lines[first + 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


def blocks(text):
    """Return the indented pieces of a text, each as its lines without the indent."""
    found = [[]]
    for line in text.split("\n"):
        if line.startswith("    "):
            found[-1].append(line[4:])
        elif found[-1]:
            found.append([])
    return [block for block in found if block]


def constants_named(module, prefix):
    """Return the constants of a module whose names begin so, by the rest of the name."""
    return {
        name.removeprefix(prefix): getattr(module, name)
        for name in dir(module)
        if name.startswith(prefix)
    }
