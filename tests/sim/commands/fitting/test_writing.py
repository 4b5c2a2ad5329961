from importlib import resources

import pytest

from pouch_host.analysis.parameters import CoreGap, DayBounds, parse
from pouch_host.analysis.states import State
from pouch_sim.commands.fitting.writing import (
    with_breathing,
    with_core,
    with_day_bounds,
    with_looks,
)

TEXT = (resources.files("pouch_host.analysis") / "parameters.toml").read_text()


def comments(text):
    return [line for line in text.splitlines() if line.startswith("#")]


def test_written_looks_are_read_back_and_comments_stay():
    parameters = parse(TEXT.encode())
    parameters.channels["activity"].mean[0] = 5.5
    written = with_looks(TEXT, parameters)
    assert comments(written) == comments(TEXT)
    again = parse(written.encode())
    assert again.channels["activity"].mean[0] == 5.5
    assert again.prior == pytest.approx(parameters.prior)


def test_written_breathing_is_read_back_for_each_substate_of_that_body():
    count = len(parse(TEXT.encode()).breathing.activity_mg)
    written = with_breathing(TEXT, {"caregiver": {"infant_mean": [50.0] * count}})
    breathing = parse(written.encode()).breathing
    alone = [place for place, body in enumerate(breathing.body_of) if body == "caregiver"]
    assert alone
    assert (breathing.infant.mean[:, alone] == 50.0).all()
    others = [place for place, body in enumerate(breathing.body_of) if body != "caregiver"]
    assert (breathing.infant.mean[:, others] != 50.0).any()


def test_written_core_and_bounds_are_read_back():
    gap = CoreGap(0.1, 0.9, -0.5, 1.0, 0.4, 0.2, 0.3)
    bounds = DayBounds(coverage=0.95, edge_min=3, share=0.02, hours=0.3)
    written = with_day_bounds(with_core(TEXT, {State.SSC: gap}), bounds)
    again = parse(written.encode())
    assert again.core_gap[State.SSC] == gap
    assert again.day_bounds == bounds
    assert again.core_gap[State.INFANT_ONLY] == parse(TEXT.encode()).core_gap[State.INFANT_ONLY]


def test_written_to_a_file_without_the_key_is_refused():
    with pytest.raises(ValueError, match=r"no hours in \[day_bounds\]"):
        with_day_bounds("[day_bounds]\nedge_min = 1\nshare = 0.0\n", DayBounds(0.95, 1, 0.0, 0.1))
