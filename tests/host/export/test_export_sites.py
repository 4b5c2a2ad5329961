"""The exports of several wards of a study, side by side, are one set of tables."""

import shutil

import polars as pl
import pytest

from pouch_host.export import job
from pouch_host.export.columns import TABLES
from pouch_host.export.deidentify import Shift
from pouch_host.export.frames import schema_of
from pouch_host.export.request import Request
from pouch_host.store import Store
from tests.host.export import made_study as study
from tests.host.export.readers import read_csv, read_parquet

KEY = bytes(range(32))
WARDS = {"north": "North ward, Haus 2/3", "south": "South ward"}
FORMATS = ("csv", "parquet")
# Two days of one infant, and all that bands say.
FROM, TO = study.SPRING, study.SPRING


@pytest.fixture(scope="module", params=[None, KEY], ids=["names", "codes"])
def exported(request, tmp_path_factory):
    """Return the folder with the exports of two wards, which have infants of the same names."""
    folder = tmp_path_factory.mktemp("wards")
    for ward, name in WARDS.items():
        path = study.copied(tmp_path_factory.mktemp(ward))
        with Store.open(path) as store:
            store.site.change(name=name, when_utc_s=study.NOW_UTC_S - 1, who=study.NURSES[0])
        shift = Shift.NONE if request.param is None else Shift.WEEKS
        asked = Request(
            str(path), FORMATS, study.NOW_UTC_S, infants=(study.SPRING_BED, study.DAMAGED_BED),
            key=request.param, shift=shift,
        )  # fmt: skip
        job.export(asked, folder / ward, workers=1)
    return folder


def merged(folder, table):
    """Return a table of all wards as docs/EXPORT.md says to read it."""
    pattern = folder / "*" / "parquet" / table.name / "**" / "*.parquet"
    frame = pl.scan_parquet(pattern, hive_partitioning=True).collect()
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema_of(table).items())


def rows_of(frame):
    """Return how often each row is there."""
    return frame.group_by(frame.columns).len()


def same(one, other):
    assert len(one) == len(other)
    assert (
        rows_of(one)
        .join(rows_of(other), on=[*one.columns, "len"], nulls_equal=True, how="anti")
        .is_empty()
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_parquet_of_two_wards_reads_as_one_table(exported, table):
    parts = [read_parquet(exported / ward / "parquet", table) for ward in WARDS]
    whole = merged(exported, table)
    same(whole, pl.concat(parts))
    if len(whole):
        assert whole["site"].n_unique() == len(WARDS)
    # No two rows of the study have the same key, though beds and bands are called the same.
    assert not whole.select(table.key).is_duplicated().any()


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_csv_of_two_wards_is_one_table_one_behind_the_other(exported, table):
    parts = [read_csv(exported / ward / "csv", table) for ward in WARDS]
    same(pl.concat(parts), merged(exported, table))


def test_without_the_site_two_infants_would_be_one(exported):
    infants = merged(exported, TABLES[0])
    assert infants.select("infant").is_duplicated().all()


def test_folders_of_two_wards_may_be_laid_into_one(exported, tmp_path):
    for ward in WARDS:
        shutil.copytree(exported / ward / "parquet", tmp_path / "study", dirs_exist_ok=True)
    for table in TABLES:
        same(read_parquet(tmp_path / "study", table), merged(exported, table))
