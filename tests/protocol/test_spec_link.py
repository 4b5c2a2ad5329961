"""SPEC.md on connections: services, frames, who may ask what, states, limits; held to the code."""

import importlib
import re

from pouch_protocol import auth, band, host, messages, records
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.frames import Splitter
from pouch_protocol.host import HostSession
from pouch_protocol.sealing import TAG_BYTES
from tests.protocol.plain import KEY, ListSource, Suite, sample, trusted
from tests.protocol.spec_text import ROOT, SPEC, blocks, constants_named, section, table
from tests.protocol.test_strangers import HANDSHAKE, REQUESTS

_ATT_HEADER_BYTES = 3
EXAMPLE_KEY = bytes(range(16))
# What a source decides by the button, see Requests of the firmware.
BY_HAND = {"cable": {"SET_KEY", "FACTORY_RESET"}, "open cable": {"FACTORY_RESET"}}


def test_services_are_the_codes():
    rows = table(section("### 5.1 Services"))
    for uuid, name in (
        (c.SERVICE_UUID, "service of the band"),
        (c.CONTROL_UUID, "control point"),
        (c.STREAM_UUID, "record stream"),
        (f"{c.DEVICE_INFORMATION_UUID:04X}", "service Device Information"),
        (f"{c.MANUFACTURER_NAME_UUID:04X}", "manufacturer name"),
        (f"{c.MODEL_NUMBER_UUID:04X}", "model number"),
        (f"{c.BATTERY_UUID:04X}", "service Battery"),
        (f"{c.BATTERY_LEVEL_UUID:04X}", "battery level"),
    ):
        assert rows.pop(0)[:2] == [uuid, name]
    assert rows == []


def test_battery_classes_are_the_codes():
    rows = table(section("### 5.1 Services").split("classes:")[1])
    classes = constants_named(c, "BATTERY_")
    for number, name, level, _ in rows:
        assert classes[name] == int(number)
        assert c.BATTERY_PERCENT[int(number)] == int(level)
    assert [int(row[0]) for row in rows] == list(range(len(c.BATTERY_PERCENT)))


def test_worked_advertisement_is_right():
    text = section("### 5.2 Advertisement")
    pieces = [bytes.fromhex(line) for line in blocks(text)[0]]
    flags, services, manufacturer = pieces
    assert [piece[0] + 1 for piece in pieces] == [len(piece) for piece in pieces]
    assert flags[1:] == b"\x01\x06"
    assert services[1] == 0x07
    assert services[2:] == bytes.fromhex(c.SERVICE_UUID.replace("-", ""))[::-1]
    assert manufacturer[1:4] == b"\xff" + c.COMPANY_ID.to_bytes(2, "little")
    recognition = auth.Recognition(Suite, EXAMPLE_KEY)
    assert manufacturer[4:] == recognition.token(bytes((1, 2, 3)))
    assert len(b"".join(pieces)) == 31
    at = 0
    for (offset, size, _), piece in zip(table(text), pieces, strict=True):
        assert (int(offset), int(size)) == (at, len(piece))
        at += len(piece)


def test_worked_frames_are_right():
    fields = {"wire_version": c.WIRE_VERSION, "nonce": bytes(range(0x10, 0x20))}
    splitter = Splitter()
    splitter.load(messages.encode(c.OP_HELLO, 1, fields))
    example = blocks(section("### 5.3 Frames in the clear"))[-1]
    for line in example:
        assert bytes.fromhex(line) == splitter.next_frame(c.FRAME_BYTES_MIN)
    assert not splitter.busy


def _session(situation):
    source = ListSource([], key=None if situation == "open cable" else KEY)
    if situation == "sealed":
        return trusted(source)[1]
    return BandSession(source, local=situation != "radio")


def test_who_may_ask_what_is_as_coded():
    text = section("### 7.1 Who may ask what")
    situations = ("radio", "sealed", "cable", "open cable")
    assert "| request | " + " | ".join(situations) + " |" in text
    opcodes = constants_named(c, "OP_")
    rows = {row[0]: row[1:] for row in table(text)}
    assert {opcodes[name] for name in rows} == {*REQUESTS, *HANDSHAKE}
    codes = {value: name for name, value in constants_named(c, "CODE_").items()}
    for name, cells in rows.items():
        for situation, cell in zip(situations, cells, strict=True):
            code = _session(situation)._refusal(opcodes[name])
            passed = "hand" if name in BY_HAND.get(situation, ()) else "yes"
            assert cell == (codes[code] if code else passed), (name, situation)


def test_who_may_ask_lists_are_the_tables():
    # The two lists of the code, read off the table.
    rows = table(section("### 7.1 Who may ask what"))
    opcodes = constants_named(c, "OP_")
    handshake = ("HELLO", "AUTH")
    cable = {opcodes[row[0]] for row in rows if row[3] in ("yes", "hand")}
    assert cable == {*c.CABLE_OPS, *(opcodes[name] for name in handshake)}
    assert {opcodes[row[0]] for row in rows if row[4] == "NO_KEY"} == set(c.KEYED_OPS)


