"""One language: its words, and how it writes numbers, dates, hours and degrees."""

import datetime as dt
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import NumberPattern, get_minus_sign_symbol, parse_pattern
from babel.support import NullTranslations

from .degrees import CELSIUS, difference_to_unit, sign, to_unit
from .digits import digits_of, numbering_of
from .messages import fill

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86400
_HOURS_SHOWN_MAX = 48
# A little over an hour still reads best in minutes.
_MINUTES_SHOWN_MAX = 90
_VOLT_MV = 1000

# Keeps what stands between the two in one piece, whatever the direction around it.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# As wards write the time of day, in every language: 24 hours, so that no night is a day.
_CLOCK, _CLOCK_S = "HH:mm", "HH:mm:ss"


class Language:
    """One language.

    Every formatter returns text fit to stand in a sentence: never in an attribute that a browser
    or a script reads as a number. In a right-to-left language what has a sign or a word in it is
    wrapped in Unicode's isolates, since a number and its sign would be torn apart there.

    Args:
        locale: whose names, digits, dates and numbers are used.
        translations: the words; none for English.
        name_of: the locale whose own name is shown, if it is not `locale`.

    Attributes:
        code: for HTML's `lang`, for example "ur".
        direction: "ltr" or "rtl", for HTML's `dir`.
        name: what its speakers call it.
    """

    def __init__(
        self,
        locale: Locale,
        translations: NullTranslations | None = None,
        *,
        name_of: Locale | None = None,
    ) -> None:
        named = name_of or locale
        self.code = str(named).replace("_", "-")
        self.direction = locale.text_direction
        self.name = named.get_display_name() or self.code
        self._locale = locale
        self._translations = translations or NullTranslations()
        self._numbering = numbering_of(locale)
        self._digits = digits_of(self._numbering)
        # With the mark that keeps it on the left of its number, where the language needs one.
        self._minus = get_minus_sign_symbol(locale, numbering_system=self._numbering)
        self._percent = locale.number_symbols[self._numbering].get("percentSign", "%")
        self._patterns: dict[tuple[int, bool], NumberPattern] = {}

    def gettext(self, message: str, **variables: object) -> str:
        """Return a sentence with `%(name)s` filled in; whole numbers get the language's digits."""
        return fill(self.look_up(message), self.own_digits(variables))

    def ngettext(self, singular: str, plural: str, num: int, **variables: object) -> str:
        """Return the sentence for a count, which it may name as `%(num)s`."""
        found = self.look_up(singular, plural, num)
        return fill(found, self.own_digits({"num": num, **variables}))

    def pgettext(self, context: str, message: str, **variables: object) -> str:
        """Return a word that English has for two things; `context` says which of them."""
        return fill(self.look_up(message, context=context), self.own_digits(variables))

    def npgettext(
        self, context: str, singular: str, plural: str, num: int, **variables: object
    ) -> str:
        """Return the sentence for a count, of a word that English has for two things."""
        found = self.look_up(singular, plural, num, context=context)
        return fill(found, self.own_digits({"num": num, **variables}))

    def look_up(
        self, message: str, plural: str = "", num: int = 0, *, context: str | None = None
    ) -> str:
        """Return a sentence of the catalogue with its places still empty.

        Args:
            message: in English.
            plural: in English, for a count; empty if there is none.
            num: the count.
            context: which of two things an English word means.
        """
        words = self._translations
        if plural and context is not None:
            return str(words.npgettext(context, message, plural, num))
        if plural:
            return words.ngettext(message, plural, num)
        if context is not None:
            return str(words.pgettext(context, message))
        return words.gettext(message)

    def own_digits(self, variables: dict[str, object]) -> dict[str, object]:
        """Return the variables of a sentence with the whole numbers written out.

        In a right-to-left language texts are kept in one piece too: a code such as bed-3 would
        take the sentence's comma with it.
        """
        return {name: self._variable(value) for name, value in variables.items()}

    def count(self, value: int) -> str:
        """Return a whole number without marks of thousands."""
        return str(value).translate(self._digits)

    def number(self, value: float, decimals: int = 0, *, trim: bool = False) -> str:
        """Return a number.

        Args:
            value: any finite number.
            decimals: digits behind the point.
            trim: leave out zeros at the end: 8 instead of 8.0.
        """
        return self._plain(value, decimals, trim=trim)

    def hours(self, hours: float) -> str:
        """Return hours with one decimal: "5.2 h"."""
        return self._one_piece(self.gettext("%(hours)s h", hours=self._plain(hours, 1)))

    def temperature(self, temperature_c: float, unit: str = CELSIUS) -> str:
        """Return a temperature with its sign: "36.7 °C".

        Args:
            temperature_c: in degrees Celsius.
            unit: "c" or "f".
        """
        return self._isolated(f"{self._degrees(temperature_c, unit)}\u00a0{sign(unit)}")

    def degrees(self, temperature_c: float, unit: str = CELSIUS) -> str:
        """Return the number of a temperature alone; `sign` of it is shown beside it."""
        return self._isolated(self._degrees(temperature_c, unit))

    def temperature_difference(self, difference_c: float, unit: str = CELSIUS) -> str:
        """Return a difference of temperatures, such as a doubt, with its sign: "0.2 °C"."""
        value = difference_to_unit(difference_c, unit)
        return self._isolated(f"{self._plain(value, 1)}\u00a0{sign(unit)}")

    def percent(self, share: float) -> str:
        """Return a share of 0 to 1 in whole percent, 100 only if nothing at all is missing."""
        whole = round(100 * share)
        shown = whole if share >= 1 else min(whole, 99)
        pattern = self._locale.percent_formats[None]
        text = pattern.apply(Decimal(shown) / 100, self._locale, numbering_system=self._numbering)
        return self._isolated(text.translate(self._digits).replace("%", self._percent))

    def weight(self, grams: float) -> str:
        """Return a weight: "1,450 g"."""
        grouped = self._locale.decimal_formats[None].apply(
            round(grams), self._locale, numbering_system=self._numbering
        )
        text = self.gettext("%(grams)s g", grams=grouped.translate(self._digits))
        return self._one_piece(text)

    def volts(self, millivolts: float) -> str:
        """Return a voltage in volts: "3.95 V"."""
        return self._isolated(f"{self._plain(millivolts / _VOLT_MV, 2)}\u00a0V")

    def date(self, day: dt.date) -> str:
        """Return a date: "5 Mar 2026"."""
        return self._isolated(format_date(day, "medium", self._locale).translate(self._digits))

    def date_long(self, day: dt.date) -> str:
        """Return a date with its weekday, in full: "Thursday, 5 March 2026"."""
        return self._isolated(format_date(day, "full", self._locale).translate(self._digits))

    def day_short(self, day: dt.date) -> str:
        """Return a day of the last weeks: "Thu 5 Mar"."""
        text = format_skeleton("MMMEd", _noon(day), locale=self._locale)
        return self._isolated(text.translate(self._digits))

    def time(self, utc_s: float, zone: dt.tzinfo, *, seconds: bool = False) -> str:
        """Return the time of day: "14:32".

        Args:
            utc_s: in UTC seconds.
            zone: the site's.
            seconds: whether seconds are shown.
        """
        return self._isolated(self._clock(_local(utc_s, zone), seconds=seconds))

    def date_time(self, utc_s: float, zone: dt.tzinfo) -> str:
        """Return date and time of day: "5 Mar 2026, 14:32"."""
        local = _local(utc_s, zone)
        day = format_date(local.date(), "medium", self._locale).translate(self._digits)
        pattern = str(self._locale.datetime_formats["medium"]).replace("'", "")
        clock = self._clock(local, seconds=False)
        return self._isolated(pattern.replace("{0}", clock).replace("{1}", day))

    def age(self, seconds: float) -> str:
        """Return how long ago something was: "4 min ago". A future time counts as now."""
        if seconds < _MINUTE_S:
            text = self.gettext("<1 min ago")
        elif seconds < _MINUTES_SHOWN_MAX * _MINUTE_S:
            count = int(seconds // _MINUTE_S)
            text = self.ngettext("%(num)s min ago", "%(num)s min ago", count)
        elif seconds < _HOURS_SHOWN_MAX * _HOUR_S:
            count = int(seconds // _HOUR_S)
            text = self.ngettext("%(num)s h ago", "%(num)s h ago", count)
        else:
            count = int(seconds // _DAY_S)
            text = self.ngettext("%(num)s day ago", "%(num)s days ago", count)
        return self._one_piece(text)

    def duration(self, seconds: float) -> str:
        """Return how long something lasts, in whole minutes: "45 min", "3 h 5 min", "2 days"."""
        minutes = max(0, int(seconds // _MINUTE_S))
        hours, rest = divmod(minutes, 60)
        if seconds >= _HOURS_SHOWN_MAX * _HOUR_S:
            text = self.ngettext("%(num)s day", "%(num)s days", int(seconds // _DAY_S))
        elif hours == 0:
            text = self.ngettext("%(num)s min", "%(num)s min", minutes)
        elif rest == 0:
            text = self.ngettext("%(num)s h", "%(num)s h", hours)
        else:
            text = self.ngettext(
                "%(num)s h %(minutes)s min", "%(num)s h %(minutes)s min", hours, minutes=rest
            )
        return self._one_piece(text)

    def _variable(self, value: object) -> object:
        if type(value) is int:
            return self.count(value)
        # Markup brings its own elements for that.
        plain = type(value) is str and not value.startswith(_ISOLATE)
        return self._isolated(str(value)) if plain else value

    def _isolated(self, text: str) -> str:
        return f"{_ISOLATE}{text}{_END_ISOLATE}" if self.direction == "rtl" else text

    def _one_piece(self, text: str) -> str:
        # A number alone at the end of a line is read as another number.
        return self._isolated(text.replace(" ", "\u00a0"))

    def _degrees(self, temperature_c: float, unit: str) -> str:
        return self._plain(to_unit(temperature_c, unit), 1)

    def _plain(self, value: float, decimals: int, *, trim: bool = False) -> str:
        pattern = self._patterns.get((decimals, trim))
        if pattern is None:
            behind = ("#" if trim else "0") * decimals
            pattern = parse_pattern(f"0.{behind}" if decimals else "0")
            self._patterns[decimals, trim] = pattern
        # Rounded as the rest of the program does, so that a screen and an export agree.
        rounded = Decimal(f"{value:.{decimals}f}")
        text = pattern.apply(abs(rounded), self._locale, numbering_system=self._numbering)
        minus = self._minus if rounded < 0 else ""
        return minus + text.translate(self._digits)

    def _clock(self, local: dt.datetime, *, seconds: bool) -> str:
        text = format_time(local.time(), _CLOCK_S if seconds else _CLOCK, locale=self._locale)
        return text.translate(self._digits)


def _local(utc_s: float, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.fromtimestamp(utc_s, dt.UTC).astimezone(zone)


def _noon(day: dt.date) -> dt.datetime:
    # A moment: Babel takes a bare date for midnight in its own zone.
    return dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC)
