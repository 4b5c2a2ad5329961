from datetime import date
from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from pouch_host.analysis.states import State
from pouch_host.hours_shown import hours_down
from pouch_host.report import SUFFIXES, drawing, page, style
from pouch_host.report.days_panel import _FIGURES, draw_actogram
from pouch_host.report.page import draw_page, write_page
from tests.host.report.made_report import made, made_analysis, no_analysis

MARCH = date(2026, 3, 1)
LONG_CODE = "$bed_7$ 👶 " + "ward-" * 20

REPORTS = {
    "four weeks through a clock change": lambda: made(
        made_analysis(date(2026, 3, 10), 28, begin_h=9.5, lost=[(30, 41), (200, 260)])
    ),
    "two days, one of 25 hours": lambda: made(
        made_analysis(date(2026, 10, 24), 2), now=date(2026, 12, 1), code=LONG_CODE
    ),
    "a part of a day": lambda: made(made_analysis(MARCH, 1, begin_h=20)),
    "nothing is known": lambda: made(made_analysis(MARCH, 3, lost=[(0, 71)])),
    "never a band": lambda: made(no_analysis()),
}


@pytest.fixture(params=REPORTS.values(), ids=REPORTS)
def report(request):
    return request.param()


def texts_of(figure):
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    return [text for text in shown if text.axes is None or text.axes.get_visible()]


def boxes_of(figure):
    """Return each text with its box in inches, measured as it is drawn."""
    with drawing.settings():
        figure.canvas.draw()
        return [
            (
                text.get_text(),
                text.get_window_extent().transformed(figure.dpi_scale_trans.inverted()),
            )
            for text in texts_of(figure)
        ]


def overlaps(boxes):
    # Boxes have the height of the tallest letter; a touch of two of them is no overlap.
    return [
        (one, other)
        for number, (one, box) in enumerate(boxes)
        for other, place in boxes[number + 1 :]
        if box.x0 < place.x1 and place.x0 < box.x1
        if min(box.y1, place.y1) - max(box.y0, place.y0) > 0.02
    ]


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
def test_page_cuts_no_text_and_lets_none_lie_over_another(report):
    boxes = [(text, box) for text, box in boxes_of(draw_page(report)) if box.width]
    assert len(boxes) > 20
    width, height = style.PAGE_IN
    for text, box in boxes:
        assert box.x0 > 0.2, text
        assert box.x1 < width - 0.2, text
        assert box.y0 > 0.2, text
        assert box.y1 < height - 0.2, text
    assert overlaps(boxes) == []


def test_page_with_a_planted_overlap_is_seen(monkeypatch):
    columns = [(heading, right if heading != "< 36.5" else 0.85) for heading, right in _FIGURES]
    monkeypatch.setattr("pouch_host.report.days_panel._FIGURES", columns)
    report = made(made_analysis(MARCH, 1, begin_h=12))
    ((one, other),) = overlaps(boxes_of(draw_page(report)))
    assert (one, other) == ("0:00", "cannot say")


def test_page_says_what_it_is_and_what_it_is_not(report):
    text = " ".join(text.get_text() for text in texts_of(draw_page(report)))
    for part in (
        "Research tool",
        "Chest skin temperature, not axillary",
        "Does not replace a thermometer",
        "not known is never counted as contact",
        f"Method {report.analysis.minutes.algorithm_version}",
        "Pouch 1.2.3",
        "Europe/Berlin",
        "chest skin, not valid",
        "estimated core",
    ):
        assert part in text


def test_page_tells_the_share_that_is_known_and_the_targets():
    report = made(made_analysis(MARCH, 3, lost=[(30, 40)]))
    text = " ".join(text.get_text() for text in texts_of(draw_page(report)))
    for day in report.days:
        lower, upper = hours_down(day.hours_lower), hours_down(day.hours_upper)
        assert f"{lower:.1f} to {upper:.1f}" in text
        assert day.target_met.replace("_", " ") in text
    assert "Coverage: " in text


def test_page_is_a_sheet_of_a4_and_the_same_bytes_each_time(tmp_path):
    for suffix in SUFFIXES:
        first, second = tmp_path / f"1{suffix}", tmp_path / f"2{suffix}"
        write_page(made(made_analysis(MARCH, 3)), first)
        with mpl.rc_context({"font.size": 30, "savefig.dpi": 30, "lines.linewidth": 9}):
            write_page(made(made_analysis(MARCH, 3)), second)
        assert first.read_bytes() == second.read_bytes()
    with Image.open(tmp_path / "1.png") as picture:
        assert picture.size == (1654, 2338)


@pytest.mark.filterwarnings("error")
def test_page_of_a_code_with_strange_signs_is_made_without_a_warning(tmp_path):
    write_page(made(no_analysis(), code=LONG_CODE), tmp_path / "page.png")


def test_actogram_draws_each_state_as_long_as_it_lasted():
    report = made(made_analysis(MARCH, 3, lost=[(30, 40)]))
    axes = page._axes(draw_page(report), 1, 1, 3, 3)
    draw_actogram(axes, report)
    areas = [part for part in axes.collections if isinstance(part, PatchCollection)]
    assert len(areas) == len(style.LOOKS)
    for look, part in zip(style.LOOKS, areas, strict=True):
        drawn_h = sum(path.get_extents().width for path in part.get_paths())
        told_h = sum(
            run.hours for row in report.rows for run in row.runs if run.state == look.state
        )
        assert drawn_h == pytest.approx(told_h, abs=1e-6)
        assert part.get_hatch() == (look.hatch or None)
    assert sum(path.get_extents().width for path in areas[-1].get_paths()) > 9


def test_states_can_be_told_apart_on_a_grey_printer():
    assert {look.state for look in style.LOOKS} == set(State)
    greys = {
        look.state: 0.299 * red + 0.587 * green + 0.114 * blue
        for look in style.LOOKS
        for red, green, blue in [to_rgb(look.face)]
    }
    plain = sorted(greys[look.state] for look in style.LOOKS if not look.hatch)
    assert min(above - below for below, above in pairwise(plain)) > 0.2
    hatches = [look.hatch for look in style.LOOKS if look.hatch]
    assert len(set(hatches)) == len(hatches) == 2
    # What is not known must never pass for contact.
    assert greys[State.UNKNOWN] - greys[State.SSC] > 0.5
