"""Tables of a study as frames and arrays: what the export has, no more and no less."""

import warnings
from datetime import UTC, date, datetime
from hashlib import sha256

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import pouch_host as pouch
from pouch_host.export.columns import TABLES, table
from pouch_host.export.frames import schema_of
from pouch_host.export.selection import Selection
from pouch_host.export.tables import frames_of
from pouch_host.store import Store
from tests.host.export import made_study as made


def exported(path, name, **options):
    """Return a table as `pouch export` makes it."""
    with Store.open(path) as store:
        selection = Selection.of(store, made.NOW_UTC_S, **options)
        frames = list(frames_of(table(name), selection))
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema_of(table(name)))


@pytest.mark.parametrize("name", pouch.TABLES)
def test_table_is_that_of_the_export(study, derived, name):
    assert_frame_equal(study.table(name), exported(derived, name))


@pytest.mark.parametrize(
    "name",
    ["infants", "assignments", "minutes", "sessions", "days", "temperature_episodes", "alerts",
     "gaps"],
)  # fmt: skip
def test_named_method_is_the_table_of_its_name(study, name):
    found = getattr(study, name)()
    assert len(found)
    assert_frame_equal(found, study.table(name))


def test_samples_are_the_table_of_records(study):
    assert_frame_equal(study.samples(made.SPRING_BED), study.table("records", made.SPRING_BED))


@pytest.mark.parametrize("name", pouch.TABLES)
def test_table_of_some_infants_is_an_export_of_them(study, derived, name):
    codes = [made.AUTUMN_BED, made.DAMAGED_BED]
    assert_frame_equal(study.table(name, codes), exported(derived, name, infant_codes=codes))


def test_table_of_days_is_an_export_of_them(study, derived):
    days = {"first_day": made.SPRING, "last_day": made.SPRING}
    found = study.minutes(first_day="2026-03-29", last_day=made.SPRING)
    assert_frame_equal(found, exported(derived, "minutes", **days))
    # The day on which the clocks go forward.
    assert len(found.filter(infant=made.SPRING_BED)) == 23 * 60


def test_each_gives_every_infant_once_and_together_the_table(study):
    found = dict(study.each("minutes"))
    assert tuple(found) == study.infant_codes == tuple(sorted(found))
    assert len(found[made.LATE_BED]) == 0
    assert_frame_equal(pl.concat(found.values()), study.minutes())


def test_each_reads_an_infant_once_for_several_tables(derived, monkeypatch):
    from pouch_host.export import looks

    read = []
    whole = looks.read_band

    def counted(*args):
        read.append(args[1])
        return whole(*args)

    monkeypatch.setattr(looks, "read_band", counted)
    with pouch.open_store(derived, now=made.NOW_UTC_S) as study:
        for code, _ in study.each("minutes", [made.SPRING_BED, made.AUTUMN_BED]):
            study.days(code)
            study.sessions(code)
    assert read == [made.SPRING_BAND, made.AUTUMN_BAND]


def test_study_is_what_there_was_when_it_was_opened(path):
    with pouch.open_store(path, now=made.NOW_UTC_S) as study:
        before = study.minutes(made.SPRING_BED), study.infants()
        with Store.open(path) as store:
            store.ensure_infant("bed-99")
            made._pull(store, made.SPRING_BAND, [made.SPRING_HOUR + 30])
        # What was read last is kept; another one in between makes it read anew.
        study.minutes(made.AUTUMN_BED)
        after = study.minutes(made.SPRING_BED), study.infants()
    for one, other in zip(before, after, strict=True):
        assert_frame_equal(one, other)
    with pouch.open_store(path, now=made.NOW_UTC_S) as anew:
        assert "bed-99" in anew.infant_codes
        assert not anew.minutes(made.SPRING_BED).equals(before[0])


def test_reading_leaves_the_store_as_it_was(path):
    before = sha256(path.read_bytes()).hexdigest()
    with pouch.open_store(path, now=made.NOW_UTC_S) as study:
        for name in pouch.TABLES:
            study.table(name)
    assert sha256(path.read_bytes()).hexdigest() == before
    wal = path.with_name(f"{path.name}-wal")
    assert not wal.exists() or not wal.stat().st_size


@pytest.mark.parametrize(
    "now",
    ["2026-03-29T12:00", "2026-03-29T10:00Z", datetime(2026, 3, 29, 10, tzinfo=UTC), 1774778400.0],
)
def test_now_in_any_form_ends_the_minutes(path, now):
    with pouch.open_store(path, now=now) as study:
        assert study.now == datetime(2026, 3, 29, 10, tzinfo=UTC)
        last = study.minutes(made.SPRING_BED)["time_utc"].max()
    assert last == datetime(2026, 3, 29, 9, 59, tzinfo=UTC)