def test_states_that_the_code_draws_are_drawn():
    # What `band` and `host` draw in their docstrings, and both ends of a connection.
    text = section("### 7.5 States")
    for module, names in (
        (band, ("connect", "stranger", "trusted", "idle", "reporting")),
        (host, ("connect", "idle", "waiting")),
    ):
        for name in names:
            assert re.search(rf"^    .*\b{name}\b", str(module.__doc__), re.MULTILINE), name
            assert re.search(rf"^    .*\b{name}\b", text, re.MULTILINE), name
    for session, names in ((BandSession, ("trusted",)), (HostSession, ("waiting", "sealed"))):
        for name in names:
            assert isinstance(getattr(session, name), property)
            assert re.search(rf"^    .*\b{name}\b", text, re.MULTILINE), name


def test_handshake_is_drawn_with_all_fields_of_its_messages():
    drawing = "\n".join(blocks(section("### 7.2 Handshake"))[0])
    at = -1
    for name in ("HELLO", "HELLO_REPLY", "AUTH", "AUTH_REPLY"):
        found = re.search(rf"\b{name}\(([^)]*)\)", drawing)
        assert found, name
        assert found.start() > at, name
        at = found.start()
        told = re.findall(r"\w+", found.group(1))
        assert told == list(messages.LAYOUTS[getattr(c, f"OP_{name}")].names), name


def test_records_at_each_mtu_are_as_told():
    held = [records.encode(c.KIND_SAMPLE, sample(uptime_cs=n), 7, n) for n in range(100)]
    for row in table(section("### 10.3 MTU")):
        mtu, frame_bytes, content, record_count, frame_count = map(int, row)
        assert frame_bytes == mtu - _ATT_HEADER_BYTES
        assert content == frame_bytes - 1 - TAG_BYTES
        asking, answering = trusted(ListSource(held))
        asking.report(0, 99)
        answering.receive(asking.next_frame(244))
        events, frames = [], 0
        while not events:
            events = asking.receive(*answering.next_frame(frame_bytes))
            frames += 1
        assert (len(events[0].data) // c.RECORD_BYTES, frames) == (record_count, frame_count), mtu


def test_control_point_codes_and_opcodes_are_named():
    text = section("### 10.1 What it takes")
    for name in ("COUNT", "COUNT_REPLY", "REPORT", "REPORT_DONE", "ABORT"):
        assert re.search(rf"\b{name}\b", text), name
    # Those numbers are the SIG's: anything beyond 0x0A is ours.
    shared = sorted(value for value in constants_named(c, "CODE_").values() if value <= 0x0A)
    told = re.search(r"response codes ([0-9A-F, ]+) \|", text).group(1)
    assert [int(code, 16) for code in told.split(", ")] == shared
    everything = str(0xFFFF_FFFE)
    assert f"0 to {everything} is all" in text
    asking = HostSession()
    asking.count()
    request = messages.decode(asking.next_frame(244)[1:])
    assert str(request.fields["last_record_no"]) == everything


def _in_source(folder, name):
    """Return a number that is written in exactly one file of a folder of sources."""
    pattern = re.compile(rf"^{name} = (?:const\()?([\d_.]+)\)?$", re.MULTILINE)
    found = [
        float(value)
        for path in sorted((ROOT / folder).glob("*.py"))
        for value in pattern.findall(path.read_text())
    ]
    assert len(set(found)) == 1, (folder, name, found)
    return found[0]


def test_every_limit_is_the_codes():
    rows = table(section("## 12. Limits"))
    listed = {where for _, _, where in rows}
    for module, endings in (
        ("constants", ("_MAX", "_MIN")),
        ("cable", ("_MAX",)),
        ("messages", ("_MAX",)),
        ("package", ("_MAX",)),
        ("auth", ("_BYTES",)),
        ("sealing", ("_BYTES",)),
    ):
        names = constants_named(importlib.import_module(f"pouch_protocol.{module}"), "")
        limits = {name for name in names if name.endswith(endings) and not name.startswith("_")}
        assert {f"{module}.{name}" for name in limits} <= listed
    for what, number, where in rows:
        module, name = where.split(".")
        if module == "firmware":
            value = _in_source("firmware/band", name)
        elif module == "host":
            value = _in_source("host/pouch_host/collect", name)
        else:
            value = getattr(importlib.import_module(f"pouch_protocol.{module}"), name)
        assert value == int(number), what


def test_limits_in_the_text_are_those_of_the_table():
    told = " ".join(SPEC.split())
    for sentence in (
        f"A message has at most {c.MESSAGE_BYTES_MAX} bytes",
        f"a frame at most MTU - 3, at least {c.FRAME_BYTES_MIN}.",
        "said nothing for 30 s, or does not confirm an indication within 20 s",
        "after one of more than 2,000 ms the time is not told",
        "10 s of silence: ABORT, or leave",
    ):
        assert sentence in told, sentence
