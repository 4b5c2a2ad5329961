"""Random bytes and random fields: nothing gets through that should not, nothing else is raised."""

from hypothesis import given
from hypothesis import strategies as st

from pouch_protocol import cable, cobs, messages, records, segments
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.errors import ProtocolError
from pouch_protocol.frames import Joiner, Splitter
from pouch_protocol.host import HostSession
from tests.protocol.plain import HOST_NONCE, ListSource

_RANGES = {"B": (0, 255), "H": (0, 65535), "I": (0, 0xFFFFFFFF), "h": (-32768, 32767)}


def fields_of(layout):
    """Draw legal fields of a layout."""
    strategies = {}
    for name, code, limits in zip(layout.names, layout.codes, layout.limits, strict=True):
        if limits is None and name != "reserved":
            size = int(code[:-1])
            strategies[name] = st.binary(min_size=size, max_size=size)
        elif name not in ("kind", "reserved"):
            low, high = limits or _RANGES[code]
            strategies[name] = st.integers(low, high)
    return st.fixed_dictionaries(strategies)


@given(st.data())
def test_any_record_round_trips(data):
    kind = data.draw(st.sampled_from(sorted(records.LAYOUTS)))
    fields = data.draw(fields_of(records.LAYOUTS[kind]))
    log_id, record_no = data.draw(st.tuples(*[st.integers(0, 0xFFFFFFFF)] * 2))
    record = records.encode(kind, fields, log_id, record_no)
    decoded = records.decode(record, log_id, record_no)
    assert {name: decoded[name] for name in fields} == fields


@given(st.data())
def test_any_message_round_trips(data):
    plain = sorted(set(messages.LAYOUTS) - {c.OP_RECORDS, c.OP_UPDATE_DATA, c.OP_HELLO_REPLY})
    opcode = data.draw(st.sampled_from(plain))
    fields = data.draw(fields_of(messages.LAYOUTS[opcode]))
    message = messages.decode(messages.encode(opcode, 7, fields))
    assert (message.opcode, message.procedure, message.fields) == (opcode, 7, fields)


@given(st.lists(st.binary(min_size=1, max_size=c.MESSAGE_BYTES_MAX)), st.integers(20, 514))
def test_any_messages_survive_any_frame_size(sent, frame_bytes):
    splitter, joiner = Splitter(), Joiner()
    received = []
    for message in sent:
        splitter.load(message)
        while splitter.busy:
            joined = joiner.join(splitter.next_frame(frame_bytes) or b"")
            if joined is not None:
                received.append(joined)
    assert received == sent


# Zeros and long runs without one are what matters, and random bytes have few of either.
_stuffed = st.lists(st.sampled_from([b"\x00", b"\x01", b"\x07" * 253, b"\xff" * 2])).map(b"".join)


@given(st.binary(max_size=600) | _stuffed)
def test_any_bytes_survive_byte_stuffing(data):
    coded = cobs.encode(data)
    assert 0 not in coded
    assert cobs.decode(coded) == data


@given(
    st.lists(st.one_of(st.text("abc /\r\n").map(str.encode), st.binary(min_size=1, max_size=253)))
)
def test_any_frames_and_texts_on_a_line_come_out_as_frames(parts):
    line, sent = b"", []
    for number, part in enumerate(parts):
        if part and number % 2:
            line += cable.wrap(number // 2 % 2, part)
            sent.append((number // 2 % 2, part))
        else:
            line += bytes(0x20 + byte % 0x60 for byte in part)
    assert cable.Unwrapper().feed(line) == sent


@given(st.binary(max_size=80))
def test_random_bytes_raise_only_protocol_errors(data):
    for decode in (
        messages.decode,
        segments.decode_header,
        lambda data: records.decode(data, 1, 2),
        Joiner().join,
        cobs.decode,
        cable.Unwrapper().feed,
    ):
        try:
            decode(data)
        except ProtocolError:
            continue


@given(st.lists(st.binary(max_size=60)))
def test_band_and_host_survive_random_frames(frames):
    band, host = BandSession(ListSource([])), HostSession()
    host.hello(HOST_NONCE)
    for frame in frames:
        band.receive(frame)
        for channel in (c.CHANNEL_CONTROL, c.CHANNEL_STREAM):
            try:
                host.receive(channel, frame)
            except ProtocolError:
                continue
    while band.next_frame(20) is not None:
        pass
