"""The languages of this installation, and which of them a request gets."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from babel import Locale

from .catalogues import read_catalogue, translations_of
from .language import Language
from .wanted import asked_for, best_of

LOCALES_DIR = Path(__file__).parent.parent / "locales"
ENGLISH = "en"
# The English of most of the world: the day before the month.
_ENGLISH_FORMATS = Locale("en", "GB")


class Languages:
    """The languages of this installation, English among them.

    Args:
        folder: where the catalogues are.

    Raises:
        InputError: a catalogue cannot be read; names file and line.
    """

    def __init__(self, folder: Path = LOCALES_DIR) -> None:
        english = Language(_ENGLISH_FORMATS, name_of=Locale(ENGLISH))
        self._by_code = {english.code: english}
        for path in sorted(folder.glob("*.po")):
            locale, catalog = read_catalogue(path)
            language = Language(locale, translations_of(catalog))
            self._by_code[language.code] = language

    def __iter__(self) -> Iterator[Language]:
        """Yield the languages, English first, for a person to choose from."""
        return iter(self._by_code.values())

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Language:
        """Return the language of a code; English if there is none, since its file may be gone."""
        return self._by_code.get(code, self._by_code[ENGLISH])

    def chosen(self, wanted: Iterable[str], accept: str = "", site: str = "") -> Language:
        """Return the language of one request.

        A browser that asks for English alone says nothing: that is how tablets and phones leave
        the factory, and the site's language counts then.

        Args:
            wanted: codes that this person or device has chosen, the first that is known counts.
            accept: the Accept-Language header.
            site: the code that the site has chosen.
        """
        asked = [code for code in asked_for(accept) if not code.lower().startswith(ENGLISH)]
        found = best_of([*wanted, *asked, site], self._by_code)
        return self._by_code[found or ENGLISH]
