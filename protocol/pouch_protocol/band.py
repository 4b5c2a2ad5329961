"""The band's side of one connection: frames in, frames out, no radio and no clock.

                 +--------------- abort, or the range is sent ---------------+
                 v                                                           |
    connect -> idle -- HELLO, COUNT, SET_TIME: one reply each --> idle       |
                 +---- REPORT ----> reporting: RECORDS ... REPORT_DONE ------+

What the band knows comes through one object, `source`, with these methods:

    hello() -> dict                       fields of OP_HELLO_REPLY
    bounds() -> (oldest, next)            record numbers that can be reported: flushed ones only
    read(first, count_max) -> (boot_id, record_no, records)   from one segment, beginning with
                                          the first one held at or after `first`; or empty
    set_time(fields) -> (uptime_cs, record_no)     stores an anchor record
    nonce() -> bytes                      sixteen random bytes
    handle(request, nonce, local) -> (opcode, fields)    anything else: the reply's opcode and
                                          fields. `nonce` is the last one of this connection, or
                                          None; `local` says that the request came over a cable.
                                          Raises `Refusal`.
"""

from . import constants as c
from . import messages
from .crc import crc32
from .errors import ProtocolError, Unsupported
from .frames import Joiner, Splitter

# A report goes out in messages of about four frames: enough that a frame's byte and a message's
# fourteen are small beside the records, few enough that two messages fit the board's RAM.
_FRAMES_PER_MESSAGE = 4
# Answers wait for the radio. A host asks one thing at a time; whoever sends more is not answered.
_REPLIES_MAX = 4


class Refusal(Exception):
    """A request that the band can read and will not do.

    Attributes:
        code: one of the CODE constants, which the host is told.
    """

    def __init__(self, code: int) -> None:
        """Hold the code."""
        super().__init__(code)
        self.code = code


