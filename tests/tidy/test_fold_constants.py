"""The compiled firmware says the same numbers as its source."""

import pytest

from tests.tidy.source import ROOT
from tools.firmware_package import firmware_sources
from tools.fold_constants import constants_of, fold

TEXT = (ROOT / "protocol" / "pouch_protocol" / "constants.py").read_text(encoding="utf-8")
CONSTANTS = {"ONE": 1, "NAME": "a name"}
IMPORT = "from pouch_protocol import constants as c\n"


def test_constants_are_those_of_the_protocol_and_functions_are_none():
    constants = constants_of(TEXT)
    assert constants["RECORD_BYTES"] == 20
    assert str(constants["SERVICE_UUID"]).startswith("8c5f0001-")
    assert constants["RESET_WATCHDOG"] == 3
    assert isinstance(constants["KEYED_OPS"], tuple)
    assert "band_label" not in constants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = c.ONE\n", "x = 1\n"),
        ("x = (c.ONE, c.NAME)\n", "x = (1, 'a name')\n"),
        ("x = 'c.ONE'  # c.ONE\n", "x = 'c.ONE'  # c.ONE\n"),
        ("if x == c.ONE and c.ONE | 2:\n    pass\n", "if x == 1 and 1 | 2:\n    pass\n"),
    ],
)
def test_fold_puts_values_in_place_of_names_and_drops_the_idle_import(text, expected):
    assert fold(IMPORT + text, CONSTANTS) == "\n" + expected


@pytest.mark.parametrize("text", ["x = c.label(c.ONE)\n", 'x = f"{c.ONE}"\n', "x = a.c.ONE\n"])
def test_fold_keeps_the_import_where_something_else_needs_it(text):
    assert fold(IMPORT + text, CONSTANTS).startswith(IMPORT)


def test_fold_leaves_a_module_alone_that_means_something_else_by_c():
    assert fold("c = Thing()\nx = c.ONE\n", CONSTANTS) == "c = Thing()\nx = c.ONE\n"


def test_every_module_of_the_firmware_keeps_its_lines_and_gives_the_same_constants():
    constants = constants_of(TEXT)
    folded_count = 0
    for name, path in firmware_sources(ROOT):
        text = path.read_text(encoding="utf-8")
        folded = fold(text, constants)
        folded_count += folded != text
        assert folded.count("\n") == text.count("\n"), name
        # Folded once, nothing is left to fold.
        assert fold(folded, constants) == folded, name
        compile(folded, name, "exec")
    assert folded_count > 20
