"""The band's sampler with its real drivers on a pod that is not sound: the others go on.

Faster than a whole band, so that each fault meets each sensor and each transfer.
"""

import pytest

from pouch_protocol import constants as c
from pouch_sim.hardware.i2c import Disturbance, spoil
from pouch_sim.hardware.pod import Pod, PodFaults
from pouch_sim.world.scripted import ScriptedWorld

FLAGS = {
    "infant_thermometer": c.FLAG_INFANT_THERMOMETER_FAULT,
    "caregiver_thermometer": c.FLAG_CAREGIVER_THERMOMETER_FAULT,
    "touch": c.FLAG_TOUCH_FAULT,
    "motion": c.FLAG_MOTION_FAULT,
}
ALL_FLAGS = sum(FLAGS.values())
INTERVAL_US = 30_000_000
HOUR = 120
US_PER_H = 3_600_000_000
# A stuck electrode shows while the pod moves: so long no test lets the band lie on a table.
WORN_HOURS = 5


@pytest.fixture
def start_us(seed):
    """Return a true time at which hours begin in which the band is worn."""
    world = ScriptedWorld(seed, 0)
    begins_us = 0
    while "off" in world.truth_minutes(begins_us, 60 * WORN_HOURS):
        begins_us += US_PER_H
    return begins_us


class Band:
    """A sampler in the VM, wired to a pod; takes a sample every half minute."""

    def __init__(self, bench, seed, start_us, **pod):
        self.bench = bench
        self.world = ScriptedWorld(seed, 0)
        self._start_us = start_us
        bench.now_us = start_us
        bench.bus = Pod(self.world, powered_us=start_us, **pod).bus
        bench.do(
            "from band.sampler import Sampler; from drivers.breathing import Breathing\n"
            "from drivers.fdc1004 import Fdc1004; from drivers.lsm6dsox import Lsm6dsox\n"
            "from drivers.tmp117 import Tmp117\n"
            "sampler = Sampler(Tmp117(i2c, 0x48), Tmp117(i2c, 0x49), Fdc1004(i2c),\n"
            "    Lsm6dsox(i2c), Breathing())"
        )

    def sample(self):
        bench = self.bench
        due_us = bench.now_us + INTERVAL_US
        uptime_cs = (bench.now_us - self._start_us) // 10_000
        wait_ms = bench.get("sampler.start()")
        while wait_ms:
            bench.now_us += wait_ms * 1000
            wait_ms = bench.get("sampler.settle()")
        fields = bench.get(f"sampler.finish({uptime_cs})")
        bench.now_us = due_us
        return fields

    def samples(self, count):
        return [self.sample() for _ in range(count)]


def missing(fields):
    """Return the flags of the sensors whose values are missing."""
    values = {
        "infant_thermometer": fields["infant_temperature_c128"] == c.TEMPERATURE_MISSING,
        "caregiver_thermometer": fields["caregiver_temperature_c128"] == c.TEMPERATURE_MISSING,
        "touch": fields["infant_touch_pf512"] == c.TOUCH_MISSING,
        "motion": fields["activity_mg"] == c.BYTE_MISSING,
    }
    return sum(FLAGS[name] for name, is_missing in values.items() if is_missing)


def faulty(fields):
    return fields["flags"] & ALL_FLAGS


def test_sound_pod_has_no_flag(bench, seed, start_us):
    first, *rest = Band(bench, seed, start_us).samples(4 * HOUR)
    assert (first["flags"], missing(first)) == (0, FLAGS["motion"])
    assert {(fields["flags"], missing(fields)) for fields in rest} == {(0, 0)}


def test_contact_shows_both_bodies_breathing(bench, seed):
    world = ScriptedWorld(seed, 0)
    start_us = 0
    while set(world.truth_minutes(start_us, 30)) != {"ssc"}:
        start_us += 60_000_000
    _, *rest = Band(bench, seed, start_us).samples(60)
    # 12 and 6 mg in amplitude: 97 and 81. Movement can only add.
    assert min(fields["breath_adult"] for fields in rest) > 93
    assert min(fields["breath_infant"] for fields in rest) > 77


@pytest.mark.parametrize("chip", sorted(FLAGS))
def test_absent_chip_is_flagged_and_the_others_go_on(bench, seed, start_us, chip):
    _, *rest = Band(bench, seed, start_us, absent={chip}).samples(10)
    assert {(fields["flags"], missing(fields)) for fields in rest} == {(FLAGS[chip],) * 2}


@pytest.mark.parametrize(
    ("chip", "hours"),
    [("infant_thermometer", 3), ("caregiver_thermometer", 3), ("touch", 0.5), ("motion", 0.5)],
)
def test_stuck_chip_is_flagged_in_time_and_the_others_go_on(bench, seed, start_us, chip, hours):
    faults = PodFaults(stuck_from_us={chip: start_us + US_PER_H})
    band = Band(bench, seed, start_us, faults=faults)
    # By chance the last values before may have been the same already.
    sound = band.samples(HOUR + round(hours * HOUR) - 5)
    assert {faulty(fields) for fields in sound} == {0}
    band.samples(8)
    stuck = band.samples(20)
    assert {(faulty(fields), missing(fields)) for fields in stuck} == {(FLAGS[chip],) * 2}


