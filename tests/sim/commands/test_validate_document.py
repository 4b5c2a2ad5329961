"""The document that `make validate` leaves, and whether the one in docs/ is of this method."""

import re

import pytest

from pouch_host.alerts import ALERT_VERSION
from pouch_host.analysis.parameters import default_parameters
from pouch_sim.commands.rivals import RIVALS
from pouch_sim.commands.rivals_score import ablation
from pouch_sim.commands.validate_document import METHOD_LINE, document_text, write_document
from pouch_sim.commands.validate_runs import put_together
from pouch_sim.scenarios.keys import ROWS
from pouch_sim.validation.aims import AIMS
from tests.sim.validation.scores import CAREGIVER, TRUE, clumsy, rival, run
from tests.tidy.source import ROOT

VALIDATION = ROOT / "docs" / "VALIDATION.md"
ALL_RIVALS = {name: rival(TRUE if name == "all" else clumsy()) for name in RIVALS}


def _wrong():
    said = TRUE.copy()
    said[:90] = CAREGIVER
    return said


@pytest.fixture
def text():
    scores = [
        run(rivals=ALL_RIVALS),
        run(rivals=ALL_RIVALS, row="table", scenario="table"),
        run(rivals=ALL_RIVALS, row="table", scenario="table", gear="true"),
        run(_wrong(), rivals=ALL_RIVALS, row="oil", scenario="oil"),
    ]
    return document_text(put_together(scores) | {"ablation": ablation(scores)})


def _lines(text, begin):
    return [line for line in text.splitlines() if line.startswith(begin)]


def _made_with(text):
    """Return the versions of method and alerts that a document says it was made with."""
    return re.findall(rf"^{METHOD_LINE}`(.+?)`\. Alerts: `(.+?)`\.", text, re.MULTILINE)


def test_document_in_docs_is_of_this_method():
    versions = default_parameters().algorithm_version, ALERT_VERSION
    assert _made_with(VALIDATION.read_text(encoding="utf-8")) == [versions], (
        "the method is another one than docs/VALIDATION.md tells of: run `make validate`"
    )


def test_document_in_docs_tells_of_every_situation_and_aim():
    text = VALIDATION.read_text(encoding="utf-8")
    assert [row for row in ROWS if not _lines(text, f"| `{row}` ")] == []
    assert [aim.key for aim in AIMS if aim.words not in text] == []
    assert [name for name in RIVALS if not _lines(text, f"| {name} |")] == []
    assert "held_out" in text
    assert "training" not in "\n".join(_lines(text, METHOD_LINE) + _lines(text, "- "))


def test_version_check_planted_other_method_is_seen(text):
    assert _made_with(text) == [("made-1", ALERT_VERSION)]


def test_document_holds_no_date_and_is_the_same_twice(text, tmp_path):
    assert not re.search(r"\d{4}-\d\d-\d\d", text)
    write_document(tmp_path / "a" / "V.md", put_together([run(rivals={})]))
    write_document(tmp_path / "b.md", put_together([run(rivals={})]))
    assert (tmp_path / "a" / "V.md").read_bytes() == (tmp_path / "b.md").read_bytes()


def test_bad_situation_is_shown_and_marked(text):
    (good,) = _lines(text, "| `table` ")
    (bad,) = _lines(text, "| `oil` ")
    assert "**!**" in bad
    assert "**!**" not in good


def test_missed_aim_is_shown_and_marked(text):
    (missed,) = [line for line in text.splitlines() if "worst situation: oil" in line]
    assert missed.endswith("| **NOT MET** |")
    met, _headline = _lines(text, "| Cohen's kappa of known minutes | >= 0.8 | 0.9")
    assert met.endswith("| yes |")


def test_run_in_both_gears_has_its_line(text):
    (line,) = _lines(text, "| `table`, seed 3 |")
    assert "1.000 / 1.000" in line


def test_each_table_has_as_many_cells_in_each_line(text):
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table
