"""Copies of a store: whole or not at all, whatever happens meanwhile, and put back likewise."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pouch_host.cli_collect import collect_into
from pouch_host.errors import InputError, StoreError
from pouch_host.store import Store, restore
from pouch_host.store.backup import check_copy, copy_store
from pouch_host.store.restore import is_in_use, restore_in_use, restore_store
from pouch_host.store.schema import SCHEMA_VERSION
from tests.host.collect.fake_band import (
    KNOWN,
    FakeAdapter,
    FakeLink,
    ListSource,
    in_simulated_time,
    made_records,
)
from tests.host.collect.fake_band import LOG_ID as FAKE_LOG_ID
from tests.host.store.plain_records import BAND_ID, LOG_ID, add

ROOT = Path(__file__).parents[3]


def quiet(_share):
    """Take no notice of progress."""


def made(path, count):
    """Make a store of so many records; return what it holds."""
    with Store.open(path) as store:
        add(store, 0, count)
        return store.content_digest()


def digest(path):
    with Store.open(path, create=False) as store:
        return store.content_digest()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def no_file_larger(size_bytes):
    """Let no file of this process grow beyond a size, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def program_that_writes(path):
    """Run a program that adds to a store all the time; hand out what it says."""
    places = [str(ROOT / name) for name in ("protocol", "host", "sim", ".")]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.host.store.writing_store", str(path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(places)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout
    finally:
        process.kill()
        process.communicate()


def test_copy_holds_what_the_store_holds_and_leaves_nothing_beside_it(path):
    before = made(path, 100)
    copied = copy_store(path, path.with_name("copy.db"), quiet)
    assert digest(copied.path) == digest(path) == before
    assert copied.size_bytes == copied.path.stat().st_size
    assert copied.schema_version == SCHEMA_VERSION
    assert names(path.parent) == ["copy.db", path.name]


def test_copy_of_a_store_that_another_process_writes_to_is_one_moment_of_it(path):
    # Goal: what was durable when the copy began is in it, and what it holds is whole.
    # Method: a copy in many small steps, between which the other process goes on.
    with program_that_writes(path) as said:
        while (durable := int(said.readline())) < 20_000:
            pass
        shares, meanwhile = [], []

        def note(share):
            shares.append(share)
            meanwhile.append(int(said.readline()))

        copied = copy_store(path, path.with_name("copy.db"), note)
    with Store.open(copied.path, create=False) as store:
        ((first, last),) = store.held_ranges(BAND_ID, LOG_ID)
        assert first == 0
        assert durable <= last
        assert sum(one.record_count for one in store.segments(BAND_ID)) == last + 1
        assert not store.records(BAND_ID).problems
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    # It was written to while it was copied, or this has shown nothing.
    assert meanwhile[-1] > durable


def test_copy_in_many_steps_is_not_begun_again_by_a_writer(path, monkeypatch):
    monkeypatch.setattr("pouch_host.store.backup._STEP_PAGES", 5)
    made(path, 3000)
    with Store.open(path) as writer:
        added = []

        def write(_share):
            added.append(add(writer, 3000 + 10 * len(added), 10))

        copied = copy_store(path, path.with_name("copy.db"), write)
    assert len(added) > 3
    with Store.open(copied.path) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 2999)]


def test_copy_over_an_older_one_replaces_it_only_when_it_is_whole(path):
    made(path, 10)
    target = path.with_name("copy.db")
    copy_store(path, target, quiet)
    older = target.read_bytes()

    def interrupt(_share):
        assert target.read_bytes() == older
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(path, target, interrupt)
    assert target.read_bytes() == older
    assert names(path.parent) == ["copy.db", path.name]


def test_copy_on_a_full_disk_says_so_and_leaves_nothing(path, tmp_path):
    made(path, 3000)
    folder = tmp_path / "full"
    folder.mkdir()
    with no_file_larger(40_000), pytest.raises(InputError) as error:
        copy_store(path, folder / "copy.db", quiet)
    assert "the disk is full" in str(error.value)
    assert names(folder) == []


def test_copy_that_a_power_cut_left_behind_is_overwritten_by_the_next(path):
    made(path, 10)
    left = path.with_name(".copy.db.part")
    left.write_bytes(bytes(100_000))
    copy_store(path, path.with_name("copy.db"), quiet)
    assert names(path.parent) == ["copy.db", path.name]
    assert digest(path.with_name("copy.db")) == digest(path)


