"""The host's end of a serial line, greeting and all, against the band's own session."""

import asyncio

import pytest

from pouch_host.collect.anchors import AnchorPlan
from pouch_host.collect.cable import GREET_TIMEOUT_S, CableLink, greeted
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.exchange import Exchange, Refusal
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.pull import pull
from pouch_host.collect.reaching import CableReach
from pouch_host.store import Store
from pouch_protocol import cable
from pouch_protocol import constants as c
from tests.host.collect.cable_band import PORT, CableBand
from tests.host.collect.fake_band import BAND_ID, NOW_UTC_S, in_simulated_time, made_records

pytestmark = pytest.mark.usefixtures("as_on_a_board")


class ListPort:
    """A port on which the other end says a list of things, and then nothing."""

    def __init__(self, said=(), broken_after=None):
        self.said = list(said)
        self.written = b""
        self._broken_after = broken_after

    async def write(self, data):
        if self._broken_after is not None and len(self.written) >= self._broken_after:
            raise OSError(5, "gone")
        self.written += data

    async def read(self):
        if self.said:
            return self.said.pop(0)
        await asyncio.Event().wait()
        return b""


def greet(port, on_wait=lambda: None):
    async def scenario():
        async with greeted(port, "p", on_wait=on_wait) as link:
            return link, asyncio.get_running_loop().time()

    return in_simulated_time(scenario())


def test_greeting_is_said_until_it_is_answered_and_the_prompt_given_back():
    answer = cable.wrap_text(cable.GREETING)
    port = ListPort([b"\r\n>>> ", answer[:3], answer[3:]])
    greet(port)
    assert port.written == answer + cable.wrap_text(cable.FAREWELL)
    assert 3 not in port.written


def test_band_that_sleeps_is_greeted_until_it_wakes_and_a_person_is_told():
    class Sleeper(ListPort):
        async def write(self, data):
            await super().write(data)
            if asyncio.get_running_loop().time() >= 30:
                self.said.append(cable.wrap_text(cable.GREETING))

    told = []
    _, when_s = greet(Sleeper(), lambda: told.append(1))
    assert when_s == pytest.approx(30, abs=1)
    assert told == [1]


def test_board_at_its_prompt_is_no_band():
    class Prompt(ListPort):
        async def write(self, data):
            await super().write(data)
            self.said.append(data.replace(b"\x06", b""))

    with pytest.raises(LinkError, match="p: no band answers") as caught:
        greet(Prompt())
    assert caught.value.reason is LinkFailure.SILENT


def test_port_that_goes_away_while_it_is_greeted_is_lost():
    with pytest.raises(LinkError, match="gone") as caught:
        greet(ListPort(broken_after=8))
    assert caught.value.reason is LinkFailure.LOST


def test_frames_wait_behind_the_greeting_that_they_came_with():
    frame = bytes(range(200))
    line = cable.wrap_text(cable.GREETING) + cable.wrap(c.CHANNEL_STREAM, frame)
    port = ListPort([line, b"Traceback", cable.wrap(c.CHANNEL_CONTROL, b"\xc0x")])

    async def scenario():
        async with greeted(port, "p") as link:
            return [await link.receive(1.0), await link.receive(1.0)]

    assert in_simulated_time(scenario()) == [
        (c.CHANNEL_STREAM, frame),
        (c.CHANNEL_CONTROL, b"\xc0x"),
    ]


def test_silence_is_an_error_after_its_time():
    async def scenario():
        loop = asyncio.get_running_loop()
        with pytest.raises(LinkError, match="nothing came for 10 s") as caught:
            await CableLink(ListPort(), "p").receive(10.0)
        return caught.value.reason, loop.time()

    reason, spent_s = in_simulated_time(scenario())
    assert reason is LinkFailure.SILENT
    assert spent_s == pytest.approx(10, abs=0.1)


def on_band(folder, scenario, **options):
    """Run `scenario(band, reach)` with a band whose file system is in a folder."""

    async def started():
        band = CableBand(folder, **options)
        return await scenario(band, band.reach())

    return in_simulated_time(started())


