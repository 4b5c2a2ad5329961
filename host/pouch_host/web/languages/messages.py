"""Fill in the placeholders of a sentence."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"%\((\w+)\)s|%%")


def fill(text: str, variables: Mapping[str, object]) -> str:
    """Return a sentence with each `%(name)s` replaced.

    Without any variables the places stay: such a sentence is filled in by a script of the page.
    Other percent signs are left alone; `%%` is one.

    Raises:
        KeyError: the sentence names what is not given.
    """
    if not variables and "%%" not in text:
        return text
    return _PLACE.sub(lambda place: _one(place, variables), text)


def _one(place: re.Match[str], variables: Mapping[str, object]) -> str:
    name = place.group(1)
    if name is None:
        return "%"
    return str(variables[name]) if variables else place.group()
