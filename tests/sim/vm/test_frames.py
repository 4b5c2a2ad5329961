from pouch_sim.vm import frames
from pouch_sim.vm.shadow import opcodes


def test_opcodes_are_distinct():
    found = [
        value
        for name, value in vars(opcodes).items()
        if name.isupper() and name not in {"HEADER_FORMAT", "HEADER_BYTES", "PAYLOAD_BYTES_MAX"}
    ]
    assert len(set(found)) == len(found) == 24


def test_header_has_the_size_that_the_band_reads():
    assert frames.HEADER.size == frames.HEADER_BYTES


def test_idle_payload_fills_what_the_band_reserves():
    assert frames.IDLE_PAYLOAD.size == 20
