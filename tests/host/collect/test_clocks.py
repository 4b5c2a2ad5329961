"""A host's clock that may be wrong by a year: who contradicts it, and who is believed."""

import asyncio

import pytest

from pouch_host.collect.clocks import ClockJudge
from pouch_protocol import constants as c
from tests.host.collect.fake_band import NOW_UTC_S, in_simulated_time

YEAR_S = 365 * 86_400.0
DAY_S = 86_400.0


def told(utc_s, *, age_s=0.0, round_trip_ms=0, uptime_cs=50_000_000, status=c.TIME_SET):
    """Return what a band answers that takes this for the time and was told it so long ago."""
    return {
        "uptime_cs": uptime_cs,
        "status": status,
        "utc_s": int(utc_s),
        "utc_ms": round(utc_s % 1 * 1000),
        "round_trip_ms": round_trip_ms,
        "set_uptime_cs": (uptime_cs - round(age_s * 100)) % 2**32,
    }


def disagreeing(judge):
    """Return the bands whose clocks are not this host's."""
    return {label for label, vote in judge._votes.items() if not vote.agrees}


class Host:
    """A judge and the clock that it judges."""

    def __init__(self, newest_utc_s=None, **options):
        self.judge = ClockJudge(newest_utc_s, **options)
        self.off_s = 0.0

    def now_s(self):
        return NOW_UTC_S + self.off_s + asyncio.get_running_loop().time()

    def meets(self, label, off_s=0.0, **options):
        """Meet a band whose clock is off against the true time."""
        self.judge.look(self.now_s())
        band_utc_s = NOW_UTC_S + asyncio.get_running_loop().time() + off_s
        self.judge.compare(label, told(band_utc_s, **options), self.now_s(), 0)
        return self.judge.may_tell()

    def may_tell(self):
        self.judge.look(self.now_s())
        return self.judge.may_tell()


def judged(scenario, *arguments, **options):
    """Run a scenario with a new host on a clock that jumps; return what it returns."""

    async def main():
        return await scenario(Host(*arguments, **options))

    return in_simulated_time(main())


def test_nothing_speaks_against_a_clock_of_which_nobody_knows():
    async def scenario(host):
        host.judge.look(host.now_s())
        assert host.judge.may_tell()
        # A band whose clock was lost has no opinion.
        assert host.meets("P-1", -YEAR_S, status=c.TIME_UNKNOWN)
        assert disagreeing(host.judge) == set()

    judged(scenario)


@pytest.mark.parametrize("off_s", [-YEAR_S, -3600, -6, 6, 3600, YEAR_S])
def test_band_that_knows_better_keeps_the_clock_from_being_told(off_s):
    async def scenario(host):
        assert not host.meets("P-1", off_s)
        assert disagreeing(host.judge) == {"P-1"}
        assert "this computer's clock says 2026-09-21 14:13 UTC, and band P-1" in host.judge.doubt

    judged(scenario)


@pytest.mark.parametrize(
    ("off_s", "options", "agrees"),
    [
        (4.9, {}, True),
        (5.1, {}, False),
        (6.9, {"round_trip_ms": 2000}, True),
        # A clock that is 5 % off, as the worst is, and was told an hour ago.
        (180, {"age_s": 3600}, True),
        (200, {"age_s": 3600}, False),
        # Its uptime has begun anew from zero since it was told.
        (180, {"age_s": 3600, "uptime_cs": 1000}, True),
    ],
)
def test_clocks_agree_as_far_as_they_can(off_s, options, agrees):
    async def scenario(host):
        assert host.meets("P-1", off_s, **options) is agrees
        assert host.meets("P-2", -off_s, **options) is agrees

    judged(scenario)


@pytest.mark.parametrize(
    ("off", "agreeing", "may_tell"), [(1, 0, False), (1, 1, False), (1, 2, True), (2, 3, True)]
)
def test_most_bands_decide(off, agreeing, may_tell):
    async def scenario(host):
        for number in range(off):
            host.meets(f"P-{number}", YEAR_S)
        for number in range(agreeing):
            host.meets(f"P-1{number}")
        assert host.judge.may_tell() is may_tell
        assert len(disagreeing(host.judge)) == off

    judged(scenario)


