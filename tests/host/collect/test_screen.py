"""What `pouch collect` shows of a ward: a table on a terminal, plain lines or a log elsewhere."""

import io
import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from pouch_host.cli_log import LogLevel, log_lines
from pouch_host.collect.collector import Round
from pouch_host.collect.healing import Step
from pouch_host.collect.pull import PullResult
from pouch_host.collect.status import WardStatus
from pouch_host.collect_screen import CollectScreen, duration, status_table
from pouch_host.store import Store
from tests.host import ward

NOW_UTC_S = 1_790_000_000.0
LABEL = ward.BAND_LABEL
RESULT = PullResult(ward.BAND_ID, 12, 0, 0, corrupt_count=2, damaged_count=0)


@pytest.fixture
def status(tmp_path):
    with Store.open(tmp_path / "ward.db") as opened:
        opened.record_contact(ward.BAND_ID, NOW_UTC_S - 130, battery_mv=3700)
        yield WardStatus(opened, lambda: NOW_UTC_S)


def shown(status):
    """Return the lines of the table."""
    file = io.StringIO()
    Console(file=file, width=160).print(status_table(status, NOW_UTC_S))
    return [line.strip() for line in file.getvalue().splitlines() if line.strip()]


def row(status, label=LABEL):
    (line,) = [line for line in shown(status) if line.startswith(label)]
    return " ".join(line.split())


def test_band_of_before_shows_its_last_contact_and_battery(status):
    assert row(status) == f"{LABEL} 2 min ago 3.70 V - 0 not heard yet"


def test_band_that_was_read_shows_what_it_brought_and_when_it_is_next(status):
    status.note_read(LABEL, RESULT, 270.0)
    assert row(status) == f"{LABEL} 2 min ago 3.70 V 12 0 read again in 4 min"


def test_band_that_fails_stands_first_with_its_reason_and_next_try(status):
    status.note_read("P-00000001", PullResult(1, 3, 7, 0, 0, 0), 0.0)
    status.note_failed(LABEL, "silent", f"band {LABEL}: nothing came", 3, 210.0)
    bands = [line.split()[0] for line in shown(status) if line.startswith("P-")]
    assert bands == [LABEL, "P-00000001"]
    assert row(status).endswith("failed 3 times: nothing came; next try in 3 min")
    assert row(status, "P-00000001").endswith("3 7 read again when it is heard")


def test_band_that_never_said_anything_is_not_known(status):
    status.note_failed("AA:01", "lost", "it ended", 1, 0.0)
    assert row(status, "AA:01") == (
        "AA:01 not yet not known - 0 failed once: it ended; next try when it is heard"
    )


def test_table_says_what_is_wrong_with_the_adapter_and_who_was_left_alone(status):
    status.note_adapter_failed("Bluetooth adapter: not there")
    status.note_step(Step.RESET)
    status.stranger_count = 1
    assert shown(status)[-3:] == [
        "Bluetooth adapter: not there",
        "1 band heard that this computer has no key for",
        "resets of the Bluetooth adapter: 1",
    ]


def test_table_says_what_speaks_against_the_clock_and_what_to_do(status):
    status.clock_doubt = "this computer's clock says 2027, and band P-00000001 2026"
    assert " ".join(shown(status)).endswith(
        " this computer's clock says 2027, and band P-00000001 2026: no band is told the time;"
        " set the clock, or say --trust-clock"
    )
    status.clock_doubt = ""
    assert shown(status)[-1] == "Ctrl-C ends it in order"


def screen_text(status, *, terminal, **options):
    """Let a screen tell of a round; return all that was written."""
    file = io.StringIO()
    console = Console(file=file, width=160, force_terminal=terminal, color_system=None)
    with CollectScreen(status, lambda: NOW_UTC_S, console=console, **options) as screen:
        status.note_read(LABEL, RESULT, 270.0)
        screen.tell(Round(pulls=[RESULT], failures=["AA:01: timed out"], notes=["a note"]))
    return file.getvalue()


def test_screen_in_a_pipe_is_plain_lines(status):
    assert screen_text(status, terminal=False, live=True).splitlines() == [
        f"band {LABEL}: 12 new records",
        f"band {LABEL}: 2 records damaged in its flash",
        "not read: AA:01: timed out",
        "a note",
    ]


def test_screen_beside_a_log_says_only_what_the_log_does_not(status):
    assert screen_text(status, terminal=False, live=True, plain=False).splitlines() == ["a note"]


def test_screen_on_a_terminal_is_a_table_and_leaves_its_last_state(status):
    text = screen_text(status, terminal=True, live=True)
    assert "12 new records" not in text
    assert "a note" in text
    assert "read again in 4 min" in text.rpartition("Collecting")[2]


def test_screen_of_a_single_round_is_plain_lines_on_a_terminal_too(status):
    text = screen_text(status, terminal=True, live=False)
    assert "12 new records" in text
    assert "Collecting" not in text


@pytest.mark.parametrize(
    ("for_s", "text"),
    [(-5, "0 s"), (59.9, "59 s"), (61, "1 min"), (7199, "1 h"), (200_000, "2 d")],
)
def test_duration_is_in_its_largest_unit(for_s, text):
    assert duration(for_s) == text


def test_log_lines_have_their_time_with_offset_and_come_from_their_level_on():
    lines = []
    log = logging.getLogger("pouch_host.test")
    with log_lines(LogLevel.WARNING, ZoneInfo("Asia/Karachi"), lines.append):
        log.info("not this")
        log.warning("band %s: it ended", LABEL)
    log.warning("nor this")
    (line,) = lines
    time, _, rest = line.partition(" ")
    assert rest == f"WARNING pouch_host.test: band {LABEL}: it ended"
    assert time.endswith("+05:00")
    moment = datetime.fromisoformat(time)
    assert abs((moment - datetime.now(UTC)).total_seconds()) < 60
