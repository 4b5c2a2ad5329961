"""Every fault of every sensor, and an error at every transaction: the rest goes on.

What is asked each time: a record each interval, the broken sensor's flag and no other, the others'
values as good as ever, and one boot.
"""

import pytest

from pouch_protocol import constants as c
from pouch_sim.hardware.i2c import Disturbance
from pouch_sim.hardware.pod import Pod, PodFaults
from pouch_sim.world.surroundings import (
    CAREGIVER_THERMOMETER,
    INFANT_THERMOMETER,
    MOTION,
    TOUCH,
)
from tests.e2e.whole_path import HOUR_S, WholePath

BAND_ID = 0x1000
INTERVAL_S = 30
US_PER_S = 1_000_000
FLAGS = {
    INFANT_THERMOMETER: c.FLAG_INFANT_THERMOMETER_FAULT,
    CAREGIVER_THERMOMETER: c.FLAG_CAREGIVER_THERMOMETER_FAULT,
    TOUCH: c.FLAG_TOUCH_FAULT,
    MOTION: c.FLAG_MOTION_FAULT,
}
VALUES = {
    INFANT_THERMOMETER: ("infant_temperature_c128",),
    CAREGIVER_THERMOMETER: ("caregiver_temperature_c128",),
    TOUCH: ("infant_touch_pf512", "caregiver_touch_pf512"),
    MOTION: ("activity_mg",),
}
MISSING = {c.TEMPERATURE_MISSING, c.TOUCH_MISSING, c.BYTE_MISSING}
ALL_FAULTS = sum(FLAGS.values())
RANGE_FLAGS = c.FLAG_INFANT_TOUCH_RANGE | c.FLAG_CAREGIVER_TOUCH_RANGE
THERMOMETERS = (INFANT_THERMOMETER, CAREGIVER_THERMOMETER)
# Hours after which a stuck chip is told: see band/sampler.py.
STUCK_TOLD_H = {INFANT_THERMOMETER: 3.0, CAREGIVER_THERMOMETER: 3.0, TOUCH: 0.5, MOTION: 0.5}
FROM_S = 600.0


def _run(folder, seed, hours, **pod):
    """Run a band with a pod that is not sound; return its samples after the second."""
    path = WholePath(folder, seed)
    band = path.add_band(pod=lambda surroundings: Pod(surroundings, **pod))
    path.run(path.collect(hours * HOUR_S))
    samples = path.decoded(BAND_ID, c.KIND_SAMPLE)
    assert band.stats.boots == 1
    assert len(samples) == pytest.approx(hours * HOUR_S / INTERVAL_S, abs=3)
    # The accelerometer gives its first words with the second sample.
    return samples[2:]


def _flagged(samples, from_s=0.0):
    """Return the fault flags that each sample after a time has."""
    return [
        sample["flags"] & ALL_FAULTS for sample in samples if sample["uptime_cs"] / 100 >= from_s
    ]


def _assert_others_go_on(samples, chip):
    for name, fields in VALUES.items():
        if name != chip:
            assert not any(sample["flags"] & FLAGS[name] for sample in samples), name
            for field in fields:
                assert not MISSING & {sample[field] for sample in samples}, field


@pytest.mark.parametrize("chip", FLAGS)
def test_absent_sensor(tmp_path, seed, chip):
    samples = _run(tmp_path, seed, 1, absent={chip})
    assert set(_flagged(samples)) == {FLAGS[chip]}
    _assert_others_go_on(samples, chip)


@pytest.mark.parametrize("chip", FLAGS)
def test_stuck_sensor(tmp_path, seed, chip):
    told_s = FROM_S + STUCK_TOLD_H[chip] * HOUR_S
    faults = PodFaults(stuck_from_us={chip: round(FROM_S * US_PER_S)})
    samples = _run(tmp_path, seed, STUCK_TOLD_H[chip] + 1, faults=faults)
    flagged = _flagged(samples, told_s + 0.5 * HOUR_S)
    assert flagged.count(FLAGS[chip]) >= 0.9 * len(flagged)
    assert set(_flagged([s for s in samples if s["uptime_cs"] / 100 < FROM_S])) == {0}
    _assert_others_go_on(samples, chip)


@pytest.mark.parametrize("chip", THERMOMETERS)
def test_noisy_thermometer(tmp_path, seed, chip):
    faults = PodFaults(noise_sd={chip: 2.0}, noise_seed=seed)
    samples = _run(tmp_path, seed, 1, faults=faults)
    flagged = _flagged(samples, FROM_S)
    assert flagged.count(FLAGS[chip]) >= 0.7 * len(flagged)
    _assert_others_go_on(samples, chip)


