"""The locked bytes of protocol/vectors, one vector at a time: a board has no room for all.

The files are indented, so that an item of a list begins and ends on lines of its own.
"""

import json

FOLDER = "protocol/vectors/"


def read(name: str, indent: int = 2, part: int = 0, parts: int = 1):
    """Yield the items of a file's lists.

    Args:
        name: of the file, without its ending.
        indent: of an item's first and last line: 2 in a list, 4 in lists under names.
        part: which of the parts, from 0.
        parts: how many there are; the others' items are not even made.
    """
    with open(FOLDER + name + ".json") as file:
        text = file.read()
    margin = "\n" + " " * indent
    number = 0
    begin = text.find(margin + "{")
    while begin >= 0:
        end = text.find(margin + "}", begin) + len(margin) + 1
        if number % parts == part:
            yield json.loads(text[begin:end])
        number += 1
        begin = text.find(margin + "{", end)