def test_second_copy_to_the_same_file_at_a_time_is_refused(path):
    made(path, 10)
    target = path.with_name("copy.db")

    def again(_share):
        with pytest.raises(InputError, match="another copy is being made"):
            copy_store(path, target, quiet)

    copy_store(path, target, again)
    assert digest(target) == digest(path)


def test_copy_onto_the_store_itself_is_refused(path):
    before = made(path, 10)
    with pytest.raises(InputError, match="is the store itself"):
        copy_store(path, path, quiet)
    assert digest(path) == before


def test_copy_of_no_file_or_of_no_store_is_one_line_and_makes_nothing(path):
    with pytest.raises(InputError, match="no such file"):
        copy_store(path, path.with_name("copy.db"), quiet)
    path.write_text("a letter")
    with pytest.raises(StoreError, match=r"cannot be copied|no Pouch store"):
        copy_store(path, path.with_name("copy.db"), quiet)
    assert names(path.parent) == [path.name]


def test_copy_of_a_damaged_store_is_refused(path):
    # Goal: no rotation throws good backups away for a bad one.
    made(path, 3000)
    with path.open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match="damaged"):
        copy_store(path, path.with_name("copy.db"), quiet)
    assert names(path.parent) == [path.name]


def test_copy_can_be_checked_on_a_disk_that_is_read_only(path):
    made(path, 10)
    copied = copy_store(path, path.with_name("copy.db"), quiet)
    copied.path.chmod(0o400)
    assert check_copy(copied.path, name="copy") == SCHEMA_VERSION
    assert names(path.parent) == ["copy.db", path.name]


@pytest.fixture
def backup(path, tmp_path):
    """Return a backup of 100 records of a store that holds 150 by now."""
    made(path, 100)
    copied = copy_store(path, tmp_path / "backup.db", quiet)
    with Store.open(path) as store:
        add(store, 100, 50)
    return copied.path


def test_restore_puts_the_copy_in_place_and_keeps_what_was_there(path, backup):
    before = digest(path)
    kept_as = path.with_name("kept.db")
    restore_store(backup, path, kept_as, quiet)
    with Store.open(path) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 99)]
        with store._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert digest(kept_as) == before
    assert names(path.parent) == ["backup.db", "kept.db", path.name]


def test_restore_where_nothing_is_makes_a_store(path, backup):
    path.unlink()
    restore_store(backup, path, path.with_name("kept.db"), quiet)
    assert digest(path) == digest(backup)
    assert names(path.parent) == ["backup.db", path.name]


@pytest.mark.parametrize("spoil", ["empty", "letter", "torn"])
def test_restore_over_a_damaged_store_keeps_that_too(path, backup, spoil):
    whole = path.read_bytes()
    path.write_bytes({"empty": b"", "letter": b"a letter", "torn": whole[:5000]}[spoil])
    spoilt = path.read_bytes()
    restore_store(backup, path, path.with_name("kept.db"), quiet)
    assert digest(path) == digest(backup)
    assert path.with_name("kept.db").read_bytes() == spoilt


def test_restore_after_a_crash_keeps_what_was_only_in_the_log(path, backup):
    # Goal: a log that is left over is neither lost nor played into the restored file.
    with program_that_writes(path) as said:
        last = [int(said.readline()) for _ in range(5)][-1]
    assert path.with_name(f"{path.name}-wal").exists()
    restore_store(backup, path, path.with_name("kept.db"), quiet)
    with Store.open(path) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 99)]
    with Store.open(path.with_name("kept.db")) as store:
        assert store.held_ranges(BAND_ID, LOG_ID)[0][1] >= last


def test_restore_over_a_store_that_is_in_use_is_refused_and_disturbs_nobody(path, backup):
    with Store.open(path) as store:
        assert is_in_use(path)
        before = store.content_digest()
        with pytest.raises(InputError, match=r"in use by another program.*end it first"):
            restore_store(backup, path, path.with_name("kept.db"), quiet)
        add(store, 150, 10)
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 159)]
        assert before != store.content_digest()
    assert not is_in_use(path)
    assert names(path.parent) == ["backup.db", path.name]


