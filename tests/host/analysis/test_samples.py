import numpy as np
import pytest

from pouch_host.analysis.clock_fit import BootClock, fit_boot
from pouch_host.analysis.samples import convert, from_columns, join
from pouch_host.store.decode import BandDecoder
from pouch_host.store.rows import Segment
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.ward import sample_values

START_UTC_S = 1_772_323_200
LOG_ID = 5
CLOCK = fit_boot([0], [START_UTC_S])


def boot_of(values_by_no):
    """Return the decoded boot that holds these records, numbered as given."""
    decoder = BandDecoder("ward.sqlite")
    decoder.feed(
        Segment(key, 1, LOG_ID, 1, number, 1, records.encode(kind, values, LOG_ID, number), 0)
        for key, (number, (kind, values)) in enumerate(values_by_no.items(), 1)
    )
    return decoder.decoded().boots[0]


def sample(uptime_s, **changes):
    values = sample_values(uptime_s, infant_touched=True, caregiver_touched=True)
    return c.KIND_SAMPLE, values | changes


def status(uptime_s):
    values = {"flags": 0, "uptime_cs": uptime_s * 100, "battery_mv": 3900}
    return c.KIND_STATUS, values | {"free_heap_bytes": 1, "records_lost": 0, "segments_damaged": 0}


def converted(values_by_no, clock=CLOCK):
    boot = boot_of(values_by_no)
    return convert(boot.samples, boot.sample_no, boot.record_no, clock)


# At an edge: half of the shortest interval, on the fastest clock.
EDGE_S = 4.75


def reach(samples):
    spans = zip(samples.begin_utc_s, samples.end_utc_s, strict=True)
    return [(begin - START_UTC_S, end - START_UTC_S) for begin, end in spans]


def test_convert_units_are_those_of_people():
    samples = converted(
        {0: sample(30, infant_temperature_c128=36 * 128 + 64, infant_touch_pf512=9 * 512 + 256)}
    )
    assert list(samples.utc_s) == [START_UTC_S + 30]
    assert list(samples.infant_temperature_c) == [36.5]
    assert list(samples.infant_touch_pf) == [9.5]
    assert list(samples.activity_mg) == [sample(30)[1]["activity_mg"]]
    assert list(samples.breath_adult) == [sample(30)[1]["breath_adult"]]


def test_convert_missing_values_are_nan():
    samples = converted(
        {
            0: sample(
                0,
                infant_temperature_c128=c.TEMPERATURE_MISSING,
                caregiver_temperature_c128=c.TEMPERATURE_MISSING,
                infant_touch_pf512=c.TOUCH_MISSING,
                caregiver_touch_pf512=c.TOUCH_MISSING,
                activity_mg=c.BYTE_MISSING,
                breath_adult=c.BYTE_MISSING,
                breath_infant=c.BYTE_MISSING,
            )
        }
    )
    assert np.isnan(
        [
            samples.infant_temperature_c,
            samples.caregiver_temperature_c,
            samples.infant_touch_pf,
            samples.caregiver_touch_pf,
            samples.activity_mg,
            samples.breath_adult,
            samples.breath_infant,
        ]
    ).all()


def test_convert_faulty_sensor_is_nan_and_only_that():
    infant = converted({0: sample(0, flags=c.FLAG_INFANT_THERMOMETER_FAULT)})
    assert np.isnan(infant.infant_temperature_c).all()
    assert not np.isnan(infant.caregiver_temperature_c).any()
    caregiver = converted({0: sample(0, flags=c.FLAG_CAREGIVER_THERMOMETER_FAULT)})
    assert np.isnan(caregiver.caregiver_temperature_c).all()
    touch = converted({0: sample(0, flags=c.FLAG_TOUCH_FAULT)})
    assert np.isnan([touch.infant_touch_pf, touch.caregiver_touch_pf]).all()
    assert not np.isnan(touch.infant_temperature_c).any()
    motion = converted({0: sample(0, flags=c.FLAG_MOTION_FAULT)})
    assert np.isnan([motion.activity_mg, motion.breath_adult, motion.breath_infant]).all()
    assert not np.isnan(motion.infant_touch_pf).any()


def test_convert_boot_without_anchor_gives_no_sample():
    assert len(converted({0: sample(0)}, BootClock())) == 0


def test_reach_neighbours_meet_half_way():
    samples = converted({n: sample(30 * n) for n in range(3)})
    assert reach(samples) == [(-EDGE_S, 15), (15, 45), (45, 60 + EDGE_S)]


def test_reach_over_another_kind_of_record_is_unbroken():
    samples = converted({0: sample(0), 1: status(1), 2: sample(30)})
    assert reach(samples) == [(-EDGE_S, 15), (15, 30 + EDGE_S)]


def test_reach_ends_at_a_missing_record():
    samples = converted({0: sample(0), 2: sample(60)})
    assert reach(samples) == [(-EDGE_S, EDGE_S), (60 - EDGE_S, 60 + EDGE_S)]


def test_reach_ends_where_the_band_stood_still():
    samples = converted({0: sample(0), 1: sample(900)})
    assert reach(samples) == [(-EDGE_S, EDGE_S), (900 - EDGE_S, 900 + EDGE_S)]


def test_reach_of_the_longest_interval_is_unbroken():
    samples = converted({0: sample(0), 1: sample(300)})
    assert reach(samples) == [(-EDGE_S, 150), (150, 300 + EDGE_S)]


def test_join_parts_are_put_in_order_of_time():
    later, earlier = converted({0: sample(60)}), converted({0: sample(0)})
    assert list(join([later, earlier]).utc_s) == [START_UTC_S, START_UTC_S + 60]


def test_join_nothing_is_empty():
    assert len(join([])) == 0


def test_between_takes_the_first_moment_and_not_the_last():
    samples = converted({n: sample(30 * n) for n in range(4)})
    part = samples.between(START_UTC_S + 30, START_UTC_S + 90)
    assert list(part.utc_s - START_UTC_S) == [30, 60]
    assert reach(part) == [(30, 45), (45, 75)]


def test_from_columns_neighbours_meet_half_way_and_a_gap_is_a_gap():
    samples = from_columns(
        START_UTC_S + np.array([0, 30, 60, 150]), interval_s=30, infant_temperature_c=[36] * 4
    )
    assert reach(samples) == [
        (-EDGE_S, 15),
        (15, 45),
        (45, 60 + EDGE_S),
        (150 - EDGE_S, 150 + EDGE_S),
    ]
    assert list(samples.infant_temperature_c) == [36] * 4
    assert np.isnan(samples.breath_adult).all()


@pytest.mark.parametrize(
    ("times_s", "columns", "reason"),
    [
        ([0, 0], {}, "rise"),
        ([0, 30], {"pulse": [60, 60]}, "no column is called pulse"),
        ([0, 30], {"activity_mg": [1]}, "activity_mg has not one value"),
    ],
)
def test_from_columns_bad_columns_are_refused(times_s, columns, reason):
    with pytest.raises(ValueError, match=reason):
        from_columns(times_s, interval_s=30, **columns)
