"""Rounds over several bands: one that fails holds up no other."""

import asyncio

import pytest

from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.collector import Collector
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.store import Store
from tests.host.collect.fake_band import (
    KNOWN,
    FakeAdapter,
    FakeLink,
    NamedSource,
    NewerSession,
    band,
    in_simulated_time,
    wall_clock,
)


class DeadAdapter(FakeAdapter):
    """An adapter that does not work."""

    def __init__(self):
        super().__init__({})

    async def hear(self, wanted, timeout_s):
        raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: not there")


def unreachable():
    raise LinkError(LinkFailure.NOT_REACHED, "AA:02: timed out")


def failing(reason):
    """Return what fails to make a connection, for such a reason, each time it is asked."""

    def fail():
        raise LinkError(reason, "will not")

    return fail


def newer_band():
    return FakeLink(NamedSource(5), session=NewerSession)


def collector_of(adapter, store):
    return Collector(adapter, store, wall_clock, KNOWN, ClockJudge())


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def one_round(adapter, store):
    """Make one round in simulated time; return it and when it ended."""

    async def scenario():
        outcome = await collector_of(adapter, store).round()
        return outcome, asyncio.get_running_loop().time()

    return in_simulated_time(scenario())


def run_until_told(adapter, store, count, interval_s):
    """Let a collector run until it has told so much; return that, each with its time."""
    told = []

    async def scenario():
        loop = asyncio.get_running_loop()

        def note(outcome):
            told.append((loop.time(), outcome))
            if len(told) == count:
                task.cancel()

        collector = collector_of(adapter, store)
        task = asyncio.ensure_future(collector.run(interval_s, note))
        with pytest.raises(asyncio.CancelledError):
            await task

    in_simulated_time(scenario())
    return told


def times_of(told):
    return [time_s for time_s, _ in told]


def brought(outcome):
    return [(result.band_id, result.new_count) for result in outcome.pulls]


def test_round_reads_every_band_and_names_those_it_could_not(store):
    adapter = FakeAdapter(
        {
            "AA:01": band(1, 10),
            "AA:02": unreachable,
            "AA:03": band(3, 30, cut_after=4),
            "AA:04": band(4, 40),
        }
    )
    outcome, _ = one_round(adapter, store)
    assert brought(outcome) == [(1, 10), (4, 40)]
    assert outcome.failures == [
        "AA:02: timed out",
        "band P-00000003: the connection ended",
    ]
    assert adapter.open == 0


def test_round_without_bands_is_no_failure(store):
    outcome, ended_s = one_round(FakeAdapter({}), store)
    assert (outcome.pulls, outcome.failures) == ([], [])
    assert ended_s == 65


def test_round_ends_when_a_window_of_the_usual_plan_would_have_come_again(store):
    # The second band's window falls into the long pull of the first: it comes a minute later, and
    # only then is it known that there is no third.
    adapter = FakeAdapter({"AA:01": band(1, 10, delay_s=2), "AA:02": band(2, 20)})
    outcome, ended_s = one_round(adapter, store)
    assert brought(outcome) == [(1, 10), (2, 20)]
    assert adapter.tries == [(0, "AA:01"), (61, "AA:02")]
    assert ended_s == 61 + 65


def test_round_tells_of_each_band_when_it_was_read(store):
    told = []

    async def scenario():
        loop = asyncio.get_running_loop()
        adapter = FakeAdapter({"AA:01": band(1, 10), "AA:02": band(2, 20)})
        collector = collector_of(adapter, store)
        await collector.round(lambda result: told.append((loop.time(), result.band_id)))

    in_simulated_time(scenario())
    assert told == [(0, 1), (1, 2)]


def test_band_that_was_missed_once_is_read_in_its_next_window(store):
    def second_time():
        return band(2, 20)() if len(adapter.tries) > 1 else unreachable()

    adapter = FakeAdapter({"AA:02": second_time})
    outcome, _ = one_round(adapter, store)
    assert brought(outcome) == [(2, 20)]
    assert outcome.failures == []
    assert adapter.tries == [(0, "AA:02"), (60, "AA:02")]


def test_pull_that_breaks_goes_on_where_it_was_in_the_next_windows(store):
    # Six replies and six frames of records, then the connection breaks.
    adapter = FakeAdapter({"AA:03": band(3, 100, cut_after=12), "AA:04": band(4, 40)})
    outcome, _ = one_round(adapter, store)
    assert adapter.tries == [(0, "AA:03"), (1, "AA:04"), (60, "AA:03")]
    assert brought(outcome)[0] == (4, 40)
    (again,) = outcome.pulls[1:]
    assert (again.band_id, 0 < again.new_count < 100) == (3, True)
    assert outcome.failures == []
    assert sum(segment.record_count for segment in store.segments(3)) == 100


