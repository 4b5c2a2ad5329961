"""`pouch band update`: what it says, how it ends, and that Ctrl-C costs nothing."""

import asyncio
import io
import signal

import pytest

from pouch_host import cli_band_update
from tests.host.band_cli import AIR, LABEL, as_on_a_board, desk
from tests.host.collect.cable_band import KEY, PORT, tiny_update

__all__ = ["as_on_a_board", "desk"]


@pytest.fixture
def file(desk, tmp_path):
    """Return an update for the band, whose key its owner has."""
    desk.owns_key(KEY)
    path = tmp_path / "new.pouch"
    path.write_bytes(tiny_update())
    return path


def test_update_that_proves_itself_is_told_step_by_step(desk, file):
    result = desk.run("update", file)
    assert result.exit_code == 0
    sent, *rest = result.stderr.splitlines()
    assert sent == (
        f"band {LABEL}: has it and starts again; it has ten minutes to prove itself"
        " (Ctrl-C does not disturb it)"
    )
    assert rest == [
        f"band {LABEL}: 0.2.0 has started, on trial",
        f"band {LABEL}: runs 0.2.0, which has proved itself",
    ]
    assert desk.json("info")["firmware"] == "0.2.0"


def test_update_for_machines_is_one_document(desk, file):
    assert desk.json("update", file) == {
        "band": LABEL,
        "version": "0.2.0",
        "outcome": "confirmed",
    }


def test_update_that_was_given_up_fails_naming_both(desk, file):
    desk.band.healthy = False
    line = desk.error("update", file)
    assert line == (
        f"band {LABEL}: 0.2.0 did not start well three times and was given up:"
        " the band runs the version it had"
    )
    assert desk.json("info")["firmware"] == "0.1.0"


def test_update_that_does_not_wait_says_how_to_see_what_runs(desk, file):
    result = desk.run("update", file, "--no-wait")
    assert result.exit_code == 0
    assert "has 0.2.0 and starts it, on trial; 'pouch band info' tells" in result.stderr
    assert desk.band.slot == ("a", True)


def test_update_whose_end_is_never_heard_says_so(desk, file):
    def go_deaf(_event, _version):
        desk.band.deaf = True

    desk.band._update._on_event = go_deaf
    result = desk.run("update", file)
    assert result.exit_code == 0
    assert "has said nothing of 0.2.0 yet" in result.stderr


def test_same_version_is_sent_only_again(desk, file):
    file.write_bytes(tiny_update(version=(0, 1, 0)))
    result = desk.run("update", file)
    assert result.exit_code == 0
    assert result.stderr == (f"band {LABEL}: runs 0.1.0 already (--again sends it all the same)\n")
    assert desk.band.slot == ("-", False)
    assert desk.json("update", file, "--again")["outcome"] == "confirmed"
    assert desk.band.slot == ("a", False)


def test_update_goes_by_radio_too(desk, file):
    result = desk.run("update", file, "--no-wait", by=AIR)
    assert result.exit_code == 0, result.stderr
    desk.band._restart_due = False
    assert desk.band.slot == ("a", True)


def test_line_that_breaks_is_told_and_the_update_goes_on(desk, file):
    desk.band.cut_after = 2500
    result = desk.run("update", file)
    assert result.exit_code == 0
    assert "the line broke: connecting again" in result.stderr
    assert "runs 0.2.0, which has proved itself" in result.stderr


def test_ctrl_c_says_where_it_stopped_and_the_same_command_goes_on_there(desk, file):
    # A real signal: it must not end the process before the line was given back.
    desk.band.cut_after, desk.band.on_cut = 2500, lambda: signal.raise_signal(signal.SIGINT)
    result = desk.run("update", file)
    assert result.exit_code == 130
    said = result.stderr
    assert f"band {LABEL}: stopped at " in said
    percent = int(said.partition("stopped at ")[2].split()[0])
    assert 20 < percent < 80
    assert "the same command goes on there" in said
    assert "Traceback" not in said
    before = desk.band.heard_bytes
    assert desk.json("update", file)["outcome"] == "confirmed"
    total = len(file.read_bytes())
    assert desk.band.heard_bytes - before < total * (100 - percent) / 100 + 1500


def test_ctrl_c_while_it_waits_says_that_the_band_goes_on(desk, file, monkeypatch):
    wait = asyncio.sleep

    async def interrupted(delay_s):
        if delay_s > 1:
            signal.raise_signal(signal.SIGINT)
        await wait(delay_s)

    monkeypatch.setattr(asyncio, "sleep", interrupted)
    result = desk.run("update", file)
    assert result.exit_code == 130
    assert f"band {LABEL}: goes on by itself; 'pouch band info' tells" in result.stderr
    assert desk.band.slot == ("a", True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not an update for a band"),
        (b"PK\x03\x04" * 100, "not an update for a band"),
        (tiny_update()[:-1], "damaged in pouch_protocol/__init__.mpy"),
    ],
)
def test_file_that_is_no_update_is_refused_before_a_port_is_opened(desk, file, data, words):
    file.write_bytes(data)
    assert words in desk.error("update", file)
    assert desk.band.heard_bytes == 0


def test_file_for_another_board_names_both(desk, file):
    file.write_bytes(tiny_update(board="pico_w"))
    desk.board = "xiao_esp32c3"
    line = desk.error("update", file)
    assert line == f"new.pouch is for pico_w, and on {PORT} is xiao_esp32c3: nothing was sent"
    assert desk.band.heard_bytes == 0
    desk.board = None
    line = desk.error("update", file)
    assert line == (
        f"new.pouch is for pico_w, and on band {LABEL} is xiao_esp32c3: nothing was sent"
    )


def test_without_the_right_key_not_a_byte_of_it_is_sent(desk, file):
    desk.owns_key(b"k" * 16)
    line = desk.error("update", file)
    assert line.startswith(f"band {LABEL}: it has a key that this computer has not")
    assert desk.band.slot == ("-", False)


def test_bar_is_shown_on_a_screen_only(monkeypatch):
    class Screen(io.StringIO):
        def isatty(self):
            return True

    for made, shown, expected in ((Screen, True, True), (Screen, False, False)):
        stream = made()
        monkeypatch.setattr("sys.stderr", stream)
        with cli_band_update._progress(1000, shown=shown) as on_progress:
            on_progress(500)
        assert ("0.5/1.0 kB" in stream.getvalue()) == expected
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with cli_band_update._progress(1000, shown=True) as on_progress:
        on_progress(500)
    assert stream.getvalue() == ""
