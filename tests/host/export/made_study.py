"""A small ward with all that an export can meet, made once and copied."""

import shutil
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from pouch_host.store import Store
from pouch_host.store.alert_log import AlertState, EventRow
from pouch_host.store.episode_log import LogSource, Span, SpanKind
from pouch_host.store.remarks import RemarkKind, Verdict
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.derived_ward import HOUR_S, hour_bytes
from tests.host.ward import START_UTC_S, anchor_values, sample_values

ZONE = "Europe/Berlin"
SITE = "Ward of Saint Somewhere"
NURSES = ("Amina Qureshi", "Birgit Hauser")
# The last Sunday of March has 23 hours there, the last one of October 25.
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
# Of one the gestational age is known too; of the others nobody knows when they were born.
SPRING_BORN, SPRING_GESTATION_DAYS = date(2026, 3, 22), 30 * 7 + 6
AUTUMN_BORN = date(2026, 10, 24)
SPRING_HOUR, AUTUMN_HOUR = 28 * 24 - 12, 238 * 24 - 12
SPRING_BED, AUTUMN_BED, DAMAGED_BED, LATE_BED = "bed-7", "bed-8", "bed-3", "bed-9"
SPRING_BAND, AUTUMN_BAND, DAMAGED_BAND, SPARE_BAND = 0x0012ABCD, 0x0034CDEF, 0x00560001, 0x00990001
MAC = "C4:5B:BE:12:34:56"
SECRET_TEXT = f"Zahida, sister of Mrs Mahmood, band {MAC}"
FAULT_FROM, FAULT_TO = 100, 130
DAMAGED_RECORD = 200
LOG_ID, UNTIMED_LOG_ID = 7, 8

_AT_10 = {"flags": 0, "uptime_cs": 36_000 * c.CS_PER_S}
# One record of each kind that is not in the tables of samples and anchors, ten hours after START.
OTHER_RECORDS = [
    (c.KIND_TALLY, _AT_10 | {"span_s": 3600, "contact_s": 1200, "unknown_s": 60,
                             "contact_24h_min": 555, "battery_days": 255, "alerts": 2}),
    (c.KIND_EVENT, _AT_10 | {"event": c.EVENT_ALERT_COLD, "detail": 34 * c.STEPS_PER_C,
                             "value": 3550}),
    (c.KIND_EVENT, _AT_10 | {"event": c.EVENT_UPDATE_CONFIRMED, "detail": 0x030201, "value": 0}),
    (c.KIND_EVENT, _AT_10 | {"event": c.EVENT_SELF_TEST, "detail": 0x8004, "value": 0}),
    (c.KIND_EVENT, _AT_10 | {"event": c.EVENT_GESTURE, "detail": 0, "value": c.GESTURE_SHOW}),
    (c.KIND_EVENT, _AT_10 | {"event": 200, "detail": 5, "value": -6}),
    (c.KIND_HEALTH, _AT_10 | {"infant_thermometer_faults": 1, "caregiver_thermometer_faults": 2,
                              "touch_faults": 30, "motion_faults": 4, "flash_faults": 5,
                              "restarts": 6, "free_heap_min_bytes": 70_000}),
    (c.KIND_BOOT, _AT_10 | {"boot_id": 1, "reset_cause": c.RESET_WATCHDOG, "firmware_major": 1,
                            "firmware_minor": 2, "firmware_patch": 3}),
    (c.KIND_STATUS, _AT_10 | {"battery_mv": 3987, "free_heap_bytes": 90_001, "records_lost": 12,
                              "segments_damaged": 1}),
    (c.KIND_FAULT, _AT_10 | {"module": 1, "code": 77, "fault_count": 8}),
]  # fmt: skip
UNTIMED_STATUS = (
    c.KIND_STATUS,
    {"flags": 0, "uptime_cs": 1, "battery_mv": 3444, "free_heap_bytes": 1, "records_lost": 0,
     "segments_damaged": 0},
)  # fmt: skip

