"""Read catalogues of translated words (.po) at start. There are no compiled files.

A catalogue is checked while it is read: a placeholder that was mistyped would otherwise end a
page in an error, at night and in one language only.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import Translations

from pouch_host.errors import InputError

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# A line of a catalogue that begins a text and does not end it.
_OPEN = re.compile(r'^(?:msg\w+(?:\[\d+\])?\s+)?"(?:[^"\\]|\\.)*\\?\s*$')


def read_catalogue(path: Path) -> tuple[Locale, Catalog]:
    """Return a catalogue and the locale that its file is named after.

    Raises:
        InputError: it cannot be read; names file and line.
    """
    locale = _locale_of(path)
    lines = _lines_of(path)
    try:
        catalog = read_po(lines, locale=locale, abort_invalid=True)
    except PoFileError as error:
        line = 1 + (error.lineno or 0)
        raise InputError(f"{path} line {line}: {error.args[0]}") from error
    except (ValueError, LookupError) as error:
        raise InputError(f"{path} line 1: its head cannot be read: {error}") from error
    for message, fault in faults(catalog):
        raise InputError(f"{path} line {message.lineno}: {fault}")
    return locale, catalog


def translations_of(catalog: Catalog) -> Translations:
    """Return a catalogue ready for look-ups. What is fuzzy or empty is shown in English."""
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def faults(catalog: Catalog) -> Iterator[tuple[Message, str]]:
    """Yield each message whose translation would break a page, with what is wrong in it."""
    for message in catalog:
        ids, texts = _texts(message.id), _texts(message.string)
        if not any(ids) or not any(texts) or message.fuzzy:
            continue
        # Babel fills up with empty ones.
        forms = sum(bool(text) for text in texts)
        if len(ids) > 1 and (forms != catalog.num_plurals or forms != len(texts)):
            yield message, f"{forms} plural forms where the language has {catalog.num_plurals}"
            continue
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        # A form for one thing only may leave out the number, as English does.
        may_lack = {"num", "count"} if len(ids) > 1 else set[str]()
        for text in texts:
            found = set(PLACEHOLDER.findall(text))
            if found - wanted or wanted - found - may_lack:
                yield message, f"placeholders differ from those of {ids[-1]!r}"


def _lines_of(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} line 1: cannot be read: {error.strerror or error}") from error
    try:
        lines = raw.decode().splitlines(keepends=True)
    except UnicodeDecodeError as error:
        line = 1 + raw.count(b"\n", 0, error.start)
        raise InputError(f"{path} line {line}: not text in UTF-8") from error
    # Babel takes an unclosed text for a shorter one.
    for line, text in enumerate(lines, start=1):
        if _OPEN.search(text):
            raise InputError(f"{path} line {line}: no quotation mark at its end")
    return lines


def _texts(text: Any) -> list[str]:
    """Return a message's texts, of which Babel has one, several, or None for a missing one."""
    texts = text if isinstance(text, tuple | list) else (text,)
    return [one or "" for one in texts]


def _locale_of(path: Path) -> Locale:
    try:
        return Locale.parse(path.stem)
    except (UnknownLocaleError, ValueError) as error:
        raise InputError(f"{path} line 1: no language is called {path.stem!r}") from error
