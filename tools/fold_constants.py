"""Put the protocol's constants as values where the firmware names them, before it is compiled.

A board keeps every name of a module in its heap, and looks it up each time. The compiler puts the
value of a `const()` in its place, but only within the module that defines it; this does the same
for `pouch_protocol.constants`, which every other module names as `c`. Lines stay where they are,
so that a traceback still tells the line of the source.
"""

import io
import re
import tokenize
from collections.abc import Mapping

# Below a repository's root.
CONSTANTS = "protocol/pouch_protocol/constants.py"
_ALIAS = "c"
_IMPORT = re.compile(r"^from (?:\.|pouch_protocol) import constants as c$", re.MULTILINE)

Value = int | str | tuple[int, ...]


def constants_of(text: str) -> dict[str, Value]:
    """Return the constants that a module's text defines: names in capitals with plain values.

    Args:
        text: of pouch_protocol/constants.py.
    """
    names: dict[str, object] = {}
    exec(compile(text, "constants.py", "exec"), names)  # noqa: S102 - our own file
    return {
        name: value
        for name, value in names.items()
        if name.isupper() and not name.startswith("_") and isinstance(value, int | str | tuple)
    }


def fold(text: str, constants: Mapping[str, Value]) -> str:
    """Return a module's text with values in place of `c.NAME`, and without an idle import.

    Args:
        text: of the module.
        constants: of `constants_of`.
    """
    if not _IMPORT.search(text):
        return text
    lines = text.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    # From the end, so that what stands before keeps its place.
    for index in range(len(tokens) - 3, -1, -1):
        alias, dot, name = tokens[index : index + 3]
        if alias.string != _ALIAS or dot.string != "." or name.string not in constants:
            continue
        before = tokens[index - 1].string if index else ""
        if alias.type != tokenize.NAME or before == "." or alias.start[0] != name.end[0]:
            continue
        row = alias.start[0] - 1
        value = repr(constants[name.string])
        lines[row] = lines[row][: alias.start[1]] + value + lines[row][name.end[1] :]
    folded = "".join(lines)
    if re.search(rf"\b{_ALIAS} ?\.", _without_strings(folded)):
        return folded
    return _IMPORT.sub("", folded)


def _without_strings(text: str) -> str:
    """Return the text without comments and strings, but with what is worked out in strings."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return " ".join(
        token.string
        for token in tokens
        if token.type != tokenize.COMMENT
        and not (
            token.type == tokenize.STRING
            and "f" not in token.string.split(token.string[-1])[0].lower()
        )
    )
