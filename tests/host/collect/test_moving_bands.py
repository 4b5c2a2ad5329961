"""A collector among bands that have other addresses and tokens in each window, and strangers."""

import asyncio
import itertools

import pytest

from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.collector import Collector
from pouch_host.collect.known import KnownBands
from pouch_host.collect.status import WardStatus
from pouch_host.store import Store
from pouch_protocol import constants as c
from tests.host.collect.fake_band import (
    FakeAdapter,
    band,
    in_simulated_time,
    key_of,
    known_of,
    wall_clock,
)

INTERVAL_S = 300.0
HOUR_S = 3600.0
OURS = {f"AA:0{number}": number for number in (1, 2, 3)}
# Of another hospital, and not given a key yet: its token is drawn.
STRANGERS = {"BB:01": 11, "BB:02": 12}
PLACES = OURS | STRANGERS
LABELS = ["P-00000001", "P-00000002", "P-00000003"]


class Air(FakeAdapter):
    """Our bands and strangers; some may be away for a while.

    Attributes:
        away: places whose bands nobody hears.
    """

    def __init__(self):
        keys = {place: key_of(band_id) for place, band_id in PLACES.items()} | {"BB:02": None}
        links = {place: band(PLACES[place], 10, key) for place, key in keys.items()}
        super().__init__(links, moving=True, keys=keys)
        self.away = set()

    async def hear(self, wanted, timeout_s):
        return await super().hear(
            lambda found: found.handle not in self.away and wanted(found), timeout_s
        )

    def tries_s(self, place):
        """Return when a band was connected to."""
        return [time_s for time_s, address in self.tries if address.startswith(place)]


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def run(air, store, known, *steps):
    """Let a collector run through steps, each a wait in seconds and what is done after it.

    Returns:
        The notes, each with its time, and the ward's status.
    """
    notes, status = [], WardStatus(store, wall_clock)

    async def scenario():
        loop = asyncio.get_running_loop()
        collector = Collector(
            air, store, wall_clock, known, ClockJudge(), name_of=known.name_of, status=status
        )
        task = asyncio.ensure_future(
            collector.run(
                INTERVAL_S,
                lambda outcome: notes.extend((loop.time(), line) for line in outcome.notes),
            )
        )
        for wait_s, action in steps:
            await asyncio.sleep(wait_s)
            action(status)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    in_simulated_time(scenario())
    return notes, status


def nothing(_status):
    pass


def test_bands_are_read_in_time_though_no_address_and_no_token_is_heard_twice(store):
    air = Air()
    _, status = run(air, store, known_of(1, 2, 3), (4 * HOUR_S, nothing))
    assert len({address for address, _ in air.heard}) == len(air.heard) > 1000
    assert len({token for _, token in air.heard}) == len(air.heard)
    assert {len(token) for _, token in air.heard} == {6}
    for place in OURS:
        pauses_s = [after - before for before, after in itertools.pairwise(air.tries_s(place))]
        assert set(pauses_s) == {INTERVAL_S}
        assert len(pauses_s) == 4 * HOUR_S / INTERVAL_S - 1
    # Each is one band there, not one for each of its addresses.
    assert [one.label for one in status.bands()] == LABELS
    assert [one.pull_count for one in status.bands()] == [48] * 3
    assert [c.band_label(one.band_id) for one in store.bands()] == LABELS


def test_strangers_are_left_alone_and_each_is_counted_once_however_long(store):
    air, counts = Air(), []
    steps = [(HOUR_S / 2, lambda status: counts.append(status.stranger_count))] * 8
    notes, _ = run(air, store, known_of(1, 2, 3), *steps)
    assert counts == [2] * 8
    # Said once, soon: our three were read in as many seconds, and nobody else was wanted then.
    ((time_s, line),) = notes
    assert time_s <= 3 + 65
    assert line == "2 bands heard that this computer has no key for"
    assert [air.tries_s(place) for place in STRANGERS] == [[], []]


def test_strangers_that_leave_are_not_counted_any_more_and_said_again_only_if_more(store):
    air, counts = Air(), []

    def note(status):
        counts.append(status.stranger_count)

    def leave(status):
        note(status)
        air.away.update(STRANGERS)

    def come_back(status):
        note(status)
        air.away.clear()

    steps = [(HOUR_S, leave), (HOUR_S, come_back), (HOUR_S, note)]
    notes, _ = run(air, store, known_of(1, 2, 3), *steps)
    assert counts == [2, 0, 2]
    assert len(notes) == 1


def test_stranger_whose_key_comes_is_ours_from_its_next_window_on(store):
    air, keys = Air(), {"P-00000001": (key_of(1),)}
    known = KnownBands(lambda: keys)

    def give_keys(status):
        nonlocal keys
        assert [one.label for one in status.bands()] == LABELS[:1]
        assert status.stranger_count == 4
        keys = {c.band_label(band_id): (key_of(band_id),) for band_id in OURS.values()}

    _, status = run(air, store, known, (HOUR_S, give_keys), (HOUR_S, nothing))
    assert [one.label for one in status.bands()] == LABELS
    assert status.stranger_count == 2
    for place in ("AA:02", "AA:03"):
        first_s = air.tries_s(place)[0]
        assert HOUR_S <= first_s <= HOUR_S + 60


def test_band_whose_key_goes_is_left_alone_from_then_on(store):
    air, keys = Air(), {c.band_label(band_id): (key_of(band_id),) for band_id in OURS.values()}
    known = KnownBands(lambda: keys)

    def take_key(_status):
        nonlocal keys
        keys = {label: held for label, held in keys.items() if label != "P-00000002"}

    _, status = run(air, store, known, (HOUR_S, take_key), (HOUR_S, nothing))
    assert air.tries_s("AA:02")[-1] < HOUR_S
    assert air.tries_s("AA:03")[-1] > 2 * HOUR_S - INTERVAL_S
    assert status.stranger_count == 3


def test_band_with_a_key_that_bears_no_label_is_read_as_often_as_the_others(store):
    air = Air()
    known = KnownBands.of({"": (key_of(1),), "P-00000002": (key_of(2),)})
    _, status = run(air, store, known, (HOUR_S, nothing))
    assert len(air.tries_s("AA:01")) == len(air.tries_s("AA:02")) == HOUR_S / INTERVAL_S
    assert [one.label for one in status.bands()] == LABELS[:2]
