"""The host's side of one connection: requests out, events in, no radio and no clock.

                +------------- Replied, Refused, Reported -------------+
                v                                                      |
    connect -> idle -- hello(), authenticate(), count(), ... ---> waiting
                +----- report() -- Records, Records, ... ------------> |
                +----- abort(): whatever still arrives of the old procedure is dropped

Once `authenticate` is answered with the right proof, every frame is sealed both ways.
One procedure at a time. Time-outs are the caller's: it leaves the connection, or calls `abort`.
"""

from . import auth, messages
from . import constants as c
from .crc import crc32
from .errors import NotAuthentic, ProtocolError, Unsupported
from .frames import Joiner, Splitter
from .sealing import TAG_BYTES, Opener, Sealer


class Replied:
    """A procedure ended well.

    Attributes:
        opcode: which reply it is.
        fields: the reply's fields.
    """

    def __init__(self, opcode: int, fields: dict) -> None:
        """Hold the reply."""
        self.opcode = opcode
        self.fields = fields


class Records:
    """Records arrived, checked as a message; each still carries its own CRC.

    Attributes:
        boot_id: boot of all of them.
        first_record_no: number of the first.
        data: their bytes.
    """

    def __init__(self, boot_id: int, first_record_no: int, data: bytes) -> None:
        """Hold the records."""
        self.boot_id = boot_id
        self.first_record_no = first_record_no
        self.data = data


class Reported:
    """A report ended.

    Attributes:
        complete: whether everything the band sent arrived. If not, ask for the holes.
        record_count: how many records the band sent.
    """

    def __init__(self, complete: bool, record_count: int) -> None:
        """Hold the outcome."""
        self.complete = complete
        self.record_count = record_count


class Refused:
    """The band answered with a code other than success.

    Attributes:
        request: opcode it refers to, 0 if it could not be read.
        code: one of the CODE constants.
    """

    def __init__(self, request: int, code: int) -> None:
        """Hold the refusal."""
        self.request = request
        self.code = code


