"""What the runner makes of what the guest says, and of a machine that can have no guest."""

import subprocess
import sys

import pytest

from tests.bluez import lines
from tests.tidy.source import ROOT

TIMED_OUT, NEVER_ENDED = 124, 99


def outcome_of(*spoken):
    outcome = lines.Outcome()
    return outcome, [line for line in spoken if outcome.take(line)]


def spoken(capsys, say, *arguments):
    say(*arguments)
    return capsys.readouterr().out.splitlines()


def test_what_the_scenario_says_is_understood(capsys):
    outcome, shown = outcome_of(
        "@guest 4.2 s: Linux 6",
        *spoken(capsys, lines.step, "one"),
        "Traceback",
        *spoken(capsys, lines.passed),
    )
    assert outcome.steps == ["4.2 s: Linux 6", "one"]
    assert len(shown) == 2
    assert outcome.log == ["Traceback"]
    assert outcome.verdict(0, TIMED_OUT, NEVER_ENDED) == ""


def test_failure_with_many_lines_is_one(capsys):
    outcome, _ = outcome_of(*spoken(capsys, lines.failed, ValueError("first\n  second")))
    assert outcome.verdict(1, TIMED_OUT, NEVER_ENDED) == "first second"


@pytest.mark.parametrize(
    ("said", "code", "reason"),
    [
        # A guest that ends well without having said so has tried nothing.
        (["@step one"], 0, "the guest's command ended with 0; the last step was: one"),
        (["@step one", "@passed"], 1, "the guest's command ended with 1; the last step was: one"),
        (["@passed"], NEVER_ENDED, "the guest ended without a word; the last step was: nothing"),
        (["@step one"], TIMED_OUT, "time was up; the last step was: one"),
        (["@passed", "@failed later"], 0, "later"),
    ],
)
def test_all_else_is_a_failure_that_says_where(said, code, reason):
    assert outcome_of(*said)[0].verdict(code, TIMED_OUT, NEVER_ENDED) == reason


def test_runner_on_a_machine_without_what_it_needs_says_so_in_one_line(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "tests.bluez"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("make test-bluez cannot run: needs ")
    assert result.stdout == ""