@pytest.mark.parametrize("chip", ["infant_thermometer", "caregiver_thermometer"])
def test_noisy_thermometer_is_flagged_mostly_and_the_others_go_on(bench, seed, start_us, chip):
    _, *rest = Band(bench, seed, start_us, faults=PodFaults(noise_sd={chip: 2.0})).samples(
        2 * HOUR
    )
    flagged = [fields for fields in rest if faulty(fields)]
    assert {(faulty(fields), missing(fields)) for fields in flagged} == {(FLAGS[chip],) * 2}
    assert len(flagged) > 0.7 * len(rest)


@pytest.mark.parametrize(("chip", "noise_sd"), [("touch", 1.0), ("motion", 100.0)])
def test_noisy_touch_or_motion_shows_in_its_values_alone(bench, seed, start_us, chip, noise_sd):
    # Noise of these two cannot be told from a fidgeting infant: the record says what was measured.
    _, *quiet = Band(bench, seed, start_us).samples(HOUR)
    _, *noisy = Band(bench, seed, start_us, faults=PodFaults(noise_sd={chip: noise_sd})).samples(
        HOUR
    )
    for before, after in zip(quiet, noisy, strict=True):
        assert after["flags"] == 0
        differs = {name for name in before if before[name] != after[name]}
        assert differs <= (
            {"infant_touch_pf512", "caregiver_touch_pf512"}
            if chip == "touch"
            else {"activity_mg", "breath_adult", "breath_infant"}
        )
        assert chip == "touch" or after["activity_mg"] > 200


@pytest.mark.parametrize("chip", ["infant_thermometer", "caregiver_thermometer"])
def test_thermometer_out_of_range_is_flagged_at_once(bench, seed, start_us, chip):
    faults = PodFaults(beyond_from_us={chip: start_us + 5 * INTERVAL_US})
    fields = Band(bench, seed, start_us, faults=faults).samples(10)
    assert [faulty(sample) for sample in fields] == [0] * 5 + [FLAGS[chip]] * 5
    assert [missing(sample) for sample in fields[5:]] == [FLAGS[chip]] * 5


def test_electrodes_out_of_range_have_their_own_flags_at_once(bench, seed, start_us):
    faults = PodFaults(beyond_from_us={"touch": start_us + 5 * INTERVAL_US})
    fields = Band(bench, seed, start_us, faults=faults).samples(10)
    both = c.FLAG_INFANT_TOUCH_RANGE | c.FLAG_CAREGIVER_TOUCH_RANGE
    assert [sample["flags"] for sample in fields] == [0] * 5 + [both] * 5
    assert [missing(sample) for sample in fields[5:]] == [FLAGS["touch"]] * 5


def test_accelerometer_at_its_rail_is_flagged_after_half_an_hour(bench, seed, start_us):
    faults = PodFaults(beyond_from_us={"motion": start_us})
    fields = Band(bench, seed, start_us, faults=faults).samples(70)
    assert {faulty(sample) for sample in fields[:60]} == {0}
    assert {(faulty(sample), missing(sample)) for sample in fields[62:]} == {
        (FLAGS["motion"],) * 2
    }


def test_bus_held_low_flags_everything_and_comes_back(bench, seed, start_us):
    from_us, until_us = (start_us + n * INTERVAL_US - 1_000_000 for n in (5, 9))
    fields = Band(
        bench, seed, start_us, faults=PodFaults(bus_stuck_us=(from_us, until_us))
    ).samples(15)
    assert [faulty(sample) for sample in fields] == [0] * 5 + [ALL_FLAGS] * 4 + [0] * 6
    # The accelerometer was set up again, and gives its words an interval later.
    assert [missing(sample) for sample in fields[9:]] == [FLAGS["motion"]] + [0] * 5


# From the third sample on each has the same 19 transfers, or some more if the world moves.
FIRST_SPOILED, LAST_SPOILED = 40, 62


def spoiled(bench, seed, start_us, fail_transfer):
    """Return flags and missing values of six samples, of which the third or so was disturbed."""
    fields = Band(bench, seed, start_us, faults=PodFaults(fail_transfer=fail_transfer)).samples(6)
    return [sample["flags"] for sample in fields], [missing(sample) for sample in fields[1:]]


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_single_disturbance_at_every_transfer_loses_nothing_or_says_so(
    bench, seed, start_us, disturbance
):
    for number in range(FIRST_SPOILED, LAST_SPOILED):
        flags, lost = spoiled(bench, seed, start_us, spoil(number, 1, disturbance))
        told = [flag for flag in flags if flag]
        if disturbance is not Disturbance.UNSEEN:
            assert not told, (seed, number)
            assert not any(lost)
        else:
            # A flag or words that went with the read that nobody saw.
            thermometers = FLAGS["infant_thermometer"], FLAGS["caregiver_thermometer"]
            assert told in ([], *([flag] for flag in thermometers), [c.FLAG_MOTION_OVERRUN])
            assert sum(lost) <= sum(told)


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_error_of_both_tries_at_every_transfer_flags_its_chip_in_one_sample(
    bench, seed, start_us, disturbance
):
    # Three running: between the two tries of a burst lies a status read.
    told_of = set()
    for number in range(FIRST_SPOILED, LAST_SPOILED):
        flags, _ = spoiled(bench, seed, start_us, spoil(number, 3, disturbance))
        told = [flag & ALL_FLAGS for flag in flags if flag & ALL_FLAGS]
        assert len(told) == 1, (seed, number)
        # The third spoils the next chip's first try. If nobody saw that, a flag may be lost.
        assert told[0].bit_count() == 1 or disturbance is Disturbance.UNSEEN
        told_of.add(told[0])
    assert told_of >= set(FLAGS.values())