class HostSession:
    """Talks to one band. Make a new one for each connection.

    Attributes:
        damaged_count: frames and messages dropped because they were damaged or out of place.
    """

    def __init__(self) -> None:
        """Start idle."""
        self._splitter = Splitter()
        self._joiners = (Joiner(), Joiner())
        self._procedure = 0
        self._expected = 0
        self._count = 0
        self._crc = 0
        # The host's nonce, HELLO and its reply, of which the session's keys are made.
        self._nonce = b""
        self._hello = b""
        self._hello_reply = b""
        self._band_nonce = b""
        self._keys: "auth.SessionKeys | None" = None
        self._sealer: "Sealer | None" = None
        self._openers: "tuple | None" = None
        self.damaged_count = 0

    @property
    def waiting(self) -> bool:
        """Whether a procedure is under way."""
        return self._expected != 0

    @property
    def sealed(self) -> bool:
        """Whether the band has shown that it has the key, and all that is said is sealed."""
        return self._openers is not None

    def hello(self, nonce: bytes) -> None:
        """Ask the band for its part of the handshake; in the clear.

        Args:
            nonce: random bytes, NONCE_BYTES, other ones for each connection.
        """
        self._nonce = nonce
        self._hello = self._start(
            c.OP_HELLO, c.OP_HELLO_REPLY, {"wire_version": c.WIRE_VERSION, "nonce": nonce}
        )

    def is_hint_of(self, recognition: auth.Recognition) -> bool:
        """Tell whether the band that answered `hello` is the one with this key.

        Args:
            recognition: made of the key.
        """
        hint = messages.decode(self._hello_reply).fields["hint"]
        return auth.equal(recognition.hint(self._nonce, self._band_nonce), hint)

    def authenticate(self, suite, key: bytes) -> None:
        """Prove to have the key, and have the band prove it, after `hello` was answered.

        Args:
            suite: AES and SHA-256, see `auth`.
            key: the band's.
        """
        nonces = self._nonce + self._band_nonce
        self._keys = auth.SessionKeys(suite, key, nonces, self._hello, self._hello_reply)
        self._start(c.OP_AUTH, c.OP_AUTH_REPLY, {"proof": self._keys.host_proof})

    def info(self) -> None:
        """Ask who the band is and what it holds."""
        self._start(c.OP_INFO, c.OP_INFO_REPLY, {})

    def time(self) -> None:
        """Ask what the band takes the time for."""
        self._start(c.OP_TIME, c.OP_TIME_REPLY, {})

    def count(self, first_record_no: int = 0, last_record_no: int = 0xFFFFFFFE) -> None:
        """Ask how many records of a range the band holds, and its bounds."""
        self._start(
            c.OP_COUNT,
            c.OP_COUNT_REPLY,
            {"first_record_no": first_record_no, "last_record_no": last_record_no},
        )

    def report(self, first_record_no: int, last_record_no: int) -> None:
        """Ask for the records of a range, both ends included."""
        self._count = 0
        self._crc = 0
        self._start(
            c.OP_REPORT,
            c.OP_REPORT_DONE,
            {"first_record_no": first_record_no, "last_record_no": last_record_no},
        )

    def set_time(self, utc_ms: int, round_trip_ms: int) -> None:
        """Tell the band the time; it stores the pair as an anchor.

        Args:
            utc_ms: Unix time at which the band will read this, milliseconds.
            round_trip_ms: how long the last exchange took; half of it bounds the error.
        """
        self._start(
            c.OP_SET_TIME,
            c.OP_SET_TIME_REPLY,
            {
                "utc_s": utc_ms // 1000,
                "utc_ms": utc_ms % 1000,
                "source": c.TIME_SOURCE_HOST,
                "round_trip_ms": min(round_trip_ms, 0xFFFF),
            },
        )

    def request(self, opcode: int, reply_opcode: int, fields: dict, payload: bytes = b"") -> None:
        """Ask for anything else.

        Args:
            opcode: of the request.
            reply_opcode: what answers it; OP_RESPONSE where success is all there is to say.
            fields: of the request.
            payload: bytes after the fields, for OP_UPDATE_DATA.
        """
        self._start(opcode, reply_opcode, fields, payload)

    def abort(self) -> None:
        """Give up the procedure under way; a new one may be started once this is answered."""
        self._expected = 0
        self._start(c.OP_ABORT, c.OP_RESPONSE, {})

    def next_frame(self, frame_bytes_max: int) -> "bytes | None":
        """Return the next frame to write to the control point, or None."""
        if self._sealer is None:
            return self._splitter.next_frame(frame_bytes_max)
        frame = self._splitter.next_frame(frame_bytes_max - TAG_BYTES)
        return None if frame is None else self._sealer.seal(frame)

    def receive(self, channel: int, frame: bytes) -> list:
        """Take one frame of a channel; return what it brought to an end, often nothing.

        Damage is counted and dropped: a lost record shows in the closing count.

        Raises:
            Unsupported: the band speaks a newer wire version. Update the host.
            NotAuthentic: what answers has not the band's key.
        """
        try:
            clear = frame if self._openers is None else self._openers[channel].open(frame)
            data = None if clear is None else self._joiners[channel].join(clear)
            if data is None:
                return []
            if len(data) > 1 and data[1] not in (self._procedure, c.PROCEDURE_UNREADABLE):
                return []
            message = messages.decode(data)
        except Unsupported:
            raise
        except ProtocolError:
            self.damaged_count += 1
            return []
        if message.opcode == c.OP_HELLO_REPLY:
            self._hello_reply = data
            self._band_nonce = message.fields["nonce"]
        return self._event(message)

    def _start(self, opcode: int, expected: int, fields: dict, payload: bytes = b"") -> bytes:
        if self._expected:
            raise ValueError("one procedure at a time")
        self._procedure = self._procedure % 0xFF + 1
        self._expected = expected
        self._splitter.drop()
        message = messages.encode(opcode, self._procedure, fields, payload)
        self._splitter.load(message)
        return message

    def _seal_from_now(self, proof: bytes) -> None:
        keys = self._keys
        if keys is None or not auth.equal(keys.band_proof, proof):
            raise NotAuthentic("whoever answers does not have this band's key")
        from_band = keys.of_band()
        self._splitter = Splitter()
        self._joiners = (Joiner(), Joiner())
        self._sealer = Sealer(keys.of_host(), c.CHANNEL_CONTROL)
        self._openers = (
            Opener(from_band, c.CHANNEL_CONTROL),
            Opener(from_band, c.CHANNEL_STREAM),
        )
        self._keys = None

    def _event(self, message: messages.Message) -> list:
        if message.opcode == c.OP_RECORDS and self._expected == c.OP_REPORT_DONE:
            self._count += len(message.payload) // c.RECORD_BYTES
            self._crc = crc32(message.payload, self._crc)
            fields = message.fields
            return [Records(fields["boot_id"], fields["first_record_no"], message.payload)]
        refused = message.opcode == c.OP_RESPONSE and message.fields["code"] != c.CODE_SUCCESS
        if refused or (message.opcode == c.OP_RESPONSE and self._expected != c.OP_RESPONSE):
            self._expected = 0
            return [Refused(message.fields["request"], message.fields["code"])]
        if message.opcode != self._expected:
            self.damaged_count += 1
            return []
        self._expected = 0
        if message.opcode == c.OP_AUTH_REPLY:
            self._seal_from_now(message.fields["proof"])
        if message.opcode == c.OP_REPORT_DONE:
            sent = message.fields
            complete = sent["record_count"] == self._count and sent["records_crc"] == self._crc
            return [Reported(complete, sent["record_count"])]
        return [Replied(message.opcode, message.fields)]
