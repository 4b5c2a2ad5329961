"""The quick gear against the firmware: the same world, the same samples."""

import numpy as np
import pytest

from pouch_sim.hardware.pod import PodFaults
from pouch_sim.quick import QuickBand, run_quickly
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import Act, Caregiver, Infant, PodBody, Room, WorldPlan
from pouch_sim.world.scripted import ScriptedWorld
from tests.e2e.whole_path import START_UTC_S, WholePath
from tests.sim.quick.gears import (
    BAND_ID,
    US_PER_H,
    apart,
    quick_samples,
    quieten,
    true_samples,
)

EXACT = ("flags", "uptime_cs")
TEMPERATURES = ("infant_temperature_c128", "caregiver_temperature_c128")
ELECTRODES = ("infant_touch_pf512", "caregiver_touch_pf512")
BREATHS = ("breath_adult", "breath_infant")
PLAN = WorldPlan(
    infant=Infant(),
    caregivers=(Caregiver(),),
    room=Room(),
    pod=PodBody(),
    acts=(Act(0.0, "ssc"), Act(4500.0, "cot"), Act(8100.0, "table"), Act(9900.0, "ssc")),
    length_s=14_400,
)


def _assert_motion_alike(true, quick):
    """Activity within 2 mg and a tenth, breath within three steps, for all but 1 % of samples."""
    off_mg = apart(true, quick, "activity_mg")
    allowed_mg = 2 + 0.1 * true["activity_mg"][: len(off_mg)]
    assert np.mean(off_mg <= allowed_mg) >= 0.99
    for name in BREATHS:
        assert np.mean(apart(true, quick, name) <= 3) >= 0.99, name


@pytest.mark.parametrize(
    ("interval_s", "drift_ppm", "hours"),
    [(30, 0.0, 3.0), (60, 40.0, 2.0), (10, -20.0, 1.0), (31, 9000.0, 1.0)],
)
def test_scripted_world_without_noise_gives_the_same_samples_in_both_gears(
    tmp_path, seed, interval_s, drift_ppm, hours
):
    settings = {"interval_s": interval_s, "drift_ppm": drift_ppm}
    world = quieten(ScriptedWorld(seed, 0))
    true = true_samples(tmp_path, seed, world, hours, **settings)
    quick = quick_samples(seed, world, hours, **settings)
    assert len(true["flags"]) >= 3600 * hours / interval_s - 1
    for name in EXACT:
        assert not apart(true, quick, name).any(), name
    for name in (*TEMPERATURES, *ELECTRODES):
        assert apart(true, quick, name).max() <= 2, name
    if drift_ppm < 1000:
        _assert_motion_alike(true, quick)
        return
    # So fast a clock samples at other milliseconds, where the noise of motion is another.
    for name in ("activity_mg", *BREATHS):
        assert apart(true, quick, name).mean() <= 4, name


def test_physical_world_gives_the_same_samples_in_both_gears(tmp_path, seed, record_property):
    true = true_samples(tmp_path, seed, PhysicalWorld(PLAN, seed), 4.0)
    quick = quick_samples(seed, PhysicalWorld(PLAN, seed), 4.0)
    for name in EXACT:
        assert not apart(true, quick, name).any(), name
    # A thermometer's noise is one step; both gears look some hundred microseconds apart.
    for name in TEMPERATURES:
        assert apart(true, quick, name).mean() < 1.5
        assert apart(true, quick, name).max() <= 8
    # An electrode's is 128 steps while it is touched.
    for name in ELECTRODES:
        assert apart(true, quick, name).mean() < 200
    _assert_motion_alike(true, quick)
    worst = {name: int(apart(true, quick, name).max()) for name in ("activity_mg", *BREATHS)}
    record_property("figure", f"quick gear against firmware, 4 h: largest differences {worst}")


