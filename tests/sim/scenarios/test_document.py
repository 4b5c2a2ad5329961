"""docs/SCENARIOS.md lists what the code takes, and its example and complaints are real."""

import re

import pytest

from pouch_sim.scenarios import ScenarioError, load
from tests.sim.scenarios import tables
from tests.tidy.source import ROOT

TEXT = (ROOT / "docs" / "SCENARIOS.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL).group(1)


def rows_of(heading, which=0, text=TEXT):
    """Return the cells of a table below a heading, row by row."""
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    blocks = [block.strip() for block in section.split("\n\n")]
    lines = [block for block in blocks if block.startswith("|")][which].splitlines()[2:]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


@pytest.mark.parametrize("heading", tables.key_tables())
def test_keys_are_documented_with_unit_default_and_range(heading):
    assert rows_of(heading) == tables.key_tables()[heading]


@pytest.mark.parametrize(
    ("heading", "which", "rows"),
    [
        ("`script`", 1, tables.activity_rows()),
        ("`script`", 2, tables.setting_rows()),
        ("`fault`", 1, tables.fault_rows()),
        ("What is shipped", 0, tables.row_rows()),
        ("Drawn days", 0, tables.range_rows()),
    ],
)
def test_list_is_the_codes(heading, which, rows):
    # Where it fails: the rows as they have to stand in the document.
    assert rows_of(heading, which) == rows, "\n" + tables.text(rows)


def test_example_loads_and_does_what_it_shows(tmp_path):
    path = tmp_path / "my_day.toml"
    path.write_text(EXAMPLE)
    scenario = load(path)
    assert scenario.name == "my_day"
    assert [act.activity for act in scenario.acts] == [
        "cot", "ssc", "nappy_change", "ssc", "table", "cot"
    ]  # fmt: skip
    assert [act.caregiver for act in scenario.acts] == [0, 0, 0, 1, 0, 0]
    assert len(scenario.events) == len(scenario.faults) == 1
    # Every table that there is, so that a stranger sees each once.
    assert set(tables.keys.TABLES) <= set(re.findall(r"^\[?(\w+)", EXAMPLE, re.MULTILINE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cover_tog = 2.5", "cover_togs = 2.5"),
        ("weight_kg = 1.45", "weight_kg = 16"),
    ],
)
def test_complaint_in_the_document_is_what_is_said(tmp_path, old, new):
    path = tmp_path / "my_day.toml"
    path.write_text(EXAMPLE.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        load(path)
    said = str(caught.value).replace(str(path), "my_day.toml")
    assert f"    {said}\n" in TEXT


def test_skin_by_kind_is_the_codes():
    from pouch_sim.scenarios.loading import SKIN_C_BY_KIND

    said = ", ".join(f"{kind} {skin_c:g}" for kind, skin_c in SKIN_C_BY_KIND.items())
    assert f"{said} C" in TEXT.replace("\n", " ")


def test_tables_are_found_at_all():
    text = "\n## A\n\n| x | y |\n| - | - |\n| one | 1 |\n\nand\n\n| z |\n| - |\n| 2 |\n\n## B\n"
    assert rows_of("A", 0, text) == [["one", "1"]]
    assert rows_of("A", 1, text) == [["2"]]