def test_reach_knows_the_band_by_its_label_once_it_has_said_it(tmp_path):
    async def scenario(_band, reach):
        before = reach.where
        async with reach.connect() as talk:
            assert talk.commands.version == (0, 1, 0)
            return before, reach.where

    assert on_band(tmp_path, scenario) == (PORT, "band P-0012ABCD")


def test_reach_waits_for_a_port_only_if_it_is_told_to(tmp_path):
    async def scenario(band, reach):
        band.restart()
        with pytest.raises(LinkError, match="cannot be opened"):
            async with reach.connect():
                pass
        async with reach.connect(patience_s=10):
            return asyncio.get_running_loop().time()

    assert on_band(tmp_path, scenario) == pytest.approx(3, abs=1)


def test_band_that_does_not_answer_is_told_of_and_given_up(tmp_path):
    notes = []

    async def scenario(band, _reach):
        band.deaf = True
        reach = CableReach(
            PORT, band.open_port, lambda: NOW_UTC_S, KnownBands.of({}), notes.append
        )
        with pytest.raises(LinkError, match="no band answers"):
            async with reach.connect():
                pass
        return asyncio.get_running_loop().time()

    assert on_band(tmp_path, scenario) == pytest.approx(GREET_TIMEOUT_S, abs=1)
    (note,) = notes
    assert note == f"{PORT}: no answer yet: press the band's button once to wake it"


def test_band_that_starts_again_is_no_sleeper(tmp_path):
    notes = []

    async def scenario(band, _reach):
        reach = CableReach(
            PORT, band.open_port, lambda: NOW_UTC_S, KnownBands.of({}), notes.append
        )
        async with reach.connect():
            pass
        band.deaf = True
        with pytest.raises(LinkError, match="no band answers"):
            async with reach.connect():
                pass

    on_band(tmp_path, scenario)
    assert notes == []


def test_pull_over_a_cable_goes_on_with_the_conversation(tmp_path):
    held = made_records(300)

    async def scenario(band, reach):
        band.holds(held)
        with Store.open(tmp_path / "pouch.db") as store:
            async with reach.connect() as talk:
                exchange = talk.commands.exchange
                result = await pull(exchange, store, lambda: NOW_UTC_S, AnchorPlan(), ClockJudge())
            data = b"".join(segment.data for segment in store.segments(BAND_ID))
        return result, data

    result, data = on_band(tmp_path, scenario)
    assert (result.new_count, result.missing_count, result.damaged_count) == (300, 0, 0)
    assert data == b"".join(held)


def test_refusal_says_what_was_refused(tmp_path):
    async def scenario(band, _reach):
        async with band.reach(key=None).connect() as talk:
            with pytest.raises(Refusal) as caught:
                await talk.commands.set_key(bytes(16))
        return caught.value.request, caught.value.code

    assert on_band(tmp_path, scenario) == (c.OP_SET_KEY, c.CODE_NOT_AUTHENTICATED)


def test_request_that_arrives_damaged_is_sent_again(tmp_path):
    # A byte of the first try is turned over on the line, once.
    async def scenario(_band, reach):
        async with reach.connect() as talk:
            exchange, link = talk.commands.exchange, talk.link
            send = link.send

            async def spoil(frame):
                link.send = send
                await send(frame[:-1] + bytes((frame[-1] ^ 1,)))

            link.send = spoil
            return await Exchange.ask(exchange, c.OP_SETTINGS, c.OP_SETTINGS_REPLY, {})

    assert on_band(tmp_path, scenario)["interval_s"] == 30


def test_line_of_the_fake_ends_at_the_byte_that_was_asked_for(tmp_path):
    # The fake itself: what is cut must be cut exactly, and only once.
    async def scenario(band, reach):
        async with reach.connect():
            pass
        total = band.heard_bytes
        farewell = len(cable.wrap_text(cable.FAREWELL))
        for cut_after in range(total):
            band.heard_bytes, band.cut_after = 0, cut_after
            if cut_after < total - farewell:
                with pytest.raises(LinkError, match="the line broke"):
                    async with reach.connect():
                        pass
            else:
                # A farewell that is lost is nobody's trouble.
                async with reach.connect():
                    pass
            assert band.heard_bytes == cut_after
            assert band.cut_after is None

    on_band(tmp_path, scenario)
