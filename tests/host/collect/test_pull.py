"""One pull over a fake link: everything arrives once, whatever is lost on the way."""

import asyncio

import pytest

from pouch_host.collect.anchors import AnchorPlan
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.pull import pull
from pouch_host.errors import BandError
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.band import BandSession
from pouch_protocol.crc import crc32
from pouch_sim.loop import VirtualLoop
from tests.host.collect.fake_band import (
    BAND_ID,
    LOG_ID,
    NOW_UTC_S,
    FakeLink,
    ListSource,
    NewerSession,
    exchange_with,
    in_simulated_time,
    made_records,
    wall_clock,
)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def pulling(link, store, clock=lambda: NOW_UTC_S, anchors=None, judge=None):
    return pull(
        exchange_with(link, clock), store, clock, anchors or AnchorPlan(), judge or ClockJudge()
    )


def run_pull(link, store, **options):
    return asyncio.run(pulling(link, store, **options))


def held(store):
    found = {}
    for segment in store.segments(BAND_ID):
        for index in range(segment.record_count):
            number = segment.first_record_no + index
            assert number not in found
            found[number] = segment.data[index * 20 : index * 20 + 20]
    return found


def test_pull_stores_every_record_with_its_boot(store):
    records = made_records(300)
    result = run_pull(FakeLink(ListSource(records, boots=3)), store)
    assert (result.band_id, result.new_count, result.missing_count) == (BAND_ID, 300, 0)
    assert held(store) == dict(enumerate(records))
    assert {segment.boot_id for segment in store.segments(BAND_ID)} == {1, 2, 3}
    (band,) = store.bands()
    assert band.battery_mv == 3912
    assert band.firmware_version == "0.1.0"


def test_second_pull_asks_only_for_what_is_new(store):
    records = made_records(300)
    run_pull(FakeLink(ListSource(records[:200])), store)
    link = FakeLink(ListSource(records))
    result = run_pull(link, store)
    assert result.new_count == 100
    assert held(store) == dict(enumerate(records))
    # 100 records are 2,000 bytes: nine stream frames, and three replies before, one after.
    assert link.sent < 20


def test_pull_sets_the_bands_clock_before_it_reads(store):
    source = ListSource(made_records(10))
    run_pull(FakeLink(source), store)
    (time,) = source.times
    assert time["utc_s"] == NOW_UTC_S


def test_pull_cut_after_every_frame_in_turn_is_completed_by_the_next(tmp_path):
    records = made_records(120)
    clean = FakeLink(ListSource(records))
    with Store.open(tmp_path / "clean.db") as store:
        run_pull(clean, store)
    for cut_after in range(clean.sent):
        with Store.open(tmp_path / f"{cut_after}.db") as store:
            with pytest.raises(LinkError):
                run_pull(FakeLink(ListSource(records), cut_after=cut_after), store)
            before = held(store)
            assert before.items() <= dict(enumerate(records)).items()
            result = run_pull(FakeLink(ListSource(records)), store)
            assert result.new_count == 120 - len(before)
            assert held(store) == dict(enumerate(records))


def test_lost_stream_frame_is_asked_for_again_on_the_same_connection(store):
    records = made_records(300)
    result = run_pull(FakeLink(ListSource(records), lose=lambda number: number == 8), store)
    assert result.missing_count == 0
    assert result.damaged_count == 1
    assert held(store) == dict(enumerate(records))


def test_lost_reply_ends_the_pull_as_silent(store):
    with pytest.raises(LinkError) as caught:
        run_pull(FakeLink(ListSource([]), lose=lambda number: number == 0), store)
    assert caught.value.reason is LinkFailure.SILENT


def test_records_that_the_band_gave_up_are_not_waited_for(store):
    result = run_pull(FakeLink(ListSource(made_records(300), oldest=250)), store)
    assert (result.new_count, result.missing_count, result.absent_count) == (50, 0, 0)
    assert store.held_ranges(BAND_ID, LOG_ID) == [(250, 299)]


def test_band_without_records_is_met_and_nothing_is_stored(store):
    result = run_pull(FakeLink(ListSource([])), store)
    assert result.new_count == 0
    assert store.segments(BAND_ID) == []
    assert len(store.bands()) == 1