def test_restore_in_use_swaps_the_rows_under_who_has_it_open(path, backup):
    kept_as = path.with_name("kept.db")
    with Store.open(path) as store:
        before = store.content_digest()
        restore_in_use(backup, path, kept_as, quiet)
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 99)]
        add(store, 100, 10)
    assert digest(kept_as) == before
    with Store.open(path) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 109)]


def test_restore_into_a_store_that_somebody_keeps_locked_gives_up(path, backup, monkeypatch):
    monkeypatch.setattr(restore, "_BUSY_S", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="keeps the store locked"):
            restore_in_use(backup, path, path.with_name("kept.db"), quiet)


def _torn(whole):
    return whole[: len(whole) // 2]


def _flipped(whole):
    # In the first page's list of tables and in whatever lies in the middle.
    spoilt = bytearray(whole)
    for at in range(100, len(spoilt), 997):
        spoilt[at] ^= 0xFF
    return bytes(spoilt)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_torn, "damaged"),
        (lambda whole: whole[:-4096], "damaged"),
        (lambda whole: whole[:100], "damaged"),
        (_flipped, "damaged"),
        (lambda _: b"", "not a Pouch store"),
        (lambda _: b"a letter " * 1000, "no Pouch store"),
    ],
    ids=["half", "page", "header", "bits", "empty", "letter"],
)
def test_torn_backup_is_refused_and_the_store_untouched(path, backup, spoil, words):
    before = path.read_bytes()
    backup.write_bytes(spoil(backup.read_bytes()))
    for put_back in (restore_store, restore_in_use):
        with pytest.raises(StoreError, match=words) as error:
            put_back(backup, path, path.with_name("kept.db"), quiet)
        assert "\n" not in str(error.value)
    assert path.read_bytes() == before
    assert names(path.parent) == ["backup.db", path.name]


def test_backup_of_a_newer_program_is_refused(path, backup):
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer Pouch"):
        restore_store(backup, path, path.with_name("kept.db"), quiet)
    assert path.read_bytes() == before


@pytest.mark.parametrize("put_back", [restore_store, restore_in_use])
def test_restore_on_a_full_disk_or_interrupted_leaves_the_store_as_it_was(path, backup, put_back):
    before = digest(path)
    with no_file_larger(4096), pytest.raises((InputError, StoreError)):
        put_back(backup, path, path.with_name("kept.db"), quiet)

    def interrupt(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put_back(backup, path, path.with_name("kept.db"), interrupt)
    assert digest(path) == before
    assert names(path.parent) == ["backup.db", path.name]


def test_restore_does_not_overwrite_what_an_earlier_one_kept(path, backup):
    path.with_name("kept.db").write_text("kept before")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"kept\.db exists already"):
        restore_store(backup, path, path.with_name("kept.db"), quiet)
    assert path.with_name("kept.db").read_text() == "kept before"
    assert digest(path) != digest(backup)
    assert len(path.read_bytes()) == len(before)


def test_bands_bring_again_what_they_recorded_since_the_backup(path, tmp_path):
    # Goal: a restore costs no record that a band still holds.
    def pull(count):
        adapter = FakeAdapter({"AA:01": lambda: FakeLink(ListSource(made_records(count)))})
        with Store.open(path) as store:
            collect_into(store, adapter, KNOWN, None, in_simulated_time)
            return store.held_ranges(BAND_ID, FAKE_LOG_ID)

    assert pull(300) == [(0, 299)]
    copied = copy_store(path, tmp_path / "backup.db", quiet)
    assert pull(500) == [(0, 499)]
    restore_store(copied.path, path, path.with_name("kept.db"), quiet)
    with Store.open(path) as store:
        assert store.held_ranges(BAND_ID, FAKE_LOG_ID) == [(0, 299)]
    assert pull(500) == [(0, 499)]
    with Store.open(path) as store:
        assert sum(one.record_count for one in store.segments(BAND_ID)) == 500


def test_copy_on_a_stick_without_second_names_keeps_what_was_there(path, backup, monkeypatch):
    def no_links(*_):
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    before = digest(path)
    restore_store(backup, path, path.with_name("kept.db"), quiet)
    assert digest(path.with_name("kept.db")) == before
    assert digest(path) == digest(backup)


def test_copy_can_be_used_as_a_store_by_a_plain_copy_of_the_file(path, backup):
    shutil.copyfile(backup, path.with_name("other.db"))
    assert digest(path.with_name("other.db")) == digest(backup)
