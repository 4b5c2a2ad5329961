"""docs/ALERTS.md says of classes, parameters and the core's estimate what the code does."""

import numpy as np
import pytest

from pouch_host.alerts import RULES, AlertClass, AlertParameters
from pouch_host.alerts.trend import FALL_C_PER_H, REACH_MIN
from pouch_host.analysis.core import core_over_time
from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.states import State
from tests.tidy.source import ROOT
from tests.tidy.test_band_document import table_after

TEXT = (ROOT / "docs" / "ALERTS.md").read_text(encoding="utf-8")
PROSE = " ".join(TEXT.split())

WELL_C = 36.9
LONG_MIN = 600


def duration(seconds, word="at once"):
    return f"{seconds / 60:g} min" if seconds else word


def clears(rule):
    if not rule.margin:
        return duration(rule.clear_s)
    lasting = f"for {duration(rule.clear_s)}" if rule.clear_s else "at once"
    return f"{rule.margin:g} {lasting}"


def rings(rule):
    if rule.quiet_s is None:
        return "never" if rule.escalate_s is None else "when it escalates"
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


def test_classes_that_never_ring_are_named():
    silent = [str(name) for name, rule in RULES.items() if rings(rule) == "never"]
    assert f"Five classes never ring: {', '.join(silent[:-1])} and {silent[-1]}." in PROSE
    assert len(silent) == 5


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


def estimate(then_c):
    """Return core and deviation of the minutes that follow ten hours of a well infant."""
    said_c = np.concatenate([np.full(LONG_MIN, WELL_C), then_c])
    core_c, sd_c = core_over_time(said_c, default_parameters().core_filter)
    return core_c[LONG_MIN:], sd_c


def test_estimate_that_lags_behind_a_fall_is_told_as_it_is_in_the_code():
    behind_c = []
    for c_per_h in (0.6, 1.5):
        true_c = WELL_C - c_per_h / 60 * np.arange(61)
        lag_c = estimate(true_c)[0] - true_c
        behind_c += [lag_c[30], lag_c[60]]
    told = (
        "Of a fall of 0.6 C an hour it is {:.1f} C behind after half an hour, "
        "{:.1f} C after an hour; of 1.5 C an hour {:.1f} C and {:.1f} C"
    )
    assert told.format(*behind_c) in PROSE


def test_estimate_under_a_cold_cloth_is_told_as_it_is_in_the_code():
    follows_c = WELL_C - estimate(np.full(60, WELL_C - 1))[0]
    told = "it follows by {:.2f} C in ten minutes and by {:.2f} C in an hour"
    assert told.format(follows_c[9], follows_c[59]) in PROSE


def test_doubt_of_the_estimate_is_told_as_it_is_in_the_code():
    sd_c = estimate(np.full(1, WELL_C))[1]
    gaps = default_parameters().core_gap
    unseen_c = [
        np.hypot(sd_c[-1], np.sqrt(gaps[state].sd_blind_c ** 2 - gaps[state].sd_c ** 2))
        for state in (State.SSC, State.INFANT_ONLY)
    ]
    assert f"{sd_c[0]:.2f} C in the first settled minute and falls to {sd_c[-1]:.2f} C" in PROSE
    assert "ends at {:.1f} C in SSC and {:.1f} C in a cot".format(*unseen_c) in PROSE
    rule = RULES[AlertClass.COLD]
    rings_c = sorted(rule.line - rule.k_sd * each for each in (sd_c[0], sd_c[-1]))
    assert "rings at an estimate of {:.2f} to {:.2f} C".format(*rings_c) in PROSE


def test_every_source_that_is_cited_is_listed():
    text, sources = TEXT.split("## Sources")
    keys = [key for part in text.split("[")[1:] for key in part.split("]")[0].split(", ")]
    cited = {key for key in keys if key[:1].isupper() and key[1:].isdigit()}
    assert len(cited) > 10
    assert {key for key in cited if f"[{key}]" not in sources} == set()
