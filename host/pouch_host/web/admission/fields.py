"""A form about an infant: what was typed, what it means, and what is wrong with it.

Nothing is lost when something is wrong: the page comes back with each word as it was typed and
the fault beside its field. The words for faults are in templates/admission/words.html.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from pouch_host.store.refusals import Refused
from pouch_protocol.constants import parse_band_label

_WEEK_DAYS = 7
_HOUR_MINUTES = 60
_MINUTE_S = 60
_MOMENT_LENGTH = len("2026-03-05T14:32")
# With digits of any script, as a keyboard in Urdu types them where a browser has no such field.
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
# No number that anybody means is longer, and int() takes its time with a million digits.
_DIGITS_MAX = 8

# What a scanner types: the plain label, an address that ends in it, or the label with the key.
# Of the last only the band's name is taken; the key is for `pouch keys`, and not for a page.
_LABEL = re.compile(
    r"(?:https?://\S*[/=#?]|POUCH1:)?(?P<label>P-[0-9A-F]{8})(?::[0-9A-F]{32})?/?",
    re.IGNORECASE,
)

# Beside which field a refusal of the store is shown; all others stand above the form.
_PLACES = {
    "code": ("code_empty", "code_odd", "code_long", "code_present", "code_discharged"),
    "weight": ("weight",),
    "weeks": ("gestation",),
    "born": ("born_future", "born_late", "born_early"),
    "target": ("target",),
    "moment": ("moment_future", "moment_early", "moment_taken"),
    "band": ("band_worn", "band_unheard"),
    "caregiver": ("caregiver",),
}
_PLACE_OF = {refusal: place for place, refusals in _PLACES.items() for refusal in refusals}


def band_label_of(text: str) -> str | None:
    """Return the label in what was typed or scanned, in capitals; None if there is none.

    A key that comes with it is dropped here and kept nowhere.
    """
    found = _LABEL.fullmatch(text.strip())
    return found["label"].upper() if found else None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong.

    Attributes:
        key: a word of `store.refusals.Refusal`, or one of this module.
        values: what the sentence about it names.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


class Fields:
    """A form as it came.

    Each reader returns a value, or None if nothing was typed or it is wrong; whether anything
    was, says `ok`.

    Args:
        typed: its fields.
        zone: of moments.

    Attributes:
        typed: the words as typed, for the page to show again.
        faults: what is wrong, by field; "form" for what belongs to none.
    """

    def __init__(self, typed: Mapping[str, str] | None = None, *, zone: tzinfo) -> None:
        self.typed = dict(typed or {})
        self.faults: dict[str, Fault] = {}
        self._zone = zone

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.faults

    def text(self, name: str) -> str:
        """Return what was typed, without blanks around it."""
        return self.typed.get(name, "").strip()

    def blame(self, name: str, key: str, **values: object) -> None:
        """Note what is wrong; the first fault of a field stays."""
        since_utc_s = values.get("since_utc_s")
        if isinstance(since_utc_s, int | float):
            # A form has whole minutes: the next one is the first that will do.
            values["since_utc_s"] = -(-since_utc_s // _MINUTE_S) * _MINUTE_S
        self.faults.setdefault(name, Fault(key, values))

    def refuse(self, refused: Refused) -> None:
        """Note what the store has refused."""
        key = refused.refusal.value
        self.blame(_PLACE_OF.get(key, "form"), key, **refused.values)

    def weight_g(self) -> int | None:
        """Return the field "weight", grams."""
        return self._whole("weight", "weight")

    def gestation_days(self) -> int | None:
        """Return the fields "weeks" and "days" together, as days."""
        weeks, days = self._whole("weeks", "gestation"), self._whole("days", "gestation_days")
        if days is not None and not 0 <= days < _WEEK_DAYS:
            self.blame("days", "gestation_days")
        if weeks is None:
            if days:
                self.blame("weeks", "gestation")
            return None
        return weeks * _WEEK_DAYS + (days or 0)

    def day(self, name: str = "born") -> date | None:
        """Return a field of a date, as a browser sends it or somebody types it: 2026-03-05."""
        text = self.text(name)
        if not text:
            return None
        found = _DATE.fullmatch(text)
        try:
            if found is not None:
                year, month, day = map(int, found.groups())
                return date(year, month, day)
        except ValueError:
            pass  # Such as the 30th of February.
        self.blame(name, "date")
        return None

    def minutes(self, name: str = "target") -> int | None:
        """Return a field of hours, such as "12" or "8.5", in minutes."""
        text = self.text(name).replace(",", ".").replace("\u066b", ".")
        if not text:
            return None
        try:
            hours = float(text) if len(text) <= _DIGITS_MAX else -1.0
        except ValueError:
            hours = -1.0
        if not 0 < hours <= 24:  # noqa: PLR2004 - of a day
            self.blame(name, "target")
            return None
        return max(1, round(hours * _HOUR_MINUTES))

    def grams(self, name: str) -> int | None:
        """Return a field of grams that may also be zero."""
        return self._whole(name, "weight")

    def moment_utc_s(self, name: str = "moment") -> float | None:
        """Return a field of date and time of day in the ward's zone, in UTC seconds.

        In the hour that a clock change repeats the first one is meant.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            local = datetime.fromisoformat(text[:_MOMENT_LENGTH])
            return local.replace(tzinfo=self._zone).timestamp()
        except (ValueError, OverflowError, OSError):
            self.blame(name, "moment")
            return None

    def band_id(self) -> int | None:
        """Return the band that was typed or scanned, or else picked from the list.

        What was typed is kept without a key that came with it.
        """
        typed, picked = self.text("band"), self.text("pick")
        label = band_label_of(typed)
        if typed and label is None:
            self.typed["band"] = "" if ":" in typed else typed[:_MOMENT_LENGTH]
            self.blame("band", "band_label")
            return None
        if label is not None:
            self.typed["band"] = label
        if label is not None and picked and picked.upper() != label:
            self.blame("band", "band_two")
            return None
        try:
            return parse_band_label(label or picked)
        except ValueError:
            self.blame("band", "band_none")
            return None

    def _whole(self, name: str, key: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        # Digits of any script: a keyboard in Urdu may type its own.
        if len(text) > _DIGITS_MAX or not text.isdecimal():
            self.blame(name, key)
            return None
        return int(text)


def fields_of(values: Mapping[str, Any], *, zone: tzinfo) -> Fields:
    """Return a form that shows what is known, before anybody has typed.

    Args:
        values: by field; None stays empty.
        zone: of moments.
    """
    return Fields(
        {name: "" if value is None else str(value) for name, value in values.items()}, zone=zone
    )
