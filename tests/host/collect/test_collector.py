"""Rounds over several bands: one that fails holds up no other."""

import asyncio

import pytest

from pouch_host.collect.collector import Collector
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.store import Store
from pouch_sim.loop import VirtualLoop
from tests.host.collect.fake_band import FakeAdapter, FakeLink, ListSource, made_records

NOW_UTC_S = 1_790_000_000.0


class NamedSource(ListSource):
    """A band with an identity of its own."""

    def __init__(self, band_id, records):
        super().__init__(records)
        self._band_id = band_id

    def hello(self):
        return super().hello() | {"band_id": self._band_id}


def unreachable():
    raise LinkError(LinkFailure.NOT_REACHED, "AA:02: timed out")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def test_round_reads_every_band_and_names_those_it_could_not(store):
    adapter = FakeAdapter(
        {
            "AA:01": lambda: FakeLink(NamedSource(1, made_records(10))),
            "AA:02": unreachable,
            "AA:03": lambda: FakeLink(NamedSource(3, made_records(30)), cut_after=5),
            "AA:04": lambda: FakeLink(NamedSource(4, made_records(40))),
        }
    )
    outcome = asyncio.run(Collector(adapter, store, lambda: NOW_UTC_S).round())
    assert [(result.band_id, result.new_count) for result in outcome.pulls] == [(1, 10), (4, 40)]
    assert outcome.failures == [
        "AA:02: timed out",
        "band P-00000003: the connection ended",
    ]
    assert adapter.open == 0


def test_round_without_bands_is_no_failure(store):
    outcome = asyncio.run(Collector(FakeAdapter({}), store, lambda: NOW_UTC_S).round())
    assert outcome.pulls == []
    assert outcome.failures == []


def run_rounds(adapter, store, count):
    """Let a collector run for so many rounds of 600 s of simulated time; return them."""
    loop = VirtualLoop()
    rounds = []

    async def scenario():
        def note(outcome):
            rounds.append((loop.time(), outcome))
            if len(rounds) == count:
                task.cancel()

        collector = Collector(adapter, store, lambda: NOW_UTC_S + loop.time())
        task = asyncio.ensure_future(collector.run(600.0, note))
        with pytest.raises(asyncio.CancelledError):
            await task

    loop.run_until_complete(scenario())
    loop.close()
    return rounds


def test_run_makes_rounds_at_its_interval_until_it_is_cancelled(store):
    adapter = FakeAdapter({"AA:01": lambda: FakeLink(NamedSource(1, made_records(10)))})
    rounds = run_rounds(adapter, store, 3)
    assert [time_s for time_s, _ in rounds] == pytest.approx([0, 600, 1200], abs=1)
    assert [outcome.pulls[0].new_count for _, outcome in rounds] == [10, 0, 0]


def test_run_goes_on_after_the_adapter_failed_for_a_round(store):
    class FlakyAdapter(FakeAdapter):
        failures = 1

        async def discover(self, duration_s):
            if self.failures:
                self.failures -= 1
                raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: in progress")
            return await super().discover(duration_s)

    adapter = FlakyAdapter({"AA:01": lambda: FakeLink(NamedSource(1, made_records(10)))})
    rounds = run_rounds(adapter, store, 2)
    assert rounds[0][1].failures == ["Bluetooth adapter: in progress"]
    assert rounds[1][1].pulls[0].new_count == 10
