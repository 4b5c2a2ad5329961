"""The band's own modules, tested where they run: in MicroPython."""

from pathlib import Path

import pytest

from tests.support.micropython import assert_plain_file_passes

FILES = sorted(path.stem for path in Path(__file__).parent.glob("plain_*.py"))


@pytest.mark.parametrize("name", FILES)
def test_plain_file_passes_in_micropython(name):
    module = f"tests.firmware.band.{name}"
    assert_plain_file_passes(module, path=("protocol", "firmware"))
