"""The host's side of one connection: requests out, events in, no radio and no clock.

                +------------- Replied, Refused, Reported -------------+
                v                                                      |
    connect -> idle -- hello(), count(), set_time() ------------> waiting
                +----- report() -- Records, Records, ... ------------> |
                +----- abort(): whatever still arrives of the old procedure is dropped

One procedure at a time. Time-outs are the caller's: it leaves the connection, or calls `abort`.
"""

from . import constants as c
from . import messages
from .crc import crc32
from .errors import ProtocolError, Unsupported
from .frames import Joiner, Splitter


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
        self.damaged_count = 0

    @property
    def waiting(self) -> bool:
        """Whether a procedure is under way."""
        return self._expected != 0

    def hello(self) -> None:
        """Ask who the band is."""
        self._start(c.OP_HELLO, c.OP_HELLO_REPLY, {"wire_version": c.WIRE_VERSION})

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
        return self._splitter.next_frame(frame_bytes_max)

    def receive(self, channel: int, frame: bytes) -> list:
        """Take one frame of a channel; return what it brought to an end, often nothing.

        Damage is counted and dropped: a lost record shows in the closing count.

        Raises:
            Unsupported: the band speaks a newer wire version. Update the host.
        """
        try:
            data = self._joiners[channel].join(frame)
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
        return self._event(message)

    def _start(self, opcode: int, expected: int, fields: dict, payload: bytes = b"") -> None:
        if self._expected:
            raise ValueError("one procedure at a time")
        self._procedure = self._procedure % 0xFF + 1
        self._expected = expected
        self._splitter = self._splitter if not self._splitter.busy else Splitter()
        self._splitter.load(messages.encode(opcode, self._procedure, fields, payload))

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
        if message.opcode == c.OP_REPORT_DONE:
            sent = message.fields
            complete = sent["record_count"] == self._count and sent["records_crc"] == self._crc
            return [Reported(complete, sent["record_count"])]
        return [Replied(message.opcode, message.fields)]
