"""Four weeks alone on a full ring: nothing that was flushed is lost, and nothing grows.

The band has been recording for months: its ring is full, so that every new segment costs the
oldest one. It runs with a clock of its own that is three percent slow, loses power twice, and one
of its thermometers gets stuck. No host comes by but on the first day and after the last.
"""

import math
import statistics

import pytest

from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.hardware.flash import FlashImage
from pouch_sim.hardware.pod import Pod, PodFaults
from pouch_sim.ward import BandPlan, settings_text
from pouch_sim.world.scripted import ScriptedWorld
from pouch_sim.world.surroundings import INFANT_THERMOMETER
from tests.e2e.whole_path import DAY_S, WholePath, flashed
from tests.support.firmware_build import BOARD_WITH_100_KB_FREE, compiled
from tests.support.micropython import run_in_micropython

BAND_ID = 0x1000
DAYS = 28
US_PER_DAY = 86_400_000_000
DRIFT_PPM = -30_000.0
STUCK_FROM_DAY = 9.5
# When power goes, in days, and for how long in seconds: a loose cell, and a cell that was empty.
BROWN_OUTS = ((6.237, 12.0), (19.481, 3_600.0))
INTERVAL_S = 30
# What a power cut may take, and a sample that was under way.
LOST_S_MAX = 120 + INTERVAL_S
FULL_FLASH_BYTES = 2 * 1024 * 1024
HEAP_NOISE_BYTES = 2_048
CS_PER_DAY = 8_640_000


