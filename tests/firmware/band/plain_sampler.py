"""Runs in MicroPython: one broken sensor stops no other, and is flagged."""

from drivers.fault import BUS, IDENTITY, NOT_READY, RANGE
from pouch_protocol import constants as c
from tests.support.on_band.fake_pod import CAREGIVER, INFANT, MOTION, TOUCH, Pod, missing, settled


def test_sound_pod_gives_every_value_and_no_flag():
    pod = settled()
    assert pod.sample() == {
        "flags": 0,
        "uptime_cs": 6_000,
        "infant_temperature_c128": 36 * 128,
        "caregiver_temperature_c128": 35 * 128,
        "infant_touch_pf512": 4608,
        "caregiver_touch_pf512": 1024,
        "activity_mg": 24,
        "breath_adult": 60,
        "breath_infant": 70,
    }
    assert pod.waits_ms == [148]
    assert pod.infant.calls == ["start", "read"]
    assert pod.touch.calls == ["start", "read"]
    assert pod.motion.calls == ["drain"]
    assert pod.counts() == (0, 0, 0, 0)


def test_first_sample_asks_who_the_chips_are_and_has_no_motion_yet():
    pod = Pod()
    fields = pod.sample()
    assert fields["flags"] == 0
    assert fields["infant_temperature_c128"] != c.TEMPERATURE_MISSING
    assert fields["activity_mg"] == fields["breath_adult"] == c.BYTE_MISSING
    assert pod.infant.calls == ["check", "start", "read"]
    assert pod.motion.calls == ["check", "configure"]
    assert pod.breathing.log == []


def test_each_broken_sensor_is_flagged_and_stops_no_other():
    for flag in (INFANT, CAREGIVER, TOUCH, MOTION):
        methods = ("check", "configure", "drain") if flag == MOTION else ("check", "start", "read")
        for method in methods:
            for code in (BUS, IDENTITY, NOT_READY, RANGE):
                pod = settled()
                if method in ("check", "configure"):
                    # Nobody asks a known chip; a fault makes it unknown.
                    pod.chips[flag].broken = {methods[-1]: BUS}
                    pod.sample()
                pod.chips[flag].broken = {method: code}
                fields = pod.sample()
                assert fields["flags"] == missing(fields) == flag, (flag, method, code)


def test_all_broken_sensors_give_a_record_at_once():
    pod = settled()
    for chip in pod.chips.values():
        chip.broken = {"check": BUS, "start": BUS, "read": BUS, "drain": BUS}
    fields = pod.sample()
    assert fields["flags"] == INFANT | CAREGIVER | TOUCH | MOTION
    assert fields["flags"] == missing(fields)
    assert pod.waits_ms == []
    assert pod.sample()["flags"] == fields["flags"]


def test_thermometers_alone_are_waited_for_and_electrodes_alone_shorter():
    pod = settled()
    pod.touch.broken = {"start": BUS}
    pod.sample()
    assert pod.waits_ms == [148]
    pod = settled()
    pod.infant.broken = pod.caregiver.broken = {"start": BUS}
    pod.sample()
    assert pod.waits_ms == [25]


def test_sensor_that_fails_once_is_asked_who_it_is_and_counts_again():
    for flag in (INFANT, CAREGIVER, TOUCH):
        for method in ("start", "read"):
            pod = settled()
            chip = pod.chips[flag]
            chip.broken = {method: NOT_READY}
            assert pod.sample()["flags"] == flag
            chip.broken = {}
            chip.calls = []
            assert pod.sample()["flags"] == 0
            assert chip.calls == ["check", "start", "read"]
            pod.sample()
            assert chip.calls[3:] == ["start", "read"]


def test_another_chip_in_the_place_of_one_that_failed_is_never_read():
    pod = settled()
    pod.infant.broken = {"read": BUS}
    pod.sample()
    pod.infant.broken = {"check": IDENTITY}
    pod.infant.calls = []
    for _ in range(3):
        assert pod.sample()["flags"] == INFANT
    assert pod.infant.calls == ["check"] * 3


def test_accelerometer_that_fails_is_set_up_again_and_gives_words_an_interval_later():
    pod = settled()
    pod.motion.broken = {"drain": NOT_READY}
    assert pod.sample()["flags"] == MOTION
    pod.motion.broken = {}
    pod.motion.calls = []
    fields = pod.sample()
    assert (fields["flags"], fields["activity_mg"]) == (0, c.BYTE_MISSING)
    assert pod.motion.calls == ["check", "configure"]
    fields = pod.sample()
    assert (fields["flags"], fields["activity_mg"], fields["breath_adult"]) == (0, 24, 60)


def test_breathing_is_reset_before_words_that_do_not_join_on():
    pod = Pod()
    pod.sampler.drain_motion()
    assert pod.breathing.log == ["reset"]
    pod.sampler.drain_motion()
    assert pod.breathing.log == ["reset", 375]
    pod.motion.lost = True
    pod.sampler.drain_motion()
    assert pod.breathing.log == ["reset", 375, "reset", 375]
    pod.motion.broken = {"drain": BUS}
    pod.sampler.drain_motion()
    pod.motion.broken = {}
    pod.motion.lost = False
    pod.sampler.drain_motion()
    assert pod.breathing.log == ["reset", 375, "reset", 375, "reset"]


