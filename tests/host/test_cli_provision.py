"""`pouch provision`: a bare band becomes a band of this ward, whatever interrupts it."""

import json
import signal

import pytest

from pouch_host import cli_band_reach, cli_label
from pouch_host.key_files import key_text
from pouch_host.label_picture import LabelPicture
from pouch_protocol import cable
from pouch_protocol import constants as c
from tests.host.band_cli import LABEL, as_on_a_board, desk
from tests.host.collect.cable_band import KEY, PORT
from tests.host.collect.fake_band import NOW_UTC_S

__all__ = ["as_on_a_board", "desk"]

FAREWELL = len(cable.wrap_text(cable.FAREWELL))
PERHAPS = "it has its key and perhaps its settings, and not the time yet"
BOTH = "both are tried from now on, and the same command finds out"
BLINDED = ("--blinded", "--plan", "slow")


@pytest.fixture
def bare(desk):
    """Return a desk with a band that nobody has given a key."""
    desk.has_band(key=None)
    return desk


def provision(desk, *options, **more):
    return desk.pouch("provision", "--port", PORT, *options, **more)


def check_is_ready(desk, *, blinded=False):
    """See that the band has its key, its settings and the time."""
    assert desk.band.settings.key == desk.key_in()
    assert desk.key_in(".key.new") is None
    assert desk.band.settings.blinded is blinded
    assert desk.band.told_utc_s == pytest.approx(NOW_UTC_S, abs=1)


def test_bare_band_gets_its_key_its_settings_the_time_and_a_label(bare, tmp_path):
    path = tmp_path / "label.svg"
    result = provision(bare, *BLINDED, "--label", path)
    assert result.exit_code == 0, result.output
    check_is_ready(bare, blinded=True)
    assert bare.band.settings.plan == c.PLAN_SLOW
    assert bare.band.boots == 2
    key = bare.key_in()
    assert path.read_bytes() == LabelPicture(LABEL, key).svg()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "watch the band" in result.stderr
    assert f"band {LABEL}: ready; has a new key, which is in {bare.keys / LABEL}.key" in (
        result.stderr
    )
    assert f"band {LABEL}: label with its key in {path}: print it" in result.stderr
    assert "Blinded yes" in " ".join(result.stdout.split())
    assert result.stdout.splitlines()[-1] == LABEL
    # What goes into a pipe ends in a log: no key, in no form.
    assert key.hex() not in result.output.lower()
    assert "█" not in result.output


def test_at_a_screen_the_code_is_shown_and_only_there(bare, monkeypatch):
    monkeypatch.setattr(cli_label, "_is_screen", lambda: True)
    result = provision(bare)
    assert result.exit_code == 0
    for line in LabelPicture(LABEL, bare.key_in()).lines():
        assert line in result.stdout
    assert bare.key_in().hex() not in result.output.lower()


def test_for_machines_it_is_one_document_without_the_key(bare, tmp_path):
    path = tmp_path / "label.png"
    result = provision(bare, "--json", "--label", path, "--target", "10:00")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["self_test"]["passed"] is True
    assert found["settings"]["target"] == "10:00"
    del found["self_test"], found["settings"]
    assert found == {
        "band": LABEL,
        "board": "xiao_esp32c3",
        "firmware": "0.1.0",
        "key_file": str(bare.keys / f"{LABEL}.key"),
        "key_is_new": True,
        "time_is_told": True,
        "label_file": str(path),
    }
    assert bare.key_in().hex() not in result.output.lower()


def test_band_that_takes_its_time_to_start_again_is_told_the_time_after_that(bare):
    # On an ESP32 the port outlives the restart, and the band may answer once more before it.
    restart = bare.band.restart
    asked = []

    def later():
        asked.append(1)
        if len(asked) == 3:
            restart()

    bare.band.restart = later
    assert provision(bare, *BLINDED).exit_code == 0
    check_is_ready(bare, blinded=True)
    assert bare.band.boots == 2


def test_band_that_starts_again_in_the_middle_of_a_word_is_waited_for(bare):
    restart = bare.band.restart

    def in_mid_word():
        bare.band.restart = restart
        bare.band.heard_bytes, bare.band.cut_after, bare.band.on_cut = 0, 40, cut

    def cut():
        bare.band.on_cut = None
        restart()

    bare.band.restart = in_mid_word
    result = provision(bare, *BLINDED)
    assert result.exit_code == 0, result.output
    check_is_ready(bare, blinded=True)
    assert bare.band.boots == 2


