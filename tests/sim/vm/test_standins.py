"""The stand-ins leave the heap to the firmware: what they take is held here."""

import re
import shutil

import pytest

from pouch_sim.errors import SimulationError
from pouch_sim.vm import standins
from tests.sim.vm.rig import add_band, run_until_off, simulation

# Measured 22.5 kB and 111 names in the 64-bit VM: with its own 1.6 kB, the mounted file system,
# all modules and the program that measures. A board's heap is made 24 kB larger here for them.
BYTES_MAX = 24_000
NAMES_MAX = 125


class TooLarge(AssertionError):
    """The stand-ins take more than they may."""


def check(lines):
    """Make sure that a band that ran `footprint` took no more than it may."""
    text = "\n".join(lines)
    taken_bytes = int(re.search(r"^bytes (\d+)$", text, re.MULTILINE).group(1))
    names = int(re.search(r"n_qstr=(\d+)", text).group(1))
    if taken_bytes > BYTES_MAX or names > NAMES_MAX:
        raise TooLarge(f"{taken_bytes} bytes, {names} names")


def test_stand_ins_take_little_of_the_heap(tmp_path):
    sim = simulation()
    band = add_band(sim, "footprint", tmp_path)
    check(run_until_off(sim, band))


@pytest.mark.parametrize(
    "planted", ["kept = bytearray(4096)", "\n".join(f"planted_{n} = 0" for n in range(20))]
)
def test_planted_bytes_and_names_are_found(tmp_path, monkeypatch, planted):
    with_it = standins.SHADOW_DIR.joinpath("select.py").read_text(encoding="utf-8") + planted
    shadow = tmp_path / "shadow"
    shutil.copytree(standins.SHADOW_DIR, shadow)
    (shadow / "select.py").write_text(with_it, encoding="utf-8")
    monkeypatch.setattr(standins, "SHADOW_DIR", shadow)
    standins.compiled.cache_clear()
    try:
        sim = simulation()
        band = add_band(sim, "footprint", tmp_path)
        with pytest.raises(TooLarge):
            check(run_until_off(sim, band))
    finally:
        standins.compiled.cache_clear()


def test_stand_in_that_does_not_compile_is_named(tmp_path, monkeypatch):
    (tmp_path / "odd.py").write_text("a = 1\nnonlocal a\n", encoding="utf-8")
    monkeypatch.setattr(standins, "SHADOW_DIR", tmp_path)
    standins.compiled.cache_clear()
    try:
        with pytest.raises(SimulationError, match="odd: SyntaxError"):
            standins.compiled()
    finally:
        standins.compiled.cache_clear()
