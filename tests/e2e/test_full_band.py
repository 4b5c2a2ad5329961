"""A band whose flash is full of records: pulled over a cable, and updated all the same."""

import asyncio

from pouch_host.collect.anchors import AnchorPlan
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.pull import pull
from pouch_host.collect.updating import Outcome
from tests.e2e.update_ward import UpdateWard
from tests.e2e.usb_cable import BAND_ID, fill, new_version
from tests.e2e.whole_path import flashed

RECORDS_OF_28_DAYS = 85_000
SEGMENT_RECORDS = 400


async def pull_all(ward):
    """Pull the band over its cable; return the outcome and the virtual seconds that it took."""
    async with ward.cable.connect() as talk:
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        clock = ward.path.simulation.now_utc_s
        exchange = talk.commands.exchange
        result = await pull(exchange, ward.path.store, clock, AnchorPlan(), ClockJudge())
        return result, loop.time() - begin_s


def test_28_days_come_over_a_cable_in_seconds_and_an_update_costs_a_segment(
    tmp_path, seed, record_property
):
    # Goals: a nurse pulls everything in a minute, and a band that nobody pulled for months takes
    # an update. Method: a flash that is full of records, and the virtual time that the port takes.
    # What the board's own processor takes is not in it.
    (tmp_path / "bands").mkdir()
    fill(tmp_path / "bands" / f"band-{BAND_ID:08x}.flash")
    ward = UpdateWard(tmp_path, seed)
    new = new_version(tmp_path / "new", (0, 2, 0))

    async def scenario(ward):
        pulled = await pull_all(ward)
        return *pulled, await ward.update(new)

    result, spent_s, outcome = ward.run(scenario)
    assert result.new_count >= RECORDS_OF_28_DAYS
    assert (result.missing_count, result.absent_count, result.corrupt_count) == (0, 0, 0)
    seconds = spent_s * RECORDS_OF_28_DAYS / result.new_count
    # At the cable's 100 kB/s the records alone take 17 s.
    assert 17 < seconds < 25
    assert outcome is Outcome.CONFIRMED
    oldest = min(flashed(ward.band))
    cost = oldest - min(ward.before)
    record_property("figure", f"an update on a full band cost {cost} records")
    # The log keeps the room of an image free. What is new then is the slots' folder, and that the
    # restart opens a segment.
    assert cost <= SEGMENT_RECORDS
    after = ward.check_records(after=oldest)
    # What was given up is what had been pulled.
    stored = ward.path.stored(BAND_ID)
    assert sorted({*stored, *after}) == list(range(min(stored), max(after) + 1))