def test_overrun_is_flagged_once_and_its_words_count():
    pod = settled()
    pod.motion.lost = True
    fields = pod.sample()
    assert fields["flags"] == c.FLAG_MOTION_OVERRUN
    assert fields["activity_mg"] == 24
    pod.motion.lost = False
    assert pod.sample()["flags"] == 0
    assert pod.counts() == (0, 0, 0, 0)


def test_all_words_lost_are_an_overrun_without_activity():
    pod = settled()
    pod.motion.lost = True
    pod.motion.waiting = 0
    fields = pod.sample()
    assert fields["flags"] == c.FLAG_MOTION_OVERRUN
    assert fields["activity_mg"] == c.BYTE_MISSING


def test_drains_between_samples_are_added_up_by_their_words():
    pod = settled()
    pod.motion.spread, pod.motion.waiting = 4000, 36
    pod.sampler.drain_motion()
    pod.motion.spread, pod.motion.waiting = 400, 372
    fields = pod.sample()
    # 244 mg for 36 words and 24 mg for 372.
    assert fields["activity_mg"] == (244 * 36 + 24 * 372) // 408
    assert pod.sample()["activity_mg"] == 24


def test_fault_in_a_drain_between_samples_flags_the_next_sample_alone():
    pod = settled()
    pod.motion.broken = {"drain": BUS}
    pod.sampler.drain_motion()
    pod.motion.broken = {}
    pod.sampler.drain_motion()
    fields = pod.sample()
    assert fields["flags"] == MOTION
    assert fields["activity_mg"] == 24
    assert pod.sample()["flags"] == 0


def test_electrode_out_of_its_window_is_measured_again_at_once():
    for away in range(1, 5):
        pod = settled()
        pod.touch.windows_away = away
        fields = pod.sample()
        assert (fields["flags"], fields["infant_touch_pf512"]) == (0, 4608)
        assert pod.waits_ms == [148] + [25] * away
        assert pod.touch.calls == ["start", "read"] * (away + 1)


def test_electrode_that_never_arrives_ends_the_moves_and_is_out_of_range():
    pod = settled()
    pod.touch.windows_away = 100
    fields = pod.sample()
    assert pod.waits_ms == [148] + [25] * 4
    assert fields["flags"] == c.FLAG_INFANT_TOUCH_RANGE
    assert fields["infant_touch_pf512"] == c.TOUCH_MISSING
    assert fields["caregiver_touch_pf512"] == 1024
    # The next sample has its moves again.
    assert pod.sample()["flags"] == c.FLAG_INFANT_TOUCH_RANGE
    assert pod.waits_ms == [148] + [25] * 4


def test_touch_chip_that_fails_after_a_sample_that_moved_is_not_started_twice():
    pod = settled()
    pod.touch.windows_away = 100
    pod.sample()
    pod.touch.broken = {"start": BUS}
    pod.touch.calls = []
    assert pod.sample()["flags"] == TOUCH
    assert pod.waits_ms == [148]
    assert pod.touch.calls == ["start"]


def test_touch_chip_that_fails_among_its_moves_is_a_fault_and_not_out_of_range():
    for method in ("start", "read"):
        pod = settled()
        pod.touch.windows_away = 2
        pod.touch.broken_from = {method: 2}
        fields = pod.sample()
        assert fields["flags"] == missing(fields) == TOUCH, method


def test_electrodes_beyond_the_converter_have_a_flag_each_and_are_no_fault():
    pod = settled()
    pod.live = False
    for value, flags in (
        ((None, 1024), c.FLAG_INFANT_TOUCH_RANGE),
        ((4608, None), c.FLAG_CAREGIVER_TOUCH_RANGE),
        ((None, None), c.FLAG_INFANT_TOUCH_RANGE | c.FLAG_CAREGIVER_TOUCH_RANGE),
    ):
        pod.touch.value = value
        fields = pod.sample()
        assert fields["flags"] == flags
        assert fields["infant_touch_pf512"] == (4608 if value[0] else c.TOUCH_MISSING)
        assert fields["caregiver_touch_pf512"] == (1024 if value[1] else c.TOUCH_MISSING)
    assert pod.counts() == (0, 0, 0, 0)


def test_finish_without_settle_reads_the_electrodes_itself():
    pod = settled()
    pod.touch.value = (5000, 1024)
    pod.sampler.start()
    assert pod.sampler.finish(9_000)["infant_touch_pf512"] == 5000
    # And values of an earlier sample are never taken for this one's.
    pod.touch.broken = {"start": BUS}
    pod.sampler.start()
    fields = pod.sampler.finish(12_000)
    assert fields["flags"] == missing(fields) == TOUCH


def test_faults_are_counted_per_sensor_and_anew_after_they_were_taken():
    pod = settled()
    pod.infant.broken = {"read": BUS}
    pod.samples(3)
    pod.motion.broken = {"drain": BUS}
    pod.samples(2)
    # The accelerometer fails, is set up, and fails: each second sample.
    assert pod.counts() == (5, 0, 0, 1)
    assert pod.counts() == (0, 0, 0, 0)
    pod.infant.broken = {}
    pod.touch.broken = {"start": BUS}
    pod.sample()
    assert pod.counts()[:3] == (0, 0, 1)


def test_fault_counts_stop_at_255():
    pod = settled()
    pod.caregiver.broken = {"read": BUS}
    pod.samples(300)
    assert pod.counts() == (0, 255, 0, 0)