def test_band_that_was_corrected_has_changed_its_vote():
    async def scenario(host):
        assert not host.meets("P-1", YEAR_S)
        assert not host.meets("P-2", YEAR_S)
        assert not host.meets("P-1")
        # Who still disagrees is named.
        assert "band P-2" in host.judge.doubt
        assert host.meets("P-2")
        assert host.judge.doubt is None

    judged(scenario)


@pytest.mark.parametrize(
    ("newest_off_s", "may_tell"),
    [(-59 * DAY_S, True), (-61 * DAY_S, False), (3000, True), (4000, False), (YEAR_S, False)],
)
def test_store_contradicts_a_clock_that_leaves_a_gap_or_runs_behind_it(newest_off_s, may_tell):
    async def scenario(host):
        assert host.may_tell() is may_tell
        if not may_tell:
            assert "the store was last added to on" in host.judge.doubt
        # Bands know better than a store.
        assert host.meets("P-1")

    judged(scenario, NOW_UTC_S + newest_off_s)


def test_clock_that_a_person_vouches_for_is_told():
    async def scenario(host):
        assert host.meets("P-1", YEAR_S)
        assert disagreeing(host.judge) == {"P-1"}

    judged(scenario, NOW_UTC_S - YEAR_S, trusted=True)


@pytest.mark.parametrize("utc_s", [0, 946_684_800, 1_767_225_599, 4_102_444_801, 1e18, -1e11])
def test_time_that_cannot_be_is_told_to_nobody_whoever_agrees_or_vouches(utc_s):
    async def scenario(host):
        host.judge.look(utc_s)
        host.judge.compare("P-1", told(utc_s % 2**32), utc_s, 0)
        assert not host.judge.may_tell()
        assert "which cannot be" in host.judge.doubt

    judged(scenario, trusted=True)


@pytest.mark.parametrize("step_s", [-YEAR_S, -2 * 3600, 61 * DAY_S, YEAR_S])
def test_clock_that_is_set_wrong_while_this_runs_is_found_out_without_any_band(step_s):
    async def scenario(host):
        assert host.may_tell()
        host.off_s = step_s
        assert host.judge.look(host.now_s())
        assert not host.judge.may_tell()
        # And when it is set right again, all is well.
        host.off_s = 0.0
        assert host.judge.look(host.now_s())
        assert host.judge.may_tell()

    judged(scenario)


def test_what_was_compared_before_the_clock_was_set_is_void():
    async def scenario(host):
        # It began with a wrong clock, and was put right a minute after the start.
        host.off_s = -3 * DAY_S
        assert not host.meets("P-1")
        assert not host.meets("P-2")
        await asyncio.sleep(60)
        host.off_s = 0.0
        host.judge.look(host.now_s())
        assert disagreeing(host.judge) == set()
        assert host.meets("P-1")

    judged(scenario)


def test_person_who_vouched_did_so_for_the_clock_as_it_was():
    async def scenario(host):
        assert host.meets("P-1", YEAR_S)
        host.off_s = 3600.0
        assert not host.meets("P-1")

    judged(scenario, trusted=True)


def test_computer_that_has_slept_goes_on_when_a_band_agrees():
    # Of sleep the loop's clock knows nothing: it looks as if the clock had been set.
    async def scenario(host):
        assert host.meets("P-1")
        host.off_s = 8 * 3600.0
        assert host.judge.look(host.now_s())
        host.judge.compare("P-1", told(host.now_s()), host.now_s(), 0)
        assert host.judge.may_tell()

    judged(scenario)


def test_clock_that_is_steered_slowly_is_not_set_anew():
    async def scenario(host):
        host.meets("P-1", YEAR_S)
        for _ in range(100):
            await asyncio.sleep(300)
            host.off_s += 0.5
            assert not host.judge.look(host.now_s())
        assert disagreeing(host.judge)

    judged(scenario)