def test_band_that_does_not_start_again_is_told_of(bare):
    bare.band.restart = lambda: None
    result = provision(bare, *BLINDED)
    assert bare.error_of(result) == f"band {LABEL}: has not started again: restart it"
    assert PERHAPS in result.stderr


def test_without_settings_a_band_need_not_start_again(bare):
    assert provision(bare).exit_code == 0
    check_is_ready(bare)
    assert bare.band.boots == 1


def test_the_same_again_changes_nothing_and_makes_the_same_label(bare, tmp_path):
    path = tmp_path / "label.png"
    options = (*BLINDED, "--label", path)
    assert provision(bare, *options).exit_code == 0
    key, data, boots = bare.key_in(), path.read_bytes(), bare.band.boots
    result = provision(bare, *options)
    assert result.exit_code == 0, result.output
    assert f"band {LABEL}: ready; has its key from before, in" in result.stderr
    assert (bare.key_in(), path.read_bytes(), bare.band.boots) == (key, data, boots)


def test_band_whose_key_came_from_the_environment_has_it_in_its_file_then(desk):
    result = provision(desk, env={"POUCH_KEY": KEY.hex()})
    assert result.exit_code == 0, result.output
    assert desk.key_in() == KEY


def test_band_with_a_broken_part_gets_no_key(bare):
    bare.band.failed = c.SELF_TEST_TOUCH | c.SELF_TEST_KEY
    result = provision(bare)
    assert bare.error_of(result) == f"band {LABEL}: failed: touch"
    assert f"band {LABEL}: stopped: nothing was changed on it" in result.stderr
    assert "check the electrodes" in " ".join(result.stdout.split())
    assert bare.band.settings.key is None
    assert not bare.keys.exists()


def test_missing_key_is_no_broken_part(bare):
    bare.band.failed = c.SELF_TEST_KEY
    assert provision(bare).exit_code == 0


@pytest.mark.parametrize(("answer", "exit_code"), [("y\n", 0), ("n\n", 1)])
def test_whoever_is_there_is_asked_of_light_and_motor(bare, monkeypatch, answer, exit_code):
    monkeypatch.setattr(cli_band_reach, "_somebody_is_there", lambda: True)
    result = provision(bare, input=answer)
    assert result.exit_code == exit_code
    assert ("failed: light or motor" in result.stderr) == bool(exit_code)
    assert (bare.band.settings.key is None) == bool(exit_code)


def test_lost_key_needs_a_hand_at_the_button(desk):
    result = provision(desk)
    assert "hold its button for ten seconds" in desk.error_of(result)
    assert f"band {LABEL}: stopped: nothing was changed on it" in result.stderr
    assert desk.band.settings.key == KEY
    assert list(desk.keys.iterdir()) == []
    desk.band.gesture()
    assert provision(desk).exit_code == 0
    check_is_ready(desk)
    assert desk.key_in() != KEY


@pytest.mark.parametrize(
    ("clock_utc_s", "words"),
    [(1_000_000.0, "which cannot be"), (NOW_UTC_S - 3.2e7, "band P-0012")],
)
def test_wrong_clock_is_told_to_nobody_and_said(bare, tmp_path, clock_utc_s, words):
    bare.band.was_told(NOW_UTC_S)
    bare.now_utc_s = clock_utc_s
    path = tmp_path / "label.svg"
    result = provision(bare, "--label", path)
    line = bare.error_of(result)
    assert line.startswith(f"band {LABEL}: was not told the time: this computer's clock says")
    assert words in line
    assert "set the right one, or say --trust-clock" in line
    assert "it has its key and its settings, and not the time yet" in result.stderr
    assert bare.band.told_utc_s == NOW_UTC_S
    assert not path.exists()
    # The clock is put right, and the same goes on.
    bare.now_utc_s = NOW_UTC_S + 2
    assert provision(bare, "--label", path).exit_code == 0
    assert path.exists()
    assert bare.band.told_utc_s == pytest.approx(NOW_UTC_S + 2, abs=1)


