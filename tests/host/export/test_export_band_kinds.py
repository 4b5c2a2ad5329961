"""Nothing that a band stores is missing from an export, whatever kind of record it is."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pouch_host.export.columns import TABLES
from pouch_host.export.deidentify import Codes, Shift
from pouch_host.export.selection import Selection
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.export import made_study as study
from tests.host.export.readers import expected

BED, OTHER_BED = "bed-1", "bed-2"
BAND_ID = 0x00770001
LOG_ID = 99
BEGIN_UTC_S = study.START_UTC_S
NOW_UTC_S = BEGIN_UTC_S + 86_400
NOT_OF_A_RECORD = ("kind", "reserved")
# Columns whose names are not those of the fields.
OTHER_NAMES = {
    (c.KIND_TALLY, "alerts"): "alert_count",
    (c.KIND_FAULT, "code"): "fault_code",
    (c.KIND_SAMPLE, "activity_mg"): "activity_raw",
    (c.KIND_ANCHOR, "utc_s"): "told_utc",
    (c.KIND_ANCHOR, "utc_ms"): "told_utc",
} | {(c.KIND_BOOT, f"firmware_{part}"): "firmware_version" for part in ("major", "minor", "patch")}


def values_of(kind, seed):
    """Return values of a record, none like another, with the boot and the time that it has."""
    layout = records.LAYOUTS[kind]
    values = {
        name: 11 + seed + 7 * index
        for index, name in enumerate(layout.names)
        if name not in NOT_OF_A_RECORD
    }
    values["uptime_cs"] = 360_000 + seed
    if kind == c.KIND_ANCHOR:
        values |= {"utc_s": BEGIN_UTC_S + 3600, "utc_ms": 10 * seed}
    if kind == c.KIND_BOOT:
        values["boot_id"] = 1
    return values


def kept(folder, rows, *, days=None):
    """Return a store in which a band has sent some records; it was worn for a day, or some."""
    store = Store.open(folder / "kinds.sqlite")
    store.record_contact(BAND_ID, NOW_UTC_S)
    store.assign(BAND_ID, BED, BEGIN_UTC_S)
    if days is not None:
        store.release(BAND_ID, BEGIN_UTC_S + days * 86_400, when_utc_s=NOW_UTC_S)
    data = b"".join(
        records.encode(kind, values, LOG_ID, number) for number, (kind, values) in enumerate(rows)
    )
    store.add_segment(BAND_ID, LOG_ID, 1, 0, data, NOW_UTC_S)
    return store


def places_of(frames, record_no):
    """Return the tables that have a record, with its row."""
    return {
        name: row
        for name, frame in frames.items()
        if "record_no" in frame.columns
        for row in frame.filter(pl.col("record_no") == record_no).to_dicts()
    }


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory):
    """Return one record of each kind that there is, and the tables of a store that has them."""
    rows = [(kind, values_of(kind, seed)) for seed, kind in enumerate(records.LAYOUTS)]
    with kept(tmp_path_factory.mktemp("kinds"), rows) as store:
        return rows, expected(Selection.of(store, NOW_UTC_S))


@pytest.mark.parametrize("place", range(len(list(records.LAYOUTS))))
def test_each_field_of_each_kind_is_in_one_table(every_kind, place):
    rows, frames = every_kind
    kind, values = rows[place]
    ((name, row),) = places_of(frames, place).items()
    columns = next(one for one in TABLES if one.name == name).names
    for field, value in values.items():
        column = OTHER_NAMES.get((kind, field))
        if column is None:
            column = f"{field}_raw" if f"{field}_raw" in columns else field
        if column == "firmware_version":
            assert str(value) in row[column].split(".")
        elif column == "told_utc":
            told = datetime.fromtimestamp(BEGIN_UTC_S + 3600, UTC)
            assert row[column] == told + timedelta(milliseconds=values["utc_ms"])
        else:
            assert row[column] == value, (name, field)
    assert (row["infant"], row["band"], row["log_id"]) == (BED, "P-00770001", LOG_ID)
    moment = row["told_utc"] if kind == c.KIND_ANCHOR else row["time_utc"]
    assert abs(moment.timestamp() - BEGIN_UTC_S - 3600) < 0.2


def test_no_record_is_counted_and_not_told(every_kind):
    rows, frames = every_kind
    assert frames["bands"]["record_count"].item() == len(rows)
    told = [frame for frame in frames.values() if "record_no" in frame.columns]
    assert sum(map(len, told)) == len(rows)


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    with Store.open(study.copied(tmp_path_factory.mktemp("told"))) as store:
        return expected(Selection.of(store, study.NOW_UTC_S))


def test_an_event_says_what_its_numbers_mean(frames):
    found = {one["event_raw"]: one for one in frames["band_events"].to_dicts()}
    cold = found[c.EVENT_ALERT_COLD]
    assert (cold["event"], cold["skin_c"], cold["line_c"]) == ("alert_cold", 34.0, 35.5)
    assert cold["battery_mv"] is cold["choice"] is cold["failed_parts"] is None
    assert found[c.EVENT_UPDATE_CONFIRMED]["firmware_version"] == "1.2.3"
    # A bit of a later firmware is told by its number.
    assert found[c.EVENT_SELF_TEST]["failed_parts"] == "touch, 0x8000"
    assert found[c.EVENT_GESTURE]["choice"] == "show"
    later = found[200]
    assert (later["event"], later["detail_raw"], later["value_raw"]) == (None, 5, -6)


def test_a_tally_tells_its_hour_and_what_it_does_not_know(frames):
    (tally,) = frames["band_tallies"].to_dicts()
    assert tally["time_utc"] - tally["begin_utc"] == timedelta(hours=1)
    assert (tally["contact_s"], tally["unknown_s"]) == (1200, 60)
    assert (tally["battery_days_raw"], tally["battery_days"]) == (255, None)


def test_a_record_without_a_time_is_there_and_of_nobody(frames):
    timed, untimed = frames["band_status"].sort("record_no").to_dicts()
    assert timed["infant"] == study.DAMAGED_BED
    assert timed["time_local"].startswith("2026-03-01T11:00:00.000+01:00")
    assert (untimed["battery_mv"], untimed["infant"], untimed["time_utc"]) == (3444, None, None)


def worn_then_not():
    """Return a status while the band is worn, and one a day after it was taken off."""
    anchor = {"utc_ms": 0, "source": 1, "round_trip_ms": 1, "flags": 0}
    status = {"flags": 0, "free_heap_bytes": 1, "records_lost": 0, "segments_damaged": 0}
    first, later = 3600, 2 * 86_400
    return [
        (c.KIND_ANCHOR, anchor | {"uptime_cs": 0, "utc_s": BEGIN_UTC_S}),
        (c.KIND_STATUS, status | {"uptime_cs": first * c.CS_PER_S, "battery_mv": 3900}),
        (c.KIND_STATUS, status | {"uptime_cs": later * c.CS_PER_S, "battery_mv": 3800}),
    ]


def test_while_nobody_wears_a_band_its_records_are_of_nobody(tmp_path):
    now_utc_s = BEGIN_UTC_S + 3 * 86_400
    codes = Codes(bytes(32), Shift.WEEKS)
    with kept(tmp_path, worn_then_not(), days=1) as store:
        found = expected(Selection.of(store, now_utc_s))["band_status"]
        assert found.select("battery_mv", "infant").rows() == [(3900, BED), (3800, None)]
        # What is of nobody has no shift that would hide when it was.
        shifted = expected(Selection.of(store, now_utc_s, deidentify=codes))["band_status"]
        assert shifted["battery_mv"].to_list() == [3900]
        moved = shifted["time_utc"].item() - found["time_utc"][0]
        assert moved == timedelta(days=codes.shift_days(BED)) != timedelta()
        days = {"first_day": datetime.fromtimestamp(BEGIN_UTC_S, UTC).date() + timedelta(days=2)}
        assert expected(Selection.of(store, now_utc_s, **days))["band_status"][
            "battery_mv"
        ].to_list() == [3800]
        # A query as of an earlier time does not know what came later.
        before = expected(Selection.of(store, BEGIN_UTC_S + 86_400))["band_status"]
        assert before["battery_mv"].to_list() == [3900]


def test_of_a_boot_without_a_clock_nothing_is_told_that_may_be_another_infants(tmp_path):
    status = worn_then_not()[1:2]
    with kept(tmp_path, status, days=1) as store:
        assert len(expected(Selection.of(store, NOW_UTC_S, [BED]))["band_status"]) == 1
        store.assign(BAND_ID, OTHER_BED, BEGIN_UTC_S + 2 * 86_400)
        assert expected(Selection.of(store, NOW_UTC_S, [BED]))["band_status"].is_empty()
        assert len(expected(Selection.of(store, NOW_UTC_S))["band_status"]) == 1


def test_a_kind_of_a_later_version_is_counted(tmp_path):
    body = bytes([99]) + bytes(records.BODY_BYTES - 1)
    data = body + records.crc(body, LOG_ID, 0).to_bytes(2, "little")
    with Store.open(tmp_path / "later.sqlite") as store:
        store.record_contact(BAND_ID, NOW_UTC_S)
        store.add_segment(BAND_ID, LOG_ID, 1, 0, data, NOW_UTC_S)
        frames = expected(Selection.of(store, NOW_UTC_S))
    assert frames["bands"]["unknown_kind_count"].item() == 1
