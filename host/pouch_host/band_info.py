"""Who a band is and how it is, as a table for people and as JSON for machines."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rich.console import Console

from pouch_protocol import constants as c

from .band_report import print_pairs
from .collect.commands import BandClock, BandCommands
from .collect.exchange import Refusal

_MIN_S = 60
_DAY_S = 86_400

# What a band can do beyond records.
_CAPABILITIES = (
    (c.CAN_UPDATE, "update"),
    (c.CAN_SETTINGS, "settings"),
    (c.CAN_TIME, "time"),
    (c.CAN_SELF_TEST, "self-test"),
    (c.CAN_IDENTIFY, "identify"),
)


class KeyState(StrEnum):
    """What this computer and a band have of its key."""

    PROVED = "proved"
    NOT_HERE = "not here"
    NONE = "none"


_KEY_TEXTS = {
    KeyState.PROVED: "the one that is here",
    KeyState.NOT_HERE: "one that this computer has not",
    KeyState.NONE: "none yet: pouch provision",
}


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


def print_info(found: Info, console: Console) -> None:
    """Print who a band is and how it is."""
    info = info_json(found)
    held = info["next_record_no"] - info["oldest_record_no"]
    print_pairs(
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