NOW_UTC_S = START_UTC_S + (AUTUMN_HOUR + 60) * HOUR_S


def copied(folder):
    """Return a copy of the study's store."""
    return Path(shutil.copy(made(), folder / "study.sqlite"))


@cache
def made():
    path = Path(mkdtemp(prefix="pouch-study-")) / "study.sqlite"
    with Store.open(path) as store:
        _fill(store)
    return path


def at(hour):
    """Return the moment of an hour of the study."""
    return START_UTC_S + hour * HOUR_S


def _fill(store):
    store.site.set_zone(ZONE)
    store.site.change(name=SITE, when_utc_s=at(0), who=NURSES[0])
    for band_id in (SPRING_BAND, AUTUMN_BAND, DAMAGED_BAND, SPARE_BAND):
        store.record_contact(band_id, at(AUTUMN_HOUR), battery_mv=3900, firmware_version="1.2.0")
    _spring(store)
    _autumn(store)
    _damaged(store)
    store.ensure_infant(LATE_BED)
    _alerts(store)
    _told(store)


def told_of_spring():
    """Return an observer's word, a span of the log that is imported, and one that is not yet."""
    begin = at(SPRING_HOUR + 24)
    kept = Span(SpanKind.EPISODE, begin, begin + 1800, 1800)
    return LogSource.OBSERVER, kept, Span(SpanKind.EPISODE, begin + 14_400, begin + 18_000, 3600)


def _told(store):
    """Import what an observer and a mother told of the infant of the spring."""
    begin = at(SPRING_HOUR + 24)
    observer = [
        (SPRING_BED, told_of_spring()[1]),
        (SPRING_BED, Span(SpanKind.EPISODE, begin + 7200, begin + 9000, 1800)),
    ]
    diary = [(SPRING_BED, Span(SpanKind.SLOT, begin, begin + 3600, 1500))]
    for source, rows in ((LogSource.OBSERVER, observer), (LogSource.DIARY, diary)):
        store.logs.add(source, rows, when_utc_s=at(SPRING_HOUR + 60), sha256="00", who=NURSES[1])


def _pull(store, band_id, hours, **options):
    for hour in hours:
        first, data = hour_bytes(hour, **options)
        store.add_segment(band_id, LOG_ID, 1, first, data, at(hour + 1))


def _spring(store):
    begin, end = at(SPRING_HOUR), at(SPRING_HOUR + 60)
    who = NURSES[0]
    store.admissions.admit(
        SPRING_BED, when_utc_s=begin - 7200, who=who, weight_g=1450,
        gestation_days=SPRING_GESTATION_DAYS, born_on=SPRING_BORN,
    )  # fmt: skip
    store.wearing.put_on(SPRING_BED, SPRING_BAND, when_utc_s=begin, who=who, unheard=True)
    _pull(store, SPRING_BAND, [*range(SPRING_HOUR, SPRING_HOUR + 30)])
    # An hour whose records never came.
    _pull(store, SPRING_BAND, [*range(SPRING_HOUR + 31, SPRING_HOUR + 60)])
    store.handovers.hand_over(SPRING_BED, "mother", when_utc_s=begin + 60, who=who)
    sessions = _sessions(store, SPRING_BED, end)
    words = {"when_utc_s": end, "who": who}
    store.remarks.review(SPRING_BED, Verdict.CONFIRMED, machine=sessions[0], **words)
    said = (sessions[1]["begin_utc_s"], sessions[1]["end_utc_s"] - 1200)
    store.remarks.review(SPRING_BED, Verdict.CORRECTED, machine=sessions[1], said=said, **words)
    store.remarks.review(SPRING_BED, Verdict.REJECTED, machine=sessions[2], **words)
    missed = (sessions[3]["begin_utc_s"] - 7200, sessions[3]["begin_utc_s"] - 3600)
    store.remarks.review(SPRING_BED, Verdict.MISSED, said=missed, **words)
    store.remarks.add(SPRING_BED, RemarkKind.NOTE, text=SECRET_TEXT, **words)
    store.remarks.add(
        SPRING_BED, RemarkKind.LOW_HOURS, date=SPRING, reason="mother_unwell", **words
    )
    store.admissions.discharge(SPRING_BED, when_utc_s=end, who=NURSES[1])


