"""Broken sensors, buses, clocks and flash: the band goes on, and what it says is honest."""

import pytest

from pouch_host.derive import timeline
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.hardware.pod import Pod, PodFaults
from tests.e2e.whole_path import HOUR_S, WholePath, flashed

BAND_ID = 0x1000

VALUES = {
    "infant_thermometer": ("infant_temperature_c128", c.TEMPERATURE_MISSING, 0x01),
    "caregiver_thermometer": ("caregiver_temperature_c128", c.TEMPERATURE_MISSING, 0x02),
    "touch": ("infant_touch_pf512", c.TOUCH_MISSING, 0x04),
    "motion": ("activity_mg", c.BYTE_MISSING, 0x08),
}


def samples_of(path):
    """Return the fields of every sample in the store, in order."""
    fields = []
    for segment in path.store.segments(BAND_ID):
        for index in range(segment.record_count):
            at = index * c.RECORD_BYTES
            record = segment.data[at : at + c.RECORD_BYTES]
            decoded = records.decode(record, segment.log_id, segment.first_record_no + index)
            if decoded["kind"] == c.KIND_SAMPLE:
                fields.append(decoded)
    return fields


def run_band(tmp_path, seed, *, hours=1.0, **pod):
    """Run one band with a pod that is not sound; return the path."""
    path = WholePath(tmp_path, seed)
    path.add_band(pod=lambda surroundings: Pod(surroundings, **pod))
    path.run(path.collect(hours * HOUR_S))
    return path


@pytest.mark.parametrize("chip", sorted(VALUES))
def test_absent_sensor_is_flagged_and_the_others_go_on(tmp_path, seed, chip):
    samples = samples_of(run_band(tmp_path, seed, absent={chip}))
    assert len(samples) >= 119
    for name, (field, missing, flag) in VALUES.items():
        # The accelerometer gives its first words with the second sample.
        absent = [sample[field] == missing for sample in samples[1:]]
        flagged = [bool(sample["flags"] & flag) for sample in samples[1:]]
        assert set(absent) == set(flagged) == {name == chip}


def test_all_sensors_absent_still_gives_a_record_each_interval(tmp_path, seed):
    path = run_band(tmp_path, seed, absent=set(VALUES))
    samples = samples_of(path)
    assert len(samples) >= 119
    assert {sample["flags"] for sample in samples} == {0x0F}
    assert len({boot for boot, _ in path.stored(BAND_ID).values()}) == 1


def test_every_fifth_transfer_failing_loses_values_and_no_record(tmp_path, seed):
    # The drivers try again once; a second failure in a row is five transfers away.
    path = run_band(
        tmp_path, seed, faults=PodFaults(fail_transfer=lambda number, _address: number % 5 == 0)
    )
    samples = samples_of(path)
    assert len(samples) >= 119
    assert all(sample["flags"] == 0 for sample in samples[1:])


def test_dead_bus_for_an_hour_is_flagged_and_recovers(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    dead = []
    faults = PodFaults(fail_transfer=lambda _number, _address: bool(dead))
    path.add_band(pod=lambda surroundings: Pod(surroundings, faults=faults))

    async def scenario():
        await path.wait(HOUR_S)
        dead.append(1)
        await path.wait(HOUR_S)
        dead.clear()
        await path.collect(HOUR_S)

    path.run(scenario())
    flags = [sample["flags"] & 0x0F for sample in samples_of(path)]
    assert len(flags) >= 359
    assert set(flags[1:118]) == {0}
    assert set(flags[122:238]) == {0x0F}
    assert set(flags[242:]) == {0}


def test_stuck_thermometer_repeats_itself_and_nothing_else_stops(tmp_path, seed):
    half_hour_us = 1_800_000_000
    path = run_band(
        tmp_path, seed, faults=PodFaults(stuck_from_us={"infant_thermometer": half_hour_us})
    )
    samples = samples_of(path)
    late = samples[62:]
    assert len({sample["infant_temperature_c128"] for sample in late}) == 1
    assert len({sample["caregiver_temperature_c128"] for sample in late}) > 1


@pytest.mark.parametrize("interval_s", [10, 60, 300])
def test_every_interval_keeps_its_pace_and_loses_no_motion(tmp_path, seed, interval_s):
    path = WholePath(tmp_path, seed)
    path.add_band(interval_s=interval_s)
    path.run(path.collect(2 * HOUR_S))
    line = timeline(path.store.records(BAND_ID))
    assert len(line.samples.utc_s) > 2 * HOUR_S / interval_s
    steps = line.samples.utc_s[1:] - line.samples.utc_s[:-1]
    assert steps == pytest.approx([interval_s] * len(steps), abs=0.5)
    assert all(sample["flags"] == 0 for sample in samples_of(path)[1:])
    assert all(sample["activity_mg"] != c.BYTE_MISSING for sample in samples_of(path)[1:])


def test_ticks_wrap_at_2_30_keeps_uptime_rising(tmp_path, seed):
    wrap_us = (1 << 30) * 1000
    path = WholePath(tmp_path, seed)
    path.add_band(ticks_at_boot_us=wrap_us - 1_800_000_000)
    path.run(path.collect(HOUR_S))
    uptimes = [sample["uptime_cs"] for sample in samples_of(path)]
    assert uptimes == sorted(uptimes)
    assert uptimes[-1] - uptimes[0] == pytest.approx((len(uptimes) - 1) * 3000, abs=50)


def test_damaged_record_in_the_bands_flash_is_kept_reported_and_unknown(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    band = path.add_band()

    async def scenario():
        await path.wait(2 * HOUR_S)
        await path.round()
        # A second store has nothing of it yet: what it gets comes from the damaged flash.
        fresh = Store.open(tmp_path / "fresh.db")
        path.use_store(fresh)
        band.cut_power()
        # In the segment's own blocks, where twenty records lie in a row; a slot has four.
        held = flashed(band)
        run = b"".join(held[number][1] for number in range(50, 70))
        image = bytearray(band.flash.path.read_bytes())
        image[image.index(run) + 10 * c.RECORD_BYTES + 3] ^= 0xFF
        band.flash.path.write_bytes(image)
        band.power_on()
        await path.wait(60)
        return await path.round()

    outcome = path.run(scenario())
    (result,) = outcome.pulls
    assert result.corrupt_count == 1
    assert result.missing_count == result.absent_count == 0
    stored = path.stored(BAND_ID)
    assert sorted(stored) == list(range(len(stored)))
    (problem,) = path.store.records(BAND_ID).problems
    assert "P-00001000" in str(problem)
    assert "60" in str(problem)
