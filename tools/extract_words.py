"""Collect the words of the screens: `python -m tools.extract_words`, after any change of a text.

    templates/*.html, *.py --extract--> locales/pouch.pot --update--> locales/ur.po, ...

No translation is lost: what no screen says any more goes to the end of a catalogue, as a comment,
and comes back with its sentence; `--prune` drops it. Nothing is guessed: a sentence that was
changed is a new one, to be translated again. The files bear no dates and no line numbers, so that
two people who work on two screens do not meet in them.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as extract_words
from babel.messages.pofile import read_po, write_po

from pouch_host.errors import HostError
from pouch_host.web.languages.catalogues import faults, read_catalogue

WEB_DIR = Path(__file__).parents[1] / "host" / "pouch_host" / "web"
LOCALES_DIR = WEB_DIR / "locales"
TEMPLATE_NAME = "pouch.pot"

# What stands behind this in a comment in front of a sentence is shown to whoever translates it.
_COMMENT_TAGS = ("Translators:",)
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# As the environment of the pages reads them.
_JINJA = {
    "extensions": "jinja2.ext.i18n",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "trimmed": "true",
    "silent": "false",
}
_METHODS = {".html": ("jinja2.ext:babel_extract", _JINJA), ".py": ("python", {})}

_HEAD = """\
# The words of Pouch's screens. docs/TRANSLATING.md says how they are translated.
# Made by tools/extract_words.py; only translations are written by hand."""
# Babel would say when and by what a file was made, which changes although no word did.
_LINES_LEFT_OUT = (
    '"POT-Creation-Date:', '"PO-Revision-Date:', '"Generated-By:', '"Report-Msgid-Bugs-To:',
    '"Last-Translator:', '"Language-Team:', "#, fuzzy\n",
)  # fmt: skip
_WIDTH = 100


def extract(web_dir: Path = WEB_DIR) -> Catalog:
    """Return all that the screens say, without translations.

    Args:
        web_dir: the folder with the templates and the modules of the web application.
    """
    found = Catalog(project="Pouch", version="1", header_comment=_HEAD, fuzzy=False)
    for path in sorted(path for path in web_dir.rglob("*") if path.suffix in _METHODS):
        method, options = _METHODS[path.suffix]
        place = path.relative_to(web_dir).as_posix()
        with path.open("rb") as file:
            words = extract_words(
                method, file, _KEYWORDS, _COMMENT_TAGS, options, strip_comment_tags=True
            )
            for _, message, comments, context in words:
                found.add(message, None, [(place, 0)], auto_comments=comments, context=context)
    return found


def update(catalogue: Catalog, template: Catalog, *, prune: bool = False) -> None:
    """Give a language's catalogue the sentences of the template, and keep all translations.

    Args:
        catalogue: is changed.
        template: from `extract`.
        prune: drop the translations of what no screen says any more.
    """
    for old in list(catalogue.obsolete.values()):
        catalogue.add(old.id, old.string, context=old.context)
    catalogue.obsolete.clear()
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.header_comment = _HEAD
    catalogue.project, catalogue.version = template.project, template.version
    if prune:
        catalogue.obsolete.clear()


def as_text(catalogue: Catalog) -> str:
    """Return a catalogue as the text of its file."""
    file = io.BytesIO()
    write_po(file, catalogue, width=_WIDTH, include_lineno=False)
    lines = file.getvalue().decode().splitlines(keepends=True)
    head = lines.index("\n") if "\n" in lines else len(lines)
    kept = [line for line in lines[:head] if not line.startswith(_LINES_LEFT_OUT)]
    return "".join([*kept, *lines[head:]])


def shortcomings(catalogue: Catalog) -> Iterator[str]:
    """Yield what a catalogue lacks, one line each. A complete one has nothing."""
    for message in catalogue:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        if not all(texts):
            yield f"not translated: {_shown(message)}"
        if message.fuzzy:
            yield f"only guessed: {_shown(message)}"
        if any(text and text != text.strip() for text in texts):
            yield f"spaces around: {_shown(message)}"
    for message, fault in faults(catalogue):
        yield f"{fault}: {_shown(message)}"
    for message in catalogue.obsolete.values():
        yield f"no longer said: {_shown(message)}"


def _shown(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return repr(text if message.context is None else f"{message.context}: {text}")


def main(arguments: list[str] | None = None, locales_dir: Path = LOCALES_DIR) -> int:
    """Write the template and all catalogues; say what they lack; return the exit code."""
    parser = argparse.ArgumentParser(description="Collect the words of Pouch's screens.")
    parser.add_argument("--prune", action="store_true", help="drop what no screen says any more")
    parser.add_argument("--add", metavar="CODE", help="begin a language, for example ps")
    options = parser.parse_args(arguments)
    template = extract()
    locales_dir.mkdir(exist_ok=True)
    (locales_dir / TEMPLATE_NAME).write_text(as_text(template), encoding="utf-8")
    if options.add:
        new = locales_dir / f"{options.add}.po"
        if not new.exists():
            new.write_text(as_text(Catalog(locale=options.add, fuzzy=False)), encoding="utf-8")
    lacking = 0
    for path in sorted(locales_dir.glob("*.po")):
        try:
            locale, _ = read_catalogue(path)
        except HostError as error:
            print(f"error: {error}", file=sys.stderr)
            return error.exit_code
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale)
        update(catalogue, template, prune=options.prune)
        path.write_text(as_text(catalogue), encoding="utf-8")
        found = list(shortcomings(catalogue))
        lacking += len(found)
        for line in found:
            print(f"{path.name}: {line}")
        print(f"{path.name}: {len(catalogue)} sentences, {len(found)} shortcomings")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
