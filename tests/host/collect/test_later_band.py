"""A collector and a band whose program is younger than its own."""

import pytest

from pouch_host.errors import BandError
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.crc import crc32
from tests.host.collect.fake_band import in_simulated_time, made_records
from tests.host.collect.sealed_band import SealedLink, SealedSource, Ward
from tests.protocol.later import Later


@pytest.mark.parametrize("frame_bytes", [20, 182, 244, 514])
def test_band_of_this_version_that_appends_to_every_message_is_pulled(frame_bytes):
    later = Later(replies=True)
    source = SealedSource(made_records(500), boots=3)
    with Ward() as ward:
        link = SealedLink(source, frame_bytes, session=later.band.BandSession)
        result = in_simulated_time(ward.pull(link))
        assert (result.new_count, result.damaged_count) == (501, 0)
        assert ward.held() == dict(enumerate(source.records))
        (band,) = ward.store.bands()
        assert band.battery_mv == source.info()["battery_mv"]
    assert later.sent >= {c.OP_HELLO_REPLY, c.OP_AUTH_REPLY, c.OP_INFO_REPLY, c.OP_RECORDS}


def test_band_of_a_later_wire_version_is_refused_in_a_sentence_and_nothing_is_stored():
    class Later2(BandSession):
        def _send(self, message):
            if message[0] == c.OP_HELLO_REPLY:
                body = message[:2] + b"\x02" + message[3:-4] + b"what is new"
                message = body + crc32(body).to_bytes(4, "little")
            super()._send(message)

    with Ward() as ward:
        link = SealedLink(SealedSource(made_records(5)), session=Later2)
        expected = (
            "the band speaks wire version 2; this program reads up to 1:"
            " update Pouch on this computer"
        )
        with pytest.raises(BandError) as caught:
            in_simulated_time(ward.pull(link))
        assert str(caught.value) == expected
        assert ward.store.bands() == []
