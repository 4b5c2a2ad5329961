"""The languages of the screens: their words, and how each writes numbers, dates and degrees.

    locales/ur.po --read once, at start--> Language("ur") --+
                          English needs no file --> "en" ---+--> chosen(...), per request

English sentences are the keys of all catalogues. One more language is one more file in locales/;
its name, direction, digits and dates are those that CLDR, by way of Babel, has for it.
"""

from collections.abc import Iterable
from functools import cache

import jinja2

from . import filters
from .languages.installed import Languages
from .languages.language import Language

__all__ = ["Language", "Languages", "chosen", "install", "installed"]


@cache
def installed() -> Languages:
    """Return the languages of this installation, read once.

    Raises:
        InputError: a catalogue cannot be read; names file and line.
    """
    return Languages()


def chosen(wanted: Iterable[str], accept: str = "", site: str = "") -> Language:
    """Return the language of one request; see `Languages.chosen`."""
    return installed().chosen(wanted, accept, site)


def install(environment: jinja2.Environment) -> None:
    """Give an environment words and filters, and read all catalogues, so that faults show now.

    Raises:
        InputError: a catalogue cannot be read; names file and line.
    """
    installed()
    filters.install(environment)
