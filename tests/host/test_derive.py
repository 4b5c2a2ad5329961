from datetime import date

import pytest

from pouch_host import derive
from pouch_host.analysis.parameters import default_parameters
from pouch_host.derive import blocks, board_rows
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.ward import anchor_values, sample_values

BAND_ID = 0x0012ABCD
LOG_ID = 7
BOOT_ID = 1
INTERVAL_S = 30
SAMPLES_PER_HOUR = 120
HOUR_S = 3600
DAY_S = 24 * HOUR_S
# 2026-03-01 00:00 UTC.
START_UTC_S = 1_772_323_200

# Minutes that may stay unknown where records begin, end or change what they say.
EDGE_MIN = 4
# How much further the bounds of a day reach than its minutes: edges, and a bit for every day.
_BOUNDS = default_parameters().day_bounds
EDGE_H = (EDGE_MIN + 2 * _BOUNDS.edge_min) / 60 + 4 * _BOUNDS.share + _BOUNDS.hours


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "ward.sqlite") as opened:
        yield opened


def night(hours, *, together=True, anchored=True, **changes):
    """Return an anchor at uptime 0 and samples of some hours of contact, numbered from 0."""
    head = (c.KIND_ANCHOR, anchor_values(0, START_UTC_S))
    if not anchored:
        status = {
            "battery_mv": 3900,
            "free_heap_bytes": 1,
            "records_lost": 0,
            "segments_damaged": 0,
        }
        head = (c.KIND_STATUS, {"flags": 0, "uptime_cs": 0} | status)
    rows = [head]
    for number in range(round(hours * SAMPLES_PER_HOUR)):
        uptime_s = (number + 0.5) * INTERVAL_S
        values = sample_values(uptime_s, infant_touched=True, caregiver_touched=together)
        rows.append((c.KIND_SAMPLE, values | changes))
    return b"".join(
        records.encode(kind, values, LOG_ID, number) for number, (kind, values) in enumerate(rows)
    )


def add(store, data, *, first=0, band_id=BAND_ID, boot_id=BOOT_ID):
    return store.add_segment(band_id, LOG_ID, boot_id, first, data, START_UTC_S)


def only_day(store, now_utc_s, infant_code="bed-1"):
    (infant,) = derive.infant_days(store, now_utc_s, infant_code)
    (day,) = infant.days
    return day


def test_empty_store_has_no_days_rows_or_problems(store):
    assert derive.infant_days(store, START_UTC_S) == []
    assert derive.board(store, START_UTC_S) == []
    assert derive.store_problems(store) == []


def test_infant_without_a_band_has_a_row_and_no_days(store):
    store.ensure_infant("bed-1")
    assert derive.infant_days(store, START_UTC_S) == [derive.InfantDays("bed-1", ())]
    (row,) = derive.board(store, START_UTC_S)
    assert (row.infant_code, row.band_label, row.state) == ("bed-1", None, "unknown")
    assert row.last_record_age_s is None


