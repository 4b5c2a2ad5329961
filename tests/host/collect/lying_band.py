"""A band that has the key and lies: its fields are absurd, its bytes wrong, its words too many."""

from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.band import BandSession
from tests.protocol.fuzz_frames import Draw, fields_of, message_of, spoilt, with_sum

_U32_MAX = 0xFFFFFFFF
_REPLIES = [op for op in sorted(messages.LAYOUTS) if op & c.OP_REPLY_BIT]
_EDGES = (0, 1, 2, 149, 150, 151, 0x7FFFFFFF, 0x80000000, _U32_MAX - 1, _U32_MAX)
_BOUNDS = {
    c.OP_COUNT_REPLY: ("record_count", "oldest_record_no", "next_record_no"),
    c.OP_RECORDS: ("first_record_no", "boot_id", "records_offset"),
    c.OP_REPORT_DONE: ("record_count", "records_crc"),
}


def lying_session(seed, rate, spare=()):
    """Return what makes the band's end of a connection.

    Args:
        seed: of its lies.
        rate: one message in so many is one.
        spare: opcodes that it says truly.
    """

    class Lying(BandSession):
        def __init__(self, source):
            super().__init__(source)
            self._said = 0

        def _send(self, message):
            super()._send(self._lie(message))

        def _next_message(self, frame_bytes_max):
            loaded = super()._next_message(frame_bytes_max)
            if loaded is None or loaded[1][0] not in _BOUNDS:
                return loaded
            return loaded[0], self._lie(loaded[1])

        def _lie(self, message):
            self._said += 1
            draw = Draw(seed, self._said)
            # Who lies in the handshake has no session to lie in; test_strangers tries that.
            spared = (*spare, c.OP_HELLO_REPLY, c.OP_AUTH_REPLY)
            if message[0] in spared or draw.below(rate):
                return message
            return _lies[draw.below(len(_lies))](message, draw)[: c.MESSAGE_BYTES_MAX]

    return Lying


def _absurd(message, draw):
    """Say the same with other fields, of any legal value."""
    opcode, procedure = message[0], message[1]
    layout = messages.LAYOUTS[opcode]
    fields = fields_of(layout, draw)
    if draw.below(2):
        fields = messages.decode(message).fields | {
            name: draw.one_of(_EDGES) & (_U32_MAX if limits[1] > 0xFFFF else limits[1])
            for name, limits in zip(layout.names, layout.limits, strict=True)
            if name in _BOUNDS.get(opcode, ()) and draw.below(2)
        }
    if opcode == c.OP_RECORDS:
        fields["record_bytes"] = c.RECORD_BYTES
    return messages.encode(opcode, procedure, fields, messages.decode(message).payload)


def _other_bytes(message, draw):
    return with_sum(message[:2] + spoilt(message[2:], draw, message))


def _other_reply(message, draw):
    return message_of(draw.one_of(_REPLIES), message[1], draw)


_lies = (_absurd, _absurd, _other_bytes, _other_reply)
