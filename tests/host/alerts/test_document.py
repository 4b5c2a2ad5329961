"""docs/ALERTS.md says of classes and parameters what the code does."""

import pytest

from pouch_host.alerts import RULES, AlertClass, AlertParameters
from pouch_host.alerts.trend import FALL_C_PER_H, REACH_MIN
from tests.tidy.source import ROOT
from tests.tidy.test_band_document import table_after

TEXT = (ROOT / "docs" / "ALERTS.md").read_text(encoding="utf-8")


def duration(seconds, word="at once"):
    return f"{seconds / 60:g} min" if seconds else word


def clears(rule):
    if not rule.margin:
        return duration(rule.clear_s)
    lasting = f"for {duration(rule.clear_s)}" if rule.clear_s else "at once"
    return f"{rule.margin:g} {lasting}"


def rings(rule):
    if rule.quiet_s is None:
        return "never"
    return f"after {duration(rule.quiet_s)}" if rule.quiet_s else "at once"


@pytest.mark.parametrize("alert_class", list(AlertClass))
def test_class_is_in_the_table_as_it_is_in_the_code(alert_class):
    rule = RULES[alert_class]
    *cells, why = table_after("The classes", TEXT)[alert_class.value]
    assert cells == [
        rule.family.value,
        rule.priority.name.lower(),
        "" if rule.line is None else f"{rule.line:g}",
        f"{rule.k_sd:g}",
        duration(rule.sustain_s),
        clears(rule),
        rings(rule),
        duration(rule.escalate_s or 0, "no"),
        f"{rule.mute_max_s / 3600:g} h",
        rule.action,
        rule.late_action,
    ]
    assert why


def test_table_names_no_class_that_there_is_not():
    assert set(table_after("The classes", TEXT)) == set(AlertClass)


def test_parameters_are_in_the_table_as_they_are_in_the_code():
    parameters = AlertParameters()
    rows = table_after("Numbers of no single class", TEXT)
    names = set(AlertParameters.__dataclass_fields__) - {"rules"}
    assert {name: cells[0] for name, cells in rows.items()} == {
        name: f"{getattr(parameters, name):g}" for name in names
    }
    assert all(cells[1] for cells in rows.values())


def test_trend_is_told_as_it_is_in_the_code():
    why = table_after("The classes", TEXT)["cooling"][-1]
    assert f"{FALL_C_PER_H:g} C an hour" in why
    assert f"{REACH_MIN:g} min" in why


def test_every_source_that_is_cited_is_listed():
    text, sources = TEXT.split("## Sources")
    keys = [key for part in text.split("[")[1:] for key in part.split("]")[0].split(", ")]
    cited = {key for key in keys if key[:1].isupper() and key[1:].isdigit()}
    assert len(cited) > 10
    assert {key for key in cited if f"[{key}]" not in sources} == set()