def test_damaged_record_is_stored_as_it_is_and_counted(store):
    records = made_records(30)
    records[7] = bytes(20)
    result = run_pull(FakeLink(ListSource(records)), store)
    assert (result.new_count, result.corrupt_count) == (30, 1)
    assert held(store) == dict(enumerate(records))


def test_band_of_newer_wire_version_is_told_of(store):
    # It has not said yet who it is, and never will in words that this host knows.
    with pytest.raises(BandError, match=r"^the band speaks wire version 2;.*update Pouch"):
        run_pull(FakeLink(ListSource([]), session=NewerSession), store)
    assert store.bands() == []


def test_two_hosts_read_the_same_band_and_get_the_same(tmp_path):
    source = ListSource(made_records(100))
    stores = []
    for name in ("one", "two"):
        with Store.open(tmp_path / f"{name}.db") as store:
            run_pull(FakeLink(source), store)
            stores.append(held(store))
    assert stores[0] == stores[1]


def test_time_is_set_half_a_round_trip_ahead_and_once_an_hour(store):
    loop = VirtualLoop()
    source = ListSource(made_records(5))
    anchors = AnchorPlan()

    async def scenario():
        for wait_s in (0, 600, 3600):
            await asyncio.sleep(wait_s)
            link = FakeLink(source, delay_s=0.3)
            await pulling(link, store, lambda: NOW_UTC_S + loop.time(), anchors)

    loop.run_until_complete(scenario())
    loop.close()
    first, second = source.times
    # Asked at 1.2 s, when hello, proof, introduction and time were answered; it arrives half a
    # round trip later.
    assert first["utc_s"] + first["utc_ms"] / 1000 == pytest.approx(NOW_UTC_S + 1.35, abs=0.01)
    assert first["round_trip_ms"] == 300
    assert second["utc_s"] - first["utc_s"] >= 3600


def test_time_is_not_set_after_a_slow_round_trip(store):
    loop = VirtualLoop()
    source = ListSource(made_records(5))
    result = loop.run_until_complete(pulling(FakeLink(source, delay_s=2.5), store))
    loop.close()
    assert source.times == []
    assert result.new_count == 5


def test_host_clock_that_is_set_back_meanwhile_does_no_harm(store):
    clock = iter(range(2_000_000_000, 0, -3600))
    source = ListSource(made_records(50))
    link = FakeLink(source)
    result = run_pull(link, store, clock=lambda: float(next(clock)))
    assert result.new_count == 50
    assert source.times[0]["round_trip_ms"] < 1000


def test_records_that_nobody_asked_for_are_not_stored(store):
    class StraySession(BandSession):
        strayed = False

        def _next_message(self, frame_bytes_max):
            if self._report is not None and not self.strayed:
                self.strayed = True
                stray = messages.encode_records(self._report._procedure, 1, 5000, bytes(20))
                return c.CHANNEL_STREAM, stray
            return super()._next_message(frame_bytes_max)

    result = run_pull(FakeLink(ListSource(made_records(10)), session=StraySession), store)
    assert result.damaged_count >= 1
    assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 9)]


def test_answer_of_a_later_version_in_mid_pull_names_the_band(store):
    class LaterSession(BandSession):
        def _next_message(self, frame_bytes_max):
            item = super()._next_message(frame_bytes_max)
            if item is None or item[1][0] != c.OP_COUNT_REPLY:
                return item
            body = bytes((0x99, item[1][1]))
            return item[0], body + crc32(body).to_bytes(4, "little")

    with pytest.raises(BandError, match=r"^band P-0012ABCD: opcode 0x99: update Pouch"):
        run_pull(FakeLink(ListSource(made_records(10)), session=LaterSession), store)


def test_records_that_never_arrive_are_reported_as_missing(store):
    class DeafLink(FakeLink):
        async def receive(self, timeout_s):
            while True:
                channel, frame = await super().receive(timeout_s)
                if channel == c.CHANNEL_CONTROL:
                    return channel, frame

    result = run_pull(DeafLink(ListSource(made_records(300))), store)
    assert (result.new_count, result.missing_count, result.absent_count) == (0, 300, 0)


YEAR_S = 365 * 86_400


