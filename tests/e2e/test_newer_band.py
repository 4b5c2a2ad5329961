"""A band of a newer wire version: told of in one line, and no trouble for the others."""

import shutil

from pouch_sim.ward import PROTOCOL_DIR
from tests.e2e.whole_path import HOUR_S, WholePath


def newer_protocol(folder):
    """Return a copy of the protocol whose wire version is one higher."""
    copy = folder / "newer"
    shutil.copytree(PROTOCOL_DIR / "pouch_protocol", copy / "pouch_protocol")
    constants = copy / "pouch_protocol" / "constants.py"
    text = constants.read_text()
    assert "WIRE_VERSION = 1\n" in text
    constants.write_text(text.replace("WIRE_VERSION = 1\n", "WIRE_VERSION = 2\n"))
    return copy


def test_newer_band_is_told_of_and_the_others_are_read(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    path.add_band()
    path.add_band(protocol_dir=newer_protocol(tmp_path))
    path.add_band()
    path.run(path.collect(HOUR_S))
    for outcome in path.rounds:
        (failure,) = outcome.failures
        # It is known by its key: who it is a band says sealed only, in words that are not known.
        assert failure == (
            "band P-00001001: the band speaks wire version 2; this program reads up to 1:"
            " update Pouch on this computer"
        )
        assert "\n" not in failure
    assert len(path.stored(0x1000)) >= 120
    assert len(path.stored(0x1002)) >= 120
    assert path.stored(0x1001) == {}
