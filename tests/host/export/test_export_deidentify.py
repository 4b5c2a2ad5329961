"""No name, bed, label, address or key of a store is in any byte of a de-identified export."""

import stat
from datetime import date, timedelta

import polars as pl
import pytest

from pouch_host.errors import InputError
from pouch_host.export import job
from pouch_host.export.deidentify import Codes, Shift, read_or_make_key
from pouch_host.export.request import Request
from pouch_host.export.selection import Selection
from pouch_host.store import Store
from tests.host.export import made_study as study
from tests.host.export.readers import expected

KEY = bytes(range(32))
FORMATS = ("csv", "parquet", "fhir", "redcap")
CODES = [f"code-{number}" for number in range(300)]
SECRETS = (
    study.SITE, *study.NURSES, "Amina", "Hauser", study.SPRING_BED, study.AUTUMN_BED,
    study.DAMAGED_BED, study.LATE_BED, "P-0012ABCD", "P-0034CDEF", "P-00560001", "P-00990001",
    "0012ABCD", study.MAC, study.MAC.replace(":", ""), "Zahida", "Mahmood", KEY.hex(),
)  # fmt: skip


def export(path, out, **options):
    request = Request(str(path), FORMATS, study.NOW_UTC_S, key=KEY, **options)
    return job.export(request, out, workers=1)


def texts(out):
    """Yield every byte of every file, its name, and what compressed files hold."""
    for path in sorted(out.rglob("*")):
        yield str(path.relative_to(out)).encode(), path
        if path.is_file():
            yield path.read_bytes(), path
        if path.suffix == ".parquet":
            yield pl.read_parquet(path, hive_partitioning=False).write_csv().encode(), path


def found_in(out, secrets):
    return [
        (secret, path.name)
        for text, path in texts(out)
        for secret in secrets
        if secret.lower().encode() in text.lower()
    ]


def test_nothing_that_names_somebody_is_in_any_byte(path, tmp_path):
    export(path, tmp_path / "out")
    assert found_in(tmp_path / "out", SECRETS) == []


def test_the_search_finds_them_where_nothing_is_hidden(path, tmp_path):
    request = Request(str(path), FORMATS, study.NOW_UTC_S, free_text=True)
    job.export(request, tmp_path / "out", workers=1)
    seen = {secret for secret, _ in found_in(tmp_path / "out", SECRETS)}
    assert seen == set(SECRETS) - {KEY.hex(), study.MAC.replace(":", "")}


def test_no_real_date_is_left_where_dates_are_shifted(path, tmp_path):
    export(path, tmp_path / "out", shift=Shift.DAYS, infants=(study.SPRING_BED,))
    real = [study.SPRING + timedelta(days=days) for days in (-1, 0, 1, 2)]
    assert found_in(tmp_path / "out", [day.isoformat() for day in real]) == []


@pytest.mark.parametrize("shift", [Shift.WEEKS, Shift.DAYS])
def test_a_shift_moves_dates_and_nothing_else(store, shift):
    plain = expected(Selection.of(store, study.NOW_UTC_S))
    codes = Codes(KEY, shift)
    moved = expected(Selection.of(store, study.NOW_UTC_S, deidentify=codes))
    for bed in (study.SPRING_BED, study.AUTUMN_BED, study.DAMAGED_BED):
        days = codes.shift_days(bed)
        assert days
        one = plain["days"].filter(pl.col("infant") == bed)
        other = moved["days"].filter(pl.col("infant") == codes.infant(bed))
        assert (one["date"] + timedelta(days=days)).to_list() == other["date"].to_list()
        if shift is Shift.WEEKS:
            assert one["date"].dt.weekday().to_list() == other["date"].dt.weekday().to_list()
        assert one["day_minutes"].to_list() == other["day_minutes"].to_list()
        # Time of day and offset are real; both clocks move together.
        for name in ("begin_local", "end_local"):
            assert [t[10:] for t in one[name]] == [t[10:] for t in other[name]]
        assert (one["begin_utc"] + timedelta(days=days)).to_list() == other["begin_utc"].to_list()
        assert one["hours"].to_list() == other["hours"].to_list()
        records = plain["records"].filter(pl.col("infant") == bed)
        hidden = moved["records"].filter(pl.col("infant") == codes.infant(bed))
        assert records["uptime_cs"].to_list() == hidden["uptime_cs"].to_list()
        assert (records["time_utc"] + timedelta(days=days)).to_list() == hidden[
            "time_utc"
        ].to_list()


