import os
import shutil
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.store.engine import faults_named
from tests.host.store.plain_records import BAND_ID, LOG_ID, add


def run_sql(path, statement):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def assert_one_line(error, *parts):
    message = str(error.value)
    assert "\n" not in message
    assert all(str(part) in message for part in parts), message


def test_open_new_file_makes_an_empty_store(path):
    with Store.open(path) as store:
        assert store.bands() == store.infants() == store.assignments() == []
        assert store.zone.key == "UTC"


def test_open_again_keeps_everything(path):
    with Store.open(path) as store:
        add(store, 0, 3)
    with Store.open(str(path), create=False) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 2)]


def test_open_empty_file_makes_a_store_of_it(path):
    path.touch()
    with Store.open(path) as store:
        assert store.bands() == []


def test_open_path_with_signs_of_an_address_is_a_path(tmp_path):
    path = tmp_path / "a?b#c%20.sqlite"
    Store.open(path).close()
    assert path.exists()


def test_open_sqlite_address_is_the_same_store(path):
    with Store.open(path) as store:
        add(store, 0, 3)
    with Store.open(f"sqlite:///{path}") as store:
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 2)]


def test_open_missing_file_without_create_is_refused(path):
    with pytest.raises(StoreError) as error:
        Store.open(path, create=False)
    assert_one_line(error, path, "no such file", "pouch collect")
    assert not path.exists()


def test_open_in_missing_folder_names_the_folder(tmp_path):
    with pytest.raises(StoreError) as error:
        Store.open(tmp_path / "nowhere" / "ward.sqlite")
    assert_one_line(error, tmp_path / "nowhere", "does not exist")


def test_open_folder_is_refused(tmp_path):
    with pytest.raises(StoreError) as error:
        Store.open(tmp_path)
    assert_one_line(error, tmp_path, "folder")


def test_open_other_kind_of_file_is_refused_and_left_alone(path):
    content = b"time_local,skin_temperature_c\n" * 100
    path.write_bytes(content)
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert_one_line(error, path, "not a Pouch store")
    assert path.read_bytes() == content


def test_open_database_of_another_program_is_refused_and_left_alone(path):
    run_sql(path, "CREATE TABLE recipe (name TEXT)")
    content = path.read_bytes()
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert_one_line(error, path, "not a Pouch store")
    assert path.read_bytes() == content


def test_open_migrated_database_of_another_program_is_refused(path):
    run_sql(path, "CREATE TABLE alembic_version (version_num TEXT)")
    with pytest.raises(StoreError, match="not a Pouch store"):
        Store.open(path)


def test_open_store_without_version_is_refused(path):
    Store.open(path).close()
    run_sql(path, "DELETE FROM alembic_version")
    with pytest.raises(StoreError, match="not a Pouch store"):
        Store.open(path)


def test_open_store_of_a_newer_program_is_refused_and_left_alone(path):
    Store.open(path).close()
    run_sql(path, "UPDATE alembic_version SET version_num = '0099'")
    content = path.read_bytes()
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert_one_line(error, path, "newer Pouch", "0099")
    assert path.read_bytes() == content


def test_open_damaged_file_is_refused(path):
    with Store.open(path) as store:
        add(store, 0, 500)
    content = bytearray(path.read_bytes())
    # Everything after SQLite's header of 100 bytes: the page that lists the tables is gone.
    content[100:4096] = bytes(4096 - 100)
    path.write_bytes(content)
    with pytest.raises(StoreError) as error:
        Store.open(path)
    assert_one_line(error, path)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("nosuchbase://server/ward", "unknown kind of database"),
        ("postgresql://ward:port/pouch", "not a database address"),
        ("oracle+oracledb://server/ward", "oracledb"),
    ],
)
def test_open_unusable_address_is_one_line(address, part):
    with pytest.raises(StoreError) as error:
        Store.open(address)
    assert_one_line(error, part)


def test_add_on_a_full_disk_says_so_and_keeps_what_was_stored(path):
    # SQLite reports a file at its page limit exactly as a disk without room.
    with Store.open(path) as store:
        add(store, 0, 10)
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(StoreError) as error:
            add(store, 10, 5000)
        assert_one_line(error, path, "disk is full")
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 9)]


def test_read_only_file_can_be_read_and_not_written(path):
    # SQLite refuses so as well where the file's permissions forbid it; the super-user that tests
    # may run as has no such limits.
    with Store.open(path) as store:
        add(store, 0, 3)
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StoreError) as error:
            add(store, 3, 3)
        assert_one_line(error, path, "cannot be written")
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 2)]


def test_commit_is_durable_and_keys_are_enforced(store):
    with store._engine.connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_open_empty_file_without_create_is_refused_and_left_alone(path):
    path.touch()
    with pytest.raises(StoreError) as error:
        Store.open(path, create=False)
    assert_one_line(error, path, "is empty")
    assert path.read_bytes() == b""


def test_open_device_is_refused():
    with pytest.raises(StoreError) as error:
        Store.open("/dev/null")
    assert_one_line(error, "/dev/null", "not a file")


def test_store_in_a_folder_that_cannot_be_written_can_be_read(path, monkeypatch):
    with Store.open(path) as store:
        add(store, 0, 3)
    # The super-user that tests may run as can write everywhere but on a read-only disk.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Store.open(path, create=False) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 2)]
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        with pytest.raises(StoreError) as error:
            add(store, 3, 3)
    assert_one_line(error, path, "cannot be written")


def test_disk_error_on_a_full_disk_is_called_a_full_disk(path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(StoreError) as error, faults_named(str(path)):
        raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("disk I/O error"))
    assert_one_line(error, path, "disk is full")
