"""Room on the disk: told while there is time to make some."""

import shutil

import pytest

from pouch_host.system.disk import Disk, disk_of

MB = 1_000_000


@pytest.mark.parametrize(
    ("store_mb", "free_mb", "low", "full"),
    [
        (10, 600, False, False),
        (10, 499, True, False),
        (400, 900, False, False),
        # A backup beside a large store needs as much again.
        (400, 799, True, False),
        (10, 19, True, True),
    ],
)
def test_low_comes_before_full(store_mb, free_mb, low, full):
    disk = Disk(store_mb * MB, free_mb * MB, 32_000 * MB)
    assert (disk.is_low, disk.is_full) == (low, full)


def test_store_counts_with_its_log(tmp_path, monkeypatch):
    usage = shutil._ntuple_diskusage(100 * MB, 60 * MB, 40 * MB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    (tmp_path / "ward.db").write_bytes(bytes(1000))
    (tmp_path / "ward.db-wal").write_bytes(bytes(500))
    assert disk_of(tmp_path / "ward.db") == Disk(1500, 40 * MB, 100 * MB)


def test_disk_that_the_system_does_not_tell_of_is_none(tmp_path):
    assert disk_of(tmp_path / "nowhere" / "ward.db") is None