# Arrays.


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_arrays_have_types_of_the_codebook_and_every_value(study, one):
    kinds = {"utc": "<M8[ms]", "date": "<M8[D]", "number": "float64"}
    frame, arrays = study.table(one.name), study.arrays(one.name)
    assert list(arrays) == list(one.names)
    for column in one.columns:
        array = arrays[column.name]
        known = frame[column.name].is_not_null().to_numpy()
        assert len(array) == len(frame)
        if column.kind in {"string", "datetime"}:
            assert array.dtype.kind == "U"
            assert np.all(array[~known] == "NA")
            assert array[known].tolist() == frame[column.name].drop_nulls().to_list()
            continue
        due = kinds.get(column.kind)
        if due is None:
            whole = "int64" if column.kind == "integer" else "bool"
            due = whole if column.required else "float64"
        assert array.dtype == np.dtype(due), column.name
        if column.required:
            assert known.all(), column.name
        if due not in {"int64", "bool"}:
            assert np.array_equal(np.isnat(array) if "M8" in due else np.isnan(array), ~known)
        told = frame[column.name].drop_nulls()
        if column.kind == "utc":
            assert array[known].astype("int64").tolist() == told.dt.epoch("ms").to_list()
        else:
            assert array[known].tolist() == told.to_list()


def test_arrays_see_missing_values_at_all(study):
    minutes = study.arrays("minutes", made.DAMAGED_BED, columns=["skin_c", "state"])
    assert list(minutes) == ["skin_c", "state"]
    assert np.isnan(minutes["skin_c"]).any()
    assert not np.isnan(minutes["skin_c"]).all()
    sessions = study.arrays("sessions")
    assert np.isnat(sessions["reviewed_utc"]).any()
    assert {0.0, 1.0} >= set(np.unique(sessions["changed_since_review"][~np.isnan(
        sessions["changed_since_review"])]))  # fmt: skip


def test_arrays_of_nothing_keep_their_types(study):
    found = study.arrays("days", made.LATE_BED)
    assert {len(one) for one in found.values()} == {0}
    assert found["hours"].dtype == np.float64
    assert found["begin_utc"].dtype == np.dtype("<M8[ms]")


# Study codes.


def test_study_codes_are_those_of_the_export_and_choose_infants(path, tmp_path):
    asked = {"now": made.NOW_UTC_S, "deidentify": tmp_path / "study.key", "shift_dates": "weeks"}
    with pytest.warns(UserWarning, match=r"a new study key is in .*study\.key"):
        study = pouch.open_store(path, **asked)
    with study:
        codes = study.infant_codes
        minutes = study.minutes(codes[0])
        days = study.days()
    assert not any(code.startswith("bed-") for code in codes)
    assert minutes.is_empty() or minutes["infant"].unique().to_list() == [codes[0]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pouch.open_store(path, **asked) as again:
            assert again.infant_codes == codes
            with pytest.raises(pouch.InputError, match="no infant 'bed-7'"):
                again.days("bed-7")
    with pouch.open_store(path, now=made.NOW_UTC_S) as plain:
        real = plain.days()
    assert len(real) == len(days)
    assert set(real["date"]) != set(days["date"])
    assert sorted(real["hours"]) == sorted(days["hours"])


def test_no_name_is_in_any_frame_of_study_codes(path, tmp_path):
    names = (*made.NURSES, made.SITE, made.MAC, "bed-", "P-00")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hidden = pouch.open_store(path, now=made.NOW_UTC_S, deidentify=tmp_path / "study.key")
    with hidden as study:
        text = whole_text(study)
        assert [name for name in names if name in text] == []
        assert "bed-" not in repr(study) + study.site
    with pouch.open_store(path, now=made.NOW_UTC_S, free_text=True) as study:
        text = whole_text(study)
    assert [name for name in names if name not in text] == []


def whole_text(study):
    """Return all that a study gives as text; infant by infant, so that each is read once."""
    parts = [(name, code) for code in study.infant_codes for name in pouch.TABLES]
    # What belongs to no infant.
    parts += [(name, None) for name in ("bands", "clock_anchors", "audit", "gaps")]
    return " ".join(study.table(*part).write_csv() for part in parts)


# What cannot be.


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda study: study.table("minuets"), r"no table 'minuets'; there are infants, "),
        (lambda study: study.days("bed-77"), r"study\.sqlite: there is no infant 'bed-77'"),
        (lambda study: study.days(first_day="29.3.2026"), r"first_day='29.3.2026': this is not a"),
        (
            lambda study: study.days(first_day=date(2026, 4, 1), last_day="2026-03-01"),
            "last_day 2026-03-01 is before first_day 2026-04-01",
        ),
        (lambda study: study.arrays("days", columns=["hors"]), "table days has no column 'hors'"),
        (lambda study: study.columns("hours"), "no table 'hours'"),
        (lambda study: next(study.each("x")), "no table 'x'"),
        (lambda study: study.days(last_day=datetime(2026, 3, 1, tzinfo=UTC)), "give a date"),
        (lambda study: study.agreement(infants=made.LATE_BED), "there is nothing to compare"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_line(study, ask, error):
    with pytest.raises(pouch.InputError, match=error) as raised:
        ask(study)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"now": "yesterday"}, "now='yesterday': this is not a time"),
        ({"shift_dates": "weeks"}, "needs the key"),
        ({"shift_dates": "months"}, "shift_dates='months': choose"),
        ({"deidentify": __file__}, "not a study key"),
    ],
)
def test_store_is_not_opened_with_what_cannot_be(path, options, error):
    with pytest.raises(pouch.InputError, match=error):
        pouch.open_store(path, **options)


def test_no_store_is_a_store_error(tmp_path):
    with pytest.raises(pouch.StoreError, match="no such file"):
        pouch.open_store(tmp_path / "no.sqlite")


def test_closed_study_says_so(path):
    with pouch.open_store(path) as study:
        pass
    with pytest.raises(ValueError, match="the study is closed"):
        study.days()
