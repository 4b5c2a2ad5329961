"""The handshake from the host's side: who gets in, who does not, and what a person is told."""

import asyncio

import pytest

from pouch_host.collect.exchange import Refusal
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.crc import CRC_BYTES, crc32
from tests.host.collect.fake_band import KEY, LABEL, FakeLink, ListSource, exchange_with

OTHER = b"k" * 16


def greet(source, known, *, local=False, session=BandSession):
    """Return a conversation after its greeting."""
    exchange = exchange_with(FakeLink(source, session=session), known=known, local=local)

    async def scenario():
        await exchange.greet()

    asyncio.run(scenario())
    return exchange


def at_the_cable(source):
    return BandSession(source, local=True)


def failure(*arguments, **options):
    with pytest.raises(LinkError) as caught:
        greet(*arguments, **options)
    return caught.value


def keys(key=KEY, label=LABEL):
    return KnownBands.of({label: (key,)})


def test_band_whose_key_is_here_says_who_it_is_sealed():
    exchange = greet(ListSource([]), keys())
    assert (exchange.label, exchange.key.key, exchange.wire_version) == (LABEL, KEY, 1)
    assert exchange._session.sealed


def test_who_has_proved_its_key_is_told_with_the_name_that_it_says():
    proved = []
    for label in (LABEL, ""):
        known = KnownBands(lambda label=label: {label: (KEY,)}, lambda *one: proved.append(one))
        greet(ListSource([]), known)
    assert proved == [(LABEL, KEY)] * 2


@pytest.mark.parametrize("band_key", [KEY, None])
def test_without_the_bands_key_nothing_more_is_asked_by_air(band_key):
    asked = []

    class Listening(BandSession):
        def receive(self, frame):
            asked.append(frame[1])
            super().receive(frame)

    error = failure(ListSource([], key=band_key), keys(OTHER), session=Listening)
    assert asked == [c.OP_HELLO]
    assert error.reason is LinkFailure.NO_KEY
    assert "pouch keys add" in str(error)


@pytest.mark.parametrize("band_key", [KEY, None])
def test_over_the_cable_a_band_says_its_name_without_a_key(band_key):
    exchange = greet(ListSource([], key=band_key), keys(OTHER), local=True, session=at_the_cable)
    assert (exchange.label, exchange.key) == (LABEL, None)
    assert not exchange._session.sealed


def test_band_that_is_known_by_a_key_and_does_not_take_it_refuses():
    class Tampered(BandSession):
        """What the host said is changed on its way."""

        def receive(self, frame):
            body = bytearray(frame[1:-CRC_BYTES])
            if body[0] == c.OP_AUTH:
                body[5] ^= 1
            check = crc32(bytes(body)).to_bytes(CRC_BYTES, "little")
            super().receive(frame[:1] + bytes(body) + check)

    error = failure(ListSource([]), keys(), session=Tampered)
    assert isinstance(error, Refusal)
    assert (error.request, error.code) == (c.OP_AUTH, c.CODE_NOT_AUTHENTICATED)
    assert "somebody may be in between" in str(error)


def test_impostor_that_is_known_by_the_hint_and_has_not_the_key_is_found_out():
    class Impostor(BandSession):
        """Has a hint from the true band, and says to everything that it is well."""

        def _authenticate(self, message):
            self._reply(c.OP_AUTH_REPLY, message.procedure, {"proof": bytes(16)})

    error = failure(ListSource([]), keys(), session=Impostor)
    assert error.reason is LinkFailure.NOT_AUTHENTIC
    assert str(error) == "whoever answers does not have this band's key"


def test_band_that_says_another_name_than_its_key_belongs_to_is_refused():
    proved = []
    known = KnownBands(lambda: {"P-00000007": (KEY,)}, lambda *one: proved.append(one))
    error = failure(ListSource([]), known)
    assert error.reason is LinkFailure.NOT_AUTHENTIC
    assert str(error) == f"says that it is {LABEL} and has the key of P-00000007"
    assert proved == []


def test_no_key_is_in_what_is_said_of_any_failure():
    for error in (failure(ListSource([]), keys(OTHER)), failure(ListSource([], key=None), keys())):
        assert KEY.hex() not in str(error)
        assert repr(KEY) not in repr(error)
