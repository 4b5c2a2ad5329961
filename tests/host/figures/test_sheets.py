"""What holds for every figure: nothing is cut, it can be read in grey, same data same bytes."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest

from pouch_host import figures
from pouch_host.figures import draw_coverage, draw_dose, sheet
from pouch_host.figures.sheet import LIGHTNESS_STEP, lightness
from pouch_host.report import style
from tests.host.figures import made_frames as made
from tests.host.figures import seen

ORIGIN = figures.Origin(made.ZONE, "1.2.3")
SIZES = ((1, 2), (5, 28), (60, 9))


def _starts(infants, days):
    return made.joined(
        [made.made_minutes(f"I{one}", min(days, 4), one) for one in range(min(infants, 9))]
    )


def _actogram(days, *, double):
    minutes, _ = made.made_minutes(days=days, seed=3)
    return figures.actogram(minutes, made.days_of(minutes), ORIGIN, double=double)


MADE = {
    "dose": lambda infants, days: figures.dose(made.made_days(infants, days), ORIGIN),
    "age": lambda infants, days: figures.hours_by_age(made.made_days(infants, days), None, ORIGIN),
    "starts": lambda infants, days: figures.around_session_start(
        *_starts(infants, days), origin=ORIGIN
    ),
    "coverage": lambda infants, days: figures.coverage(
        made.made_days(infants, days), made.made_gaps(), ORIGIN
    ),
    "actogram": lambda infants, days: _actogram(days, double=infants > 1),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("name", MADE)
def test_figure_cuts_no_text_lets_none_lie_over_another_and_says_what_it_is(name, size):
    figure = MADE[name](*size)
    found = seen.boxes(figure)
    assert len(found) > 10
    assert seen.cut(found, figure) == []
    assert seen.overlaps(found) == []
    assert figure.get_size_inches()[0] == sheet.WIDTH_IN
    assert figure.get_size_inches()[1] <= sheet.HEIGHT_IN_MAX
    told = " ".join(" ".join(seen.texts(figure)).split())
    for part in (
        "Research tool; does not replace a thermometer", f"Local days of {made.ZONE}",
        "Pouch 1.2.3", f"method {made.ALGORITHM}",
    ):  # fmt: skip
        assert part in told
    assert re.search(r"\d+ infants?", told)
    if name == "starts":
        assert "chest skin" in told.lower()
        assert "Chest skin is not core" in told
        assert re.search(r"\d+ sessions whose begin is known", told)
    else:
        assert re.search(r"\d+ days?, \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d", told)


def test_a_text_cut_or_laid_over_another_is_seen():
    figure = figures.dose(made.made_days(5, 10), ORIGIN)
    figure.text(0.97, 0.5, "far too long")
    (axes,) = (one for one in figure.axes if one.get_ylabel())
    axes.annotate("on it", (0.3, -0.14), xycoords="axes fraction", annotation_clip=False)
    axes.annotate("on it", (0.3, -0.14), xycoords="axes fraction", annotation_clip=False)
    found = seen.boxes(figure)
    assert seen.cut(found, figure) == ["far too long"]
    assert ("on it", "on it") in seen.overlaps(found)


def test_lightness_is_that_of_cie_1976():
    # CIE L* of sRGB greys: 119 of 255 is the middle grey of 50.03; red 53.24, green 87.73,
    # blue 32.30 (Lindbloom, sRGB at D65).
    known = {"#000000": 0, "#ffffff": 100, "#777777": 50.03, "#ff0000": 53.24, "#00ff00": 87.73,
             "#0000ff": 32.30}  # fmt: skip
    for colour, value in known.items():
        assert lightness(colour) == pytest.approx(value, abs=0.02)


def too_alike(colours):
    return [
        pair
        for pair in combinations(colours, 2)
        if abs(lightness(pair[0]) - lightness(pair[1])) < LIGHTNESS_STEP
    ]


GREYS = {
    "coverage": [face for _, face, hatch, _ in draw_coverage.SHADES if not hatch]
    + [draw_coverage.NO_BAND],
    "dose": [draw_dose.MEDIAN, draw_dose.QUARTILES, draw_dose.POINT, draw_dose.BOUNDS],
    "median, quartiles, one": [style.INK, sheet.LINE_FAINT, style.PAPER],
    "median in its quartiles": [style.INK, sheet.RANGE],
    "states": [look.face for look in style.LOOKS if not look.hatch],
    "night and a state": [sheet.NIGHT, style.CONTACT],
}


@pytest.mark.parametrize("name", GREYS)
def test_what_is_told_apart_by_shade_differs_in_grey(name):
    assert LIGHTNESS_STEP >= 15
    assert too_alike(GREYS[name]) == []


def test_what_has_the_same_grey_as_another_differs_in_hatch():
    hatches = [look.hatch for look in style.LOOKS if look.hatch]
    assert len(set(hatches)) == len(hatches) == 2
    assert [hatch for _, _, hatch, _ in draw_coverage.SHADES if hatch] == ["//////"]


def test_shades_that_differ_in_hue_alone_are_found():
    # A red and a green as dark as each other.
    assert too_alike(["#c00000", "#007d00"]) != []


def test_shades_of_coverage_differ_as_printed_in_grey():
    shares = [1.0, 0.9, 0.7, 0.3, 0.0]
    days = made.typed(
        "days",
        {
            "infant": [f"I{number}" for number in range(len(shares))],
            "date": [made.FIRST] * len(shares),
            "day_minutes": [1440] * len(shares),
            "elapsed_minutes": [720] * len(shares),
            "unknown_minutes": [round(720 * (1 - share)) for share in shares],
            "algorithm_version": ["1"] * len(shares),
        },
    )
    figure = figures.coverage(days)
    (axes,) = figure.axes
    # A first day is filled from its end: no band in the left half, one in the right.
    shades = seen.grey(figure)
    blank, shaded = (
        [seen.around(shades, figure, axes, x, row, dots=4) for row in range(len(shares))]
        for x in (0.25, 0.75)
    )
    assert all(part.min() > 99 for part in blank)
    plain = [float(part.mean()) for part in shaded[:-1]]
    steps = [above - below for below, above in zip(plain, [*plain[1:], 100.0], strict=True)]
    assert min(steps) >= LIGHTNESS_STEP
    assert all(part.std() < 1 for part in shaded[:-1])
    # Nothing known is hatched.
    assert shaded[-1].std() > 3


@pytest.mark.parametrize("name", MADE)
def test_same_data_same_bytes_and_text_stays_text(name, tmp_path):
    first = MADE[name](2, 3)
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "path"}):
        second = MADE[name](2, 3)
    # What is in a PDF is put there by the same calls; one of them is enough.
    for suffix in figures.SUFFIXES if name == "dose" else (".svg",):
        figures.write(first, tmp_path / f"1{suffix}", dpi=60)
        with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "path"}):
            figures.write(second, tmp_path / f"2{suffix}", dpi=60)
        data = (tmp_path / f"1{suffix}").read_bytes()
        assert data == (tmp_path / f"2{suffix}").read_bytes()
        assert b"CreationDate" not in data
        assert b"<dc:date>" not in data
    svg = ET.parse(tmp_path / "1.svg")
    written = " ".join(one.text or "" for one in svg.iter("{http://www.w3.org/2000/svg}text"))
    assert "Research tool" in written
    title = svg.find(".//{http://purl.org/dc/elements/1.1/}title")
    assert title is not None
    assert title.text
    assert title.text in written


def test_write_another_kind_of_file_is_refused(tmp_path):
    figure = figures.dose(made.made_days(2, 3))
    with pytest.raises(ValueError, match=r"\.svg, \.pdf, \.png"):
        figures.write(figure, tmp_path / "dose.jpg")
    assert list(tmp_path.iterdir()) == []


def test_where_dates_are_shifted_no_date_is_told_as_real():
    days = made.made_days(3, 5)
    for figure in (
        figures.dose(days, figures.Origin(made.ZONE, "1", shifted=True)),
        figures.coverage(days, None, figures.Origin(made.ZONE, "1", shifted=True)),
        figures.hours_by_age(days, None, figures.Origin(made.ZONE, "1", shifted=True)),
    ):
        told = " ".join(seen.texts(figure))
        assert "dates are shifted" in told
        assert not re.search(r"\d{4}-\d\d-\d\d", told)
        assert "Mar" not in told
