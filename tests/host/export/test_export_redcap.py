"""What is exported for REDCap is what REDCap takes, and what the store says."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pouch_host.errors import InputError
from pouch_host.export import job, write_redcap
from pouch_host.export.columns import TABLES, table
from pouch_host.export.deidentify import Codes, Shift
from pouch_host.export.frames import frame_of, schema_of
from pouch_host.export.redcap.fields import fields_of
from pouch_host.export.redcap.forms import BY_TABLE, FORMS, LEFT_OUT
from pouch_host.export.redcap.values import record_columns, record_rows
from pouch_host.export.request import Request
from pouch_host.export.selection import Selection
from pouch_host.store import Store
from tests.host.export import made_study as study
from tests.host.export import redcap_rules as rules
from tests.host.export.readers import expected

GUIDE = Path(__file__).parents[3] / "docs" / "REDCAP.md"
KEY = bytes(range(32))
DICTIONARY, REPEATING, CODES = (
    "data_dictionary.csv", "repeating_instruments.csv", "missing_data_codes.txt",
)  # fmt: skip


class Export:
    """An export: its texts, and the project that they make."""

    def __init__(self, out):
        self.dictionary, self.repeating, self.codes = (
            (out / name).read_text(encoding="utf-8") for name in (DICTIONARY, REPEATING, CODES)
        )
        self.project = rules.project(self.dictionary, self.repeating, self.codes)
        self.records = [one.read_text(encoding="utf-8") for one in sorted(out.glob("rec*.csv"))]

    @property
    def faults(self):
        found = rules.dictionary_faults(self.dictionary, self.project.missing)
        found += rules.settings_faults(self.project, self.codes)
        return found + [one for text in self.records for one in self.record_faults(text)]

    def record_faults(self, text):
        return rules.records_faults(self.project, text)

    def rows(self, form):
        """Return the rows of a form, of all files."""
        rows = [row for text in self.records for row in csv.DictReader(io.StringIO(text))]
        wanted = form.name if form.repeats else ""
        return [row for row in rows if row["redcap_repeat_instrument"] == wanted]


def export(path, out, **options):
    job.export(Request(str(path), ("redcap",), study.NOW_UTC_S, **options), out, workers=1)
    return Export(out)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """An export with free text, and the frames straight from its store."""
    folder = tmp_path_factory.mktemp("redcap")
    path = study.copied(folder)
    with Store.open(path) as store:
        frames = expected(Selection.of(store, study.NOW_UTC_S, free_text=True))
    return export(path, folder / "out", free_text=True), frames


@pytest.fixture
def sample(exported):
    """The parts of an export as a planted fault needs them: dictionary, and rows by form."""
    return exported[0]


def test_redcap_would_take_it(exported):
    assert exported[0].faults == []


@pytest.mark.parametrize("shift", [Shift.NONE, Shift.WEEKS, Shift.DAYS])
def test_redcap_would_take_it_with_study_codes_and_the_same_project_holds(
    exported, path, tmp_path, shift
):
    hidden = export(path, tmp_path / "out", key=KEY, shift=shift)
    assert hidden.faults == []
    assert hidden.dictionary == exported[0].dictionary
    assert {row["record_id"] for row in hidden.rows(BY_TABLE["infants"])} == {
        Codes(KEY).infant(bed)
        for bed in (study.SPRING_BED, study.AUTUMN_BED, study.DAMAGED_BED, study.LATE_BED)
    }


PLANTED = [
    ("columns", 0, "Field Note", "Note"),
    ("width", 2, None, "more"),
    ("first", 1, "Field Type", "notes"),
    ("unique", 3, "Variable / Field Name", "inf_site"),
    ("contiguous", 4, "Form Name", "day"),
    ("name", 3, "Variable / Field Name", "3_weight"),
    ("name", 3, "Variable / Field Name", "inf_Weight"),
    ("name", 3, "Variable / Field Name", "inf___weight"),
    ("long", 3, "Variable / Field Name", "inf_weight_in_grams_at_birth"),
    ("reserved", 3, "Variable / Field Name", "infant_complete"),
    ("form", 1, "Form Name", "The infant"),
    ("type", 3, "Field Type", "integer"),
    ("label", 3, "Field Label", ""),
    ("label", 3, "Field Label", "weight [g]"),
    ("choices", 4, "Choices, Calculations, OR Slider Labels", "under_1000 | 1000_1499"),
    ("choices", 4, "Choices, Calculations, OR Slider Labels", "a b, less | c, more"),
    ("choices", 4, "Choices, Calculations, OR Slider Labels", "a, less | a, more"),
    ("choices", 4, "Choices, Calculations, OR Slider Labels", "A, less | b, more"),
    ("choices", 3, "Choices, Calculations, OR Slider Labels", "1, one"),
    ("missing code", 4, "Choices, Calculations, OR Slider Labels", "NA, none | a, some"),
    ("validation", 3, "Text Validation Type OR Show Slider Number", "whole"),
    ("validation", 4, "Text Validation Type OR Show Slider Number", "integer"),
    ("limits", 3, "Text Validation Min", "a lot"),
    ("limits", 3, "Text Validation Min", "20000"),
    ("limits", 4, "Text Validation Max", "9"),
    ("y or blank", 2, "Identifier?", "yes"),
    ("y or blank", 2, "Required Field?", "n"),
    ("layout", 2, "Custom Alignment", "XX"),
    ("action tag", 2, "Field Annotation", "@HIDDEN"),
]


@pytest.mark.parametrize(("rule", "row", "column", "value"), PLANTED)
def test_a_fault_in_the_dictionary_is_found(sample, rule, row, column, value):
    table = list(csv.reader(io.StringIO(sample.dictionary)))
    if column is None:
        table[row].append(value)
    else:
        table[row][rules.HEADER.index(column)] = value
    found = rules.dictionary_faults(written(table), sample.project.missing)
    assert rule in {one.split(":")[0] for one in found}, found


def test_a_date_that_is_not_flagged_is_found(sample):
    rows = list(csv.reader(io.StringIO(sample.dictionary)))
    (row,) = [row for row in rows if row[0] == "day_date"]
    row[rules.HEADER.index("Identifier?")] = ""
    assert rules.dictionary_faults(written(rows)) == ["identifier: day_date"]


@pytest.mark.parametrize(
    ("rule", "repeating", "codes"),
    [
        ("missing code", "", "NA\n"),
        ("missing code", "", "N A, none\n"),
        ("repeating", "feed,\n", "NA, none\n"),
        ("repeating", "day,[ses_origin]\n", "NA, none\n"),
    ],
)
def test_a_fault_in_the_settings_is_found(sample, rule, repeating, codes):
    repeating = "form_name,custom_form_label\n" + repeating
    known = rules.project(sample.dictionary, repeating, codes)
    (found,) = rules.settings_faults(known, codes)
    assert found.startswith(f"{rule}:")


# Form, instance, column and what is written there; the rule that it breaks.
PLANTED_VALUES = [
    ("infant", "", "record_id", "", "record"),
    ("infant", "", "record_id", "A & B", "record"),
    ("infant", "", "record_id", "NA", "record"),
    ("infant", "", "inf_weight_g", "", "blank"),
    ("infant", "", "inf_weight_g", "1450.5", "integer"),
    ("infant", "", "inf_weight_g", "20000", "range"),
    ("infant", "", "inf_weight_class", "heavy", "choice"),
    ("infant", "", "infant_complete", "3", "complete"),
    ("infant", "", "day_hours", "1", "foreign"),
    ("day", "1", "day_hours", "many", "number"),
    ("day", "1", "day_hours", "26", "range"),
    ("day", "1", "day_date", "29.03.2026", "date_ymd"),
    ("day", "1", "day_date", "2026-02-30", "date_ymd"),
    ("day", "1", "day_begin_utc", "2026-03-29T00:00:00", "datetime_seconds_ymd"),
    ("day", "1", "day_begin_offset_min", "900", "range"),
    ("day", "1", "ses_origin", "derived", "foreign"),
    ("day", "1", "inf_site", "Ward", "foreign"),
    ("day", "1", "redcap_repeat_instrument", "week", "instrument"),
    ("day", "1", "redcap_repeat_instrument", "infant", "instrument"),
    ("day", "1", "redcap_repeat_instrument", "", "instance"),
    ("day", "2", "redcap_repeat_instance", "3", "instance"),
    ("day", "2", "redcap_repeat_instance", "1", "instance"),
    ("day", "1", "redcap_repeat_instance", "", "instance"),
    ("day", "1", "redcap_repeat_instance", "new", "instance"),
    ("session", "1", "ses_counts", "true", "choice"),
]


@pytest.mark.parametrize(("form", "instance", "column", "value", "rule"), PLANTED_VALUES)
def test_a_fault_in_the_records_is_found(sample, form, instance, column, value, rule):
    rows = list(csv.DictReader(io.StringIO(sample.records[0])))
    wanted = {"redcap_repeat_instrument": "" if form == "infant" else form}
    wanted["redcap_repeat_instance"] = instance
    mine = {"record_id": study.SPRING_BED} | wanted
    (row,) = [row for row in rows if mine.items() <= row.items()]
    row[column] = value
    found = sample.record_faults(written([list(rows[0]), *[list(one.values()) for one in rows]]))
    assert rule in {one.split(":")[0] for one in found}, found


def test_a_strange_column_a_short_line_and_a_second_row_are_found(sample):
    text = sample.records[0]
    head, first, rest = text.split("\n", 2)
    assert sample.record_faults(text.replace("day_hours", "day_hour", 1)) == [
        "columns: no field day_hour"
    ]
    assert sample.record_faults(f"{head}\n{first[:-1]}\n{rest}") == ["width: line 2"]
    assert sample.record_faults(f"{head}\n{first}\n{first}\n{rest}") == [
        "duplicate: bed-3 (line 3)"
    ]


def written(rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def value_of(column, row, form):
    """Return what a column of a table says, read from the fields of a row."""
    fields = {one.part: row[one.name] for one in fields_of(form) if one.column is column}
    cell = fields["all"]
    if cell == "NA":
        assert set(fields.values()) == {"NA"}
        return None
    if column.kind == "utc":
        told = datetime.fromisoformat(cell).replace(tzinfo=UTC)
        return told + timedelta(milliseconds=int(fields.get("ms", 0)))
    if column.kind == "datetime":
        offset_min = int(fields["offset_min"])
        sign = "-" if offset_min < 0 else "+"
        hours, minutes = divmod(abs(offset_min), 60)
        return f"{cell.replace(' ', 'T')}{sign}{hours:02}:{minutes:02}"
    return {
        "string": str,
        "integer": int,
        "number": float,
        "boolean": {"1": True, "0": False}.__getitem__,
        "date": date.fromisoformat,
    }[column.kind](cell)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_records_read_back_are_what_the_store_says(exported, form):
    told, frames = exported
    rows = told.rows(form)
    left_out = {"site", "infant"} if form.repeats else set()
    read = {
        column.name: [value_of(column, row, form) for row in rows]
        for column in form.table.columns
        if column.name not in left_out
    }
    if form.repeats:
        read["infant"] = [row["record_id"] for row in rows]
    wanted = frames[form.table.name].drop(left_out - {"infant"})
    schema = {name: schema_of(form.table)[name] for name in wanted.columns}
    found = pl.DataFrame(read, schema_overrides=schema).select(wanted.columns)
    # A project is of one site.
    key = [name for name in form.table.key if name in wanted.columns]
    # Local times with fractions are told by their milliseconds, which UTC has.
    if form.name == "gap":
        wanted = wanted.with_columns(pl.col("^.*_local$").str.replace(r"\.\d{3}", ""))
    assert_frame_equal(found.sort(key), wanted.sort(key), check_exact=True)
    assert len(rows) > 0


def test_local_time_minus_its_offset_is_utc_also_where_an_hour_comes_twice(exported):
    told, _ = exported
    seen = set()
    for form in FORMS:
        locals_ = [one for one in fields_of(form) if one.name.endswith("_local")]
        for row in told.rows(form):
            for name in (one.name.removesuffix("local") for one in locals_):
                if row[f"{name}local"] != "NA":
                    offset = timedelta(minutes=int(row[f"{name}offset_min"]))
                    local = datetime.fromisoformat(row[f"{name}local"])
                    assert local - offset == datetime.fromisoformat(row[f"{name}utc"])
                    seen.add((form.name, offset))
    assert {("day", timedelta(minutes=60)), ("day", timedelta(minutes=120))} <= seen


def test_days_of_23_and_25_hours_keep_their_length(exported):
    told, _ = exported
    days = {(row["record_id"], row["day_date"]): row for row in told.rows(BY_TABLE["days"])}
    spring = days[study.SPRING_BED, study.SPRING.isoformat()]
    autumn = days[study.AUTUMN_BED, study.AUTUMN.isoformat()]
    assert (spring["day_day_minutes"], autumn["day_day_minutes"]) == ("1380", "1500")
    assert (spring["day_begin_offset_min"], spring["day_end_offset_min"]) == ("60", "120")


def test_free_text_is_left_out_unless_asked_for(exported, path, tmp_path):
    asked = exported[0].rows(BY_TABLE["remarks"])
    assert [row["rmk_text"] for row in asked] == [study.SECRET_TEXT, "NA"]
    kept = export(path, tmp_path / "out").rows(BY_TABLE["remarks"])
    assert [(row["rmk_text"], row["rmk_text_status"]) for row in kept] == [
        ("NA", "left_out"),
        ("NA", "none"),
    ]


def test_every_table_is_a_form_or_is_left_out_with_a_reason(exported):
    assert {one.name for one in TABLES} == set(BY_TABLE) | set(LEFT_OUT)
    guide = GUIDE.read_text(encoding="utf-8")
    for form in FORMS:
        assert f"| `{form.name}` |" in guide
    for name in LEFT_OUT:
        assert f"`{name}`" in guide
    assert exported[0].codes.strip() in guide


def test_files_hold_whole_infants_and_stay_under_a_size(exported, path, tmp_path, monkeypatch):
    monkeypatch.setattr(write_redcap, "FILE_BYTES_MAX", 18_000)
    told = export(path, tmp_path / "out", free_text=True)
    assert told.faults == []
    heads, bodies = zip(*(text.split("\n", 1) for text in told.records), strict=True)
    assert 1 < len(bodies) < 4
    assert all(len(body.encode()) <= 18_000 for body in bodies)
    infants = [{line.split(",")[0] for line in body.splitlines()} for body in bodies]
    assert sum(map(len, infants)) == len(set.union(*infants)) == 4
    assert f"{heads[0]}\n{''.join(bodies)}" == exported[0].records[0]


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["A&E 1"], "infant 'A&E 1': REDCap cannot have a record of that name"),
        (["cot #3"], "infant 'cot #3': REDCap"),
        (["na"], "infant 'na': REDCap"),
        (["Cot-3", "cot-3"], "infants 'Cot-3' and 'cot-3' are one record for REDCap"),
    ],
)
def test_what_cannot_be_a_record_is_said_before_anything_is_made(tmp_path, codes, said):
    path = tmp_path / "store.sqlite"
    with Store.open(path) as store:
        for code in codes:
            store.ensure_infant(code)
    with pytest.raises(InputError) as caught:
        export(path, tmp_path / "out")
    assert str(caught.value).startswith(said)
    assert [one.name for one in tmp_path.glob("out*")] == []
    assert export(path, tmp_path / "out", key=KEY).faults == []


def test_values_that_redcap_would_not_take_as_they_are():
    alerts = table("alerts")
    values = dict.fromkeys(alerts.names) | {
        "infant": ["I1"] * 4,
        "skin_c": [1e-7, 1e22, -0.1 - 0.2, None],
        "reason": ["two\nlines", " \n ", "", None],
        "time_local": ["2026-03-01T12:00:00-03:30", "2026-03-01T12:00:00+05:45", None, None],
    }
    rows = record_rows(BY_TABLE["alerts"], frame_of(alerts, values), 7).to_dicts()
    told = [(row["alr_skin_c"], row["alr_reason"], row["alr_time_offset_min"]) for row in rows]
    assert told == [
        ("0.0000001", "two lines", "-210"),
        ("10000000000000000000000", "NA", "345"),
        ("-0.30000000000000004", "NA", "NA"),
        ("NA", "NA", "NA"),
    ]
    assert [row["redcap_repeat_instance"] for row in rows] == ["7", "8", "9", "10"]


def test_fields_that_the_guide_names_are_those_of_the_dictionary():
    named = re.findall(r"`([a-z]{3}_[a-z0-9_]+)`", GUIDE.read_text(encoding="utf-8"))
    assert "day_longest_session_min" in named
    assert set(named) <= {field.name for form in FORMS for field in fields_of(form)}


def test_only_rows_that_are_in_it_are_made_and_counted(path, tmp_path):
    request = Request(str(path), ("redcap",), study.NOW_UTC_S)
    said = job.export(request, tmp_path / "out", workers=1)
    told = Export(tmp_path / "out")
    assert said.rows == {form.table.name: len(told.rows(form)) for form in FORMS}
    guide = (tmp_path / "out" / "IMPORT.md").read_text(encoding="utf-8")
    assert f"| `day` | yes | {said.rows['days']} |" in guide


def test_a_study_without_infants_has_a_header_alone(tmp_path):
    with Store.open(tmp_path / "empty.sqlite"):
        pass
    told = export(tmp_path / "empty.sqlite", tmp_path / "out")
    assert told.faults == []
    assert told.records == [",".join(record_columns()) + "\n"]
