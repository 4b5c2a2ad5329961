"""What observers and diaries told is exported as it was imported, and as of one moment."""

from datetime import timedelta

import polars as pl
import pytest

from pouch_host.errors import InputError
from pouch_host.export import job
from pouch_host.export.deidentify import Codes, Shift
from pouch_host.export.request import Request
from pouch_host.export.selection import Selection
from pouch_host.store import Store
from tests.host.export import made_study as study
from tests.host.export.readers import expected


def test_each_row_tells_who_told_it_and_when_it_came(selection):
    found = expected(selection)["told_spans"]
    assert found["infant"].unique().to_list() == [study.SPRING_BED]
    assert found.select("told_by", "kind", "span_s", "contact_s").rows() == [
        ("diary", "slot", 3600, 1500),
        ("observer", "episode", 1800, 1800),
        ("observer", "episode", 1800, 1800),
    ]
    _, span, _ = study.told_of_spring()
    observed = found.filter(pl.col("told_by") == "observer").row(0, named=True)
    assert observed["begin_utc"].timestamp() == span.begin_utc_s
    assert observed["end_utc"] - observed["begin_utc"] == timedelta(seconds=span.length_s)
    assert observed["imported_utc"].timestamp() == study.at(study.SPRING_HOUR + 60)
    assert observed["begin_local"].startswith(f"{observed['date']}T")


def test_days_dates_and_the_time_of_the_query_choose_rows(store):
    _, span, _ = study.told_of_spring()
    day = expected(Selection.of(store, study.NOW_UTC_S))["told_spans"]["date"][0]
    asked = {"first_day": day + timedelta(days=1)}
    assert expected(Selection.of(store, study.NOW_UTC_S, **asked))["told_spans"].is_empty()
    before_import = study.at(study.SPRING_HOUR + 60) - 1
    assert expected(Selection.of(store, before_import))["told_spans"].is_empty()
    codes = Codes(bytes(32), Shift.DAYS)
    moved = expected(Selection.of(store, study.NOW_UTC_S, deidentify=codes))["told_spans"]
    shift = min(moved["begin_utc"].to_list()).timestamp() - span.begin_utc_s
    assert shift == codes.shift_days(study.SPRING_BED) * 86_400 != 0


def test_a_log_that_is_replaced_meanwhile_ends_it_and_one_that_grows_does_not(path, tmp_path):
    source, span, more = study.told_of_spring()

    def add(progress):
        if progress.done == 1:
            with Store.open(path) as store:
                rows = [(study.SPRING_BED, more)]
                store.logs.add(source, rows, when_utc_s=study.NOW_UTC_S - 1, sha256="01")

    request = Request(str(path), ("csv",), study.NOW_UTC_S, infants=(study.SPRING_BED,))
    said = job.export(request, tmp_path / "grown", workers=1, on_progress=add)
    assert said.rows["told_spans"] == 3

    def replace(progress):
        if progress.done == 1:
            with Store.open(path) as store:
                rows = [(study.SPRING_BED, span)]
                when = {"when_utc_s": study.NOW_UTC_S - 1, "sha256": "02"}
                store.logs.add(source, rows, replace=True, **when)

    with pytest.raises(InputError, match="an imported log was replaced"):
        job.export(request, tmp_path / "replaced", workers=1, on_progress=replace)
    assert not (tmp_path / "replaced").exists()
