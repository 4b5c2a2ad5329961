import pytest

from pouch_sim.hardware.pod import Pod
from pouch_sim.world.scripted import ScriptedWorld

SEED = 7


@pytest.fixture
def pod_bench(bench):
    world = ScriptedWorld(SEED, 0)
    bench.bus = Pod(world).bus
    bench.do("from drivers.tmp117 import Tmp117; from drivers.fdc1004 import Fdc1004")
    bench.do("from drivers.lsm6dsox import Lsm6dsox; from drivers.activity import activity_mg")
    bench.do("infant = Tmp117(i2c, 0x48); caregiver = Tmp117(i2c, 0x49)")
    bench.do("touch = Fdc1004(i2c); motion = Lsm6dsox(i2c); words = bytearray(512 * 7)")
    bench.do("for chip in (infant, caregiver, touch, motion): chip.check()")
    bench.do("motion.configure()")
    return bench, world


def sample(bench):
    bench.do("infant.start(); caregiver.start(); touch.start()")
    bench.now_us += 148_000
    values = bench.get("(infant.read(), caregiver.read()) + touch.read()")
    activity = bench.get("activity_mg(words, motion.drain(words))")
    bench.now_us += 29_852_000
    return *values, activity


def test_samples_of_an_hour_follow_the_world_through_real_registers(pod_bench):
    bench, world = pod_bench
    bench.now_us += 30_000_000
    for _ in range(120):
        middle_us = bench.now_us + 62_000
        infant, caregiver, infant_pf512, caregiver_pf512, activity = sample(bench)
        assert abs(infant / 128 - world.infant_face_temperature_c(middle_us)) <= 1 / 128
        assert abs(caregiver / 128 - world.caregiver_face_temperature_c(middle_us)) <= 1 / 128
        touched = world.state_at(middle_us) in ("ssc", "infant_only")
        assert (infant_pf512 > 5 * 512) == touched
        assert 0 < caregiver_pf512 < 15 * 512
        assert 0 < activity <= 254


def test_sample_of_the_whole_pod_takes_nineteen_transfers(pod_bench):
    bench, _ = pod_bench
    bench.now_us += 30_000_000
    sample(bench)
    before = bench.bus.transfer_count
    sample(bench)
    assert bench.bus.transfer_count - before == 19
