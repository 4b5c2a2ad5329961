"""The locked bytes of protocol/vectors, one vector at a time: a board has no room for a file.

The files are indented, so that an item of a list begins and ends on lines of its own.
"""

import json

FOLDER = "protocol/vectors/"


def read(name: str, indent: int = 2):  # noqa: ANN201 - a generator; boards have no typing
    """Yield the items of a file's lists.

    Args:
        name: of the file, without its ending.
        indent: of an item's first and last line: 2 in a list, 4 in lists under names.
    """
    margin = " " * indent
    with open(FOLDER + name + ".json") as file:
        lines = []
        for line in file:
            if line.startswith(margin + "{"):
                lines = []
            lines.append(line)
            if line.startswith(margin + "}"):
                yield json.loads("".join(lines).rstrip().rstrip(","))