def test_clock_that_a_person_vouches_for_is_told(bare):
    bare.band.was_told(NOW_UTC_S - 3.2e7)
    assert provision(bare, "--trust-clock").exit_code == 0
    check_is_ready(bare)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--label", "label.txt"), "neither a .svg nor a .png file"),
        (("--label", "no-such-folder/label.svg"), "there is no folder"),
        (("--quiet", "late"), "is not a time"),
        (("--interval", "5"), "greater than or equal to 10"),
    ],
)
def test_wrong_words_are_a_usage_error_before_a_port_is_opened(bare, options, words):
    result = provision(bare, *options)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert bare.band.heard_bytes == 0


def test_label_never_takes_the_place_of_another_file(bare, tmp_path):
    path = tmp_path / "thesis.svg"
    path.write_text("years of work")
    result = provision(bare, "--label", path)
    assert f"{path}: holds something else" in bare.error_of(result)
    assert path.read_text() == "years of work"
    assert "the same command prints its label" in result.stderr
    check_is_ready(bare)


@pytest.mark.parametrize("ctrl_c", [False, True])
def test_whatever_byte_it_ends_at_is_explained_and_the_same_command_goes_on(bare, ctrl_c):
    # Method: count the bytes of a run without a fault; end it after each seventeenth of them.
    desk = bare
    provision(desk, *BLINDED)
    total = desk.band.heard_bytes - FAREWELL
    states = set()
    for cut_after in range(1, total, 17):
        desk.band.close()
        desk.has_band(key=None)
        for path in desk.keys.iterdir():
            path.unlink()
        desk.band.cut_after = cut_after
        desk.band.on_cut = (lambda: signal.raise_signal(signal.SIGINT)) if ctrl_c else None
        result = provision(desk, *BLINDED)
        if result.exit_code == 0:
            # The end of a farewell between two of its connections is nobody's trouble.
            check_is_ready(desk, blinded=True)
            continue
        assert result.exit_code == (130 if ctrl_c else 1), (cut_after, result.output)
        (state,) = [line for line in result.stderr.splitlines() if ": stopped: " in line]
        states.add(state.partition(": stopped: ")[2].replace(str(desk.keys), "KEYS"))
        assert desk.band.settings.key in (None, desk.key_in(), desk.key_in(".key.new"))
        assert "Traceback" not in result.output
        result = provision(desk, *BLINDED)
        assert result.exit_code == 0, (cut_after, result.output)
        check_is_ready(desk, blinded=True)
    assert sorted(states) == [
        "it has its key and its settings, and not the time yet; the same command goes on there",
        "it has its key and nothing else yet; the same command goes on there",
        f"{PERHAPS}; the same command goes on there",
        f"it may have the key in KEYS/{LABEL}.key.new now or the one that it had: {BOTH}",
        "nothing was changed on it",
    ]


def test_lost_answer_to_the_first_key_is_found_out_by_the_same_command(bare):
    bare.band.lose_reply_to = c.OP_SET_KEY
    result = provision(bare)
    assert result.exit_code == 1
    drawn = bare.key_in(".key.new")
    assert bare.band.settings.key == drawn
    assert provision(bare).exit_code == 0
    check_is_ready(bare)
    assert bare.key_in() == drawn


def test_other_band_that_is_plugged_in_meanwhile_gets_nothing(bare, monkeypatch):
    test = bare.band.handle
    asked = []

    def swapped(request, trusted, local):
        reply = test(request, trusted, local)
        asked.append(request.opcode)
        info = bare.band.info()
        bare.band.info = lambda: info | {"band_id": 7}
        return reply

    bare.band.handle = swapped
    line = bare.error_of(provision(bare))
    assert line == (
        f"band P-00000007: is on the cable now instead of {LABEL}: run the same command again"
    )
    assert asked == [c.OP_SELF_TEST]


def test_label_of_a_provisioned_band_lets_another_computer_in(bare, tmp_path):
    provision(bare)
    other = tmp_path / "other"
    text = key_text(LABEL, bare.key_in())
    result = bare.pouch("keys", "--keys", other, "add", input=text.lower() + "\n")
    assert result.exit_code == 0
    assert bare.json("--keys", other, "info")["key"] == "proved"