def known_time(source, off_s=0, age_cs=0):
    """Let a band take the true time, or one that is off, for what some host has told it."""
    source.times.append({"utc_s": int(NOW_UTC_S + off_s), "utc_ms": 0, "round_trip_ms": 0})
    return source


def test_host_that_is_wrong_by_a_year_tells_nobody_and_pulls_all_the_same(store):
    judge = ClockJudge()
    for off_s in (0, None):
        source = ListSource(made_records(10))
        if off_s is not None:
            known_time(source)
        before = len(source.times)
        link = FakeLink(source)
        run_pull(link, store, clock=lambda: NOW_UTC_S - YEAR_S + 3600 * 24 * 200, judge=judge)
        # Neither the one that knows better, nor the next, which does not know.
        assert len(source.times) == before
    assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 9)]
    assert "P-0012ABCD" in (judge.doubt or "")


def test_band_whose_clock_was_lost_is_told_by_a_host_that_others_agree_with(store):
    judge = ClockJudge()
    run_pull(FakeLink(known_time(ListSource([]))), store, judge=judge)
    lost = ListSource([])
    run_pull(FakeLink(lost), store, judge=judge)
    assert [time["utc_s"] for time in lost.times] == [NOW_UTC_S]


def test_band_that_is_off_is_told_by_a_host_that_most_agree_with(store):
    judge = ClockJudge()
    for _ in range(2):
        run_pull(FakeLink(known_time(ListSource([]))), store, judge=judge)
        judge._votes[f"P-{len(judge._votes)}"] = judge._votes.pop("P-0012ABCD")
    off = known_time(ListSource([]), YEAR_S)
    run_pull(FakeLink(off), store, judge=judge)
    assert [time["utc_s"] for time in off.times] == [NOW_UTC_S + YEAR_S, NOW_UTC_S]


def test_what_this_host_told_itself_is_no_evidence_for_its_clock(store):
    source = ListSource([])
    anchors, judge = AnchorPlan(), ClockJudge()

    async def scenario():
        for _ in range(3):
            await pulling(FakeLink(source), store, wall_clock, anchors, judge)
            assert judge._votes == {}
            await asyncio.sleep(4000)
        # Another host tells it the time, an hour off: that one's word counts.
        source.time = lambda: (
            ListSource.time(source) | {"utc_s": int(wall_clock()) + 3600, "set_uptime_cs": 9_000}
        )
        await pulling(FakeLink(source), store, wall_clock, anchors, judge)

    in_simulated_time(scenario())
    assert len(source.times) == 3
    assert "P-0012ABCD" in (judge.doubt or "")


def test_host_whose_clock_is_set_wrong_after_it_has_told_bands_is_contradicted_by_them(store):
    # Three hours are too little for the store to see; what the band was told before is not.
    source = ListSource([])
    anchors, judge = AnchorPlan(), ClockJudge()

    async def scenario():
        await pulling(FakeLink(source), store, wall_clock, anchors, judge)
        source.time = lambda: ListSource.time(source) | {"utc_s": int(wall_clock())}
        await pulling(FakeLink(source), store, lambda: wall_clock() + 10_800, anchors, judge)

    in_simulated_time(scenario())
    assert len(source.times) == 1
    assert judge.doubt is not None


def test_band_that_cannot_tell_the_time_is_told_it(store):
    source = ListSource([])
    info = source.info()
    source.info = lambda: info | {"capabilities": info["capabilities"] & ~c.CAN_TIME}

    class OlderSession(BandSession):
        def _refusal(self, opcode):
            unknown = opcode == c.OP_TIME
            return c.CODE_OPCODE_UNSUPPORTED if unknown else super()._refusal(opcode)

    run_pull(FakeLink(source, session=OlderSession), store)
    assert len(source.times) == 1


def test_refused_request_is_told_in_words_that_name_the_band(store):
    class Forgetful(BandSession):
        def _refusal(self, opcode):
            return c.CODE_BUSY if opcode == c.OP_COUNT else super()._refusal(opcode)

    with pytest.raises(LinkError, match=r"^band P-0012ABCD: it is busy with something else"):
        run_pull(FakeLink(ListSource([]), session=Forgetful), store)
