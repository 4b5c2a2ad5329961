"""SPEC.md is the written truth: its tables are held against the code."""

import re
from pathlib import Path

from pouch_protocol import auth, messages, records, segments
from pouch_protocol import constants as c

SPEC = (Path(__file__).parents[2] / "protocol" / "SPEC.md").read_text()
TYPES = {"u8": "B", "u16": "H", "u32": "I", "i16": "h"}
ROW = re.compile(r"^\| (\d+) \| (\d+) \| (\w+) \| `(\w+)` \|", re.MULTILINE)
CODE_ROW = re.compile(r"^\| (0x[0-9A-F]+) \| `(\w+)` \|", re.MULTILINE)


def section(heading):
    """Return the text between a heading that starts so and the next heading."""
    start = SPEC.index(heading)
    end = SPEC.find("\n#", start + 1)
    return SPEC[start : end if end > 0 else None]


def described(text, base=0):
    rows = []
    for offset, size, kind, name in ROW.findall(text):
        rows.append((name, TYPES.get(kind, f"{size}s"), int(offset) - base))
    return rows


def coded(layout):
    return list(zip(layout.names, layout.codes, layout.offsets, strict=True))


def test_every_record_kind_is_described_as_coded():
    for kind, layout in records.LAYOUTS.items():
        name = next(n for n in dir(c) if n.startswith("KIND_") and getattr(c, n) == kind)
        text = section(f"### 3.{kind} {name[5:].lower()} (kind {kind})")
        assert described(text) == coded(layout), name


def test_every_message_is_described_as_coded():
    for opcode, layout in messages.LAYOUTS.items():
        name = next(n for n in dir(c) if n.startswith("OP_") and getattr(c, n) == opcode)
        heading = re.search(rf"### 6\.\d+ {name[3:]} \(opcode 0x{opcode:02X}", SPEC)
        assert heading, name
        assert described(section(heading.group(0)), base=2) == coded(layout), name


def test_segment_header_is_described_as_coded():
    rows = described(section("## 4. Segments"))
    assert rows.pop() == ("crc", "I", segments.HEADER_BYTES - 4)
    assert rows == coded(segments._HEADER)


def test_slot_header_is_described_as_coded():
    rows = described(section("### 4.1 Tail slots"))
    assert rows.pop() == ("crc", "I", segments.SLOT_HEADER_BYTES - 4)
    assert rows == coded(segments._SLOT)


def test_every_flag_and_response_code_is_described():
    text = section("### Flags of a sample") + section("### Response codes")
    flags = {n[5:].lower(): getattr(c, n) for n in dir(c) if n.startswith("FLAG_")}
    codes = {n[5:]: getattr(c, n) for n in dir(c) if n.startswith("CODE_")}
    rows = {name: int(value, 16) for value, name in CODE_ROW.findall(text)}
    assert rows == flags | codes


def test_every_event_is_described():
    events = {n[6:]: getattr(c, n) for n in dir(c) if n.startswith("EVENT_")}
    rows = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", section("### 3.7 event"), re.MULTILINE)
    assert {name: int(value) for value, name in rows} == events


def test_worked_tag_is_right():
    tag = auth.request_tag(
        bytes(range(16)), bytes(range(16, 32)), 0x0012ABCD, c.OP_FACTORY_RESET, {}
    )
    assert tag.hex() in section("### 7.1 Worked example")


def test_versions_uuids_and_limits_are_the_codes():
    assert f"Wire version **{c.WIRE_VERSION}**, flash version **{c.FLASH_VERSION}**" in SPEC
    for uuid in (c.SERVICE_UUID, c.CONTROL_UUID, c.STREAM_UUID):
        assert f"`{uuid}`" in SPEC
    assert f"at most {c.MESSAGE_BYTES_MAX} bytes" in SPEC
    assert f"at least {c.FRAME_BYTES_MIN}." in SPEC
