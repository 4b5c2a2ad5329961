"""The band's side of one connection: frames in, frames out, no radio and no clock.

    connect -> stranger -- HELLO, AUTH with the right proof --> trusted: every frame is sealed

                 +--------------- abort, or the range is sent ---------------+
                 v                                                           |
    trusted -> idle -- INFO, COUNT, SET_TIME, ...: one reply each --> idle   |
                 +---- REPORT ----> reporting: RECORDS ... REPORT_DONE ------+

A stranger on the radio gets an answer to HELLO and AUTH only; over a cable to somewhat more, and
if the band was never given a key to nearly everything (SPEC.md 7.1).

What the band knows comes through one object, `source`, with these attributes and methods:

    key                                   the band's, or None before it is given one
    suite                                 AES and SHA-256, see pouch_protocol.auth
    nonce() -> bytes                      sixteen random bytes
    battery_class() -> int                one of the BATTERY constants
    info() -> dict                        fields of OP_INFO_REPLY
    time() -> dict                        fields of OP_TIME_REPLY
    bounds() -> (oldest, next)            record numbers that can be reported: flushed ones only
    read(first, count_max) -> (boot_id, record_no, records)   from one segment, beginning with
                                          the first one held at or after `first`; or empty
    set_time(fields) -> (uptime_cs, record_no)     stores an anchor record
    handle(request, trusted, local) -> (opcode, fields)    anything else: the reply's opcode and
                                          fields. `trusted` says that the host has the band's key,
                                          `local` that the request came over a cable. Raises
                                          `Refusal`, of pouch_protocol.errors.
"""

from . import auth, messages
from . import constants as c
from .crc import crc32
from .errors import ProtocolError, Refusal, Unsupported
from .frames import Joiner, Splitter
from .sealing import TAG_BYTES, Opener, Sealer

_FRAME_HEAD_BYTES = 1
# A lost frame costs its whole message. Of 93 frames, as many as a kilobyte takes at MTU 23, one is
# nearly always among one in twenty.
_FRAMES_PER_MESSAGE_MAX = 16
# Answers wait for the radio. A host asks one thing at a time; whoever sends more is not answered.
_REPLIES_MAX = 4