class BandSession:
    """Answers one host. Make a new one for each connection."""

    def __init__(self, source, local: bool = False) -> None:
        """Start idle.

        Args:
            source: what the band can tell, see the module's docstring.
            local: whether the host is at the end of a cable.
        """
        self._source = source
        self._local = local
        self._nonce = None
        self._joiner = Joiner()
        self._splitters = (Splitter(), Splitter())
        self._channel = c.CHANNEL_CONTROL
        self._replies = []
        self._report = None

    def receive(self, frame: bytes) -> None:
        """Take one frame that the host wrote to the control point.

        Nothing is raised for what a peer may send: damage is answered with a response code, and
        the host's time-outs do the rest.
        """
        try:
            data = self._joiner.join(frame)
        except ProtocolError:
            self._respond(c.PROCEDURE_UNREADABLE, 0, c.CODE_CORRUPT)
            return
        if data is None:
            return
        try:
            message = messages.decode(data)
        except Unsupported:
            self._respond(data[1], data[0], c.CODE_OPCODE_UNSUPPORTED)
            return
        except ProtocolError:
            self._respond(c.PROCEDURE_UNREADABLE, 0, c.CODE_CORRUPT)
            return
        self._handle(message)

    def next_frame(self, frame_bytes_max: int) -> "tuple | None":
        """Return `(channel, frame)` to send next, or None when there is nothing to say.

        Order matters: the caller sends one frame after the other, over both channels.

        Args:
            frame_bytes_max: what one notification carries on this connection now (MTU - 3).
        """
        splitter = self._splitters[self._channel]
        if not splitter.busy:
            loaded = self._next_message(frame_bytes_max)
            if loaded is None:
                return None
            self._channel, message = loaded
            splitter = self._splitters[self._channel]
            splitter.load(message)
        return self._channel, splitter.next_frame(frame_bytes_max)

    def _handle(self, message: messages.Message) -> None:
        opcode = message.opcode
        fields = message.fields
        procedure = message.procedure
        if opcode == c.OP_ABORT:
            self._report = None
            self._respond(procedure, opcode, c.CODE_SUCCESS)
        elif self._report is not None:
            self._respond(procedure, opcode, c.CODE_BUSY)
        elif opcode == c.OP_HELLO:
            self._reply(c.OP_HELLO_REPLY, procedure, self._source.hello())
        elif opcode == c.OP_SET_TIME:
            uptime_cs, record_no = self._source.set_time(fields)
            self._reply(
                c.OP_SET_TIME_REPLY, procedure, {"uptime_cs": uptime_cs, "record_no": record_no}
            )
        elif opcode in (c.OP_COUNT, c.OP_REPORT):
            self._count_or_report(opcode, procedure, fields)
        elif opcode == c.OP_CHALLENGE:
            self._nonce = self._source.nonce()
            self._reply(c.OP_CHALLENGE_REPLY, procedure, {"nonce": self._nonce})
        elif opcode & c.OP_REPLY_BIT:
            # A reply of the other direction: reflected, or a confused host.
            self._respond(procedure, opcode, c.CODE_OPCODE_UNSUPPORTED)
        else:
            self._handle_other(message)

    def _handle_other(self, message: messages.Message) -> None:
        nonce = self._nonce
        if message.opcode in c.KEYED_OPS:
            # For one request only.
            self._nonce = None
        try:
            opcode, fields = self._source.handle(message, nonce, self._local)
        except Refusal as refusal:
            self._respond(message.procedure, message.opcode, refusal.code)
            return
        self._reply(opcode, message.procedure, fields)

    def _count_or_report(self, opcode: int, procedure: int, fields: dict) -> None:
        oldest, after = self._source.bounds()
        first = max(fields["first_record_no"], oldest)
        end = min(fields["last_record_no"] + 1, after)
        if fields["last_record_no"] < fields["first_record_no"]:
            self._respond(procedure, opcode, c.CODE_INVALID_OPERAND)
        elif opcode == c.OP_COUNT:
            self._reply(
                c.OP_COUNT_REPLY,
                procedure,
                {
                    "record_count": max(0, end - first),
                    "oldest_record_no": oldest,
                    "next_record_no": after,
                },
            )
        elif end <= first:
            self._respond(procedure, opcode, c.CODE_NO_RECORDS)
        else:
            self._report = _Report(procedure, first, end)

    def _next_message(self, frame_bytes_max: int) -> "tuple | None":
        if self._replies:
            return c.CHANNEL_CONTROL, self._replies.pop(0)
        report = self._report
        if report is None:
            return None
        message = report.next_records(self._source, frame_bytes_max)
        if message is not None:
            return c.CHANNEL_STREAM, message
        self._report = None
        return c.CHANNEL_CONTROL, report.done_message()

    def _reply(self, opcode: int, procedure: int, fields: dict) -> None:
        if len(self._replies) < _REPLIES_MAX:
            self._replies.append(messages.encode(opcode, procedure, fields))

    def _respond(self, procedure: int, request: int, code: int) -> None:
        self._reply(c.OP_RESPONSE, procedure, {"request": request, "code": code})


class _Report:
    """How far one report has come."""

    def __init__(self, procedure: int, first: int, end: int) -> None:
        self._procedure = procedure
        self._next = first
        self._end = end
        self._count = 0
        self._crc = 0

    def next_records(self, source, frame_bytes_max: int) -> "bytes | None":
        """Return the next RECORDS message, or None when the range is sent."""
        if self._next >= self._end:
            return None
        room = min(_FRAMES_PER_MESSAGE * (frame_bytes_max - 1), c.MESSAGE_BYTES_MAX)
        count = max(1, (room - messages.RECORDS_OVERHEAD_BYTES) // c.RECORD_BYTES)
        # The number can jump: the ring reuses segments while a report runs, and a damaged
        # segment is passed over. The host sees from the numbers what does not exist any more.
        count = min(count, self._end - self._next)
        boot_id, record_no, records = source.read(self._next, count)
        records = records[: max(0, self._end - record_no) * c.RECORD_BYTES]
        if not records:
            self._next = self._end
            return None
        self._next = record_no
        message = messages.encode_records(self._procedure, boot_id, self._next, records)
        self._next += len(records) // c.RECORD_BYTES
        self._count += len(records) // c.RECORD_BYTES
        self._crc = crc32(records, self._crc)
        return message

    def done_message(self) -> bytes:
        """Return the message that closes the report with its count and CRC."""
        return messages.encode(
            c.OP_REPORT_DONE,
            self._procedure,
            {"record_count": self._count, "records_crc": self._crc},
        )