@pytest.mark.parametrize(
    ("link", "failure", "tries_s"),
    [
        (newer_band, "the band speaks wire version 2; this program reads", [0]),
        (failing(LinkFailure.REFUSED), "will not", [0]),
        # An operating system that remembers another firmware's services forgets them on failing.
        (failing(LinkFailure.STALE), "will not", [0, 60, 120]),
        (failing(LinkFailure.NOT_REACHED), "will not", [0, 60, 120]),
    ],
)
def test_only_a_band_that_refuses_for_good_is_not_tried_again(store, link, failure, tries_s):
    adapter = FakeAdapter({"AA:05": link})
    outcome, ended_s = one_round(adapter, store)
    assert adapter.tries == [(time_s, "AA:05") for time_s in tries_s]
    (told,) = outcome.failures
    assert told.startswith(failure)
    assert ended_s == tries_s[-1] + 65


def test_band_that_never_finishes_holds_up_the_others_for_three_minutes_only(store):
    adapter = FakeAdapter({"AA:01": band(1, 10, delay_s=100), "AA:02": band(2, 20)})
    outcome, _ = one_round(adapter, store)
    assert brought(outcome) == [(2, 20)]
    assert outcome.failures == ["AA:01: not read within 180 s"]
    assert adapter.tries == [(0, "AA:01"), (181, "AA:02")]


def test_adapter_that_fails_after_a_band_was_read_is_told_beside_that_band(store):
    class DyingAdapter(FakeAdapter):
        async def hear(self, wanted, timeout_s):
            if self.tries:
                raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: gone")
            return await super().hear(wanted, timeout_s)

    outcome, _ = one_round(DyingAdapter({"AA:01": band(1, 10)}), store)
    assert brought(outcome) == [(1, 10)]
    assert outcome.failures == ["Bluetooth adapter: gone"]


def test_round_with_an_adapter_that_does_not_work_raises_what_it_says(store):
    with pytest.raises(LinkError, match="Bluetooth adapter: not there"):
        one_round(DeadAdapter(), store)


@pytest.mark.parametrize(
    ("interval_s", "period_s", "pulls_s"),
    [
        (600, 60, [0, 600, 1200]),
        (300, 60, [0, 300, 600]),
        # As often as its window comes, and no faster than asked.
        (60, 60, [0, 60, 120]),
        (10, 60, [0, 60, 120]),
        (90, 60, [0, 60, 120]),
        (100, 60, [0, 120, 240]),
        # A clock that is 5 % off moves the windows, and no pull is given up for that.
        (300, 63, [0, 315, 630]),
        (300, 57, [0, 285, 570]),
        # The slow plan, and rounds that are made more often than it has windows.
        (300, 1200, [0, 1200, 2400]),
    ],
)
def test_run_pulls_a_band_in_the_window_nearest_to_its_interval(
    store, interval_s, period_s, pulls_s
):
    adapter = FakeAdapter({"AA:01": band(1, 10)}, period_s)
    told = run_until_told(adapter, store, 3, interval_s)
    assert times_of(told) == pulls_s
    assert [brought(outcome) for _, outcome in told] == [[(1, 10)], [(1, 0)], [(1, 0)]]


def test_run_does_not_pull_anew_at_once_after_a_pull_that_took_long(store):
    # It is on the air all the time, as a band is for a moment when its connection has ended.
    adapter = FakeAdapter({"AA:01": band(1, 10, delay_s=29)}, period_s=1)
    told = run_until_told(adapter, store, 2, 60)
    took_s = told[0][0]
    assert took_s > 60
    (_, (again_s, _)) = adapter.tries
    assert again_s == pytest.approx(took_s + 60 - 30, abs=1)


def test_run_tries_a_band_that_fails_ever_more_seldom_and_tells_each_failure(store):
    adapter = FakeAdapter({"AA:02": unreachable})
    told = run_until_told(adapter, store, 7, 300)
    # The next window, then the second, fourth, eighth and from then on each sixteenth.
    windows = [time_s / 60 for time_s in times_of(told)]
    assert windows == [0, 1, 3, 7, 15, 31, 47]
    assert [outcome.failures for _, outcome in told] == [["AA:02: timed out"]] * 7


def test_run_with_a_band_that_was_read_again_begins_with_the_shortest_pause(store):
    def fourth_time():
        return band(2, 20)() if len(adapter.tries) == 4 else unreachable()

    adapter = FakeAdapter({"AA:02": fourth_time})
    told = run_until_told(adapter, store, 6, 300)
    windows = [time_s / 60 for time_s in times_of(told)]
    assert windows == [0, 1, 3, 7, 7 + 5, 7 + 5 + 1]


def test_run_leaves_a_band_that_refuses_alone_for_a_whole_interval_at_least(store):
    told = run_until_told(FakeAdapter({"AA:05": newer_band}), store, 5, 300)
    windows = [time_s / 60 for time_s in times_of(told)]
    assert windows == [0, 5, 10, 15, 23]


def test_run_goes_on_soon_after_the_adapter_failed(store):
    class FlakyAdapter(FakeAdapter):
        failures = 2

        async def hear(self, wanted, timeout_s):
            if self.failures:
                self.failures -= 1
                raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: in progress")
            return await super().hear(wanted, timeout_s)

    told = run_until_told(FlakyAdapter({"AA:01": band(1, 10)}), store, 3, 600)
    assert [outcome.failures for _, outcome in told[:2]] == [
        ["Bluetooth adapter: in progress"]
    ] * 2
    assert brought(told[2][1]) == [(1, 10)]
    # Twice the pause, and the next window.
    assert times_of(told) == [0, 30, 60]
