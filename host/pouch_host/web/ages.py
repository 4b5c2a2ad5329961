"""Ages that go on growing on a page: filled in when it is answered, counted on in the browser.

A card is made once and shown for minutes on many screens. So it holds moments, each in an empty
`<time class="age" data-utc-s="...">`, and no ages.
"""

import re
from functools import cache

from markupsafe import escape

from .language import Language

_AGE = re.compile(r'(<time class="age" data-utc-s="(-?\d+)">)(?=</time>)')

_MINUTE_S = 60
_DAY_S = 86_400
# Every age up to two days by the minute, then by the day; what is older stays as it was written.
_BY_MINUTE_S = 2 * _DAY_S
_DAYS_MAX = 60


def fill_ages(html: str, language: Language, now_utc_s: float) -> str:
    """Return HTML with the age in each of its empty `<time class="age">`.

    Args:
        html: of a card or a page.
        language: in which the ages are.
        now_utc_s: of when.
    """

    def filled(found: re.Match[str]) -> str:
        return found[1] + str(escape(language.age(now_utc_s - int(found[2]))))

    return _AGE.sub(filled, html)


@cache
def age_steps(language: Language) -> str:
    """Return what `Language.age` writes from how many seconds on: "0=<1 min ago|60=1 min ago|...".

    The browser needs no rule of any language for it: no plurals, no digits, no limits.
    """
    moments = [
        *range(0, _BY_MINUTE_S, _MINUTE_S),
        *range(_BY_MINUTE_S, _DAYS_MAX * _DAY_S, _DAY_S),
    ]
    steps: list[str] = []
    last = None
    for seconds in moments:
        text = language.age(seconds)
        if text != last:
            steps.append(f"{seconds}={text}")
            last = text
    return "|".join(steps)


def digits_of(language: Language) -> str:
    """Return the language's ten digits, 0 to 9, for clocks that run in the browser."""
    return "".join(language.count(digit) for digit in range(10))
