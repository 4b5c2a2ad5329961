"""SPEC.md is the written truth: its layouts, numbers and examples are held against the code."""

import json
import re

from pouch_protocol import cable, messages, package, records, segments
from pouch_protocol import constants as c
from tests.protocol.spec_text import (
    ROOT,
    SPEC,
    blocks,
    coded,
    constants_named,
    described,
    section,
    table,
)

_CODE_ROW = re.compile(r"^\| (0x[0-9A-F]+) \| `(\w+)` \|", re.MULTILINE)
OPCODES = {name: op for name, op in constants_named(c, "OP_").items() if name != "REPLY_BIT"}


def message_section(name):
    """Return the section of a message."""
    sender = "band" if OPCODES[name] & c.OP_REPLY_BIT else "host"
    heading = rf"### 6\.\d+ {name} \(opcode 0x{OPCODES[name]:02X}, from the {sender}\)$"
    found = re.search(heading, SPEC, re.MULTILINE)
    assert found, name
    return section(found.group(0))


def numbers_of(text):
    """Return what the rows of a table of numbers in hexadecimal are called."""
    return {name: int(value, 16) for value, name in _CODE_ROW.findall(text)}


def vectors(name):
    return json.loads((ROOT / "protocol" / "vectors" / f"{name}.json").read_text())


def test_every_record_kind_is_described_as_coded():
    for name, kind in constants_named(c, "KIND_").items():
        text = section(f"### 3.{kind} {name.lower()} (kind {kind})")
        assert described(text) == coded(records.LAYOUTS[kind]), name


def test_every_message_is_described_as_coded():
    assert set(OPCODES.values()) == set(messages.LAYOUTS)
    for name, opcode in OPCODES.items():
        assert described(message_section(name), base=2) == coded(messages.LAYOUTS[opcode]), name
    numbers = re.findall(r"^### 6\.(\d+) ", SPEC, re.MULTILINE)
    assert numbers == [str(number + 1) for number in range(len(OPCODES))]


def test_every_message_has_its_vector_as_an_example():
    first = {}
    for vector in vectors("messages"):
        first.setdefault(vector["opcode"], vector)
    for name, opcode in OPCODES.items():
        vector = first[opcode]
        text = message_section(name)
        (example,) = blocks(text)
        assert f"Example: {vector['about']}\n" in text, name
        pieces = " ".join(example).split()
        assert "".join(pieces) == vector["hex"], name
        # Cut where its fields are: opcode, procedure, fields, what follows them, CRC.
        sizes = [len(piece) // 2 for piece in pieces]
        layout = messages.LAYOUTS[opcode]
        ends = (*layout.offsets[1:], layout.size)
        fields = [end - start for start, end in zip(layout.offsets, ends, strict=False)]
        assert sizes[: 2 + len(fields)] == [1, 1, *fields[: len(layout.names)]], name
        assert sizes[-1] == messages.CRC_BYTES, name
        attached = sum(sizes[2 + len(layout.names) : -1])
        assert attached == len(vector["records"]) // 2, name


def test_ranges_of_fields_are_told_where_they_are_narrow():
    for name, opcode in OPCODES.items():
        text = message_section(name)
        layout = messages.LAYOUTS[opcode]
        widths = {"B": (0, 0xFF), "H": (0, 0xFFFF), "I": (0, 0xFFFFFFFF), "h": (-0x8000, 0x7FFF)}
        for field, code, limits in zip(layout.names, layout.codes, layout.limits, strict=True):
            if limits in (None, widths.get(code)):
                continue
            (row,) = re.findall(rf"^\|.*\| `{field}` \|(.*)\|$", text, re.MULTILINE)
            low, high = limits
            told = f"{low} to {high}" in row or (f"{low} " in row and f"{high} " in row)
            as_before = row.strip() in ("", "the same", "all as in CONFIGURE")
            assert told or as_before, (name, field)


def test_segment_and_slot_headers_are_described_as_coded():
    for heading, layout, size in (
        ("## 4. Segments", segments._HEADER, segments.HEADER_BYTES),
        ("### 4.1 Tail slots", segments._SLOT, segments.SLOT_HEADER_BYTES),
    ):
        rows = described(section(heading))
        assert rows.pop() == ("crc", "I", size - 4)
        assert rows == coded(layout)


def test_update_stream_is_described_as_coded():
    rows = described(section("## 9. Update stream"))
    assert rows == coded(package.HEADER) + coded(package.ENTRY)


def test_every_flag_and_response_code_is_described():
    flags = {name.lower(): value for name, value in constants_named(c, "FLAG_").items()}
    assert numbers_of(section("### Flags of a sample")) == flags
    assert numbers_of(section("### Response codes")) == constants_named(c, "CODE_")


def test_every_capability_is_described():
    assert numbers_of(section("### 13.1 Capabilities")) == constants_named(c, "CAN_")
    for _, _, requests in table(section("### 13.1 Capabilities")):
        assert set(requests.split(", ")) <= set(OPCODES)


def test_every_event_is_described():
    rows = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", section("### 3.7 event"), re.MULTILINE)
    assert {name: int(value) for value, name in rows} == constants_named(c, "EVENT_")


def test_self_test_bits_and_switches_are_described():
    for name, prefix in (("SELF_TEST_REPLY", "SELF_TEST_"), ("CONFIGURE", "SWITCH_")):
        told = re.findall(r"(0x[0-9A-F]+) [a-z]", message_section(name).split("\n| ", 1)[1])
        assert {int(value, 16) for value in told} == set(constants_named(c, prefix).values())


def test_gestures_and_plans_are_described():
    text = section("### 3.7 event")
    for prefix in ("GESTURE_", "PLAN_"):
        names = constants_named(c, prefix)
        assert names
        for name, value in names.items():
            assert f"{value} {name.lower()}" in text, name


def test_worked_record_is_right():
    vector = next(one for one in vectors("records") if one["record_no"] == 120)
    example = blocks(section("### Flags of a sample"))[0][0]
    assert example.replace(" ", "") == vector["hex"]


def test_worked_lines_of_usb_are_right():
    text = section("## 8. USB")
    lines = [bytes.fromhex(line) for line in blocks(text)[0]]
    nonce = bytes(range(0x10, 0x20))
    hello = messages.encode(c.OP_HELLO, 1, {"wire_version": c.WIRE_VERSION, "nonce": nonce})
    assert lines == [
        cable.wrap_text(cable.GREETING),
        cable.wrap(c.CHANNEL_CONTROL, b"\xc0" + hello),
        cable.wrap_text(cable.FAREWELL),
    ]
    assert f"at most {cable.FRAME_BYTES_MAX} bytes" in text
    assert cable.SILENCE_MS == 10_000
    assert "no frame has gone either way for ten seconds" in " ".join(text.split())


def test_versions_are_the_codes():
    assert f"Wire version **{c.WIRE_VERSION}**, flash version **{c.FLASH_VERSION}**" in SPEC
    newest = table(section("## 13. Versions"))[-1]
    assert newest[:2] == [str(c.WIRE_VERSION), str(c.FLASH_VERSION)]