@pytest.mark.parametrize("shift", [Shift.WEEKS, Shift.DAYS])
def test_a_date_of_birth_is_moved_with_the_other_dates(store, shift):
    codes = Codes(KEY, shift)
    moved = expected(Selection.of(store, study.NOW_UTC_S, deidentify=codes))
    for bed, born_on in (
        (study.SPRING_BED, study.SPRING_BORN),
        (study.AUTUMN_BED, study.AUTUMN_BORN),
    ):
        (one,) = moved["infants"].filter(pl.col("infant") == codes.infant(bed)).to_dicts()
        assert one["born_status"] == "told"
        assert one["born_date"] == born_on + timedelta(days=codes.shift_days(bed))
        days = moved["days"].filter(pl.col("infant") == codes.infant(bed))
        ages = [(day - one["born_date"]).days for day in days["date"]]
        assert days["age_days"].to_list() == ages


def test_a_date_of_birth_is_left_out_where_dates_are_real(path, store, tmp_path):
    hidden = expected(Selection.of(store, study.NOW_UTC_S, deidentify=Codes(KEY)))
    told = hidden["infants"].select("born_date", "born_status").sort("born_status").rows()
    assert told == [(None, "not_known")] * 2 + [(None, "left_out")] * 2
    plain = expected(Selection.of(store, study.NOW_UTC_S))
    # From a real date and an age the date of birth would follow.
    for name in ("age_days", "postmenstrual_days"):
        assert plain["days"][name].is_not_null().any()
        assert hidden["days"][name].is_null().all()
    # In no byte, the audit's details included, where the plain export has it.
    said = export(path, tmp_path / "hidden")
    assert found_in(tmp_path / "hidden", [study.SPRING_BORN.isoformat()]) == []
    assert any("--shift-dates weeks" in line for line in said.warnings)
    assert "dates of birth" in said.deidentified["left_out"]
    job.export(
        Request(str(path), ("csv", "parquet"), study.NOW_UTC_S),
        tmp_path / "plain",
        workers=1,
    )
    names = {name for _, name in found_in(tmp_path / "plain", [study.SPRING_BORN.isoformat()])}
    assert {"infants.csv", "infants.parquet", "audit.csv"} <= names


def test_no_warning_of_ages_where_dates_are_moved_or_nobody_has_one(path, tmp_path):
    said = export(path, tmp_path / "moved", shift=Shift.WEEKS)
    assert not any("--shift-dates" in line for line in said.warnings)
    said = export(path, tmp_path / "none", infants=(study.DAMAGED_BED,))
    assert not any("--shift-dates" in line for line in said.warnings)


def test_what_belongs_to_no_infant_has_no_real_moment_beside_shifted_ones(store):
    codes = Codes(KEY, Shift.WEEKS)
    moved = expected(Selection.of(store, study.NOW_UTC_S, deidentify=codes))
    assert moved["bands"]["first_contact_utc"].null_count() == len(moved["bands"])
    assert moved["audit"]["infant"].null_count() == 0
    assert moved["clock_anchors"]["infant"].null_count() == 0
    plain = expected(Selection.of(store, study.NOW_UTC_S))
    assert plain["audit"]["infant"].null_count() > 0


