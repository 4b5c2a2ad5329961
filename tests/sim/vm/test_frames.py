from pathlib import Path

from pouch_sim.vm import frames
from pouch_sim.vm.process import SHADOW_DIR


def constants_of(path: Path) -> dict[str, int]:
    found = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(" = ")
        if name.isupper() and value.startswith("0x"):
            found[name] = int(value, 16)
    return found


def test_opcodes_of_both_ends_are_the_same():
    # Goal: the two tables cannot drift apart. Method: every opcode of one is in the other.
    band = constants_of(SHADOW_DIR / "simrt.py")
    host = constants_of(Path(frames.__file__))

    assert host == band
    assert len(set(host.values())) == len(host) == 24


def test_header_of_both_ends_is_the_same():
    source = (SHADOW_DIR / "simrt.py").read_text()

    assert f'HEADER = "{frames.HEADER.format}"' in source
    assert f"HEADER_BYTES = {frames.HEADER_BYTES}" in source
    assert f"PAYLOAD_BYTES_MAX = {frames.PAYLOAD_BYTES_MAX}" in source


def test_idle_payload_fills_what_the_band_reserves():
    assert frames.IDLE_PAYLOAD.size == 20
