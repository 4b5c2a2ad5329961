"""Finds the line of a TOML file on which a table or a key stands, for complaints about it.

`tomllib` tells lines of broken syntax only. This reads headers and `key =` at the face of it, in
a file that is already known to be sound; where it finds nothing the complaint has no line.
"""

import re
from collections.abc import Iterator

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_ARRAY = re.compile(r"\s*(\w+)\s*=\s*\[")


def find_line(text: str, table: str, index: int | None, key: str | None) -> int | None:
    """Return the number of a line, from 1, or None.

    Args:
        text: the file.
        table: header as it stands between brackets, such as caregivers.mother; empty for what
            stands before all headers.
        index: which of several of that name, from 0; None where there is one.
        key: within it; None for the table itself. One that is not there gives the table's line.
    """
    lines = text.splitlines()
    starts = list(_starts(lines))
    found = [number for number, (name, _) in enumerate(starts) if name == table]
    if len(found) <= (index or 0):
        return None
    number = found[index or 0]
    first = starts[number][1]
    end = starts[number + 1][1] if number + 1 < len(starts) else len(lines)
    if not table:  # Goes on behind an array, up to the first header.
        end = next((at for at, line in enumerate(lines) if _HEADER.match(line)), len(lines))
    line = None if key is None else _key_line(lines, first, max(end, first + 1), key)
    if line is None and not table:  # What should be a key may be a header.
        line = next((at for name, at in starts if name.split(".")[0] == key), None)
    return (first if line is None else line) + 1


def _starts(lines: list[str]) -> Iterator[tuple[str, int]]:
    """Yield each table with its first line: headers, and the items of arrays of inline tables."""
    yield "", 0
    array = ""
    for number, line in enumerate(lines):
        plain = line.split("#", 1)[0]
        if not array and (header := _HEADER.match(line)):
            yield header.group(1), number
        elif not array and (found := _ARRAY.match(plain)):
            array = found.group(1)
        if array:
            for _ in range(plain.count("{")):
                yield array, number
            if plain.rstrip().endswith("]"):
                array = ""


def _key_line(lines: list[str], first: int, end: int, key: str) -> int | None:
    pattern = re.compile(rf"(^|[\s{{,.\"']){re.escape(key)}[\"']?\s*=")
    return next((at for at in range(first, end) if pattern.search(lines[at])), None)
