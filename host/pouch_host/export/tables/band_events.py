"""The table of what happened to bands: each event as it was sent, and what its numbers say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pouch_host.export.columns import table
from pouch_host.export.columns.band_kinds import CHOICES, EVENTS
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c

from .kind_frames import Raw, kind_frames

if TYPE_CHECKING:
    import polars as pl

TABLE = table("band_events")

# A line of an alert is sent in hundredths of a degree.
_LINE_STEPS = 100
_ALERTS = (c.EVENT_ALERT_COLD, c.EVENT_ALERT_ESCALATED, c.EVENT_ALERT_CLEARED)
_BATTERY = (c.EVENT_BATTERY_LOW, c.EVENT_BATTERY_STOP, c.EVENT_BATTERY_RESUME)
_UPDATES = (c.EVENT_UPDATE_STARTED, c.EVENT_UPDATE_CONFIRMED, c.EVENT_UPDATE_ROLLED_BACK)
_PARTS = {
    c.SELF_TEST_INFANT_THERMOMETER: "infant thermometer",
    c.SELF_TEST_CAREGIVER_THERMOMETER: "caregiver thermometer",
    c.SELF_TEST_TOUCH: "touch",
    c.SELF_TEST_MOTION: "motion",
    c.SELF_TEST_FLASH: "flash",
    c.SELF_TEST_LOG: "log",
    c.SELF_TEST_BATTERY: "battery",
    c.SELF_TEST_MEMORY: "memory",
    c.SELF_TEST_KEY: "key",
    c.SELF_TEST_RADIO: "radio",
}


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the events of each band.

    Raises:
        StoreError: the store cannot be read.
    """
    return kind_frames(selection, TABLE, c.KIND_EVENT, _values)


def _values(raw: Raw) -> dict[str, Any]:
    rows = list(zip(*(raw[name].tolist() for name in ("event", "detail", "value")), strict=True))
    return {
        "event_raw": np.ascontiguousarray(raw["event"]),
        "event": [EVENTS.get(event) for event, _, _ in rows],
        "detail_raw": np.ascontiguousarray(raw["detail"]),
        "value_raw": np.ascontiguousarray(raw["value"]),
        "skin_c": [_skin_c(detail) if event in _ALERTS else None for event, detail, _ in rows],
        "line_c": [value / _LINE_STEPS if event in _ALERTS else None for event, _, value in rows],
        "battery_mv": [value if event in _BATTERY else None for event, _, value in rows],
        "contact_24h_min": [
            value if event == c.EVENT_TARGET_REACHED else None for event, _, value in rows
        ],
        "choice": [CHOICES.get((event, value)) for event, _, value in rows],
        "firmware_version": [
            ".".join(map(str, detail.to_bytes(4, "little")[:3])) if event in _UPDATES else None
            for event, detail, _ in rows
        ],
        "failed_parts": [
            _failed(detail) if event == c.EVENT_SELF_TEST else None for event, detail, _ in rows
        ],
    }


def _skin_c(detail: int) -> float | None:
    """Return the temperature that an alert tells: 1/128 C as u16."""
    steps = int.from_bytes(detail.to_bytes(4, "little")[:2], "little", signed=True)
    return None if steps == c.TEMPERATURE_MISSING else steps / c.STEPS_PER_C


def _failed(bits: int) -> str:
    """Return the parts that a self-test found broken; one of a later firmware by its bit."""
    names = [name for bit, name in _PARTS.items() if bits & bit]
    rest = bits & ~sum(_PARTS)
    return ", ".join([*names, *([f"0x{rest:04x}"] if rest else [])]) or "none"