@pytest.mark.parametrize(("chip", "noise"), [(TOUCH, 4.0), (MOTION, 500.0)])
def test_noisy_electrode_or_accelerometer_counts_as_no_contact_that_is_not_there(
    tmp_path, seed, chip, noise
):
    # Either may be a hand or a step: what it says stays in the record, and counts for nothing.
    faults = PodFaults(noise_sd={chip: noise}, noise_seed=seed)
    path = WholePath(tmp_path, seed)
    band = path.add_band(pod=lambda surroundings: Pod(surroundings, faults=faults))
    path.run(path.collect(8 * HOUR_S))
    samples = path.decoded(BAND_ID, c.KIND_SAMPLE)[2:]
    _assert_others_go_on(samples, chip)
    tallies = path.decoded(BAND_ID, c.KIND_TALLY)
    end_us = tallies[-1]["uptime_cs"] * 10_000
    true_s = path.worlds[0].ssc_us(0, end_us) / US_PER_S
    assert band.stats.boots == 1
    assert sum(tally["contact_s"] for tally in tallies) <= true_s + 60


@pytest.mark.parametrize("chip", FLAGS)
def test_sensor_out_of_range(tmp_path, seed, chip):
    faults = PodFaults(beyond_from_us={chip: round(FROM_S * US_PER_S)})
    samples = _run(tmp_path, seed, 1.5, faults=faults)
    late = [sample for sample in samples if sample["uptime_cs"] / 100 > FROM_S + 0.6 * HOUR_S]
    if chip == TOUCH:
        # The chip is sound: what it touches is beyond what it can measure.
        assert {sample["flags"] & RANGE_FLAGS for sample in late} == {RANGE_FLAGS}
    else:
        assert set(_flagged(late)) == {FLAGS[chip]}
    for field in VALUES[chip]:
        assert {sample[field] for sample in late} <= MISSING, field
    _assert_others_go_on(samples, chip)


def test_bus_stuck_low_and_free_again(tmp_path, seed):
    stuck_us = (round(FROM_S * US_PER_S), round(2 * FROM_S * US_PER_S))
    samples = _run(tmp_path, seed, 1, faults=PodFaults(bus_stuck_us=stuck_us))
    during = [s for s in samples if FROM_S + 60 < s["uptime_cs"] / 100 < 2 * FROM_S - 60]
    after = [s for s in samples if s["uptime_cs"] / 100 > 2 * FROM_S + 60]
    assert {sample["flags"] & ALL_FAULTS for sample in during} == {ALL_FAULTS}
    assert {sample["flags"] & ALL_FAULTS for sample in after} == {0}


class EachInTurn:
    """Spoils one transaction of a sample, the next one in the next sample, and so on.

    Transactions that follow each other by less than ten seconds are of one sample.
    """

    def __init__(self, kind, run_length, simulation):
        self._kind = kind
        self._run_length = run_length
        self._at = -1
        self._sample = -1
        self._loop = simulation.loop
        self._last_s = -1e9
        self.most = 0
        self.spoiled = set()

    def __call__(self, _number, _address):
        now_s = self._loop.time()
        if now_s - self._last_s > 10:
            self._at = -1
            self._sample += 1
        self._last_s = now_s
        self._at += 1
        self.most = max(self.most, self._at + 1)
        # Every third sample is left alone, so that what a fault leaves behind would show.
        turn, rest = divmod(self._sample, 3)
        spoil = rest == 1 and turn <= self._at < turn + self._run_length
        if spoil:
            self.spoiled.add(turn)
        return self._kind if spoil else False


@pytest.mark.parametrize("kind", [Disturbance.UNHEARD, Disturbance.UNSEEN, Disturbance.STUCK])
@pytest.mark.parametrize("run_length", [1, 2])
def test_error_at_every_transaction_in_turn(tmp_path, seed, kind, run_length):
    path = WholePath(tmp_path, seed)
    in_turn = EachInTurn(kind, run_length, path.simulation)
    faults = PodFaults(fail_transfer=in_turn)
    band = path.add_band(pod=lambda surroundings: Pod(surroundings, faults=faults))
    path.run(path.collect(1.2 * HOUR_S))
    samples = path.decoded(BAND_ID, c.KIND_SAMPLE)
    assert band.stats.boots == 1
    assert len(samples) == pytest.approx(1.2 * HOUR_S / INTERVAL_S, abs=3)
    # Each of a sample's transactions had its turn.
    assert in_turn.spoiled >= set(range(17))
    flagged = [sample["flags"] & ALL_FAULTS for sample in samples]
    told = [value for value in flagged if value]
    if run_length == 1 and kind is Disturbance.UNSEEN:
        # Reading clears a thermometer's ready flag: when the answer is lost, so is the flag.
        assert sorted(told) == [FLAGS[chip] for chip in THERMOMETERS], flagged
    elif run_length == 1:
        # Tried once more, every one of them.
        assert not told, flagged
    else:
        # Flagged, one sensor at a time, and sound again by the second sample after it.
        assert len(told) >= 12
        assert all(value & (value - 1) == 0 for value in told)
        assert not any(flagged[2::3][1:])
