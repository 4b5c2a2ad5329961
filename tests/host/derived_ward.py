"""Stores of some days of some infants, and what was derived of them held against a fresh store."""

from functools import cache

from pouch_host import derive
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.ward import START_UTC_S, anchor_values, sample_values

BAND_ID = 0x0012ABCD
LOG_ID = 7
HOUR_S = 3600
DAY_S = 24 * HOUR_S


@cache
def hour_bytes(hour, *, together=None, interval_s=60, anchored=True, skewed_s=0):
    """Return `(first record number, bytes)` of one hour of a band that was started at hour 0.

    Args:
        hour: which hour after START_UTC_S.
        together: whether it was contact; None for three hours of it in every six.
        interval_s: seconds between samples.
        anchored: whether the hour begins with an anchor, else it is another sample.
        skewed_s: how wrong the host's clock was that gave the anchor.
    """
    per_hour = HOUR_S // interval_s + 1
    together = hour % 6 < 3 if together is None else together
    first, begin_s = hour * per_hour, hour * HOUR_S
    head = sample_values(begin_s + 1, infant_touched=True, caregiver_touched=together)
    rows = [(c.KIND_SAMPLE, head)]
    if anchored:
        rows = [(c.KIND_ANCHOR, anchor_values(begin_s, START_UTC_S + begin_s + skewed_s))]
    for index in range(per_hour - 1):
        uptime_s = begin_s + (index + 0.5) * interval_s
        rows.append(
            (
                c.KIND_SAMPLE,
                sample_values(uptime_s, infant_touched=True, caregiver_touched=together),
            )
        )
    return first, b"".join(
        records.encode(kind, values, LOG_ID, first + number)
        for number, (kind, values) in enumerate(rows)
    )


def pull(store, hours, *, band_id=BAND_ID, boot_id=1, **options):
    """Add some hours of a band's records."""
    for hour in hours:
        first, data = hour_bytes(hour, **options)
        store.add_segment(band_id, LOG_ID, boot_id, first, data, START_UTC_S)


def copy(store, other):
    """Put the truth of one store into another, in which nothing was derived yet."""
    other.set_zone(store.zone.key)
    codes = {infant.infant_id: infant.code for infant in store.infants()}
    for band in store.bands():
        other.ensure_band(band.band_id)
        for segment in store.segments(band.band_id):
            other.add_segment(
                band.band_id,
                segment.log_id,
                segment.boot_id,
                segment.first_record_no,
                segment.data,
                segment.received_utc_s,
            )
    for code in codes.values():
        other.ensure_infant(code)
    for one in store.assignments():
        other.assign(one.band_id, codes[one.infant_id], one.from_utc_s)
        if one.to_utc_s is not None and one.ended_by is None:
            other.release(one.band_id, one.to_utc_s, when_utc_s=one.to_utc_s)
    for infant in store.infants():
        if infant.target_minutes is not None:
            other.set_target(infant.code, infant.target_minutes / 60, when_utc_s=START_UTC_S)


def derived(store):
    """Return everything derived in a store, by infant code, but for when it was done."""
    tables = store.derived
    found = {}
    for infant in store.infants():
        found[infant.code] = (
            tables.blocks(infant.infant_id, 0, 1 << 40),
            tables.days(infant.infant_id),
            tables.sessions(infant.infant_id),
        )
    return found


def derived_anew(store, now_utc_s, **options):
    """Return what a store would hold that has the same truth and derives it at once."""
    with Store.open("sqlite://") as fresh:
        copy(store, fresh)
        derive.refresh(fresh, now_utc_s, **options)
        return derived(fresh)
