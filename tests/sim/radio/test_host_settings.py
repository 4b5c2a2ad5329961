"""Faults of a host above its radio: each happens, alone, as often as asked, and by the seed."""

import asyncio
import struct
from itertools import pairwise

import pytest
from bleak.exc import BleakError

from pouch_sim.radio.host_settings import HostSettings
from tests.sim.radio.helpers import CONTROL, STREAM, client, find, stream_command
from tests.sim.vm.rig import add_band, simulation

COUNT = 400
SIZE = 40


def told(tmp_path, seed=1, **settings):
    """Return the values that a host is told of a stream whose radio loses nothing."""
    sim = simulation(seed=seed, host=HostSettings(**settings))
    add_band(sim, "streamer", tmp_path / str(len(list(tmp_path.iterdir()))))
    values = []

    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            await c.start_notify(STREAM, lambda _, data: values.append(bytes(data)))
            await c.write_gatt_char(CONTROL, stream_command(COUNT, SIZE), response=True)
            await asyncio.sleep(5)

    sim.run(main())
    return values


def numbers(values):
    return [struct.unpack_from("<I", value)[0] for value in values]


def test_sound_host_is_told_each_value_once_and_in_order(tmp_path):
    assert numbers(told(tmp_path)) == list(range(COUNT))


def test_duplicate_values_follow_each_other(tmp_path):
    found = numbers(told(tmp_path, duplicate=0.1))
    doubles = [after for before, after in pairwise(found) if before == after]
    assert 20 <= len(doubles) <= 70
    assert found == sorted([*range(COUNT), *doubles])


def test_dropped_values_are_missing_and_the_others_in_order(tmp_path):
    found = numbers(told(tmp_path, drop=0.1))
    assert 20 <= COUNT - len(found) <= 70
    assert found == sorted(set(found))


def test_swapped_values_change_places_with_their_neighbours(tmp_path):
    found = numbers(told(tmp_path, swap=0.1))
    assert sorted(found) == list(range(COUNT))
    moved = [number for place, number in enumerate(found) if place != number]
    assert 30 <= len(moved) <= 140
    assert all(abs(place - number) <= 1 for place, number in enumerate(found))


def test_last_value_is_told_though_no_neighbour_comes(tmp_path):
    found = numbers(told(tmp_path, swap=1.0))
    assert sorted(found) == list(range(COUNT))


def test_flipped_values_differ_in_one_bit(tmp_path):
    found = told(tmp_path, flip=0.1)
    assert len(found) == COUNT
    differing = 0
    for number, value in enumerate(found):
        sound = struct.pack("<I", number) + bytes(SIZE - 4)
        bits = sum((a ^ b).bit_count() for a, b in zip(value, sound, strict=True))
        assert bits <= 1
        differing += bits
    assert 20 <= differing <= 70


def test_faults_are_the_seeds(tmp_path):
    faults = {"duplicate": 0.05, "drop": 0.05, "swap": 0.05, "flip": 0.05}
    first = told(tmp_path, seed=3, **faults)
    assert told(tmp_path, seed=3, **faults) == first
    assert told(tmp_path, seed=4, **faults) != first


def test_connection_ends_after_the_value_that_was_asked_for(tmp_path):
    sim = simulation(host=HostSettings(hang_up_after=25))
    add_band(sim, "streamer", tmp_path)

    async def pull(backend):
        values = []
        gone = asyncio.Event()
        c = client(await find(backend), backend, disconnected_callback=lambda _: gone.set())
        await c.connect()
        await c.start_notify(STREAM, lambda _, data: values.append(bytes(data)))
        await c.write_gatt_char(CONTROL, stream_command(COUNT, SIZE), response=True)
        await asyncio.wait_for(gone.wait(), 5)
        with pytest.raises(BleakError):
            await c.read_gatt_char(STREAM)
        return numbers(values)

    async def main():
        backend = sim.backend()
        # What was under way then is told, as a D-Bus queue would.
        first = await pull(backend)
        assert first[:25] == list(range(25))
        assert len(first) < 60
        await asyncio.sleep(1)
        # Each connection counts anew, and a change of the settings is for the next.
        assert len(await pull(backend)) >= 25
        sim.host.hang_up_after = None
        await asyncio.sleep(1)
        async with client(await find(backend), backend) as c:
            values = []
            await c.start_notify(STREAM, lambda _, data: values.append(bytes(data)))
            await c.write_gatt_char(CONTROL, stream_command(COUNT, SIZE), response=True)
            await asyncio.sleep(5)
            assert numbers(values) == list(range(COUNT))

    sim.run(main())


@pytest.mark.parametrize(("asked", "granted"), [(None, 23), (23, 23), (185, 185), (517, 247)])
def test_mtu_is_what_host_and_band_both_can(tmp_path, asked, granted):
    sim = simulation(host=HostSettings(mtu=asked))
    add_band(sim, "streamer", tmp_path)

    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            return c.mtu_size

    assert sim.run(main()) == granted
