"""FHIR resources say what the store says, to the last digit."""

import polars as pl
import pytest

from pouch_host.export import job
from pouch_host.export.columns import table
from pouch_host.export.fhir.codes import DAY_COLUMNS, SESSION_COLUMNS, column_code
from pouch_host.export.fhir.ids import OwnIds, id_of
from pouch_host.export.fhir.values import sampled
from pouch_host.export.request import Request
from pouch_host.store import Store
from tests.host.export import fhir_rules as rules
from tests.host.export import made_study as study
from tests.host.export.fhir_reading import (
    bundles_of,
    component_of,
    length_s,
    lines_of,
    observations_of,
    resources_of,
    series_of,
)
from tests.host.export.fhir_study import (
    CASES,
    FACE,
    HOURS,
    SESSION,
    SKIN,
    codes_of,
    exported,
    frames,
)

# Within a minute of a day on which the band of autumn was worn.
MIDDAY_UTC_S = study.at(study.AUTUMN_HOUR + 20) + 90
# The two in Arabic letters keep none of them.
CODES = [
    "bed-1", "Bed 1", "bed_1", "bed/1", "\u0628\u0633\u062a\u0631 1", "\u0628\u0633\u062a\u0631 2",
    "...", "b" * 36, "b" * 37, "b" * 38, " ", "I7Q2ABCDEF",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_minutes_are_those_of_the_store_to_the_last_digit(case):
    out, told = exported(case), frames(case)
    minutes = told["minutes"]
    compared = 0
    for day in told["days"].to_dicts():
        mine = minutes.filter(pl.col("infant") == day["infant"], pl.col("date") == day["date"])
        face_c, skin_c = [None] * day["day_minutes"], [None] * day["day_minutes"]
        for row in mine.to_dicts():
            place = round((row["time_utc"] - day["begin_utc"]).total_seconds() / 60)
            face_c[place] = row["skin_c"]
            if row["temperature_status"] == "valid":
                skin_c[place] = row["skin_c"]
        face, skin = (one_of_day(out, code, day) for code in (FACE, SKIN))
        over = skin["status"] == "final"
        length = day["day_minutes"] if over else round(length_s(skin["effectivePeriod"]) / 60)
        assert series_of(face["valueSampledData"]) == face_c[:length]
        series = component_of(skin, "skin-temperature-minutes")["valueSampledData"]
        assert series_of(series) == skin_c[:length]
        assert face_c[length:] == [None] * (day["day_minutes"] - length)
        for name in ("skin_c_min", "skin_c_median"):
            found = component_of(skin, column_code("day", name))["valueQuantity"]
            assert (found["value"], found["code"]) == (day[name], "Cel")
        assert component_of(skin, "day-valid-minutes")["valueInteger"] == day["valid_minutes"]
        compared += len(mine)
    assert compared == len(minutes)
    assert 0 < minutes["skin_c"].null_count() < compared


def one_of_day(out, code, day):
    (found,) = (
        one
        for one in observations_of(out, code, day["infant"])
        if one["effectivePeriod"]["start"] == day["begin_local"]
    )
    return found


@pytest.mark.parametrize("case", ["plain", "days"])
def test_days_and_their_components_are_those_of_the_store(case):
    out, told = exported(case), frames(case)
    days = told["days"].to_dicts()
    assert len(observations_of(out, HOURS)) == len(days)
    reviewed = set()
    for day in days:
        one = one_of_day(out, HOURS, day)
        assert (one["valueQuantity"]["value"], one["valueQuantity"]["code"]) == (day["hours"], "h")
        assert length_s(one["effectivePeriod"]) == day["day_minutes"] * 60
        assert len(one["component"]) == len(DAY_COLUMNS)
        for name in DAY_COLUMNS:
            assert_component("day", table("days").column(name), one, day[name])
        reviewed.add(day["reviewed_hours"] is None)
        assert day["algorithm_version"] in one["method"]["text"]
    assert reviewed == {True, False}
    assert {day["partial"] for day in days} == {True, False}


def assert_component(kind, column, observation, value):
    found = component_of(observation, column_code(kind, column.name))
    if value is None:
        assert found["dataAbsentReason"]["coding"][0]["code"] in rules.ABSENT_REASONS
    elif column.kind == "boolean":
        assert found["valueBoolean"] is value
    elif column.kind == "string":
        code = found["valueCodeableConcept"]["coding"][0]["code"]
        assert code == column_code(kind, column.name, value)
    elif column.unit or column.kind == "number":
        assert found["valueQuantity"]["value"] == value
        assert found["valueQuantity"]["code"] == (column.unit or "1")
    else:
        assert found["valueInteger"] == value


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("bed", "hours"), [(study.SPRING_BED, 23), (study.AUTUMN_BED, 25)])
def test_days_of_23_and_25_hours(case, bed, hours):
    out = exported(case)
    codes = codes_of(case)
    for code in (HOURS, SKIN, FACE):
        (one,) = (
            one
            for one in observations_of(out, code, codes.infant(bed))
            if length_s(one["effectivePeriod"]) == hours * 3600
        )
        begin, end = one["effectivePeriod"]["start"], one["effectivePeriod"]["end"]
        assert (begin[11:19], end[11:19]) == ("00:00:00", "23:59:59")
        assert (begin[:10] == end[:10], begin[19:] == end[19:]) == (True, False)
    assert len(series_of(one["valueSampledData"])) == hours * 60


