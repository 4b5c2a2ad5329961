"""A band that has the key and lies harms its own data at most: not the store, not the others'.

Each pull comes to an end in bounded time, says in one line what is wrong or what came, and stores
nothing under a number that it did not ask for.
"""

import asyncio
from collections import Counter

import pytest

from pouch_host.collect.link import LinkError
from pouch_host.collect.pull import PullResult
from pouch_host.errors import BandError
from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.band import BandSession
from tests.host.collect.fake_band import LOG_ID, in_simulated_time, made_records
from tests.host.collect.lying_band import lying_session
from tests.host.collect.sealed_band import SealedLink, SealedSource, Ward
from tests.protocol.plain import BAND_ID

_SHARE, _WHOLE = 300, 5_000
_FRAMES_MAX = 5_000
_SIMULATED_S_MAX = 200.0
_RECORDS = made_records(150)


async def _pull(ward, link):
    """Pull; return what it came to."""
    try:
        return await ward.pull(link)
    except (LinkError, BandError) as error:
        return error


def _check(number, totals):
    async def scenario():
        with Ward() as ward:
            session = lying_session(number, rate=1 + number % 8)
            link = SealedLink(SealedSource(list(_RECORDS), seed=number), session=session)
            outcome = await asyncio.wait_for(_pull(ward, link), _SIMULATED_S_MAX)
            totals[type(outcome).__name__] += 1
            assert "\n" not in str(outcome)
            assert link.sent < _FRAMES_MAX
            _look_at_store(ward)

    in_simulated_time(scenario())


def _look_at_store(ward):
    """See that the store can be read, and holds no record under two numbers or out of range."""
    for band in ward.store.bands():
        ward.store.records(band.band_id)
        ranges = ward.store.held_ranges(band.band_id, LOG_ID)
        assert all(0 <= first <= last <= 0xFFFFFFFF for first, last in ranges)
    ward.held()


def test_pull_of_a_band_that_lies_comes_to_an_end(cases, record_property):
    totals = Counter()
    count = cases.run(lambda n: _check(n, totals), range(_SHARE), range(_WHOLE))
    record_property("figure", f"link: {count} lying bands: {dict(sorted(totals.items()))}")
    if count > 1:
        assert min(totals[kind] for kind in ("PullResult", "LinkError", "BandError")) > 0


def _patched(opcode, change):
    """Return a band's end that says one kind of message otherwise."""

    class Patched(BandSession):
        def _send(self, message):
            super()._send(self._other(message))

        def _next_message(self, frame_bytes_max):
            loaded = super()._next_message(frame_bytes_max)
            return loaded and (loaded[0], self._other(loaded[1]))

        def _other(self, message):
            if message[0] != opcode:
                return message
            told = messages.decode(message)
            change(told.fields)
            return messages.encode(opcode, told.procedure, told.fields, told.payload)

    return Patched


def _outcome(session, ward):
    async def scenario():
        link = SealedLink(SealedSource(list(_RECORDS)), session=session)
        return await asyncio.wait_for(_pull(ward, link), _SIMULATED_S_MAX), link.sent

    return in_simulated_time(scenario())


@pytest.mark.parametrize(
    "bounds", [(0, 0xFFFFFFFF), (0xFFFFFFFF, 0), (5_000_000, 2_000_000_000), (151, 150)]
)
def test_count_with_absurd_bounds_ends_the_pull_soon(bounds):
    def change(fields):
        fields["oldest_record_no"], fields["next_record_no"] = bounds

    with Ward() as ward:
        outcome, frames = _outcome(_patched(c.OP_COUNT_REPLY, change), ward)
        assert frames < _FRAMES_MAX
        if bounds[1] > 1_000_000:
            assert isinstance(outcome, BandError | LinkError)
            assert str(bounds[1]) in str(outcome)


def test_records_under_numbers_that_nobody_asked_for_are_not_stored():
    def change(fields):
        fields["first_record_no"] += 1_000_000

    with Ward() as ward:
        outcome, _ = _outcome(_patched(c.OP_RECORDS, change), ward)
        assert isinstance(outcome, PullResult)
        assert outcome.damaged_count > 0
        assert ward.held() == {}


def test_report_that_lies_about_its_end_is_not_taken_for_whole():
    for name in ("record_count", "records_crc"):

        def change(fields, name=name):
            fields[name] ^= 1

        with Ward() as ward:
            outcome, _ = _outcome(_patched(c.OP_REPORT_DONE, change), ward)
            # What came is stored all the same: each record carries a sum of its own.
            assert isinstance(outcome, PullResult)
            assert len(ward.held()) == 151


def test_records_without_end_end_the_pull():
    class Endless(BandSession):
        """Says its records over and over."""

        def _next_message(self, frame_bytes_max):
            if self._report is not None:
                self._report._next = 0
            return super()._next_message(frame_bytes_max)

    with Ward() as ward:
        outcome, frames = _outcome(Endless, ward)
        assert isinstance(outcome, LinkError)
        assert frames < _FRAMES_MAX
        # They were true ones, so what came is kept.
        assert ward.held().items() <= dict(enumerate(_RECORDS)).items()
        assert len(ward.held()) > 40


def test_words_without_records_end_the_pull():
    class Empty(BandSession):
        def _next_message(self, frame_bytes_max):
            if self._report is None:
                return super()._next_message(frame_bytes_max)
            procedure = self._report._procedure
            return c.CHANNEL_STREAM, messages.encode_records(procedure, 1, 5, b"")

    with Ward() as ward:
        outcome, frames = _outcome(Empty, ward)
        assert isinstance(outcome, LinkError)
        # Ten seconds of a radio that does nothing else.
        assert frames < 10_000


def test_noise_in_place_of_an_answer_is_no_answer():
    class Noisy(BandSession):
        """Answers nothing once it is trusted, and is never silent."""

        def _next_message(self, frame_bytes_max):
            loaded = super()._next_message(frame_bytes_max)
            if self._sealers is None:
                return loaded
            return c.CHANNEL_STREAM, b"noise"

    with Ward() as ward:
        outcome, _ = _outcome(Noisy, ward)
        assert isinstance(outcome, LinkError)


def test_payload_that_begins_within_the_fields_is_refused():
    with Ward() as ward:
        outcome, _ = _outcome(
            _patched(c.OP_RECORDS, lambda fields: fields.update(records_offset=0)), ward
        )
        assert isinstance(outcome, PullResult)
        assert ward.held() == {}


def test_log_that_is_called_another_one_leaves_the_first_as_it_was():
    with Ward() as ward:
        _outcome(_patched(c.OP_INFO_REPLY, lambda fields: fields.update(log_id=9)), ward)
        _outcome(BandSession, ward)
        # The record with the time is of the first connection.
        assert ward.store.held_ranges(BAND_ID, 9) == [(0, 150)]
        assert ward.store.held_ranges(BAND_ID, LOG_ID) == [(0, 149)]
