"""A ward in which one band fails in every way that takes time: the others hardly notice."""

import asyncio
import itertools
import math

import pytest

from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.collector import Collector
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.store import Store
from pouch_protocol import constants as c
from tests.host.collect.fake_band import (
    FakeAdapter,
    FakeLink,
    NamedSource,
    band,
    in_simulated_time,
    key_of,
    known_of,
    made_records,
    wall_clock,
)

INTERVAL_S = 300.0
# The longest that one connection may take, and the way to the next window.
TIMEOUT_S = 180.0
WINDOW_S = 60.0
HOURS_S = 4 * 3600.0


class SlowConnect(FakeLink):
    """A connection that is given up after a while."""

    def __init__(self, for_s):
        super().__init__(NamedSource(1))
        self._for_s = for_s

    async def opened(self):
        if math.isinf(self._for_s):
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(self._for_s)
        raise LinkError(LinkFailure.NOT_REACHED, "AA:01: timed out")


class SilentLink(FakeLink):
    """A band that hears and says nothing."""

    async def receive(self, timeout_s):
        await asyncio.sleep(timeout_s)
        raise LinkError(LinkFailure.SILENT, f"AA:01: nothing came for {timeout_s:g} s")


class HangingLink(FakeLink):
    """A connection on which neither a frame nor a time-out ever comes."""

    async def receive(self, timeout_s):
        if self.sent > 3:
            await asyncio.get_running_loop().create_future()
        return await super().receive(timeout_s)


class LyingLink(FakeLink):
    """A band that talks without end, and none of it is what was asked for."""

    async def receive(self, timeout_s):
        await asyncio.sleep(1)
        self.sent += 1
        return c.CHANNEL_STREAM, bytes((self.sent % 64, *range(20)))


def link(kind):
    return lambda: kind(NamedSource(1, made_records(500), key=key_of(1)))


FAILING = {
    "connect is given up": lambda: SlowConnect(8),
    "connect hangs": lambda: SlowConnect(math.inf),
    "pull hangs": link(HangingLink),
    "silent": link(SilentLink),
    "lies endlessly": link(LyingLink),
    "never finishes": band(1, 500, key_of(1), delay_s=100),
}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def ward(*band_ids, **more):
    """Return bands with keys of their own, at other addresses in each window."""
    links = {f"AA:0{number}": band(number, 10, key_of(number)) for number in band_ids}
    keys = {f"AA:0{number}": key_of(number) for number in range(1, 10)}
    return FakeAdapter(links | more, moving=True, keys=keys)


def collector_of(adapter, store, known):
    return Collector(adapter, store, wall_clock, known, ClockJudge(), name_of=known.name_of)


def ward_with(one, store):
    """Run a ward of one failing band and three sound ones; return the tries of each address."""
    adapter = ward(2, 3, 4, **{"AA:01": one})

    async def scenario():
        collector = collector_of(adapter, store, known_of(1, 2, 3, 4))
        task = asyncio.ensure_future(collector.run(INTERVAL_S, lambda _: None))
        await asyncio.sleep(HOURS_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    in_simulated_time(scenario())
    assert adapter.open == 0
    return {
        place: [time_s for time_s, address in adapter.tries if address.startswith(place)]
        for place in ("AA:01", "AA:02", "AA:03", "AA:04")
    }


@pytest.mark.parametrize("one", FAILING.values(), ids=FAILING)
def test_band_that_fails_delays_the_others_by_no_more_than_its_time_out(store, one):
    failing, *others = ward_with(one, store).values()
    for tries in others:
        pauses_s = [after - before for before, after in itertools.pairwise(tries)]
        assert max(pauses_s) <= INTERVAL_S + TIMEOUT_S + WINDOW_S
        assert len(tries) >= HOURS_S / (INTERVAL_S + WINDOW_S)
    # It is tried for ever, and ever more seldom: four times an hour in the end.
    pauses_s = [after - before for before, after in itertools.pairwise(failing)]
    assert pauses_s == sorted(pauses_s)
    assert 900 <= pauses_s[-1] <= 900 + TIMEOUT_S + WINDOW_S
    assert failing[-1] > HOURS_S - 1200


def test_ward_without_failures_is_pulled_in_time(store):
    for tries in ward_with(band(1, 10, key_of(1)), store).values():
        assert [round(time_s // INTERVAL_S) for time_s in tries] == list(range(len(tries)))


def test_band_in_whose_pauses_others_come_first_is_known_by_name_whatever_its_address(store):
    adapter = ward(2, **{"AA:01": lambda: SlowConnect(8)})
    told = []

    async def scenario():
        collector = collector_of(adapter, store, known_of(1, 2))
        task = asyncio.ensure_future(collector.run(INTERVAL_S, told.append))
        await asyncio.sleep(3600)
        task.cancel()

    in_simulated_time(scenario())
    tries_s = [time_s for time_s, address in adapter.tries if address.startswith("AA:01")]
    assert [time_s / 60 for time_s in tries_s] == [0, 1, 3, 7, 15, 31, 47]
    # Never twice the same address.
    assert len({address for _, address in adapter.tries}) == len(adapter.tries)
    (line, *_) = [line for outcome in told for line in outcome.failures]
    assert line == "band P-00000001: AA:01: timed out"


def test_strangers_are_left_alone_and_counted(store):
    adapter = ward(1, 2, 3)

    async def scenario():
        return await collector_of(adapter, store, known_of(2)).round()

    outcome = in_simulated_time(scenario())
    assert [result.label for result in outcome.pulls] == ["P-00000002"]
    assert outcome.failures == []
    assert outcome.notes == ["2 bands heard that this computer has no key for"]
    assert len(adapter.tries) == 1


def test_run_tells_of_strangers_soon_and_again_only_if_there_are_more(store):
    adapter = ward(1, 2)
    told = []

    async def scenario():
        loop = asyncio.get_running_loop()
        collector = collector_of(adapter, store, known_of(3))
        task = asyncio.ensure_future(
            collector.run(INTERVAL_S, lambda outcome: told.append((loop.time(), outcome.notes)))
        )
        await asyncio.sleep(3600)
        task.cancel()

    in_simulated_time(scenario())
    assert told == [(65, ["2 bands heard that this computer has no key for"])]
    assert adapter.tries == []
