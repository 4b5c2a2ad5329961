"""A collector with a wrong clock reads its bands, tells nobody the time, and says so."""

import asyncio

import pytest

from pouch_host import cli_collect
from pouch_host.cli_collect import collect_into
from pouch_host.collect.clocks import ClockJudge, clock_hint
from pouch_host.collect.collector import Collector
from pouch_host.collect.status import WardStatus
from pouch_host.store import Store
from pouch_protocol import constants as c
from tests.host.collect.fake_band import (
    NOW_UTC_S,
    FakeAdapter,
    FakeLink,
    NamedSource,
    in_simulated_time,
    key_of,
    known_of,
    made_records,
    wall_clock,
)

YEAR_S = 365 * 86_400.0
HOUR_S = 3600.0
INTERVAL_S = 300.0


class TimedSource(NamedSource):
    """A band with a clock that goes on.

    Args:
        off_s: seconds that another host's clock was ahead, which told it; None if nobody did.
    """

    def __init__(self, band_id, off_s):
        super().__init__(band_id, made_records(10), key=key_of(band_id))
        self._off_s = off_s

    def time(self):
        fields = super().time()
        if self._off_s is None:
            return fields
        ms = round((wall_clock() + self._off_s) * 1000)
        told = {"status": c.TIME_SET, "utc_s": ms // 1000, "utc_ms": ms % 1000}
        return fields | told | {"set_uptime_cs": fields["uptime_cs"]}

    def set_time(self, fields):
        self._off_s = fields["utc_s"] + fields["utc_ms"] / 1000 - wall_clock()
        return super().set_time(fields)


class Ward:
    """Bands by their ids and how far off their clocks are, and a host whose clock is settable."""

    def __init__(self, store, clocks, **options):
        self.bands = {band_id: TimedSource(band_id, off_s) for band_id, off_s in clocks.items()}
        self.known = known_of(*clocks)
        self.adapter = adapter_of(self.bands)
        self.off_s = 0.0
        self.status = WardStatus(store, self.clock)
        self.collector = Collector(
            self.adapter,
            store,
            self.clock,
            self.known,
            ClockJudge(**options),
            name_of=self.known.name_of,
            status=self.status,
        )
        self.pulls = []
        self.notes = []
        self._task = None

    def clock(self):
        return wall_clock() + self.off_s

    def begin(self):
        """Let the collector run."""
        loop = asyncio.get_running_loop()

        def note(outcome):
            self.pulls += outcome.pulls
            self.notes += [(loop.time(), line) for line in outcome.notes]

        self._task = asyncio.ensure_future(self.collector.run(INTERVAL_S, note))

    async def end(self):
        self._task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._task

    def told(self):
        """Return how often each band was told the time."""
        return [len(source.times) for source in self.bands.values()]


def adapter_of(bands):
    links = {f"AA:{band_id:02}": _link_to(source) for band_id, source in bands.items()}
    keys = {f"AA:{band_id:02}": key_of(band_id) for band_id in bands}
    return FakeAdapter(links, moving=True, keys=keys)


def _link_to(source):
    return lambda: FakeLink(source)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def test_run_with_a_wrong_clock_reads_all_tells_nobody_the_time_and_says_so_once(store):
    ward = Ward(store, {1: 0.0, 2: 0.0})

    async def scenario():
        ward.off_s = YEAR_S
        ward.begin()
        await asyncio.sleep(4 * HOUR_S)
        await ward.end()

    in_simulated_time(scenario())
    assert ward.told() == [0, 0]
    assert len(ward.pulls) >= 2 * 4 * HOUR_S / (INTERVAL_S + 60)
    assert [sum(one.record_count for one in store.segments(band)) for band in (1, 2)] == [10, 10]
    # After the very first pull: whoever has just started it is still there.
    ((time_s, line),) = ward.notes
    assert time_s == 0
    assert line == (
        "this computer's clock says 2027-09-21 14:13 UTC, and band P-00000001, by a clock that it"
        " was told, 2026-09-21 14:13 UTC: no band is told the time; set the clock, or say"
        " --trust-clock"
    )
    # What stands in the table and in the metrics is of the newest pull.
    assert ward.status.clock_doubt.startswith("this computer's clock says 2027-09-21 18:")


def test_run_whose_clock_is_set_right_tells_the_time_and_says_it_again_when_it_is_wrong(store):
    ward = Ward(store, {1: 0.0, 2: 0.0})
    doubts = []

    async def scenario():
        ward.begin()
        for off_s in (-YEAR_S, 0.0, 2 * HOUR_S):
            ward.off_s = off_s
            await asyncio.sleep(HOUR_S - 10)
            doubts.append(bool(ward.status.clock_doubt))
        await ward.end()

    in_simulated_time(scenario())
    assert doubts == [True, False, True]
    assert len(ward.notes) == 2
    assert all(2 * HOUR_S - 20 <= time_s <= 3 * HOUR_S for time_s, _ in ward.notes[1:])
    # Only while it was right.
    assert ward.told() == [1, 1]
    for source in ward.bands.values():
        (time,) = source.times
        assert NOW_UTC_S < time["utc_s"] < NOW_UTC_S + 2 * HOUR_S


def test_run_with_a_right_clock_says_nothing_of_it(store):
    # One knows the time from elsewhere, one has none.
    ward = Ward(store, {1: 2.0, 2: None})

    async def scenario():
        ward.begin()
        await asyncio.sleep(4 * HOUR_S - 100)
        await ward.end()

    in_simulated_time(scenario())
    assert ward.notes == []
    assert ward.status.clock_doubt == ""
    assert ward.told() == [4, 4]


def test_clock_that_was_never_set_is_to_be_set_and_no_vouching_is_offered(store):
    # It would not help: no band can be told such a time.
    ward = Ward(store, {1: None}, trusted=True)
    ward.off_s = -NOW_UTC_S
    outcome = in_simulated_time(ward.collector.round())
    (note,) = outcome.notes
    assert note == (
        "this computer's clock says 1970-01-01 00:00 UTC, which cannot be: no band is told the"
        " time; set the clock"
    )
    assert ward.told() == [0]


def test_single_round_says_at_its_end_what_speaks_against_the_clock(store):
    ward = Ward(store, {1: 0.0, 2: None})
    ward.off_s = HOUR_S

    outcome = in_simulated_time(ward.collector.round())
    assert [result.new_count for result in outcome.pulls] == [10, 10]
    assert outcome.failures == []
    assert outcome.notes == [clock_hint(ward.status.clock_doubt)]
    assert "band P-00000001" in outcome.notes[0]
    assert ward.told() == [0, 0]


def test_band_that_is_outvoted_casts_no_doubt_and_is_set_right(store):
    ward = Ward(store, {1: 0.0, 2: 0.0, 3: YEAR_S})
    outcome = in_simulated_time(ward.collector.round())
    assert outcome.notes == []
    assert ward.status.clock_doubt == ""
    assert ward.told() == [1, 1, 1]
    assert ward.bands[3].times[0]["utc_s"] == pytest.approx(NOW_UTC_S, abs=10)


def test_clock_that_a_person_vouches_for_is_told_to_all(store):
    ward = Ward(store, {1: 0.0, 2: 0.0}, trusted=True)
    ward.off_s = HOUR_S
    outcome = in_simulated_time(ward.collector.round())
    assert outcome.notes == []
    assert ward.told() == [1, 1]
    assert ward.bands[1].times[0]["utc_s"] == pytest.approx(NOW_UTC_S + HOUR_S, abs=10)


@pytest.mark.parametrize("trust_clock", [False, True])
def test_command_believes_a_store_of_later_until_a_person_vouches(
    store, monkeypatch, capsys, trust_clock
):
    monkeypatch.setattr(cli_collect, "utc_now_s", wall_clock)
    store.record_contact(1, NOW_UTC_S + YEAR_S, battery_mv=3900)
    bands = {1: TimedSource(1, None)}
    collect_into(
        store, adapter_of(bands), known_of(1), None, in_simulated_time, trust_clock=trust_clock
    )
    _, *lines = capsys.readouterr().err.splitlines()
    hint = (
        "this computer's clock says 2026-09-21 14:13 UTC, and the store was last added to on"
        " 2027-09-21 14:13 UTC: no band is told the time; set the clock, or say --trust-clock"
    )
    assert lines == ["band P-00000001: 10 new records", *([] if trust_clock else [hint])]
    assert len(bands[1].times) == trust_clock