class BandSession:
    """Answers one host. Make a new one for each connection."""

    def __init__(self, source, local: bool = False) -> None:
        """Start idle, with a stranger.

        Args:
            source: what the band can tell, see the module's docstring.
            local: whether the host is at the end of a cable.
        """
        self._source = source
        self._local = local
        self._joiner = Joiner()
        self._splitters = (Splitter(), Splitter())
        self._channel = c.CHANNEL_CONTROL
        self._replies = []
        self._report = None
        # Nonces and both messages of the last HELLO, until somebody refers to it.
        self._hello = None
        # From AUTH on what comes in is sealed; from the end of its reply on what goes out, too.
        self._opener = None
        self._keys = None
        self._said_last_clear = False
        self._sealers = None

    @property
    def trusted(self) -> bool:
        """Whether the host has shown that it has the band's key."""
        return self._opener is not None

    def receive(self, frame: bytes) -> None:
        """Take one frame that the host wrote to the control point.

        Nothing is raised for what a peer may send: damage is answered with a response code, and
        the host's time-outs do the rest.
        """
        try:
            data = self._join(frame)
        except ProtocolError:
            self._respond_unreadable()
            return
        if data is None:
            return
        try:
            message = messages.decode(data)
        except Unsupported:
            self._respond(data[1], data[0], self._refusal(data[0]) or c.CODE_OPCODE_UNSUPPORTED)
            return
        except ProtocolError:
            self._respond_unreadable()
            return
        code = self._refusal(message.opcode)
        if code:
            self._respond(message.procedure, message.opcode, code)
        else:
            self._handle(message, data)

    def next_frame(self, frame_bytes_max: int) -> "tuple | None":
        """Return `(channel, frame)` to send next, or None when there is nothing to say.

        Order matters: the caller sends one frame after the other, over both channels.

        Args:
            frame_bytes_max: what one notification carries on this connection now (MTU - 3).
        """
        splitter = self._splitters[self._channel]
        if not splitter.busy:
            if self._keys is not None and self._said_last_clear:
                self._seal_from_now(self._keys)
            room = frame_bytes_max - (TAG_BYTES if self._sealers else 0)
            loaded = self._next_message(room)
            if loaded is None:
                return None
            self._channel, message = loaded
            splitter = self._splitters[self._channel]
            splitter.load(message)
        if self._sealers is None:
            return self._channel, splitter.next_frame(frame_bytes_max)
        frame = splitter.next_frame(frame_bytes_max - TAG_BYTES) or b""
        return self._channel, self._sealers[self._channel].seal(frame)

    def _join(self, frame: bytes) -> "bytes | None":
        """Return the message that a frame completes, opened if it has to be sealed."""
        clear = frame if self._opener is None else self._opener.open(frame)
        return None if clear is None else self._joiner.join(clear)

    def _refusal(self, opcode: int) -> int:
        """Return why this host may not ask this, 0 if it may."""
        if self.trusted:
            return c.CODE_OUT_OF_ORDER if opcode in (c.OP_HELLO, c.OP_AUTH) else 0
        if opcode in (c.OP_HELLO, c.OP_AUTH) or (self._local and opcode in c.CABLE_OPS):
            return 0
        if not self._local or self._source.key is not None:
            return c.CODE_NOT_AUTHENTICATED
        return c.CODE_NO_KEY if opcode in c.KEYED_OPS else 0

    def _handle(self, message: messages.Message, data: bytes) -> None:
        opcode = message.opcode
        procedure = message.procedure
        source = self._source
        if opcode == c.OP_ABORT:
            self._report = None
            # What is left of a message that nobody wants any more.
            self._splitters[c.CHANNEL_STREAM].drop()
            self._respond(procedure, opcode, c.CODE_SUCCESS)
        elif self._report is not None:
            self._respond(procedure, opcode, c.CODE_BUSY)
        elif opcode == c.OP_HELLO:
            self._greet(message, data)
        elif opcode == c.OP_AUTH:
            self._authenticate(message)
        elif opcode == c.OP_INFO:
            self._reply(c.OP_INFO_REPLY, procedure, source.info())
        elif opcode == c.OP_TIME:
            self._reply(c.OP_TIME_REPLY, procedure, source.time())
        elif opcode == c.OP_SET_TIME:
            uptime_cs, record_no = source.set_time(message.fields)
            self._reply(
                c.OP_SET_TIME_REPLY, procedure, {"uptime_cs": uptime_cs, "record_no": record_no}
            )
        elif opcode in (c.OP_COUNT, c.OP_REPORT):
            self._count_or_report(opcode, procedure, message.fields)
        elif opcode & c.OP_REPLY_BIT:
            # A reply of the other direction: reflected, or a confused host.
            self._respond(procedure, opcode, c.CODE_OPCODE_UNSUPPORTED)
        else:
            self._handle_other(message)

    def _handle_other(self, message: messages.Message) -> None:
        try:
            opcode, fields = self._source.handle(message, self.trusted, self._local)
        except Refusal as refusal:
            self._respond(message.procedure, message.opcode, refusal.code)
            return
        self._reply(opcode, message.procedure, fields)

    def _greet(self, message: messages.Message, data: bytes) -> None:
        source = self._source
        host_nonce, band_nonce = message.fields["nonce"], source.nonce()
        if source.key is None:
            # Of the same kind as a hint, so that a stranger does not tell the two apart.
            hint = source.nonce()[: auth.HINT_BYTES]
        else:
            hint = auth.Recognition(source.suite, source.key).hint(host_nonce, band_nonce)
        reply = messages.encode(
            c.OP_HELLO_REPLY,
            message.procedure,
            {
                "wire_version": c.WIRE_VERSION,
                "battery_class": source.battery_class(),
                "nonce": band_nonce,
                "hint": hint,
            },
        )
        self._hello = host_nonce + band_nonce, data, reply
        self._send(reply)

    def _authenticate(self, message: messages.Message) -> None:
        hello, self._hello = self._hello, None
        source = self._source
        keys = None
        if hello is not None and source.key is not None:
            keys = auth.SessionKeys(source.suite, source.key, *hello)
        if keys is None or not auth.equal(keys.host_proof, message.fields["proof"]):
            self._respond(message.procedure, c.OP_AUTH, c.CODE_NOT_AUTHENTICATED)
            return
        # Nothing that was asked in the clear is answered after this.
        self._replies = []
        self._reply(c.OP_AUTH_REPLY, message.procedure, {"proof": keys.band_proof})
        self._keys = keys
        self._opener = Opener(keys.of_host(), c.CHANNEL_CONTROL)
        self._joiner = Joiner()

    def _seal_from_now(self, session_keys: auth.SessionKeys) -> None:
        keys = session_keys.of_band()
        self._keys = None
        self._splitters = (Splitter(), Splitter())
        self._sealers = (Sealer(keys, c.CHANNEL_CONTROL), Sealer(keys, c.CHANNEL_STREAM))

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
            # Behind AUTH_REPLY there may be answers already to what came sealed.
            self._said_last_clear = self._keys is not None
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
        self._send(messages.encode(opcode, procedure, fields))

    def _send(self, message: bytes) -> None:
        if len(self._replies) < _REPLIES_MAX:
            self._replies.append(message)

    def _respond_unreadable(self) -> None:
        # While the last clear reply waits, nothing else may go out in the clear.
        if self._keys is None:
            self._respond(c.PROCEDURE_UNREADABLE, 0, c.CODE_CORRUPT)

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
        # As many whole frames as a message may have.
        content = min(frame_bytes_max - _FRAME_HEAD_BYTES, c.MESSAGE_BYTES_MAX)
        room = min(c.MESSAGE_BYTES_MAX // content, _FRAMES_PER_MESSAGE_MAX) * content
        count = max(1, (room - messages.RECORDS_OVERHEAD_BYTES) // c.RECORD_BYTES)
        # The number can jump: the ring reuses segments while a report runs, and a damaged
        # segment is passed over. The host sees from the numbers what does not exist any more.
        count = min(count, self._end - self._next)
        boot_id, record_no, records = source.read(self._next, count)
        records = records[: max(0, self._end - record_no) * c.RECORD_BYTES]
        held = len(records) // c.RECORD_BYTES
        if 0 < held < count and record_no + held < self._end:
            # The segment ends here: what follows may be of the same boot and fill the message.
            other_boot_id, other_no, more = source.read(record_no + held, count - held)
            if (other_boot_id, other_no) == (boot_id, record_no + held):
                records += more[: (self._end - other_no) * c.RECORD_BYTES]
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
