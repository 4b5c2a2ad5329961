"""A store of a whole ward for a month, pulled every five minutes as `pouch collect` does.

Made once and kept in `build/`: whoever measures works on a copy. Bands share what a few of them
recorded, since what matters is the amount.
"""

import os
import shutil
import sqlite3
from functools import cache
from pathlib import Path

import numpy as np

from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records

from .made_infants import START_UTC_S, made_infant

LOG_ID = 77
BOOT_ID = 1
PULL_S = 300
_DAY_S = 86_400
_BUILD = Path(__file__).parent.parent / "build"
# So many infants live different lives; the others are twins of theirs.
_LIVES = 8
# Of what is made here: a store of another one is made anew.
_VERSION = 1

_TOUCH_STEPS = c.STEPS_PER_PF
_TEMPERATURE_STEPS = c.STEPS_PER_C


@cache
def pulls(life: int, days: int) -> list[tuple[int, bytes]]:
    """Return the first record number and the bytes of each pull of one band.

    Args:
        life: whose life; there are a few.
        days: how many days it lasts.
    """
    samples = made_infant(life, days)
    pull_of = ((samples.utc_s - START_UTC_S) // PULL_S).astype(int)
    edges = np.searchsorted(pull_of, np.arange(days * _DAY_S // PULL_S + 1))
    columns = (
        np.rint((samples.utc_s - START_UTC_S) * c.CS_PER_S).astype(int).tolist(),
        np.rint(samples.infant_temperature_c * _TEMPERATURE_STEPS).astype(int).tolist(),
        np.rint(samples.caregiver_temperature_c * _TEMPERATURE_STEPS).astype(int).tolist(),
        np.rint(np.clip(samples.infant_touch_pf, 0, 100) * _TOUCH_STEPS).astype(int).tolist(),
        np.rint(np.clip(samples.caregiver_touch_pf, 0, 100) * _TOUCH_STEPS).astype(int).tolist(),
        np.clip(samples.activity_mg, 0, 254).astype(int).tolist(),
        np.clip(np.rint(samples.breath_adult), 0, 254).astype(int).tolist(),
        np.clip(np.rint(samples.breath_infant), 0, 254).astype(int).tolist(),
    )
    names = (
        "uptime_cs", "infant_temperature_c128", "caregiver_temperature_c128",
        "infant_touch_pf512", "caregiver_touch_pf512", "activity_mg", "breath_adult",
        "breath_infant",
    )  # fmt: skip
    rows = list(zip(*columns, strict=True))
    made = []
    number = 0
    for pull in range(len(edges) - 1):
        first = number
        parts = [_anchor(pull * PULL_S, number)]
        number += 1
        for row in rows[edges[pull] : edges[pull + 1]]:
            values = dict(zip(names, row, strict=True)) | {"flags": 0}
            parts.append(records.encode(c.KIND_SAMPLE, values, LOG_ID, number))
            number += 1
        made.append((first, b"".join(parts)))
    return made


def band_id(infant: int) -> int:
    """Return the band of an infant of the ward."""
    return infant + 1


def pull_of(infant: int, days: int, number: int) -> tuple[int, bytes]:
    """Return one pull of an infant's band."""
    return pulls(infant % _LIVES, days)[number]


def ward_store(folder: Path, infants: int, days: int, *, left_out_pulls: int = 0) -> Path:
    """Return a copy of a ward's store.

    Args:
        folder: where the copy goes.
        infants: how many.
        days: how many days of each are stored.
        left_out_pulls: so many of the last pulls of each band are not.
    """
    name = f"ward-{infants}x{days}-{left_out_pulls}-v{_VERSION}.sqlite"
    kept = _BUILD / "benchmarks" / name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = kept.with_suffix(f".{os.getpid()}")
        _make(made, infants, days, left_out_pulls)
        made.rename(kept)
    return Path(shutil.copy(kept, folder / "ward.sqlite"))


def _make(path: Path, infants: int, days: int, left_out_pulls: int) -> None:
    with Store.open(path) as store:
        for infant in range(infants):
            store.record_contact(band_id(infant), START_UTC_S + days * _DAY_S, battery_mv=3950)
            store.assign(band_id(infant), f"bed-{infant:03}", START_UTC_S)
    # A store adds each pull durably, which takes an hour for two million of them.
    count = days * _DAY_S // PULL_S - left_out_pulls
    rows = (
        (
            band_id(infant),
            LOG_ID,
            BOOT_ID,
            first,
            len(data) // c.RECORD_BYTES,
            data,
            START_UTC_S + (number + 1) * PULL_S,
        )
        for number in range(count)
        for infant in range(infants)
        for first, data in (pull_of(infant, days, number),)
    )
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executemany(
            "INSERT INTO segment (band_id, log_id, boot_id, first_record_no, record_count, data,"
            " received_utc_s) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _anchor(uptime_s: int, number: int) -> bytes:
    values = {
        "flags": 0,
        "uptime_cs": uptime_s * c.CS_PER_S,
        "utc_s": START_UTC_S + uptime_s,
        "utc_ms": 0,
        "source": c.TIME_SOURCE_HOST,
        "round_trip_ms": 20,
    }
    return records.encode(c.KIND_ANCHOR, values, LOG_ID, number)
