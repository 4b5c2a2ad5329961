import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pouch_host.errors import InputError
from pouch_host.imports import read_log
from pouch_host.store.episode_log import SpanKind

NOW_UTC_S = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
CODES = {"bed-1", "bed-2"}


def read(tmp_path, text, zone="Europe/Stockholm", slot_min=120):
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8")
    return read_log(path, ZoneInfo(zone), CODES, slot_min, NOW_UTC_S)


def hours(log):
    """Return begin, length and contact of each row, in hours."""
    first = log.rows[0].span.begin_utc_s
    return [
        (
            (row.span.begin_utc_s - first) / 3600,
            row.span.length_s / 3600,
            row.span.contact_s / 3600,
        )
        for row in log.rows
    ]


def test_episodes(tmp_path):
    log = read(
        tmp_path,
        "infant,begin,end,contact\n"
        "bed-1,2026-03-01 08:00,2026-03-01 09:30,yes\n"
        "bed-1,2026-03-01 22:00,2026-03-02 02:00,\n"
        "bed-1,2026-03-03 00:00,2026-03-03 24:00,no\n",
    )
    assert log.kind is SpanKind.EPISODE
    assert log.complaints == ()
    # The second says that nobody knows.
    assert hours(log) == [(0, 1.5, 1.5), (40, 24, 0)]
    assert log.unknown_count == 1


def test_slots_with_minutes_and_with_yes_or_no(tmp_path):
    log = read(
        tmp_path,
        "infant,begin,contact_min\nbed-1,2026-03-01T08:00,30\nbed-1,2026-03-01T10:00,NA\n",
    )
    assert log.kind is SpanKind.SLOT
    assert hours(log) == [(0, 2, 0.5)]
    text = "infant,begin,contact\nbed-1,2026-03-01T08:00,yes\nbed-1,2026-03-01T09:00,no\n"
    assert hours(read(tmp_path, text, slot_min=60)) == [(0, 1, 1), (1, 1, 0)]


def test_look_holds_up_to_the_next_one(tmp_path):
    log = read(
        tmp_path,
        "infant,at,contact\n"
        "bed-1,2026-03-01T08:00,yes\n"
        "bed-2,2026-03-01T08:30,yes\n"
        "bed-1,2026-03-01T09:30,no\n"
        "bed-1,2026-03-01T14:00,yes\n"
        "bed-1,2026-03-01T15:00,unknown\n",
    )
    assert log.kind is SpanKind.LOOK
    assert hours(log) == [(0, 1.5, 1.5), (0.5, 2, 2), (1.5, 2, 0), (6, 1, 1)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("bed-1,2026-03-01T08:30,2026-03-01T09:30", "it overlaps line 2; correct or remove"),
        ("bed-1,2026-03-01T08:00,2026-03-01T09:00", "it repeats line 2; correct or remove"),
        ("bed-1,2026-03-02T08:00,2026-03-02T07:00", "is not after begin .* write the next day"),
        ("bed-7,2026-03-02T08:00,2026-03-02T09:00", "there is no infant 'bed-7' in the store"),
        ("bed-1,2026-03-02T08:00+05:00,2026-03-02T09:00", r"\+05:00 is not the offset of Europe"),
        ("bed-1,2026-10-25T02:30,2026-10-25T04:00", "comes twice on that day"),
        ("bed-1,2026-03-29T02:30,2026-03-29T04:00", "does not exist in Europe/Stockholm"),
        ("bed-1,02/03/2026 08:00,2026-03-02T09:00", "is not a time such as"),
        ("bed-1,2026-12-02T08:00,2026-12-02T09:00", "it lies in the future"),
        ("bed-1,2026-03-02T08:00,2026-03-04T09:00", "it lasts 49 hours"),
        (",2026-03-02T08:00,2026-03-02T09:00", "no infant; write it or remove the line"),
        ("bed-1,2026-03-02T08:00,", "no end; write it or remove the line"),
    ],
)
def test_row_that_cannot_be_used_gives_one_line_with_file_and_line(tmp_path, row, message):
    text = f"infant,begin,end\nbed-1,2026-03-01T08:00,2026-03-01T09:00\n{row}\n"
    (complaint,) = read(tmp_path, text).complaints
    assert str(complaint).startswith(f"{tmp_path / 'log.csv'}:3: ")
    assert "\n" not in str(complaint)
    assert re.search(message, str(complaint))


def test_all_that_is_wrong_is_said_in_order_of_lines(tmp_path):
    log = read(
        tmp_path,
        "infant,begin,end\nbed-7,2026-03-01T08:00,2026-03-01T09:00\n"
        "bed-1,soon,later\nbed-1,2026-03-01T08:00,2026-03-01T09:00,more\n",
    )
    assert [one.line for one in log.complaints] == [2, 3, 4]


def test_whole_day_of_25_hours_is_an_episode(tmp_path):
    text = "infant,begin,end\nbed-1,2026-10-25T00:00,2026-10-25T24:00\n"
    assert hours(read(tmp_path, text)) == [(0, 25, 25)]


@pytest.mark.parametrize("value", ["121", "-1"])
def test_minutes_that_do_not_fit_are_refused(tmp_path, value):
    text = f"infant,begin,contact_min\nbed-1,2026-03-01T08:00,{value}\n"
    (complaint,) = read(tmp_path, text).complaints
    assert "does not fit into 120 minutes" in str(complaint)


def test_header_of_no_kind_is_refused(tmp_path):
    with pytest.raises(InputError, match="the header has to be infant,begin,end or"):
        read(tmp_path, "infant,at\nbed-1,2026-03-01T08:00\n")
