"""A ward of bands and one collector: nothing lost, nothing twice, the same for the same seed."""

import asyncio

import pytest

from pouch_host.derive import clock_residual_s, timeline
from tests.e2e.whole_path import HOUR_S, START_UTC_S, WholePath, flashed


def test_twenty_bands_one_collector_nothing_lost_nothing_twice(tmp_path, seed):
    # A hundred pulls, and a segment or two of each band. More hours would show no more.
    path = WholePath(tmp_path, seed)
    bands = [path.add_band() for _ in range(20)]
    path.run(path.collect(5 * HOUR_S))
    assert [outcome.failures for outcome in path.rounds] == [[]] * len(path.rounds)
    for index, band in enumerate(bands):
        stored = path.stored(0x1000 + index)
        assert sorted(stored) == list(range(len(stored)))
        assert len(stored) >= 5 * HOUR_S / 30
        on_band = flashed(band)
        # A record written between the last pull and the end is on the band alone.
        assert stored == {number: on_band[number] for number in stored}
        assert len(on_band) - len(stored) <= 4


@pytest.mark.parametrize("bands", [2])
def test_same_seed_same_bytes_in_the_store(tmp_path, seed, bands):
    digests = []
    for name, run_seed in (("one", seed), ("two", seed), ("other", seed + 1)):
        folder = tmp_path / name
        folder.mkdir()
        path = WholePath(folder, run_seed)
        for _ in range(bands):
            path.add_band(drift_ppm=15.0)
        path.run(path.collect(6 * HOUR_S))
        digests.append(path.store.content_digest())
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_power_cut_between_pulls_loses_at_most_two_minutes_and_numbers_go_on(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    band = path.add_band()

    async def scenario():
        for _ in range(5):
            await path.wait(1117)
            band.cut_power()
            await path.wait(10)
            band.power_on()
            await path.wait(60)
            await path.round()

    path.run(scenario())
    stored = path.stored(0x1000)
    assert sorted(stored) == list(range(len(stored)))
    assert {boot for boot, _ in stored.values()} == {1, 2, 3, 4, 5, 6}
    samples = sum(data[0] == 1 for _, data in stored.values())
    on_s = 5 * (1117 + 60)
    assert samples >= on_s / 30 - 6 * 120 / 30
    assert stored.items() <= flashed(band).items()


@pytest.mark.parametrize("after_frames", [1, 7, 40])
def test_power_cut_in_the_middle_of_a_pull_and_the_next_pull_goes_on(tmp_path, seed, after_frames):
    path = WholePath(tmp_path, seed)
    band = path.add_band()

    async def scenario():
        await path.wait(6 * HOUR_S)
        pull = asyncio.ensure_future(path.round())
        while band.notification_count < after_frames:
            await path.wait(0.001)
        band.cut_power()
        first = await pull
        before = path.stored(0x1000)
        band.power_on()
        await path.wait(60)
        await path.round()
        return first, before

    first, before = path.run(scenario())
    assert first.pulls == []
    assert "P-00001000" in first.failures[0]
    assert len(before) < 6 * 120
    stored = path.stored(0x1000)
    assert before.items() <= stored.items()
    assert sorted(stored) == list(range(len(stored)))
    assert stored.items() <= flashed(band).items()
    assert len(stored) > 6 * 120


def test_band_out_of_range_for_hours_is_read_when_it_is_back(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    near, far = path.add_band(), path.add_band()

    async def scenario():
        await path.collect(HOUR_S)
        far.in_range = False
        await path.collect(3 * HOUR_S)
        assert len(path.stored(0x1000)) > len(path.stored(0x1001)) + 300
        far.in_range = True
        await path.collect(HOUR_S)

    path.run(scenario())
    for index, band in enumerate((near, far)):
        stored = path.stored(0x1000 + index)
        assert sorted(stored) == list(range(len(stored)))
        assert len(stored) >= 5 * 120
        assert stored.items() <= flashed(band).items()


def test_the_first_anchor_gives_every_record_its_time(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    path.add_band(drift_ppm=-30.0, boot_at_us=250_000_000)
    path.run(path.collect(5 * HOUR_S))
    line = timeline(path.store.records(0x1000))
    assert line.untimed_count == 0
    residual_s = clock_residual_s(path.store, 0x1000)
    assert residual_s is not None
    assert residual_s < 0.2
    assert line.samples.utc_s[0] == pytest.approx(START_UTC_S + 250, abs=1.0)
    steps = line.samples.utc_s[1:] - line.samples.utc_s[:-1]
    assert steps == pytest.approx([30.0] * len(steps), abs=0.2)
