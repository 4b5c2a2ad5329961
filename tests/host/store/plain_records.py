"""Bytes of records for the store's tests: plausible, numbered, with true checksums."""

from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.ward import anchor_values, sample_values

BAND_ID = 0x0012ABCD
LOG_ID = 0x10C0FFEE
BOOT_ID = 3
INTERVAL_S = 30
START_UTC_S = 1_772_323_200


def samples(first, count, *, log_id=LOG_ID):
    """Return `count` sample records from number `first` on, one each 30 s of uptime."""
    return b"".join(
        records.encode(
            c.KIND_SAMPLE,
            sample_values(number * INTERVAL_S, infant_touched=True, caregiver_touched=True),
            log_id,
            number,
        )
        for number in range(first, first + count)
    )


def anchor(number, utc_s=START_UTC_S, *, log_id=LOG_ID):
    """Return one anchor record with this number."""
    return records.encode(c.KIND_ANCHOR, anchor_values(number * INTERVAL_S, utc_s), log_id, number)


def add(store, first, count, *, boot_id=BOOT_ID, log_id=LOG_ID, band_id=BAND_ID):
    """Add samples to a store; return how many were new."""
    data = samples(first, count, log_id=log_id)
    return store.add_segment(band_id, log_id, boot_id, first, data, START_UTC_S)