def test_sessions_are_those_of_the_store():
    out, told = exported("plain"), frames("plain")
    statuses = {
        "derived": "preliminary", "confirmed": "final", "corrected": "corrected",
        "rejected": "entered-in-error", "observed": "final",
    }  # fmt: skip
    rows = told["sessions"].to_dicts()
    assert {row["origin"] for row in rows} == set(statuses)
    left = observations_of(out, SESSION)
    assert len(left) == len(rows)
    for row in rows:
        counts = row["final_begin_local"] is not None
        begin = row["final_begin_local"] if counts else row["begin_local"]
        (one,) = (
            one
            for one in left
            if one["effectivePeriod"]["start"] == begin
            and one["subject"]["reference"] == f"Patient/{row['infant']}"
        )
        left.remove(one)
        minutes = row["final_minutes"] if counts else row["minutes"]
        assert one["status"] == statuses[row["origin"]]
        assert one["valueQuantity"]["value"] == minutes
        assert length_s(one["effectivePeriod"]) == minutes * 60
        for name in SESSION_COLUMNS:
            assert_component("session", table("sessions").column(name), one, row[name])
        said = row["origin"] in ("corrected", "observed")
        method = "said-by-staff" if said else "derived-from-records"
        assert one["method"]["coding"][0]["code"] == method
        # What a nurse alone reported comes from no algorithm.
        assert ("device" in one) == (row["origin"] != "observed")
        if row["origin"] == "corrected":
            derived = component_of(one, "session-derived-period")["valuePeriod"]
            assert derived["start"] == row["begin_local"]
            assert length_s(derived) == row["minutes"] * 60


def test_bands_are_told_with_who_wore_them_when():
    out, told = exported("plain"), frames("plain")
    devices = {one["id"]: one for one in resources_of(out, "Device")}
    for row in told["bands"].to_dicts():
        assert devices[row["band"]]["version"][0]["value"] == row["firmware_version"]
    worn = {
        (
            one["subject"]["reference"],
            one["device"]["reference"],
            one["timingPeriod"]["start"],
        ): one["status"]
        for one in resources_of(out, "DeviceUseStatement")
    }
    assert worn == {
        (f"Patient/{row['infant']}", f"Device/{row['band']}", row["from_local"]): "active"
        if row["open"]
        else "completed"
        for row in told["assignments"].to_dicts()
    }
    for day in told["days"].to_dicts():
        several = day["infant"] == study.DAMAGED_BED
        one = one_of_day(out, SKIN, day)
        assert ("device" in one, len(one["note"])) == (not several, 1 + several)


@pytest.mark.parametrize("case", CASES)
def test_an_infant_has_no_name_identifier_or_date_of_birth(case):
    out, told = exported(case), frames(case)
    patients = resources_of(out, "Patient")
    assert [one["id"] for one in patients] == told["infants"]["infant"].to_list()
    for one in patients:
        assert set(one) - {"meta"} == {"resourceType", "id", "managingOrganization"}
        assert ("meta" in one) == (case != "plain")