def test_band_without_records_leaves_the_time_unknown(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    day = only_day(store, START_UTC_S + 2 * HOUR_S)
    assert (day.hours, day.hours_lower, day.hours_upper, day.coverage) == (0, 0, 2, 0)


def test_one_record_is_shown_and_leaves_the_minute_unknown(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(1 / SAMPLES_PER_HOUR))
    (row,) = derive.board(store, START_UTC_S + 60)
    assert (row.state, row.last_record_age_s) == ("unknown", 45)
    assert row.temperature_c is not None
    assert not row.temperature_valid
    assert only_day(store, START_UTC_S + 60).unknown_minutes == 1


def test_hours_of_contact_are_counted_up_to_now(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(8))
    day = only_day(store, START_UTC_S + 3 * HOUR_S)
    # What was before the first sample is not known.
    assert 180 - EDGE_MIN <= day.ssc_minutes <= 180
    assert day.ssc_minutes + day.unknown_minutes == 180
    assert day.hours_lower <= day.hours <= 3 == day.hours_upper


def test_hours_after_the_last_record_are_unknown(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(3))
    day = only_day(store, START_UTC_S + 4 * HOUR_S)
    assert day.hours == pytest.approx(3, abs=2 * EDGE_MIN / 60)
    assert day.hours_lower == pytest.approx(3, abs=EDGE_H)
    assert day.hours_upper == pytest.approx(4, abs=EDGE_H)


def test_late_records_change_the_day_they_belong_to(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    data = night(2)
    cut = 121 * c.RECORD_BYTES
    now_utc_s = START_UTC_S + 3 * DAY_S
    add(store, data[:cut])
    (before,) = derive.infant_days(store, now_utc_s)
    add(store, data[cut:], first=121)
    (after,) = derive.infant_days(store, now_utc_s)
    assert before.days[0].hours == pytest.approx(1, abs=2 * EDGE_MIN / 60)
    assert after.days[0].hours == pytest.approx(2, abs=2 * EDGE_MIN / 60)
    assert before.days[1:] == after.days[1:]


def test_band_handed_on_splits_its_hours_by_time(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.assign(BAND_ID, "bed-2", START_UTC_S + 2 * HOUR_S)
    add(store, night(3))
    now_utc_s = START_UTC_S + 3 * HOUR_S - 60
    for infant, minutes in (("bed-1", 120), ("bed-2", 59)):
        day = only_day(store, now_utc_s, infant)
        assert minutes - 2 * EDGE_MIN <= day.ssc_minutes <= minutes
        assert day.hours_lower <= minutes / 60 <= day.hours_upper


def test_infant_with_two_bands_in_turn_has_the_hours_of_both(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.assign(BAND_ID + 1, "bed-1", START_UTC_S + HOUR_S)
    for band_id in (BAND_ID, BAND_ID + 1):
        add(store, night(2), band_id=band_id)
    day = only_day(store, START_UTC_S + 2 * HOUR_S - 60)
    # One goes on where the other ends: of the infant's time nothing is missing.
    assert 119 - 2 * EDGE_MIN <= day.ssc_minutes <= 119
    assert day.ssc_minutes + day.unknown_minutes == 119


def test_records_before_the_assignment_belong_to_nobody(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S + HOUR_S)
    add(store, night(2))
    day = only_day(store, START_UTC_S + 2 * HOUR_S)
    assert day.elapsed_minutes == 60
    assert 60 - 2 * EDGE_MIN <= day.ssc_minutes <= 60


def test_days_follow_the_zone_of_the_site(store):
    store.set_zone("Asia/Karachi")
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(24))
    (infant,) = derive.infant_days(store, START_UTC_S + 24 * HOUR_S)
    # Karachi is five hours ahead, so its midnight comes after 19 hours.
    assert [(day.date, day.elapsed_minutes) for day in infant.days] == [
        (date(2026, 3, 1), 19 * 60),
        (date(2026, 3, 2), 5 * 60),
    ]


def test_infant_whose_band_went_leaves_the_board_the_next_day(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.assign(BAND_ID, "bed-2", START_UTC_S + HOUR_S)
    today = [row.infant_code for row in derive.board(store, START_UTC_S + 2 * HOUR_S)]
    tomorrow = [row.infant_code for row in derive.board(store, START_UTC_S + 25 * HOUR_S)]
    assert (today, tomorrow) == (["bed-1", "bed-2"], ["bed-2"])
    (day,) = derive.infant_days(store, START_UTC_S + 9 * DAY_S, "bed-1")[0].days
    assert day.elapsed_minutes == 60


def test_board_row_says_all_that_is_known(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.record_contact(BAND_ID, START_UTC_S, battery_mv=3950)
    add(store, night(1))
    (row,) = derive.board(store, START_UTC_S + HOUR_S + 45)
    assert (row.band_label, row.battery_mv, row.state) == ("P-0012ABCD", 3950, "ssc")
    assert row.ssc_hours == pytest.approx(1, abs=2 * EDGE_MIN / 60)
    assert row.ssc_hours_lower <= row.ssc_hours <= 1 <= row.ssc_hours_upper
    assert row.target_h == 8
    assert row.temperature_c == pytest.approx(36.7, abs=1 / 128)
    assert row.temperature_valid
    # The last minutes of contact may be those in which it ends.
    assert row.temperature_c is not None
    assert row.temperature_age_s is not None
    assert row.core_c is not None
    assert 60 <= row.temperature_age_s <= 60 * (5 + EDGE_MIN)
    assert 0 < row.core_c - row.temperature_c < 0.8
    assert row.core_sd_c is not None
    assert row.last_record_age_s == 60
    assert row.problems == ()


def test_board_row_has_the_infants_own_target(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    store.set_target("bed-1", 12.5, when_utc_s=START_UTC_S)
    (row,) = derive.board(store, START_UTC_S + HOUR_S)
    assert row.target_h == 12.5
    assert only_day(store, START_UTC_S + HOUR_S).target_h == 12.5


def test_board_records_of_the_infant_before_are_not_those_of_the_next(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(1))
    store.assign(BAND_ID, "bed-2", START_UTC_S + HOUR_S)
    rows = {row.infant_code: row for row in derive.board(store, START_UTC_S + 2 * HOUR_S)}
    assert (rows["bed-1"].band_label, rows["bed-1"].state) == (None, "ssc")
    assert (rows["bed-2"].band_label, rows["bed-2"].state) == ("P-0012ABCD", "unknown")
    assert rows["bed-2"].temperature_c is None


def test_board_counts_only_today(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(26))
    (row,) = derive.board(store, START_UTC_S + 26 * HOUR_S)
    assert row.ssc_hours == pytest.approx(2, abs=EDGE_MIN / 60)
    assert row.coverage == pytest.approx(1, abs=EDGE_MIN / 120)


def test_board_and_days_say_the_same_of_today(store):
    store.set_zone("Asia/Karachi")
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(26))
    now_utc_s = START_UTC_S + 26.5 * HOUR_S
    (row,) = derive.board(store, now_utc_s)
    day = derive.infant_days(store, now_utc_s)[0].days[-1]
    assert (row.ssc_hours, row.coverage) == (day.hours, day.coverage)
    assert (row.ssc_hours_lower, row.ssc_hours_upper) == (day.hours_lower, day.hours_upper)


def test_board_sample_of_the_future_is_not_the_newest(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(3))
    (row,) = derive.board(store, START_UTC_S + 300)
    assert row.last_record_age_s == 0
    # By then the thermometer has been on the skin for five minutes, not for three hours.
    assert not row.temperature_valid


def test_board_failing_sensor_is_named(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(1, flags=c.FLAG_TOUCH_FAULT))
    (row,) = derive.board(store, START_UTC_S + HOUR_S)
    assert row.problems == ("band P-0012ABCD: the touch sensor fails",)


def test_no_sensor_working_leaves_every_hour_unknown(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    silent = {
        "infant_temperature_c128": c.TEMPERATURE_MISSING,
        "caregiver_temperature_c128": c.TEMPERATURE_MISSING,
        "infant_touch_pf512": c.TOUCH_MISSING,
        "caregiver_touch_pf512": c.TOUCH_MISSING,
        "activity_mg": c.BYTE_MISSING,
        "breath_adult": c.BYTE_MISSING,
        "breath_infant": c.BYTE_MISSING,
    }
    add(store, night(2, **silent))
    day = only_day(store, START_UTC_S + 2 * HOUR_S)
    assert (day.hours, day.hours_lower, day.hours_upper, day.coverage) == (0, 0, 2, 0)
    (row,) = derive.board(store, START_UTC_S + 2 * HOUR_S)
    assert (row.state, row.temperature_c, row.core_c) == ("unknown", None, None)


def test_records_without_an_anchor_count_for_nobody_and_are_told(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(1, anchored=False))
    assert only_day(store, START_UTC_S + HOUR_S).coverage == 0
    (row,) = derive.board(store, START_UTC_S + HOUR_S)
    assert row.problems == ("band P-0012ABCD: 120 samples have no time, so nobody's hours",)


def test_damaged_records_are_told_and_widen_the_bounds(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    data = bytearray(night(2))
    for record_no in range(40, 60):
        data[record_no * c.RECORD_BYTES + 8] ^= 1
    add(store, bytes(data))
    (problem,) = derive.store_problems(store)
    assert all(part in problem for part in ("ward.sqlite", "segment 1", "P-0012ABCD", "40 to 59"))
    day = only_day(store, START_UTC_S + 2 * HOUR_S - 60)
    assert day.hours_lower < 119 / 60 == day.hours_upper
    (row,) = derive.board(store, START_UTC_S + 2 * HOUR_S)
    assert row.problems == (problem,)


def test_days_of_more_than_ten_years_are_refused_and_the_board_is_not(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    with pytest.raises(InputError, match="more than ten years"):
        derive.infant_days(store, START_UTC_S + 11 * 366 * DAY_S)
    (row,) = derive.board(store, START_UTC_S + 11 * 366 * DAY_S)
    assert row.state == "unknown"


def test_records_of_an_unknown_kind_are_a_note_and_no_problem(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    body = bytes([99]) + night(1)[1:18]
    add(store, body + records.crc(body, LOG_ID, 0).to_bytes(2, "little"))
    assert derive.store_problems(store) == []
    (note,) = derive.store_notes(store)
    assert "P-0012ABCD: 1 records" in note
    (row,) = derive.board(store, START_UTC_S + HOUR_S)
    assert row.problems == ()


def test_days_of_an_unknown_infant_are_refused(store):
    with pytest.raises(InputError, match="bed-9"):
        derive.infant_days(store, START_UTC_S, "bed-9")


def test_analysis_up_to_now_has_arrays_of_the_minutes_that_are_over(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(3))
    found = derive.infant_analysis(store, START_UTC_S + 2 * HOUR_S, "bed-1")
    assert found.minutes.first_utc_s == START_UTC_S
    for column in (found.minutes.states, found.assigned, found.temperatures.core_c):
        assert len(column) == 120
    (session,) = found.sessions
    assert session.minutes == pytest.approx(120, abs=EDGE_MIN)
    assert found.days == derive.infant_days(store, START_UTC_S + 2 * HOUR_S)[0].days


def test_analysis_of_a_window_has_its_minutes_and_whole_sessions_and_days(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(30))
    whole = derive.infant_analysis(store, START_UTC_S + 30 * HOUR_S, "bed-1")
    part = derive.infant_analysis(
        store,
        START_UTC_S + 30 * HOUR_S,
        "bed-1",
        from_utc_s=START_UTC_S + 25 * HOUR_S,
        to_utc_s=START_UTC_S + 26 * HOUR_S,
    )
    assert part.minutes.first_utc_s == START_UTC_S + 25 * HOUR_S
    assert list(part.minutes.states) == list(whole.minutes.states[25 * 60 : 26 * 60])
    assert len(part.temperatures.skin_c) == len(part.assigned) == 60
    assert part.sessions == whole.sessions
    assert part.days == whole.days[1:]


def test_analysis_of_a_window_outside_has_no_minutes(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    found = derive.infant_analysis(
        store, START_UTC_S + HOUR_S, "bed-1", from_utc_s=START_UTC_S + DAY_S
    )
    assert len(found.minutes) == len(found.assigned) == 0
    assert (found.sessions, found.days) == ((), ())


def test_page_that_asks_again_derives_nothing_again(store, monkeypatch):
    # Goal: a board of a whole ward every two seconds. Method: count the runs of the chain.
    runs = []
    for module in (blocks, board_rows):
        name = "minute_states" if module is blocks else "latest"
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *a, _real=real, **o: (runs.append(1), _real(*a, **o))[1]
        )
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    add(store, night(3))
    first = derive.board(store, START_UTC_S + 3 * HOUR_S)
    made = len(runs)
    assert made
    second = derive.board(store, START_UTC_S + 3 * HOUR_S + 120)
    assert len(runs) == made
    ages_s = [row.last_record_age_s for row in (*first, *second)]
    assert ages_s == [ages_s[0], (ages_s[0] or 0.0) + 120]
    store.assign(BAND_ID, "bed-2", START_UTC_S + 2 * HOUR_S)
    derive.board(store, START_UTC_S + 3 * HOUR_S)
    assert len(runs) > made
