"""`pouch export` as a person runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.store import Store
from tests.host.export import made_study as study

ROOT = Path(__file__).parents[2]
RUN = CliRunner()
NOW = ("--now", "2026-10-28T12:00")


@pytest.fixture
def path(tmp_path):
    return study.copied(tmp_path)


def run(*arguments):
    return RUN.invoke(app, ["export", *map(str, arguments)])


def test_tables_of_one_infant_and_some_days_are_written(path, tmp_path):
    found = run(
        path, "--out", tmp_path / "out", "--infant", study.SPRING_BED, "--from", "2026-03-29",
        "--to", "2026-03-29", *NOW, "--json",
    )  # fmt: skip
    assert found.exit_code == 0, found.stderr
    said = json.loads(found.stdout)
    assert said["rows"]["days"] == 1
    assert said["rows"]["minutes"] == 23 * 60
    assert said["query"] == {
        "infants": [study.SPRING_BED],
        "all_infants": False,
        "first_day": "2026-03-29",
        "last_day": "2026-03-29",
        "free_text": False,
        "zone": study.ZONE,
    }
    assert (tmp_path / "out" / "days.csv").read_text().count("\n") == 2


def test_a_key_is_made_and_what_is_small_is_warned_of(path, tmp_path):
    key = tmp_path / "study.key"
    found = run(
        path, "--out", tmp_path / "out", "--deidentify", key, "--shift-dates", "weeks", *NOW
    )
    assert found.exit_code == 0, found.stderr
    assert key.exists()
    assert "keep it apart" in found.stderr
    assert "warning: small cell" in found.stderr
    assert study.SPRING_BED not in (tmp_path / "out" / "infants.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--infant", "bed-99"], "there is no infant 'bed-99'"),
        (["--from", "2026-04-01", "--to", "2026-03-01"], "no day is between"),
        (["--format", "excel"], "--format excel: choose csv, parquet"),
        (["--shift-dates", "weeks"], "needs the key of --deidentify"),
        (["--deidentify", "{out}/study.key"], "keep the key out of"),
        (["--deidentify", "{path}"], "not a study key"),
    ],
)
def test_what_cannot_be_is_said_in_a_line_and_leaves_nothing(path, tmp_path, arguments, words):
    out = tmp_path / "out"
    given = [one.format(out=out, path=path) for one in arguments]
    found = run(path, "--out", out, *given, *NOW)
    assert found.exit_code == 1
    assert words in found.stderr
    assert found.stderr.count("\n") == 1
    assert not out.exists()
    assert not out.with_name("out.partial").exists()


@pytest.mark.parametrize("out", ["", ".", "/"])
def test_a_folder_without_a_name_is_refused(path, out):
    found = run(path, "--out", out, *NOW)
    assert found.exit_code == 1
    assert "name a folder that is not there yet" in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_link_to_nowhere_is_said_before_anything_is_made(path, tmp_path):
    out = tmp_path / "out"
    out.symlink_to("nowhere")
    found = run(path, "--out", out, *NOW)
    assert found.exit_code == 1
    assert f"{out} exists already" in found.stderr
    assert not out.with_name("out.partial").exists()


def test_a_day_that_is_none_is_a_slip_of_the_keyboard(path, tmp_path):
    assert run(path, "--out", tmp_path / "out", "--from", "yesterday").exit_code == 2


def test_a_store_that_is_not_there_is_named(tmp_path):
    found = run(tmp_path / "no.sqlite", "--out", tmp_path / "out")
    assert found.exit_code == 1
    assert "no.sqlite" in found.stderr


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is another thing elsewhere")
def test_ctrl_c_ends_it_and_it_goes_on(path, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "pouch_host", "export", str(path), "--out", str(out), *NOW]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    plan = out.with_name("out.partial") / "plan.json"
    until_s = time.monotonic() + 60
    while not plan.exists() and process.poll() is None and time.monotonic() < until_s:
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "go on with --resume" in said
    assert "Traceback" not in said
    assert not out.exists()
    found = run(path, "--out", out, "--resume", *NOW)
    assert found.exit_code == 0, found.stderr
    assert (out / "days.csv").exists()
    assert not plan.exists()


def _site(store):
    store.site.change(name="NA", when_utc_s=study.NOW_UTC_S, who=study.NURSES[0])


def _infant(store):
    store.ensure_infant("NA")


def _nurse(store):
    store.handovers.hand_over(
        study.AUTUMN_BED, "mother", when_utc_s=study.at(study.AUTUMN_HOUR + 1), who="NA"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_site, "site 'NA': programs read it as no value"),
        (_infant, "infant 'NA': programs read it as no value"),
        (_nurse, "column who: somebody wrote 'NA'"),
    ],
)
def test_what_reads_as_no_value_is_refused(path, tmp_path, change, words):
    with Store.open(path) as store:
        change(store)
    found = run(path, "--out", tmp_path / "out", *NOW)
    assert found.exit_code == 1
    assert words in found.stderr
    assert found.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