@pytest.mark.parametrize("case", CASES)
def test_no_estimate_of_the_core_is_told_as_a_measurement(case):
    out = exported(case)
    for one, text, _ in lines_of(out):
        assert "core_estimate" not in text
        assert "core-estimate" not in text
        assert "axilla" not in text.lower(), one["id"]


def test_a_day_that_is_not_over_ends_with_the_last_minute(path, tmp_path):
    request = Request(str(path), ("fhir",), MIDDAY_UTC_S, infants=(study.AUTUMN_BED,))
    job.export(request, tmp_path / "out", workers=1)
    for code in (HOURS, SKIN, FACE):
        yesterday, today = observations_of(tmp_path / "out", code)
        assert (yesterday["status"], today["status"]) == ("final", "preliminary")
    # A minute and a half after nine, on a day whose hour from two to three comes twice.
    assert today["effectivePeriod"]["end"].endswith("T09:00:59+01:00")
    values = series_of(today["valueSampledData"])
    assert len(values) == 10 * 60 + 1
    assert values[-1] is not None
    assert rules.reference_faults(resources_of(tmp_path / "out")) == []


def test_a_band_without_a_measurement_is_told_with_the_reason(tmp_path):
    path = tmp_path / "silent.sqlite"
    words = {"when_utc_s": study.at(0), "who": study.NURSES[0]}
    with Store.open(path) as store:
        store.admissions.admit(study.LATE_BED, **words)
        store.wearing.put_on(study.LATE_BED, study.SPARE_BAND, unheard=True, **words)
    job.export(Request(str(path), ("fhir",), study.at(40)), tmp_path / "out", workers=1)
    for code in (SKIN, FACE):
        for one in observations_of(tmp_path / "out", code):
            assert one["dataAbsentReason"]["coding"][0]["code"] == "not-performed"
            assert not {"component", "valueSampledData"} & set(one)
            assert rules.observation_faults(one) == []
    assert [rules.vital_sign_faults(one) for one in observations_of(tmp_path / "out", SKIN)] == [
        [],
        [],
    ]
    (first, _) = observations_of(tmp_path / "out", HOURS)
    # No minute is known: that is not 0 hours.
    assert "valueQuantity" not in first
    assert first["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert rules.observation_faults(first) == []
    assert component_of(first, "day-hours-lower")["valueQuantity"]["value"] == 0
    assert component_of(first, "day-hours-upper")["valueQuantity"]["value"] > 10


def test_a_study_without_infants_has_only_what_is_shared(tmp_path):
    with Store.open(tmp_path / "empty.sqlite"):
        pass
    request = Request(str(tmp_path / "empty.sqlite"), ("fhir",), study.NOW_UTC_S)
    job.export(request, tmp_path / "out", workers=1)
    kinds = [one["resourceType"] for one in resources_of(tmp_path / "out")]
    assert kinds == ["CodeSystem", "Organization"]
    assert len(bundles_of(tmp_path / "out")) == 1


def test_ids_are_those_of_fhir_and_differ_as_their_codes_do():
    ids = [id_of(code) for code in CODES]
    assert [one for one in ids if not rules.ID.fullmatch(one) or len(one) > 36] == []
    assert len(set(ids)) == len(CODES)
    assert id_of("bed-1") == "bed-1"
    # What is longest behind the longest one still is an id.
    own = OwnIds("b" * 36)
    again = [own.new("session", "20260301T000200") for _ in range(3)]
    assert again[1:] == [f"{again[0]}.2", f"{again[0]}.3"]
    assert all(rules.ID.fullmatch(one) for one in again)


def test_sampled_data_has_all_digits_and_no_exponent():
    values = [36.703125, None, 0.1 + 0.2, 1e-7, -40.0]
    data = sampled(values, "Cel")["data"]
    assert data == "36.703125 E 0.30000000000000004 0.0000001 -40.0"
    assert [None if text == "E" else float(text) for text in data.split(" ")] == values
