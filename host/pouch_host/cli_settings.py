"""The options that say what a band is to be set to, for `pouch band configure` and `provision`."""

import re
from enum import StrEnum
from typing import Annotated, Any

import typer

from pouch_protocol import constants as c

from . import band_report

_MIN_PER_H = 60
_DAY_MIN = 1440
_UTC_OFFSET_MIN_MAX = 14 * 60
_NO_QUIET = "none"


class Plan(StrEnum):
    """How often the radio is on."""

    DEFAULT = "default"
    SLOW = "slow"


class Wearer(StrEnum):
    """Who wears the band."""

    CAREGIVER = "caregiver"
    INFANT = "infant"


IntervalOption = Annotated[
    int | None,
    typer.Option(
        "--interval",
        min=c.INTERVAL_S_MIN,
        max=c.INTERVAL_S_MAX,
        metavar="SECONDS",
        help="From one sample to the next.",
    ),
]
PlanOption = Annotated[
    Plan | None, typer.Option("--plan", help="How often the radio is on: slow for 28 days.")
]
WearerOption = Annotated[Wearer | None, typer.Option("--worn-by", help="Who wears the band.")]
BlindedOption = Annotated[
    bool | None, typer.Option("--blinded/--not-blinded", help="No light, no vibration.")
]
QuietOption = Annotated[
    str | None,
    typer.Option(
        "--quiet", metavar="FROM-UNTIL", help="Quiet hours, such as 22:00-06:00, or 'none'."
    ),
]
UtcOffsetOption = Annotated[
    str | None,
    typer.Option(
        "--utc-offset", metavar="H:MM", help="Local time minus UTC, such as +5:00 or -9:30."
    ),
]
TargetOption = Annotated[
    str | None,
    typer.Option(
        "--target", metavar="H:MM", help="Contact a day that the light counts up to: 8:00."
    ),
]


def changes(
    interval_s: int | None,
    plan: Plan | None,
    worn_by: Wearer | None,
    blinded: bool | None,
    quiet: str | None,
    utc_offset: str | None,
    target: str | None,
) -> dict[str, Any]:
    """Return what a person wants changed, by the names of Settings' attributes.

    Args:
        interval_s: seconds between samples; None, here as below, for what it is set to now.
        plan: how often the radio is on.
        worn_by: who wears the band.
        blinded: whether light and vibration are off.
        quiet: quiet hours as typed.
        utc_offset: local time minus UTC as typed.
        target: hours and minutes of contact a day as typed.

    Raises:
        typer.BadParameter: what was typed is no time, or outside of what a band takes.
    """
    wanted = {
        "interval_s": interval_s,
        "plan": None if plan is None else band_report.PLANS[plan],
        "worn_by_infant": None if worn_by is None else worn_by is Wearer.INFANT,
        "blinded": blinded,
        "utc_offset_min": None
        if utc_offset is None
        else _minutes(utc_offset, "--utc-offset", -_UTC_OFFSET_MIN_MAX, _UTC_OFFSET_MIN_MAX),
        "target_min": None if target is None else _minutes(target, "--target", 1, _DAY_MIN),
    }
    if quiet is not None:
        wanted["quiet_from_min"], wanted["quiet_until_min"] = _quiet_hours(quiet)
    return {name: value for name, value in wanted.items() if value is not None}


def _quiet_hours(text: str) -> tuple[int, int]:
    if text == _NO_QUIET:
        return 0, 0
    start, dash, end = text.partition("-")
    if not dash:
        raise typer.BadParameter(
            f"{text!r} is not a time such as 22:00-06:00, or {_NO_QUIET!r}", param_hint="--quiet"
        )
    from_min = _minutes(start, "--quiet", 0, _DAY_MIN - 1)
    until_min = _minutes(end, "--quiet", 0, _DAY_MIN - 1)
    if from_min == until_min:
        raise typer.BadParameter(
            f"{text} begins where it ends: say {_NO_QUIET!r} for no quiet hours",
            param_hint="--quiet",
        )
    return from_min, until_min


def _minutes(text: str, option: str, minimum: int, maximum: int) -> int:
    """Return hours and minutes as minutes, if they are within bounds."""
    match = re.fullmatch(r"([+-]?)(\d{1,2}):([0-5]\d)", text.strip())
    if match is not None:
        minutes = int(match[2]) * _MIN_PER_H + int(match[3])
        minutes = -minutes if match[1] == "-" else minutes
        if minimum <= minutes <= maximum:
            return minutes
    raise typer.BadParameter(
        f"{text!r} is not hours and minutes from {band_report.hours_minutes(minimum)}"
        f" to {band_report.hours_minutes(maximum)}",
        param_hint=option,
    )
