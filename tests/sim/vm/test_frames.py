import re

from pouch_sim.vm import frames
from pouch_sim.vm.process import SHADOW_DIR
from pouch_sim.vm.shadow import opcodes

# What else stands in the table that both interpreters import.
LAYOUT = {"HEADER_FORMAT", "HEADER_BYTES", "PAYLOAD_BYTES_MAX", "IDLE_FORMAT", "IDLE_BYTES"}
STATES = {"AWAKE", "ASLEEP", "RADIO_ON"}
FROM_THE_SIMULATOR = {
    "REPLY",
    "GO",
    "BLE_EVENT",
    "BLE_CREDIT",
    "PIN_IN",
    "USB_IN",
    "USB_PRESENT",
}


def test_opcodes_are_distinct():
    names = [name for name in vars(opcodes) if name.isupper() and name not in LAYOUT | STATES]
    found = [getattr(opcodes, name) for name in names]
    assert len(set(found)) == len(found) == 27
    # Those that have one bit more are the simulator's.
    assert {opcode for opcode in found if opcode & 0x80} == {
        value for name, value in vars(opcodes).items() if name in FROM_THE_SIMULATOR
    }


def test_states_of_a_waiting_band_are_distinct():
    assert len({getattr(opcodes, name) for name in STATES}) == len(STATES)


def test_header_has_the_size_that_the_band_reads():
    assert frames.HEADER.size == frames.HEADER_BYTES


def test_idle_payload_fills_what_the_band_reserves():
    # Goal: nobody can add a field at one end only. Method: the size that the table states is the
    # size of the format in it, and the band's end takes both from there and names no other.
    assert frames.IDLE_PAYLOAD.size == opcodes.IDLE_BYTES
    band_end = (SHADOW_DIR / "simrt.py").read_text(encoding="utf-8")
    assert re.search(r"^_idle = bytearray\(HEADER_BYTES \+ IDLE_BYTES\)$", band_end, re.MULTILINE)
    assert '_IDLE_CHANGES = "<Q" + IDLE_FORMAT[1:]' in band_end