def _sessions(store, code, end_utc_s):
    from pouch_host.derive import infant_analysis

    found = infant_analysis(store, end_utc_s, code).sessions
    return [{"begin_utc_s": one.begin_utc_s, "end_utc_s": one.end_utc_s} for one in found]


def _autumn(store):
    begin = at(AUTUMN_HOUR)
    store.admissions.admit(
        AUTUMN_BED, when_utc_s=begin, who=NURSES[1], weight_g=2100, born_on=AUTUMN_BORN
    )
    store.wearing.put_on(AUTUMN_BED, AUTUMN_BAND, when_utc_s=begin, who=NURSES[1], unheard=True)
    _pull(store, AUTUMN_BAND, range(AUTUMN_HOUR, AUTUMN_HOUR + 60))


def _damaged(store):
    """Add an infant whose band had every fault, and which was cold."""
    who = NURSES[0]
    store.admissions.admit(DAMAGED_BED, when_utc_s=at(0), who=who)
    store.wearing.put_on(DAMAGED_BED, DAMAGED_BAND, when_utc_s=at(0), who=who, unheard=True)
    values = [(c.KIND_ANCHOR, anchor_values(0, at(0)))]
    for minute in range(600):
        cold = 34.0 if 300 <= minute < 400 else 36.7
        sample = sample_values(
            minute * 60 + 30, infant_touched=True, caregiver_touched=True, temperature_c=cold
        )
        if FAULT_FROM <= minute < FAULT_TO:
            sample["flags"] = c.FLAG_TOUCH_FAULT
        values.append((c.KIND_SAMPLE, sample))
    values += [(c.KIND_ANCHOR, anchor_values(36000, at(10)))] * 3
    values += OTHER_RECORDS
    data = bytearray(
        b"".join(
            records.encode(kind, fields, LOG_ID, number)
            for number, (kind, fields) in enumerate(values)
        )
    )
    for number in range(DAMAGED_RECORD, DAMAGED_RECORD + 5):
        data[number * c.RECORD_BYTES + 5] ^= 1
    store.add_segment(DAMAGED_BAND, LOG_ID, 1, 0, bytes(data), at(10))
    # A later boot that nobody told the time.
    later = [
        (c.KIND_SAMPLE, sample_values(60 * minute, infant_touched=True, caregiver_touched=False))
        for minute in range(60)
    ]
    untimed = b"".join(
        records.encode(kind, fields, LOG_ID, len(values) + number)
        for number, (kind, fields) in enumerate([*later, UNTIMED_STATUS])
    )
    store.add_segment(DAMAGED_BAND, LOG_ID, 2, len(values), untimed, at(12))
    store.wearing.take_off(DAMAGED_BED, when_utc_s=at(14), who=who)
    store.wearing.put_on(DAMAGED_BED, SPARE_BAND, when_utc_s=at(16), who=who)
    store.admissions.discharge(DAMAGED_BED, when_utc_s=at(20), who=who)


def _alerts(store):
    infants = {one.code: one for one in store.infants()}
    rows = [
        ("raised", "", {"core_c": 35.9, "skin_c": 35.1, "state": "infant_only"}),
        ("acknowledged", NURSES[0], {}),
        ("muted", NURSES[1], {"until_utc_s": at(7)}),
        ("cleared", "", {"core_c": 36.6}),
    ]
    events = [
        EventRow(kind, at(6) + place, at(6) + place + 5, "cold_stress", 1, "", "", who, "", values)
        for place, (kind, who, values) in enumerate(rows)
    ]
    state = AlertState(infants[DAMAGED_BED].infant_id, 0, "made", "{}", "{}")
    assert store.alerts.keep(state, events)