def test_the_audit_does_not_tell_whose_dates_were_before_whose(store):
    # In the order of noting, rows of two infants beside each other would tell both shifts apart.
    moved = Selection.of(store, study.NOW_UTC_S, deidentify=Codes(KEY, Shift.WEEKS))
    audit = expected(moved)["audit"]
    told = list(dict.fromkeys(audit["infant"]))
    assert told == sorted(told)
    assert len(told) > 2
    assert sorted(audit["audit_no"]) == list(range(1, len(audit) + 1))
    for number, code in enumerate(told):
        rows = audit.filter(pl.col("infant") == code)
        assert rows["audit_no"].is_sorted(descending=True)
        assert rows["time_utc"].is_sorted(descending=True)
        others = audit.filter(pl.col("infant").is_in(told[:number]))
        assert all(rows["audit_no"].min() > one for one in others["audit_no"])
    plain = expected(Selection.of(store, study.NOW_UTC_S))["audit"]
    assert len(audit) == plain["infant"].is_not_null().sum()


def test_codes_are_those_of_the_key_and_of_nothing_else():
    codes = Codes(KEY)
    assert codes.infant("bed-1") == Codes(KEY).infant("bed-1")
    assert codes.infant("bed-1") != Codes(KEY[::-1]).infant("bed-1")
    # A nurse who is called like a bed is somebody else.
    assert codes.infant("bed-1")[1:] != codes.staff("bed-1")[1:]
    assert len({codes.infant(one) for one in CODES}) == len(CODES)
    assert Codes().infant("bed-1") == "bed-1"


def test_shifts_are_never_none_and_stay_within_half_a_year():
    weeks = [Codes(KEY, Shift.WEEKS).shift_days(one) for one in CODES]
    assert all(days % 7 == 0 and 0 < abs(days) <= 182 for days in weeks)
    assert len(set(weeks)) > 45
    days = [Codes(KEY, Shift.DAYS).shift_days(one) for one in CODES]
    assert all(0 < abs(one) <= 182 for one in days)
    assert any(one % 7 for one in days)


def test_rows_do_not_stand_in_the_order_of_beds(store):
    codes = Codes(KEY)
    frame = expected(Selection.of(store, study.NOW_UTC_S, deidentify=codes))["infants"]
    assert frame["infant"].to_list() == sorted(frame["infant"])


def test_small_groups_and_free_text_are_warned_of(path, tmp_path):
    said = export(path, tmp_path / "out", free_text=True)
    assert "small cell: 1 of weight class 1000_1499 at this site, fewer than 5" in said.warnings
    assert any(line.startswith("free text") for line in said.warnings)
    assert found_in(tmp_path / "out", ["Zahida"])


def test_a_key_is_made_once_for_its_owner_alone(tmp_path):
    notes = []
    path = tmp_path / "keys" / "study.key"
    key = read_or_make_key(path, notes.append)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(notes) == 1
    assert read_or_make_key(path, notes.append) == key
    assert len(notes) == 1
    path.chmod(0o644)
    read_or_make_key(path, notes.append)
    assert "chmod 600" in notes[1]


@pytest.mark.parametrize("text", ["", "some words\n", "POUCH-STUDY-KEY 1\nabc\n"])
def test_another_file_is_no_key_and_is_left_alone(tmp_path, text):
    path = tmp_path / "other"
    path.write_text(text)
    with pytest.raises(InputError, match="not a study key"):
        read_or_make_key(path, [].append)
    assert path.read_text() == text


def test_the_query_tells_no_real_day_where_dates_are_shifted(path, tmp_path):
    first = date(2026, 3, 1)
    said = export(path, tmp_path / "weeks", shift=Shift.WEEKS, first_day=first)
    assert (said.query["first_day"], said.when) == (None, None)
    said = export(path, tmp_path / "real", first_day=first)
    assert said.query["first_day"] == "2026-03-01"
    assert said.when is not None


def test_a_study_without_infants_can_be_exported(tmp_path):
    with Store.open(tmp_path / "empty.sqlite"):
        pass
    said = export(tmp_path / "empty.sqlite", tmp_path / "out")
    assert sum(said.rows.values()) == 0
    assert (tmp_path / "out" / "csv" / "records" / "part-0000.csv").exists()
