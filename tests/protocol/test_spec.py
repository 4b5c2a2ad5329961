"""SPEC.md is the written truth: its tables are held against the code."""

import re
from pathlib import Path

from pouch_protocol import auth, cable, messages, package, records, segments
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


def test_worked_request_is_right():
    fields = {
        "interval_s": 60,
        "plan": c.PLAN_SLOW,
        "switches": c.SWITCH_WORN_BY_INFANT,
        "quiet_from_min": 22 * 60,
        "quiet_until_min": 6 * 60,
        "utc_offset_min": -570,
        "target_min": 480,
    }
    key, nonce = bytes(range(16)), bytes(range(16, 32))
    fields["tag"] = auth.request_tag(key, nonce, 0x0012ABCD, c.OP_CONFIGURE, fields)
    rows = re.findall(r"^    (?:tag|crc32)? *([0-9a-f ]+)$", section("### 7.2"), re.MULTILINE)
    assert bytes.fromhex("".join(rows)) == messages.encode(c.OP_CONFIGURE, 9, fields)


def test_worked_lines_of_usb_are_right():
    lines = re.findall(r"^    (00 [0-9a-f ]+ 00)$", section("## 8. USB"), re.MULTILINE)
    hello = messages.encode(c.OP_HELLO, 1, {"wire_version": 1})
    assert [bytes.fromhex(line) for line in lines] == [
        cable.wrap_text(cable.GREETING),
        cable.wrap(c.CHANNEL_CONTROL, b"\xc0" + hello),
        cable.wrap_text(cable.FAREWELL),
    ]
    text = section("## 8. USB")
    assert f"at most {cable.FRAME_BYTES_MAX} bytes" in text
    assert cable.SILENCE_MS == 10_000
    assert "no frame has gone either way for ten seconds" in " ".join(text.split())


def test_update_stream_is_described_as_coded():
    rows = described(section("## 9. Update stream"))
    header, entry = coded(package.HEADER), coded(package.ENTRY)
    assert rows == header + entry


def test_self_test_bits_and_switches_are_described():
    text = section("### 6.20 SELF_TEST_REPLY")
    bits = {getattr(c, name) for name in dir(c) if name.startswith("SELF_TEST_")}
    assert {int(value, 16) for value in re.findall(r"(0x[0-9A-F]+) [a-z]", text)} == bits
    text = section("### 6.14 CONFIGURE")
    switches = {getattr(c, name) for name in dir(c) if name.startswith("SWITCH_")}
    assert {int(value, 16) for value in re.findall(r"(0x[0-9A-F]+) [a-z]", text)} == switches


def test_gestures_and_plans_are_described():
    text = section("### 3.7 event")
    for prefix in ("GESTURE_", "PLAN_"):
        names = [name for name in dir(c) if name.startswith(prefix)]
        assert names
        for name in names:
            assert f"{getattr(c, name)} {name.removeprefix(prefix).lower()}" in text, name


def test_versions_uuids_and_limits_are_the_codes():
    assert f"Wire version **{c.WIRE_VERSION}**, flash version **{c.FLASH_VERSION}**" in SPEC
    for uuid in (c.SERVICE_UUID, c.CONTROL_UUID, c.STREAM_UUID):
        assert f"`{uuid}`" in SPEC
    assert f"at most {c.MESSAGE_BYTES_MAX} bytes" in SPEC
    assert f"at least {c.FRAME_BYTES_MIN}." in SPEC