def _fill(image, simulation, world):
    """Fill a flash image; return the record numbers of the oldest and the next record."""
    FlashImage(image)
    settings = settings_text(simulation, BandPlan(BAND_ID, world, radio_plan=c.PLAN_SLOW))
    result = run_in_micropython(
        "tests/support/on_band/fill_ring.py",
        str(image),
        str(BAND_ID),
        settings,
        path=("protocol", "firmware"),
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return tuple(map(int, result.stdout.split()))


class FourWeeks:
    """One run, whole, for all tests of this file."""

    def __init__(self, folder, seed):
        self.path = WholePath(folder, seed)
        bands = folder / "bands"
        bands.mkdir()
        world = ScriptedWorld(seed, 0, worn_by_infant=True)
        image = bands / f"band-{BAND_ID:08x}.flash"
        self.old = _fill(image, self.path.simulation, world)
        firmware, protocol = compiled(folder / "compiled")
        stuck = {INFANT_THERMOMETER: round(STUCK_FROM_DAY * US_PER_DAY)}
        self.band = self.path.add_band(
            surroundings=world,
            drift_ppm=DRIFT_PPM,
            heap=BOARD_WITH_100_KB_FREE,
            firmware_dir=firmware,
            protocol_dir=protocol,
            pod=lambda surroundings: Pod(surroundings, faults=PodFaults(stuck_from_us=stuck)),
        )
        # What the flash held at each brown-out, and when it was.
        self.cuts = []
        self.path.run(self._live())
        self.left = flashed(self.band)
        self.log_id = self.path.store.segments(BAND_ID)[-1].log_id

    async def _live(self):
        path, band = self.path, self.band
        # The slow plan is on the air within twenty minutes.
        await path.wait(1_250)
        await path.round()
        for day, off_s in BROWN_OUTS:
            await path.wait(day * DAY_S - path.simulation.loop.time())
            band.cut_power()
            self.cuts.append((path.simulation.loop.time(), flashed(band)))
            await path.wait(off_s)
            band.power_on()
        await path.wait(DAYS * DAY_S - path.simulation.loop.time())
        self.before_pull = len(path.rounds)
        for _ in range(25):
            if (await path.round()).pulls:
                self.end_s = path.simulation.loop.time()
                return
        raise AssertionError("the band was not heard after four weeks")

    def decoded(self, kind):
        """Return (boot, fields) of the records of one kind that this run wrote."""
        return [
            (boot_id, records.decode(data, self.log_id, number))
            for number, (boot_id, data) in sorted(self.left.items())
            if number >= self.old[1] and data[0] == kind
        ]


@pytest.fixture(scope="module")
def weeks(tmp_path_factory, request):
    return FourWeeks(tmp_path_factory.mktemp("weeks"), request.config.getoption("seed"))


def test_nothing_flushed_is_lost_but_what_the_ring_gave_up_and_counted(weeks):
    assert weeks.band.stats.boots == 1 + len(BROWN_OUTS)
    oldest = min(weeks.left)
    for _, held in weeks.cuts:
        kept = {number: record for number, record in held.items() if number >= oldest}
        assert kept.items() <= weeks.left.items()
    # No hole, no double, and the ring gave up none of what was recorded in these four weeks.
    assert sorted(weeks.left) == list(range(oldest, max(weeks.left) + 1))
    assert weeks.old[0] < oldest <= weeks.old[1]
    statuses = [fields for _, fields in weeks.decoded(c.KIND_STATUS)]
    assert statuses[-1]["records_lost"] <= oldest
    assert statuses[-1]["segments_damaged"] == 0


def test_each_brown_out_costs_two_minutes_at_most(weeks):
    samples = weeks.decoded(c.KIND_SAMPLE)
    boots = [boot_id for boot_id, _ in weeks.decoded(c.KIND_BOOT)]
    assert len(set(boots)) == len(boots) == 1 + len(BROWN_OUTS)
    begin_s = 0.0
    for boot_id, (cut_s, _), (_, off_s) in zip(boots, weeks.cuts, BROWN_OUTS, strict=False):
        last_cs = max(fields["uptime_cs"] for boot, fields in samples if boot == boot_id)
        # The band's clock is slow: its own seconds are longer than true ones.
        last_s = begin_s + last_cs / 100 / (1 + DRIFT_PPM / 1e6)
        assert cut_s - last_s <= LOST_S_MAX / (1 + DRIFT_PPM / 1e6), (cut_s, last_s)
        begin_s = cut_s + off_s


def test_the_band_sampled_all_the_time(weeks):
    samples = weeks.decoded(c.KIND_SAMPLE)
    off_s = sum(off_s for _, off_s in BROWN_OUTS)
    due = (weeks.end_s - off_s) * (1 + DRIFT_PPM / 1e6) / INTERVAL_S
    assert len(samples) == pytest.approx(due, abs=2 * len(BROWN_OUTS) * 6 + 4)


def test_a_host_gets_every_record_in_one_pull(weeks):
    assert all(not outcome.failures for outcome in weeks.path.rounds[weeks.before_pull :])
    stored = weeks.path.stored(BAND_ID)
    first = min(weeks.left)
    assert {number: record for number, record in stored.items() if number >= first} == {
        number: record for number, record in weeks.left.items() if number in stored
    }
    # What the band wrote after it was asked is for the next pull.
    assert max(weeks.left) - max(stored) <= 8
    assert set(range(first, max(stored) + 1)) <= set(stored)


def test_the_stuck_thermometer_is_told_and_the_others_go_on(weeks):
    faults = [fields["infant_thermometer_faults"] for _, fields in weeks.decoded(c.KIND_HEALTH)]
    assert sum(faults) > 0
    flags = [fields["flags"] for _, fields in weeks.decoded(c.KIND_SAMPLE)]
    other = c.FLAG_CAREGIVER_THERMOMETER_FAULT | c.FLAG_TOUCH_FAULT | c.FLAG_MOTION_FAULT
    assert not any(value & other for value in flags)


def test_the_file_system_stays_under_2_mb(weeks, record_property):
    assert weeks.band.flash.size_bytes == FULL_FLASH_BYTES
    result = run_in_micropython("tests/support/on_band/free_blocks.py", str(weeks.band.flash.path))
    assert result.returncode == 0, result.stdout + result.stderr
    free, total = map(int, result.stdout.split())
    used = f"28 days: {(total - free) * 4096:,} of {total * 4096:,} bytes of flash in use"
    record_property("figure", used)
    assert total * 4096 == FULL_FLASH_BYTES
    assert free >= 12


def test_the_heap_does_not_grow(weeks, record_property):
    least = {}
    begin_day = 0.0
    boot_days = [begin_day, *(day + off_s / DAY_S for day, off_s in BROWN_OUTS)]
    boots = [boot_id for boot_id, _ in weeks.decoded(c.KIND_BOOT)]
    began = dict(zip(boots, boot_days, strict=True))
    for boot_id, fields in weeks.decoded(c.KIND_HEALTH):
        day = int(began[boot_id] + fields["uptime_cs"] / CS_PER_DAY)
        least[day] = min(
            least.get(day, fields["free_heap_min_bytes"]), fields["free_heap_min_bytes"]
        )
    told = " ".join(f"{day}:{free / 1000:.1f}" for day, free in sorted(least.items()))
    record_property("figure", f"28 days: least free heap by day, kB in the VM: {told}")
    assert len(least) >= DAYS - 1
    first, stuck, last = (
        statistics.median(least[day] for day in range(begin, begin + 7) if day in least)
        for begin in (1, math.ceil(STUCK_FROM_DAY) + 1, DAYS - 7)
    )
    # The collector is conservative: a number on the stack may look like an address. A week of days
    # differs by up to 4 kB; two weeks with the same faults, by half of that.
    assert last >= stuck - HEAP_NOISE_BYTES, least
    assert last >= first - 2 * HEAP_NOISE_BYTES, least
