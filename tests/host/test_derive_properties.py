"""What holds of an infant's days whatever was recorded, lost, assigned or set: Hypothesis."""

from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pouch_host import derive
from pouch_host.analysis.days import day_begin_utc_s, local_date
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_host.store.ranges import subtract
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.analysis.made_samples import QUICK
from tests.host.derived_ward import BAND_ID, DAY_S, HOUR_S, LOG_ID, derived, derived_anew, pull
from tests.host.ward import START_UTC_S, anchor_values, sample_values

INFANT = "bed-1"
SAMPLE_S = 60
# Each example makes a database of its own.
FEW = settings(max_examples=12)
ROUNDING = 1e-9

ZONES = ("UTC", "Asia/Karachi", "America/Santiago", "Asia/Kathmandu")
hours = st.integers(0, 30)
acts = st.lists(st.booleans(), min_size=3, max_size=3)


def boot(boot_no, together, *, hours_each=1, anchored=True, wrong_s=None):
    """Return the records of one boot: an anchor at both ends, and one that may be wrong between.

    Args:
        boot_no: boots follow each other, each as long as its hours and half an hour off.
        together: for each stretch whether it was contact.
        hours_each: length of a stretch.
        anchored: whether the boot has anchors; else other records stand in their place.
        wrong_s: how far off the host's clock was that gave a third anchor; None for no such one.
    """
    span_s = round(len(together) * hours_each * HOUR_S)
    begin_utc_s = START_UTC_S + boot_no * (span_s + HOUR_S // 2)

    def mark(uptime_s, told_utc_s):
        if told_utc_s is None:
            values = {"battery_mv": 3900, "free_heap_bytes": 1, "records_lost": 0}
            values |= {"flags": 0, "uptime_cs": uptime_s * 100, "segments_damaged": 0}
            return c.KIND_STATUS, values
        return c.KIND_ANCHOR, anchor_values(uptime_s, told_utc_s)

    rows = [mark(0, begin_utc_s if anchored else None)]
    for uptime_s in range(SAMPLE_S // 2, span_s, SAMPLE_S):
        stretch = together[int(uptime_s // (hours_each * HOUR_S))]
        values = sample_values(uptime_s, infant_touched=True, caregiver_touched=stretch)
        rows.append((c.KIND_SAMPLE, values))
        if uptime_s == span_s // 2 - SAMPLE_S // 2:
            right_utc_s = begin_utc_s + uptime_s + 1
            told = None if wrong_s is None else right_utc_s + wrong_s
            rows.append(mark(uptime_s + 1, told))
    rows.append(mark(span_s, begin_utc_s + span_s if anchored else None))
    return rows


def add(store, boots, *, without=frozenset()):
    """Store the records of some boots, but for those whose number is among `without`."""
    number = 0
    for boot_id, rows in enumerate(boots, 1):
        first = number
        data = [
            records.encode(kind, values, LOG_ID, first + index)
            for index, (kind, values) in enumerate(rows)
        ]
        number += len(rows)
        lost = [(one, one) for one in without]
        for begin, end in subtract((first, number - 1), lost):
            part = b"".join(data[begin - first : end + 1 - first])
            store.add_segment(BAND_ID, LOG_ID, boot_id, begin, part, START_UTC_S)


def days_of(store, now_utc_s, infant=INFANT):
    (found,) = derive.infant_days(store, now_utc_s, infant, parameters=QUICK)
    return found.days


def of_boots(boots, now_utc_s, *, zone="UTC", without=frozenset()):
    with Store.open("sqlite://") as store:
        store.set_zone(zone)
        store.assign(BAND_ID, INFANT, START_UTC_S)
        add(store, boots, without=without)
        return (
            days_of(store, now_utc_s),
            derive.infant_analysis(store, now_utc_s, INFANT, parameters=QUICK),
        )


def assert_whole(days):
    """Check what holds of any day."""
    for day in days:
        known = day.infant_only_minutes + day.caregiver_only_minutes + day.off_minutes
        assert day.ssc_minutes + known + day.unknown_minutes == day.elapsed_minutes
        assert 0 < day.elapsed_minutes <= day.day_minutes
        assert 0 <= day.hours_lower <= day.hours <= day.hours_upper <= day.elapsed_minutes / 60


@FEW
@given(st.lists(acts, min_size=1, max_size=2), st.sampled_from(ZONES), st.data())
def test_fewer_records_of_any_boots_only_widen_the_bounds(lived, zone, data):
    # Goal: what is lost never moves an hour. Method: any records but the anchors are missing,
    # single ones and in runs.
    boots = [boot(number, together) for number, together in enumerate(lived)]
    kinds = [kind for rows in boots for kind, _ in rows]
    runs = data.draw(
        st.lists(st.tuples(st.integers(0, len(kinds)), st.integers(1, 60)), max_size=8)
    )
    lost = {
        number
        for first, count in runs
        for number in range(first, min(first + count, len(kinds)))
        if kinds[number] != c.KIND_ANCHOR
    }
    now_utc_s = START_UTC_S + 8 * HOUR_S
    whole_days, whole = of_boots(boots, now_utc_s, zone=zone)
    part_days, part = of_boots(boots, now_utc_s, zone=zone, without=lost)
    assert ((part.minutes.states == whole.minutes.states) | (part.minutes.states == 0)).all()
    assert (part.minutes.ssc_low <= whole.minutes.ssc_low + ROUNDING).all()
    assert (part.minutes.ssc_high >= whole.minutes.ssc_high - ROUNDING).all()
    for one, other in zip(whole_days, part_days, strict=True):
        assert other.hours_lower <= one.hours_lower + ROUNDING
        assert other.hours_upper >= one.hours_upper - ROUNDING
        assert (other.date, other.elapsed_minutes) == (one.date, one.elapsed_minutes)
        assert other.coverage <= one.coverage
    assert_whole(part_days)


@FEW
@given(st.integers(0, 2 * DAY_S), st.sampled_from(ZONES), st.booleans())
def test_one_record_proves_nothing_of_any_day(moment_s, zone, together):
    values = sample_values(moment_s, infant_touched=True, caregiver_touched=together)
    rows = [(c.KIND_ANCHOR, anchor_values(0, START_UTC_S)), (c.KIND_SAMPLE, values)]
    days, _ = of_boots([rows], START_UTC_S + 2 * DAY_S, zone=zone)
    assert_whole(days)
    assert sum(day.elapsed_minutes for day in days) == 2 * 24 * 60
    assert sum(day.elapsed_minutes - day.unknown_minutes for day in days) <= 1
    assert all(day.hours_lower == 0 for day in days)


@FEW
@given(acts, st.integers(-400 * DAY_S, -HOUR_S))
def test_host_clock_set_backwards_moves_nothing(together, wrong_s):
    # Two anchors agree; what a third one tells that contradicts them is as if it were not told.
    now_utc_s = START_UTC_S + 4 * HOUR_S
    right, _ = of_boots([boot(0, together)], now_utc_s)
    wrong, _ = of_boots([boot(0, together, wrong_s=wrong_s)], now_utc_s)
    assert wrong == right


@FEW
@given(acts, acts, st.booleans())
def test_boot_without_an_anchor_counts_for_nobody(timed, untimed, first):
    # As if that boot had never been pulled. Records of a boot are its own: no neighbour's reach.
    now_utc_s = START_UTC_S + 8 * HOUR_S
    boots = [boot(0, timed), boot(1, untimed, anchored=False)]
    boots = boots if first else [boot(1, untimed, anchored=False), boot(0, timed)]
    alone, _ = of_boots([boot(0, timed)], now_utc_s)
    both, _ = of_boots(boots, now_utc_s)
    assert both == alone


@FEW
@given(st.integers(0, 3 * 60 - 1), st.integers(0, 59), st.sampled_from(ZONES))
def test_records_from_before_the_assignment_are_not_the_infants(minute, second, zone):
    now_utc_s = START_UTC_S + 4 * HOUR_S
    from_utc_s = START_UTC_S + 60 * minute + second
    with Store.open("sqlite://") as store:
        store.set_zone(zone)
        store.assign(BAND_ID, INFANT, from_utc_s)
        add(store, [boot(0, [True] * 3)])
        days = days_of(store, now_utc_s)
        found = derive.infant_analysis(store, now_utc_s, INFANT, parameters=QUICK)
    assert_whole(days)
    # A minute is the infant's whose middle is.
    assert sum(day.elapsed_minutes for day in days) == 240 - minute - (second > 30)
    assert all(session.begin_utc_s >= from_utc_s - 30 for session in found.sessions)
    assert sum(day.hours_upper for day in days) <= (now_utc_s - from_utc_s + 30) / 3600 + ROUNDING


@FEW
@given(st.integers(0, 200), st.integers(1, 300), st.sampled_from(ZONES))
def test_days_of_admission_and_discharge_count_the_stay_alone(admitted, stayed, zone):
    # Goal: every minute of the stay on its day, none beside. Method: any stay, looked at later.
    from_utc_s = START_UTC_S + 60 * 15 * admitted
    to_utc_s = from_utc_s + 60 * 15 * stayed
    with Store.open("sqlite://") as store:
        store.set_zone(zone)
        store.assign(BAND_ID, INFANT, from_utc_s)
        store.release(BAND_ID, to_utc_s, when_utc_s=to_utc_s)
        days = days_of(store, to_utc_s + 3 * DAY_S)
        site = store.zone
    assert_whole(days)
    for day in days:
        begin_utc_s = day_begin_utc_s(day.date, site)
        end_utc_s = day_begin_utc_s(day.date + timedelta(days=1), site)
        stay_s = min(end_utc_s, to_utc_s) - max(begin_utc_s, from_utc_s)
        assert day.elapsed_minutes == stay_s / 60
        assert day.partial == (stay_s < end_utc_s - begin_utc_s)
    assert sum(day.elapsed_minutes for day in days) == 15 * stayed


@FEW
@given(st.sets(st.integers(0, 4), min_size=1, max_size=4), st.sampled_from(ZONES))
def test_day_without_a_record_may_have_been_anything(empty, zone):
    # Whatever surrounds it: but for the first and the last hour nothing reaches into it.
    with Store.open("sqlite://") as store:
        store.set_zone(zone)
        offset_s = day_begin_utc_s(days_first(store), store.zone) - START_UTC_S
        store.assign(BAND_ID, INFANT, START_UTC_S + offset_s)
        for number in set(range(5)) - empty:
            first = (offset_s + number * DAY_S) // HOUR_S
            pull(store, range(max(first, 0), first + 24))
        days = days_of(store, START_UTC_S + offset_s + 5 * DAY_S)
    assert_whole(days)
    for number in empty:
        day = days[number]
        assert day.unknown_minutes >= day.elapsed_minutes - 120
        assert day.hours_upper - day.hours_lower >= day.elapsed_minutes / 60 - 2
        assert not day.valid_16h


def days_first(store):
    """Return a local date that begins after the start, less than two days later."""
    return local_date(START_UTC_S + DAY_S, store.zone)


operations = st.one_of(
    st.tuples(st.just("pull"), st.sampled_from([0, 1]), hours, st.integers(1, 8)),
    st.tuples(st.just("assign"), st.sampled_from([0, 1]), st.sampled_from(["a", "b"]), hours),
    st.tuples(st.just("release"), st.sampled_from([0, 1]), hours),
    st.tuples(st.just("unassign"), st.sampled_from([0, 1])),
    st.tuples(st.just("zone"), st.sampled_from(ZONES)),
    st.tuples(st.just("target"), st.sampled_from(["a", "b"]), st.sampled_from([None, 2, 12.5])),
    st.tuples(st.just("refresh"), st.integers(0, 6)),
)


def change(store, operation, band_no=None, *rest):
    """Do one operation; one that makes no sense changes nothing."""
    band_id = BAND_ID + band_no if isinstance(band_no, int) else None
    try:
        if operation == "pull":
            first, count = rest
            pull(store, range(first, min(first + count, 31)), band_id=band_id)
        elif operation == "assign":
            infant, hour = rest
            store.assign(band_id, infant, START_UTC_S + hour * HOUR_S)
        elif operation == "release":
            store.release(band_id, START_UTC_S + rest[0] * HOUR_S, when_utc_s=START_UTC_S)
        elif operation == "unassign":
            store.unassign(band_id, when_utc_s=START_UTC_S)
        elif operation == "zone":
            store.set_zone(band_no)
        elif operation == "target":
            store.set_target(band_no, rest[0], when_utc_s=START_UTC_S)
    except InputError:
        return


@settings(max_examples=20)
@given(st.lists(operations, min_size=3, max_size=12))
def test_refresh_after_anything_is_what_a_fresh_store_would_derive(done):
    # Goal: nothing is missed and nothing is left. Method: pulls, assignments, zones and targets
    # in any order, with a refresh anywhere between, then held against all of it at once.
    now_utc_s = START_UTC_S + 20 * HOUR_S
    with Store.open("sqlite://") as store:
        store.assign(BAND_ID, "a", START_UTC_S)
        for operation in done:
            if operation[0] == "refresh":
                now_utc_s += operation[1] * HOUR_S
                derive.refresh(store, now_utc_s, parameters=QUICK)
            else:
                change(store, *operation)
        derive.refresh(store, now_utc_s, parameters=QUICK)
        assert derive.refresh(store, now_utc_s, parameters=QUICK) == []
        assert derived(store) == derived_anew(store, now_utc_s, parameters=QUICK)


@FEW
@given(st.lists(st.sampled_from(ZONES), min_size=2, max_size=4), st.integers(20, 30))
def test_ward_whose_zone_changes_shares_out_the_same_minutes(zones, now_hour):
    assume(len(set(zones)) > 1)
    now_utc_s = START_UTC_S + now_hour * HOUR_S
    totals = []
    with Store.open("sqlite://") as store:
        store.assign(BAND_ID, INFANT, START_UTC_S)
        pull(store, range(30))
        for zone in zones:
            store.set_zone(zone)
            days = days_of(store, now_utc_s)
            assert_whole(days)
            columns = ("elapsed_minutes", "ssc_minutes", "unknown_minutes")
            totals.append([sum(getattr(day, name) for day in days) for name in columns])
        assert derived(store) == derived_anew(store, now_utc_s, parameters=QUICK)
    assert all(total == pytest.approx(totals[0]) for total in totals)