@pytest.mark.parametrize(
    ("settings", "flag", "share"),
    [
        # Half an hour without noise, then the accelerometer is taken for stuck.
        ({"faults": PodFaults(stuck_from_us={"motion": US_PER_H})}, 0x08, 0.6),
        # Three hours of one value.
        ({"faults": PodFaults(stuck_from_us={"infant_thermometer": US_PER_H // 2})}, 0x01, 0.1),
        ({"faults": PodFaults(stuck_from_us={"touch": US_PER_H})}, 0x04, 0.05),
        ({"faults": PodFaults(beyond_from_us={"caregiver_thermometer": US_PER_H})}, 0x02, 0.6),
        ({"faults": PodFaults(beyond_from_us={"touch": US_PER_H})}, 0x60, 0.6),
        ({"faults": PodFaults(noise_sd={"infant_thermometer": 2.0})}, 0x01, 0.5),
        ({"absent": frozenset({"motion"})}, 0x08, 1.0),
        ({"absent": frozenset({"touch", "infant_thermometer"})}, 0x05, 1.0),
        (
            {"absent": frozenset({"caregiver_thermometer", "infant_thermometer"})},
            0x03,
            1.0,
        ),
    ],
)
def test_broken_chip_is_found_at_the_same_samples_in_both_gears(
    tmp_path, seed, settings, flag, share
):
    world = quieten(ScriptedWorld(seed, 0))
    true = true_samples(tmp_path, seed, world, 4.0, **settings)
    quick = quick_samples(seed, world, 4.0, **settings)
    flagged = (true["flags"] & flag) == flag
    assert flagged.mean() >= share
    count = len(flagged)
    found = (quick["flags"][:count] & flag) == flag
    if settings.get("faults", PodFaults()).noise_sd:
        # Noise is drawn anew at each microsecond, so each gear doubts other samples, about as
        # many: what doubts one sample doubts its neighbours, so 480 are worth some 60.
        assert found.mean() == pytest.approx(flagged.mean(), abs=0.12)
        return
    assert np.mean(found != flagged) <= 0.005
    for name in (*TEMPERATURES, *ELECTRODES):
        assert np.mean(apart(true, quick, name) <= 3) >= 0.98, name
    # Without a chip a sample takes shorter, the accelerometer starts sooner and has other noise.
    for name in ("activity_mg", *BREATHS):
        assert apart(true, quick, name).mean() <= 4, name


def test_chip_that_comes_and_goes_is_missing_for_as_long(seed):
    window = (US_PER_H, US_PER_H + US_PER_H // 2)
    rows = quick_samples(
        seed, ScriptedWorld(seed, 0), 2.0, absent_us={"motion": (window,), "touch": (window,)}
    )
    gone = (rows["flags"] & 0x0C) == 0x0C
    at_h = rows["uptime_cs"] / 360_000
    assert np.array_equal(gone, (at_h >= 1.0) & (at_h < 1.5))
    assert (rows["infant_touch_pf512"][gone] == 65_535).all()
    # Back again it is set up first, as after a start.
    missing = rows["activity_mg"] == 255
    assert np.count_nonzero(missing) == 1 + np.count_nonzero(gone) + 1


def test_power_cut_costs_two_minutes_at_most_and_begins_a_boot_in_both_gears(tmp_path, seed):
    cut_us, back_us, end_us = US_PER_H // 2, US_PER_H // 2 + 600_000_000, US_PER_H
    path = WholePath(tmp_path, seed)
    band = path.add_band(band_id=BAND_ID)

    async def scenario():
        await path.wait(cut_us / 1e6)
        band.cut_power()
        await path.wait((back_us - cut_us) / 1e6)
        band.power_on()
        await path.collect((end_us - back_us) / 1e6)

    path.run(scenario())
    true_boots = [boot for _, (boot, data) in sorted(path.stored(BAND_ID).items()) if data[0] == 1]
    quick = run_quickly(
        ScriptedWorld(seed, 0),
        QuickBand(BAND_ID, [end_us], power_cuts_us=((cut_us, back_us),)),
        start_utc_s=START_UTC_S,
        end_us=end_us,
        seed=seed,
    )
    first, second = quick.pieces
    assert (first.boot_id, second.boot_id) == (1, 2)
    assert second.first_record_no == first.first_record_no + len(first.data) // 20
    counts = [
        np.count_nonzero(np.frombuffer(piece.data, np.uint8)[::20] == 1)
        for piece in (first, second)
    ]
    assert 56 <= counts[0] <= 60
    assert abs(counts[0] - true_boots.count(1)) <= 4
    assert abs(counts[1] - true_boots.count(2)) <= 4
