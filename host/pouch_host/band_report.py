"""What a band says of itself, as tables for people and as JSON for machines."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from pouch_protocol import constants as c

from .collect.commands import BandClock, BandCommands, Settings
from .collect.exchange import Refusal

PLANS = {"default": c.PLAN_DEFAULT, "slow": c.PLAN_SLOW}
_PLAN_NAMES = {plan: name for name, plan in PLANS.items()}
_MIN_PER_H = 60
_MIN_S = 60
_DAY_S = 86_400

_RESET_CAUSES = {
    c.RESET_UNKNOWN: "not known",
    c.RESET_POWER_ON: "power on",
    c.RESET_HARD: "reset",
    c.RESET_WATCHDOG: "watchdog",
    c.RESET_DEEP_SLEEP: "deep sleep",
    c.RESET_SOFT: "soft reset",
}

# What a band can do beyond records.
_CAPABILITIES = (
    (c.CAN_UPDATE, "update"),
    (c.CAN_SETTINGS, "settings"),
    (c.CAN_TIME, "time"),
    (c.CAN_SELF_TEST, "self-test"),
    (c.CAN_IDENTIFY, "identify"),
)

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


class KeyState(StrEnum):
    """What this computer and a band have of its key."""

    PROVED = "proved"
    NOT_HERE = "not here"
    NONE = "none"


@dataclass(frozen=True)
class Info:
    """Who a band is and how it is.

    Attributes:
        commands: the band, as it has introduced itself.
        key: whether both have its key.
        clock: what it takes the time for; None if it does not say.
    """

    commands: BandCommands
    key: KeyState
    clock: BandClock | None


_KEY_TEXTS = {
    KeyState.PROVED: "the one that is here",
    KeyState.NOT_HERE: "one that this computer has not",
    KeyState.NONE: "none yet: pouch provision",
}


async def ask_info(commands: BandCommands, utc_now_s: Callable[[], float]) -> Info:
    """Ask a band what there is to know beyond its introduction.

    Args:
        commands: the band.
        utc_now_s: returns this host's time, Unix seconds.

    Raises:
        LinkError: the connection is gone or silent.
    """
    key = KeyState.NONE if commands.exchange.key is None else KeyState.PROVED
    try:
        return Info(commands, key, await commands.clock(utc_now_s))
    except Refusal as refusal:
        # A band that has a key tells the time to those who have it only.
        is_hidden = refusal.code == c.CODE_NOT_AUTHENTICATED
        return Info(commands, KeyState.NOT_HERE if is_hidden else key, None)


def info_json(info: Info) -> dict[str, Any]:
    """Return who a band is and how it is, for machines."""
    band = info.commands.band
    clock = info.clock
    return {
        "band": info.commands.label,
        "board": info.commands.board,
        "firmware": ".".join(map(str, info.commands.version)),
        "capabilities": capabilities(band["capabilities"]),
        "key": str(info.key),
        "wire_version": info.commands.exchange.wire_version,
        "flash_version": band["flash_version"],
        "log_id": f"{band['log_id']:08x}",
        "boot_id": band["boot_id"],
        "uptime_s": band["uptime_cs"] // c.CS_PER_S,
        "oldest_record_no": band["oldest_record_no"],
        "next_record_no": band["next_record_no"],
        "interval_s": band["interval_s"],
        "battery_mv": band["battery_mv"],
        "clock": clock
        and {"is_set": clock.is_set}
        | (
            {"ahead_s": round(clock.ahead_s, 3), "told_ago_s": round(clock.told_ago_s)}
            if clock.is_set
            else {}
        ),
    }


def capabilities(bits: int) -> list[str]:
    """Return the names of what a band can do; one of a later firmware by its bit."""
    names = [name for bit, name in _CAPABILITIES if bits & bit]
    rest = bits & ~sum(bit for bit, _ in _CAPABILITIES)
    return names + ([f"0x{rest:04x}"] if rest else [])


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


def print_info(found: Info, console: Console) -> None:
    """Print who a band is and how it is."""
    info = info_json(found)
    held = info["next_record_no"] - info["oldest_record_no"]
    _print_pairs(
        f"Band {info['band']}",
        {
            "Firmware": info["firmware"],
            "Board": info["board"],
            "Can do": ", ".join(info["capabilities"]),
            "Key": _KEY_TEXTS[found.key],
            "Battery": f"{info['battery_mv'] / 1000:.2f} V",
            "Records": f"{held:,}, from {info['oldest_record_no']:,} on",
            "Sample every": f"{info['interval_s']} s",
            "Running for": _duration(info["uptime_s"]),
            "Its clock": _clock_text(found),
            "Start": f"number {info['boot_id']} of log {info['log_id']}",
        },
        console,
    )


def _clock_text(info: Info) -> str:
    clock = info.clock
    if clock is None:
        return "not told without its key" if info.key is KeyState.NOT_HERE else "not told"
    if not clock.is_set:
        return "not set since it started"
    side = "ahead of" if clock.ahead_s >= 0 else "behind"
    return (
        f"{_span(abs(clock.ahead_s))} {side} this computer's, told {_span(clock.told_ago_s)} ago"
    )


def print_settings(label: str, settings: Settings, console: Console) -> None:
    """Print what a band is set to."""
    shown = settings_json(settings)
    _print_pairs(
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


def _print_pairs(title: str, pairs: dict[str, str], console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", show_header=False)
    for name, value in pairs.items():
        table.add_row(name, value)
    console.print(table)


def _duration(seconds: int) -> str:
    days, rest_s = divmod(seconds, 86_400)
    return f"{days} d {rest_s // 3600:02}:{rest_s % 3600 // 60:02}"


def _span(seconds: float) -> str:
    """Return a span of time of any length, as exactly as a person needs it."""
    if seconds < _MIN_S:
        return f"{seconds:.1f} s"
    if seconds < _DAY_S:
        return f"{int(seconds) // 3600} h {int(seconds) % 3600 // 60:02} min"
    return f"{seconds / _DAY_S:,.1f} days"


def _temperature_c(value_c128: int) -> float | None:
    return None if value_c128 == c.TEMPERATURE_MISSING else value_c128 / c.STEPS_PER_C


def _touch_pf(value_pf512: int) -> float | None:
    return None if value_pf512 == c.TOUCH_MISSING else value_pf512 / c.STEPS_PER_PF


def _or_missing(value: float | None, form: str, unit: str) -> str:
    return "nothing" if value is None else f"{value:{form}} {unit}"
