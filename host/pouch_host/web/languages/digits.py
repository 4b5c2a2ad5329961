"""The digits of a numbering system. CLDR says which one a language uses; Babel always writes 0-9.

Urdu as CLDR has it uses 0-9, as wards and thermometers in Pakistan do; Persian, Pashto and Urdu
in India use the eastern forms.
"""

from babel import Locale

# The digit zero of each decimal numbering system that CLDR gives to a language by default.
_ZEROS = {
    "adlm": "\U0001e950",
    "arab": "\u0660",
    "arabext": "\u06f0",
    "beng": "\u09e6",
    "cakm": "\U00011136",
    "deva": "\u0966",
    "mymr": "\u1040",
    "nkoo": "\u07c0",
    "olck": "\u1c50",
    "tibt": "\u0f20",
}


def numbering_of(locale: Locale) -> str:
    """Return the numbering system to write in: the language's own, "latn" for one unknown here."""
    own = locale.default_numbering_system
    return own if own in _ZEROS else "latn"


def digits_of(numbering: str) -> dict[int, str]:
    """Return the table for `str.translate` that turns 0-9 into a system's own digits.

    Args:
        numbering: from `numbering_of`; the table of "latn" is empty.
    """
    if numbering not in _ZEROS:
        return {}
    zero = ord(_ZEROS[numbering])
    return {ord("0") + digit: chr(zero + digit) for digit in range(10)}
