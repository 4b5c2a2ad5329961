"""Who is here, and what may be said of an infant: the checks that all changes of one share."""

import hashlib
import re
from datetime import date, datetime, tzinfo

import sqlalchemy as sa

from pouch_host.errors import InputError

from . import schema
from .refusals import Refusal, refuse
from .rows import Infant

_I = schema.infant
_A = schema.assignment

CODE_CHARACTERS_MAX = 32
# What a code may hold is what an address can: letters and digits of any script, spaces between
# them, and signs without a meaning there. A code of dots alone would be a folder.
_CODE = re.compile(r"\w(?:[\w .:+-]*\w)?")

# The lightest infant known to have lived weighed 212 g; 8 kg is beyond any newborn.
WEIGHT_G_MIN, WEIGHT_G_MAX = 200, 8000
# From the edge of viability to three weeks more than anybody waits.
GESTATION_DAYS_MIN, GESTATION_DAYS_MAX = 21 * 7, 45 * 7 - 1
TARGET_MINUTES_MAX = 24 * 60
# Nobody comes to a newborn ward after its first birthday: such a date has the wrong year.
BORN_BEFORE_DAYS_MAX = 366
# Clocks of tablets differ by seconds, and a form says minutes.
AHEAD_S_MAX = 60


def checked_code(code: str) -> str:
    """Return a code as it is kept.

    Raises:
        Refused: an infant cannot be called so.
    """
    code = " ".join(code.split())
    if not code:
        raise refuse(Refusal.CODE_EMPTY, "an infant's code cannot be empty")
    if len(code) > CODE_CHARACTERS_MAX:
        raise refuse(
            Refusal.CODE_LONG, f"a code has at most {CODE_CHARACTERS_MAX} characters, not {code!r}"
        )
    if not _CODE.fullmatch(code):
        raise refuse(
            Refusal.CODE_ODD, f"a code has letters, digits, spaces and . : + - _, not {code!r}"
        )
    return code


def check_body(
    weight_g: int | None, gestation_days: int | None, target_minutes: int | None
) -> None:
    """Find what no infant can have.

    Args:
        weight_g: grams; None if it is not known.
        gestation_days: at birth; None if it is not known.
        target_minutes: contact a day; None for the usual.

    Raises:
        Refused: one of them cannot be.
    """
    if weight_g is not None and not WEIGHT_G_MIN <= weight_g <= WEIGHT_G_MAX:
        raise refuse(
            Refusal.WEIGHT,
            f"{weight_g} g is no newborn's weight: {WEIGHT_G_MIN} to {WEIGHT_G_MAX} g",
        )
    if (
        gestation_days is not None
        and not GESTATION_DAYS_MIN <= gestation_days <= GESTATION_DAYS_MAX
    ):
        raise refuse(Refusal.GESTATION, "no infant is born before 21 or after 45 weeks")
    if target_minutes is not None and not 0 < target_minutes <= TARGET_MINUTES_MAX:
        raise refuse(Refusal.TARGET, "a target is more than 0 and at most 24 hours")


def check_birth(
    born_on: date | None, here_utc_s: float | None, when_utc_s: float, zone: tzinfo
) -> None:
    """Find a date of birth that cannot be.

    Args:
        born_on: local date of birth; None if it is not known.
        here_utc_s: since when the infant is known to be here, see `here_since_utc_s`; None if
            it comes now.
        when_utc_s: the host's time now.
        zone: the ward's.

    Raises:
        Refused: it is in the future, after the infant came, or more than a year before.
    """
    if born_on is None:
        return
    if born_on > datetime.fromtimestamp(when_utc_s, zone).date():
        raise refuse(Refusal.BORN_FUTURE, f"born {born_on}: that is in the future")
    came_on = datetime.fromtimestamp(when_utc_s if here_utc_s is None else here_utc_s, zone).date()
    if born_on > came_on:
        raise refuse(
            Refusal.BORN_LATE,
            f"born {born_on}: it was here before, on {came_on}; correct one of the two",
            came_on=came_on,
        )
    if (came_on - born_on).days > BORN_BEFORE_DAYS_MAX:
        raise refuse(
            Refusal.BORN_EARLY,
            f"born {born_on}: more than a year before it came here on {came_on}; check the years",
            came_on=came_on,
        )


def check_born_by(infant: Infant, utc_s: float, zone: tzinfo) -> None:
    """Find a band that is given to an infant before its date of birth.

    Args:
        infant: it.
        utc_s: from when it is to have the band.
        zone: the ward's.

    Raises:
        InputError: it was not born yet.
    """
    born_on = infant.born_on
    if born_on is not None and datetime.fromtimestamp(utc_s, zone).date() < born_on:
        raise InputError(
            f"infant {infant.code!r} was born {born_on}, after that `from`; correct one of the two"
        )


def here_since_utc_s(connection: sa.Connection, infant: Infant) -> int | None:
    """Return when an infant was here for the first time: admitted, or given a band.

    Whoever is readmitted has its admission moved; its first band is from before.
    """
    mine = _A.c.infant_id == infant.infant_id
    first_utc_s = connection.scalar(sa.select(sa.func.min(_A.c.from_utc_s)).where(mine))
    known = [one for one in (first_utc_s, infant.admitted_utc_s) if one is not None]
    return min(known, default=None)


def check_moment(utc_s: float, when_utc_s: float, *, since_utc_s: float | None = None) -> int:
    """Return a moment in whole seconds, not later than now.

    Args:
        utc_s: the moment.
        when_utc_s: the host's time now. A moment a little ahead is taken for now.
        since_utc_s: nothing is earlier, or None.

    Raises:
        Refused: it is in the future, or too early.
    """
    if utc_s > when_utc_s + AHEAD_S_MAX:
        raise refuse(Refusal.MOMENT_FUTURE, "that moment is in the future")
    moment_utc_s = int(min(utc_s, when_utc_s))
    if since_utc_s is not None and moment_utc_s < int(since_utc_s):
        raise refuse(Refusal.MOMENT_EARLY, "that moment is too early", since_utc_s=since_utc_s)
    return moment_utc_s


def find_infant(connection: sa.Connection, code: str) -> Infant | None:
    """Return an infant, and keep others from changing it until commit; None if there is none."""
    query = sa.select(_I).where(_I.c.code == code).with_for_update()
    row = connection.execute(query).mappings().first()
    return Infant(**row) if row else None


def known_infant(connection: sa.Connection, code: str) -> Infant:
    """Return an infant, and keep others from changing it until commit.

    Raises:
        Refused: there is none with this code.
    """
    infant = find_infant(connection, code)
    if infant is None:
        raise refuse(Refusal.CODE_UNKNOWN, f"there is no infant {code!r}")
    return infant


def present_infant(connection: sa.Connection, code: str) -> Infant:
    """Return an infant that is here, likewise.

    Raises:
        Refused: there is none with this code, or it was discharged.
    """
    infant = known_infant(connection, code)
    if infant.discharged_utc_s is not None:
        raise refuse(Refusal.NOT_HERE, f"infant {code!r} was discharged; readmit it first")
    return infant


def stamp_of(infant: Infant) -> str:
    """Return a short digest of what a form shows of an infant, by which a change is noticed."""
    return hashlib.blake2b(repr(infant).encode(), digest_size=8).hexdigest()
