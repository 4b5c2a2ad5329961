"""Fills a store with the records of a small ward, made here and told in minutes."""

from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records

BAND_ID = 0x0012ABCD
BAND_LABEL = "P-0012ABCD"
INFANT = "bed-1"
LOG_ID = 0x10C0FFEE
BOOT_ID = 1
# 2026-03-01 00:00 UTC, a Sunday.
START_UTC_S = 1_772_323_200
MINUTE_S = 60

# Breathing that a band feels on people, and none, in the steps of a record (SPEC.md 3).
_ADULT_BREATH, _INFANT_BREATH = 97, 82
_NO_ADULT_BREATH, _NO_INFANT_BREATH = 38, 51

# A face against skin couples far more than one against air.
_TOUCHED_PF512 = 8 * c.STEPS_PER_PF
_FREE_PF512 = c.STEPS_PER_PF // 4


def sample_values(uptime_s, *, infant_touched, caregiver_touched, temperature_c=36.7):
    """Return the fields of one plausible sample record."""
    return {
        "flags": 0,
        "uptime_cs": round(uptime_s * c.CS_PER_S),
        "infant_temperature_c128": round(temperature_c * c.STEPS_PER_C),
        "caregiver_temperature_c128": round((temperature_c - 0.5) * c.STEPS_PER_C),
        "infant_touch_pf512": _TOUCHED_PF512 if infant_touched else _FREE_PF512,
        "caregiver_touch_pf512": _TOUCHED_PF512 if caregiver_touched else _FREE_PF512,
        "activity_mg": 20,
        "breath_adult": _ADULT_BREATH if caregiver_touched else _NO_ADULT_BREATH,
        "breath_infant": _INFANT_BREATH if infant_touched else _NO_INFANT_BREATH,
    }


def anchor_values(uptime_s, utc_s):
    """Return the fields of an anchor that says what time it was."""
    return {
        "flags": 0,
        "uptime_cs": round(uptime_s * c.CS_PER_S),
        "utc_s": utc_s,
        "utc_ms": 0,
        "source": c.TIME_SOURCE_HOST,
        "round_trip_ms": 20,
    }


def ward_bytes(minutes):
    """Return the records of one boot: an anchor, then one sample in contact at each minute."""
    values = [(c.KIND_ANCHOR, anchor_values(0, START_UTC_S))]
    values += [
        (
            c.KIND_SAMPLE,
            sample_values(minute * MINUTE_S, infant_touched=True, caregiver_touched=True),
        )
        for minute in range(minutes + 1)
    ]
    end_s = minutes * MINUTE_S
    values.append((c.KIND_ANCHOR, anchor_values(end_s, START_UTC_S + end_s)))
    return b"".join(
        records.encode(kind, fields, LOG_ID, number)
        for number, (kind, fields) in enumerate(values)
    )


def fill(path, *, minutes=180, damage_record=None):
    """Make a store in which one infant was in contact for some minutes from START_UTC_S on.

    Args:
        path: the file to make.
        minutes: how long.
        damage_record: number of a record of which one bit is flipped, if any.
    """
    end_utc_s = START_UTC_S + minutes * MINUTE_S
    data = bytearray(ward_bytes(minutes))
    if damage_record is not None:
        data[damage_record * c.RECORD_BYTES + 5] ^= 1
    with Store.open(path) as store:
        store.record_contact(BAND_ID, end_utc_s, battery_mv=3950)
        store.assign(BAND_ID, INFANT, START_UTC_S)
        store.add_segment(BAND_ID, LOG_ID, BOOT_ID, 0, bytes(data), end_utc_s)
    return path
