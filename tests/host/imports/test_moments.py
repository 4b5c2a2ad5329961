from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pouch_host.imports.moments import utc_s_of
from pouch_host.imports.wrong import Wrong

KARACHI = ZoneInfo("Asia/Karachi")
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def utc(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:00", utc(2026, 3, 1, 3)),
        ("2026-03-01 08:00", utc(2026, 3, 1, 3)),
        ("2026-03-01T08:00:30", utc(2026, 3, 1, 3, 0, 30)),
        ("2026-03-01T08:00+05:00", utc(2026, 3, 1, 3)),
        ("2026-03-01T03:00Z", utc(2026, 3, 1, 3)),
        ("2026-03-01T03:00+00:00", utc(2026, 3, 1, 3)),
        # As a diary says the end of a day.
        ("2026-03-01T24:00", utc(2026, 3, 1, 19)),
    ],
)
def test_times_of_a_list(text, expected):
    assert utc_s_of("begin", text, KARACHI) == expected


@pytest.mark.parametrize(
    "text",
    [
        "01/03/2026 08:00", "1.3.2026 8:00", "2026-03-01", "08:00", "2026-13-01T08:00",
        "2026-03-01T8:00", "2026-03-01T08:00+25:00", "2026-03-01 08:00-99:99",
        "2026-03-01T25:00", "2026-02-30T08:00", "20260301T0800", "46082.33",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_what_to_do(text):
    with pytest.raises(Wrong, match="is not a time such as 2026-03-01T08:00; in a spreadsheet"):
        utc_s_of("begin", text, KARACHI)


def test_year_before_any_band_is_a_slip():
    with pytest.raises(Wrong, match="before 2020: check the year"):
        utc_s_of("begin", "2006-03-01T08:00", KARACHI)


def test_offset_of_somewhere_else_is_refused():
    with pytest.raises(Wrong, match=r"\+05:30 is not the offset of Asia/Karachi then"):
        utc_s_of("begin", "2026-03-01T08:00+05:30", KARACHI)


def test_hour_that_a_day_of_25_hours_has_twice_needs_its_offset():
    with pytest.raises(Wrong, match=r"comes twice .* 25 hours; add .* \+02:00 .* or \+01:00"):
        utc_s_of("begin", "2026-10-25T02:30", STOCKHOLM)
    assert utc_s_of("begin", "2026-10-25T02:30+02:00", STOCKHOLM) == utc(2026, 10, 25, 0, 30)
    assert utc_s_of("begin", "2026-10-25T02:30+01:00", STOCKHOLM) == utc(2026, 10, 25, 1, 30)


def test_hour_that_a_day_of_23_hours_does_not_have_is_refused():
    with pytest.raises(Wrong, match="does not exist in Europe/Stockholm"):
        utc_s_of("begin", "2026-03-29T02:30", STOCKHOLM)
