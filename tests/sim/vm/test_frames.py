import struct

import pytest

from pouch_sim.vm import frames
from pouch_sim.vm.shadow import opcodes

TO_THE_BAND = ("REPLY", "GO", "BLE_EVENT", "PIN_IN", "USB_IN")
STATES = ("AWAKE", "ASLEEP", "RADIO_ON")
# What else stands in the table.
NO_OPCODES = (
    "RAISE",
    "HEADER_BYTES",
    "I2C_BYTES",
    "STATUS_OFFSET",
    "INTERRUPT_TYPE_SHIFT",
    "INTERRUPT_ENABLE",
    "INTERRUPT_ENABLE_CPU",
    *STATES,
)


def opcodes_by_name():
    return {
        name: value
        for name, value in vars(opcodes).items()
        if name.isupper() and isinstance(value, int) and name not in NO_OPCODES
    }


def test_opcodes_are_distinct():
    found = opcodes_by_name()
    assert len(set(found.values())) == len(found) == 30
    # Those that have one bit more are the simulator's.
    assert {name for name, value in found.items() if value & 0x80} == set(TO_THE_BAND)


def test_states_are_distinct():
    assert len({getattr(opcodes, name) for name in STATES}) == len(STATES)


def test_each_request_is_somebodys():
    # What the simulator answers itself: the band's time, its bus, and its end.
    own = (opcodes.IDLE, opcodes.I2C, opcodes.RESET, opcodes.MISUSE, opcodes.EXIT)
    shared = (
        opcodes.OF_THE_BOARD,
        opcodes.OF_THE_PORT,
        opcodes.OF_THE_FLASH,
        opcodes.OF_THE_RADIO,
    )
    found = [*own, *(opcode for part in shared for opcode in part)]
    assert sorted(found) == sorted(
        value for name, value in opcodes_by_name().items() if name not in TO_THE_BAND
    )


def test_layout_that_the_band_reads_and_writes_is_the_simulators():
    assert frames.HEADER.size == opcodes.HEADER_BYTES
    assert frames.HEADER.pack(0, 0, 0x55, 0)[opcodes.STATUS_OFFSET] == 0x55
    request = struct.pack(opcodes.I2C_FORMAT, opcodes.I2C_BYTES + 1, opcodes.I2C, 0, 7, 1, 2, 3)
    header, payload = request[: opcodes.HEADER_BYTES], request[opcodes.HEADER_BYTES :]
    assert frames.HEADER.unpack(header) == (opcodes.I2C_BYTES + 1, opcodes.I2C, 0, 7)
    assert frames.I2C_PAYLOAD.unpack(payload) == (1, 2, 3)


def test_frame_that_is_too_long_is_refused():
    assert len(frames.encode(opcodes.USB_IN, 0, bytes(0xFFFF))) == 0xFFFF + 12
    with pytest.raises(ValueError, match="65536 bytes does not fit"):
        frames.encode(opcodes.USB_IN, 0, bytes(0x10000))


def test_numbers_go_both_ways():
    assert frames.numbers(struct.pack("<qq", -1, 1 << 40)) == (-1, 1 << 40)
    assert int.from_bytes(frames.number(1 << 40), "little") == 1 << 40


def test_arguments_are_plain_values():
    payload = b"('ble', 'x', (1, None, b'\\x00', Pin(3), bytearray(b'ab')), {'mtu': 2})"
    assert frames.arguments(payload) == ("ble", "x", (1, None, b"\x00", 3, b"ab"), {"mtu": 2})
    with pytest.raises(SyntaxError):
        frames.arguments(b"('ble', 'x', (<memoryview>,), {})")


def test_result_is_text_and_none_is_nothing():
    assert frames.result(None) == b""
    assert frames.result((1, b"\x00")) == b"(1, b'\\x00')"


def test_refusal_is_the_text_of_an_exception():
    error = eval(frames.Refused("ValueError", "it's no pin").payload)
    assert type(error) is ValueError
    assert error.args == ("it's no pin",)
