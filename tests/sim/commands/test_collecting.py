"""When the simulator's commands make rounds, and when they are done."""

import asyncio

from pouch_host.collect.collector import Round
from pouch_host.collect.pull import PullResult
from pouch_sim.commands.collecting import collect_until
from pouch_sim.loop import VirtualLoop


class FakeSimulation:
    """A clock that began at zero."""

    def now_utc_s(self):
        return asyncio.get_running_loop().time()


class FakeCollector:
    """Notes when its rounds begin; each takes a while and reads the bands on the air.

    Args:
        round_s: how long a round takes.
        on_air: tells which bands a round reads, by its number.
    """

    def __init__(self, round_s, on_air):
        self._round_s = round_s
        self._on_air = on_air
        self.begins_s = []

    async def round(self):
        self.begins_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._round_s)
        bands = self._on_air(len(self.begins_s))
        return Round([PullResult(band, 1, 0, 0, 0, 0) for band in bands])


def begins(end_s, *, round_s=90.0, interval_s=3600.0, on_air=lambda _: (1,), wanted=()):
    """Collect until `end_s`; return when the rounds began."""
    collector = FakeCollector(round_s, on_air)
    told = []
    loop = VirtualLoop()
    loop.run_until_complete(
        collect_until(
            FakeSimulation(),
            collector,
            lambda: end_s,
            interval_s=interval_s,
            on_round=told.append,
            wanted=wanted,
        )
    )
    loop.close()
    assert len(told) == len(collector.begins_s)
    return collector.begins_s


def test_rounds_begin_at_each_interval_and_one_at_the_end():
    assert begins(7000.0) == [3600.0, 7000.0]
    assert begins(100.0) == [100.0]
    assert begins(7200.0) == [3600.0, 7200.0]


def test_round_that_is_under_way_at_the_end_is_not_the_last():
    # What was recorded after its pull would be missing.
    assert begins(7230.0) == [3600.0, 7200.0, 7290.0]


def test_rounds_longer_than_the_interval_follow_each_other():
    assert begins(300.0, interval_s=60.0) == [60.0, 150.0, 240.0, 330.0]


def test_band_that_the_last_round_did_not_hear_gets_another():
    heard_in_third = begins(3600.0, on_air=lambda number: (2,) if number == 3 else (), wanted=[2])
    assert heard_in_third == [3600.0, 3690.0, 3780.0]
    assert begins(3600.0, wanted=[1]) == [3600.0]
    # One after the other will do.
    both = begins(100.0, on_air=lambda number: (number,), wanted=[1, 2, 3])
    assert both == [100.0, 190.0, 280.0]


def test_band_that_is_never_heard_is_given_up():
    # Twenty rounds of 65 s and more: longer than the slow plan has a band off the air.
    assert len(begins(100.0, round_s=65.0, wanted=[9])) == 1 + 20
