"""The table of clock fits: the clock of each boot that an infant's records rest on."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.looks import Look
from pouch_host.export.reading import ReadBoot
from pouch_host.export.selection import Selection
from pouch_protocol.constants import band_label

if TYPE_CHECKING:
    import polars as pl

TABLE = table("clock_fits")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the clocks of the boots during which each infant wore a band.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        for band_id, read in look.bands.items():
            spans = look.wearer_spans(band_id)
            boots = [one for one in read.boots if _touches(one, spans)]
            if boots:
                yield _frame(selection, look, band_id, boots)


def _reach(boot: ReadBoot) -> tuple[float, float]:
    clock = boot.clock
    if not clock.anchored:
        return clock.earliest_utc_s, clock.latest_utc_s
    return float(clock.utc_s(boot.first_uptime_s)), float(clock.utc_s(boot.last_uptime_s))


def _touches(boot: ReadBoot, spans: list[tuple[float, float]]) -> bool:
    first_s, last_s = _reach(boot)
    return any(first_s < end_s and last_s >= begin_s for begin_s, end_s in spans)


def _frame(
    selection: Selection, look: Look, band_id: int, boots: list[ReadBoot]
) -> "pl.DataFrame":
    times = selection.times(look.infant)
    clocks = [boot.clock for boot in boots]
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": selection.codes.infant(look.infant.code),
        "band": selection.codes.band(band_label(band_id)),
        "log_id": [selection.codes.log_id(boot.records.log_id) for boot in boots],
        "boot_id": [boot.records.boot_id for boot in boots],
        "anchored": [clock.anchored for clock in clocks],
        "anchor_count": [len(boot.records.anchors) for boot in boots],
        "knot_count": [len(clock.knot_uptime_s) for clock in clocks],
        "rejected_count": [clock.rejected_count for clock in clocks],
        "rate_before": [clock.rate_before if clock.anchored else None for clock in clocks],
        "rate_after": [clock.rate_after if clock.anchored else None for clock in clocks],
        "residual_max_s": [_known(clock.residual_s) for clock in clocks],
        "sample_count": [boot.sample_count for boot in boots],
    }
    for name, place, anchored in (
        ("first_record", 0, True), ("last_record", 1, True),
        ("earliest", 0, False), ("latest", 1, False),
    ):  # fmt: skip
        told = [
            _known(_reach(boot)[place]) if boot.clock.anchored is anchored else None
            for boot in boots
        ]
        values |= times.pair(name, told, with_ms=True)
    return frame_of(TABLE, values)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
