"""A band's settings and self-test, as tables for people and as JSON for machines."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from pouch_protocol import constants as c

from .collect.commands import Settings

PLANS = {"default": c.PLAN_DEFAULT, "slow": c.PLAN_SLOW}
_PLAN_NAMES = {plan: name for name, plan in PLANS.items()}
_MIN_PER_H = 60

_RESET_CAUSES = {
    c.RESET_UNKNOWN: "not known",
    c.RESET_POWER_ON: "power on",
    c.RESET_HARD: "reset",
    c.RESET_WATCHDOG: "watchdog",
    c.RESET_DEEP_SLEEP: "deep sleep",
    c.RESET_SOFT: "soft reset",
}

# Each part that a self-test tries: its bit, its name, and what to do when it failed.
_PARTS = (
    (c.SELF_TEST_INFANT_THERMOMETER, "infant thermometer", "check its wires and ADD0"),
    (c.SELF_TEST_CAREGIVER_THERMOMETER, "caregiver thermometer", "check its wires and ADD0"),
    (c.SELF_TEST_TOUCH, "touch", "check the electrodes, their leads and shields"),
    (c.SELF_TEST_MOTION, "motion", "check its wires; just after a start, ask again in a minute"),
    (c.SELF_TEST_FLASH, "flash", "pull its records and replace the board"),
    (c.SELF_TEST_LOG, "log", "pull its records, then reset it to the factory"),
    (c.SELF_TEST_BATTERY, "battery", "charge it; check the cell and its two resistors"),
    (c.SELF_TEST_MEMORY, "memory", "restart it"),
    (c.SELF_TEST_KEY, "key", "it has none: pouch provision"),
    (c.SELF_TEST_RADIO, "radio", "just after a start, ask again in a minute"),
)


def hours_minutes(minute: int) -> str:
    """Return minutes as hours and minutes, such as 22:00 or -9:30."""
    sign = "-" if minute < 0 else ""
    return f"{sign}{abs(minute) // _MIN_PER_H:02}:{abs(minute) % _MIN_PER_H:02}"


def settings_json(settings: Settings) -> dict[str, Any]:
    """Return a band's settings for machines, in the words of `pouch band configure`."""
    quiet = None
    if settings.quiet_from_min != settings.quiet_until_min:
        quiet = "-".join(map(hours_minutes, (settings.quiet_from_min, settings.quiet_until_min)))
    return {
        "interval_s": settings.interval_s,
        "plan": _PLAN_NAMES.get(settings.plan, f"{settings.plan}"),
        "worn_by": "infant" if settings.worn_by_infant else "caregiver",
        "blinded": settings.blinded,
        "quiet": quiet,
        "utc_offset": hours_minutes(settings.utc_offset_min),
        "target": hours_minutes(settings.target_min),
    }


def self_test_json(label: str, found: dict[str, int]) -> dict[str, Any]:
    """Return a self-test for machines; what was not measured is null.

    Args:
        label: the band's.
        found: fields of its SELF_TEST_REPLY.
    """
    return {
        "band": label,
        "passed": not found["failed"],
        "failed": failed_parts(found),
        "infant_temperature_c": _temperature_c(found["infant_temperature_c128"]),
        "caregiver_temperature_c": _temperature_c(found["caregiver_temperature_c128"]),
        "infant_touch_pf": _touch_pf(found["infant_touch_pf512"]),
        "caregiver_touch_pf": _touch_pf(found["caregiver_touch_pf512"]),
        "activity_mg": None if found["activity_mg"] == c.BYTE_MISSING else found["activity_mg"],
        "battery_mv": found["battery_mv"],
        "free_heap_bytes": found["free_heap_bytes"],
        "free_blocks": found["free_blocks"],
        "reset_cause": _RESET_CAUSES.get(found["reset_cause"], "not known"),
    }


def failed_parts(found: dict[str, int]) -> list[str]:
    """Return the names of the parts that failed; one of a later firmware by its bit."""
    known = 0
    names = []
    for bit, name, _ in _PARTS:
        known |= bit
        if found["failed"] & bit:
            names.append(name)
    rest = found["failed"] & ~known
    return names + ([f"part 0x{rest:04x}"] if rest else [])


def print_settings(label: str, settings: Settings, console: Console) -> None:
    """Print what a band is set to."""
    shown = settings_json(settings)
    print_pairs(
        f"Settings of band {label}",
        {
            "Sample every": f"{shown['interval_s']} s",
            "Radio plan": shown["plan"],
            "Worn by": shown["worn_by"],
            "Blinded": "yes: no light, no vibration" if shown["blinded"] else "no",
            "Quiet hours": shown["quiet"] or "none",
            "Local time": f"UTC {shown['utc_offset']}",
            "Target a day": f"{shown['target']} h",
        },
        console,
    )


def print_self_test(label: str, found: dict[str, int], console: Console) -> None:
    """Print each part, what it measures, and what to do if it failed."""
    values = self_test_json(label, found)
    measured = {
        "infant thermometer": _or_missing(values["infant_temperature_c"], ".2f", "C"),
        "caregiver thermometer": _or_missing(values["caregiver_temperature_c"], ".2f", "C"),
        "touch": "infant {}, caregiver {}".format(
            _or_missing(values["infant_touch_pf"], ".1f", "pF"),
            _or_missing(values["caregiver_touch_pf"], ".1f", "pF"),
        ),
        "motion": _or_missing(values["activity_mg"], "d", "mg"),
        "flash": f"{values['free_blocks']} blocks free",
        "battery": f"{values['battery_mv'] / 1000:.2f} V",
        "memory": f"{values['free_heap_bytes']:,} bytes free",
    }
    table = Table(box=box.SIMPLE_HEAD, title=f"Self-test of band {label}", title_justify="left")
    for heading in ("Part", "Measured", "Result", "If it failed"):
        table.add_column(heading)
    for bit, name, advice in _PARTS:
        failed = bool(found["failed"] & bit)
        row = (name, measured.get(name, ""), "FAILED" if failed else "ok")
        table.add_row(*row, advice if failed else "")
    console.print(table)
    console.print(f"Last start: {values['reset_cause']}. Light and motor cannot test themselves.")


def print_pairs(title: str, pairs: dict[str, str], console: Console) -> None:
    """Print a table of names and values."""
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", show_header=False)
    for name, value in pairs.items():
        table.add_row(name, value)
    console.print(table)


def _temperature_c(value_c128: int) -> float | None:
    return None if value_c128 == c.TEMPERATURE_MISSING else value_c128 / c.STEPS_PER_C


def _touch_pf(value_pf512: int) -> float | None:
    return None if value_pf512 == c.TOUCH_MISSING else value_pf512 / c.STEPS_PER_PF


def _or_missing(value: float | None, form: str, unit: str) -> str:
    return "nothing" if value is None else f"{value:{form}} {unit}"
