import numpy as np
import pytest

from pouch_host.errors import InputError
from pouch_host.samples_csv import COLUMNS, read_samples

HEADER = "time_utc,infant_temperature_c,infant_touch_pf,activity_mg\n"
# 2026-03-01 00:00 UTC.
START_UTC_S = 1_772_323_200


@pytest.fixture
def read(tmp_path):
    """Return what reads a file of some text or bytes."""

    def read_text(text, interval_s=None):
        path = tmp_path / "samples.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_samples(path, interval_s)

    return read_text


@pytest.fixture
def refusal(read):
    """Return what tells the line that a person reads when a file is refused."""

    def text_of(text):
        with pytest.raises(InputError) as caught:
            read(text)
        message = str(caught.value)
        assert "\n" not in message
        return message.partition("samples.csv: ")[2]

    return text_of


def line(at_s, temperature_c=36.5, touch_pf=9, activity_mg=20):
    time = np.datetime_as_string(np.datetime64(START_UTC_S + at_s, "s"))
    return f"{time}Z,{temperature_c},{touch_pf},{activity_mg}\n"


def rows(*at_s, **values):
    return "".join(line(at, **values) for at in at_s)


def text_of_notes(read_file):
    return "\n".join(read_file.notes)


def test_read_columns_in_any_order_and_case_become_samples(read):
    found = read("Activity_mg, TIME_UTC,battery_mv\n20,2026-03-01T00:00:30Z,3900\n")
    assert found.columns == ("time_utc", "activity_mg", "battery_mv")
    assert found.samples.utc_s.tolist() == [START_UTC_S + 30]
    assert found.samples.activity_mg.tolist() == [20]
    assert found.battery_mv.tolist() == [3900]
    assert np.isnan(found.samples.infant_touch_pf).all()


@pytest.mark.parametrize(
    "time", ["2026-03-01T05:00:30+05:00", "2026-03-01T00:00:30", "2026-03-01 00:00:30.000Z"]
)
def test_read_time_with_or_without_offset_is_utc(read, time):
    found = read(f"{HEADER}{time},36.5,9,20\n")
    assert found.samples.utc_s.tolist() == [START_UTC_S + 30]


def test_read_empty_and_na_cells_are_missing_without_a_complaint(read):
    found = read(HEADER + rows(0) + line(30, temperature_c="", touch_pf="NA", activity_mg=" "))
    assert np.isnan(found.samples.infant_temperature_c).tolist() == [False, True]
    assert np.isnan(found.samples.infant_touch_pf).tolist() == [False, True]
    assert "outside" not in text_of_notes(found)


def test_read_byte_255_is_the_records_word_for_missing(read):
    found = read(HEADER + rows(0, activity_mg=255) + rows(30, activity_mg=254))
    assert np.isnan(found.samples.activity_mg).tolist() == [True, False]
    assert "outside" not in text_of_notes(found)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_read_value_no_sensor_can_give_is_missing_counted_and_named(read, column):
    values = (column.low, column.high, column.low - 1, column.high + 2, "inf")
    lines = [f"2026-03-01T00:00:{10 * n:02d}Z,{value}\n" for n, value in enumerate(values)]
    found = read(f"time_utc,{column.name}\n{''.join(lines)}")
    value = (
        found.battery_mv if column.name == "battery_mv" else getattr(found.samples, column.name)
    )
    assert np.isnan(value).tolist() == [False, False, True, True, True]
    (note,) = [note for note in found.notes if "outside" in note]
    assert note.startswith(f"{column.name}: 3 of 5 values")
    assert note.endswith("line 4")


def test_read_unknown_columns_are_named_and_ignored(read):
    found = read("time_utc,nurse,infant_touch_pf\n2026-03-01T00:00:00Z,anna,9\n")
    assert "not known are ignored: nurse" in text_of_notes(found)
    assert found.columns == ("time_utc", "infant_touch_pf")


def test_read_header_alone_is_no_sample(read):
    found = read(HEADER)
    assert (found.row_count, len(found.samples)) == (0, 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no header line"),
        ("time,x\n1,2\n", "line 1: no column time_utc"),
        ("time_utc;infant_touch_pf\n2026;9,5\n", "line 1: fields must be separated by commas"),
        ("time_utc,activity_mg,activity_mg\n", "line 1: two columns activity_mg"),
        (HEADER + rows(0) + "2026-03-01T00:01:00Z,36\n" + rows(90), "line 3: 2 fields"),
        (HEADER + rows(0, touch_pf="9;5") + rows(30), "line 2: infant_touch_pf '9;5' is no num"),
        (HEADER + "yesterday,36,9,20\n" + rows(30), "line 2: time_utc 'yesterday' is no time"),
        (HEADER + ",36,9,20\n", "line 2: no time_utc"),
        (HEADER + rows(0) + '2026-03-01T00:01:00Z,"36,9,20\n' + rows(90), "line 3: a quote"),
        (HEADER + "1969-12-31T00:00:00Z,36,9,20\n", "line 2: time_utc is not between"),
        (HEADER + "1970-01-01T00:00:00Z,36,9,20\n" + rows(0), "lines 2 and 3 are more than 3"),
        (b"\xff\xfet\x00i\x00m\x00", "line 1: not UTF-8"),
        ("time_utc,x\n".encode("utf-16-le"), "line 1: not UTF-8"),
        (HEADER.encode() + b"\xff\n" + rows(30).encode(), "line 2: not UTF-8"),
    ],
)
def test_read_file_that_is_not_what_it_seems_is_refused_with_its_line(refusal, text, says):
    assert refusal(text).startswith(says)


def test_read_absent_file_and_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="name a readable CSV file"):
            read_samples(path)


def test_read_byte_order_mark_windows_ends_and_blank_lines_are_no_matter(read):
    text = (HEADER + rows(0, 30)).replace("\n", "\r\n") + "\r\n,,,\r\n"
    found = read(b"\xef\xbb\xbf" + text.encode())
    assert (found.row_count, found.ignored_count, len(found.samples)) == (2, 0, 2)


def test_read_file_cut_at_any_byte_keeps_every_whole_line(read):
    text = HEADER + rows(0, 30)
    last = len(HEADER + rows(0))
    for cut in range(last, len(text)):
        found = read(text[:cut])
        assert len(found.samples) >= 1
        assert found.samples.infant_temperature_c[0] == 36.5
        torn = [note for note in found.notes if "line 3 has no end" in note]
        # A line of three fields and a bit may be whole: nobody can tell.
        assert bool(torn) == (last < cut and text[last:cut].count(",") < 3)
        assert found.row_count == len(found.samples) + len(torn)
        assert found.ignored_count == len(torn)


def test_read_cut_within_a_sign_or_a_quote_is_a_torn_line(read):
    for end in (b"2026-03-01T00:00:30Z,\xc3", b'2026-03-01T00:00:30Z,"3'):
        found = read((HEADER + rows(0)).encode() + end)
        assert "line 3 has no end" in text_of_notes(found)
        assert len(found.samples) == 1


def test_read_lines_out_of_order_are_sorted_and_none_is_lost(read):
    found = read(HEADER + rows(60, 0, 30, 120, 90))
    assert np.diff(found.samples.utc_s).tolist() == [30] * 4
    assert found.ignored_count == 0
    assert found.interval_s == 30
    assert "line 3: time goes back by 1.0 min, the largest of 2 such steps" in text_of_notes(found)


def test_read_two_parts_in_the_wrong_order_are_sorted_and_none_is_lost(read):
    found = read(HEADER + rows(*range(3600, 7200, 30)) + rows(*range(0, 3600, 30)))
    assert (len(found.samples), found.ignored_count) == (240, 0)
    assert "time goes back by 2.0 h" in text_of_notes(found)
    assert "the times before it are wrong" in text_of_notes(found)


def test_read_repeated_lines_count_once(read):
    part = rows(*range(0, 600, 30))
    found = read(HEADER + part + part)
    assert (found.row_count, found.ignored_count, len(found.samples)) == (40, 20, 20)
    assert "20 lines repeat the time of an earlier line" in text_of_notes(found)


def test_read_time_told_again_in_the_next_line_keeps_the_first(read):
    found = read(HEADER + rows(0) + rows(30, touch_pf=9) + rows(30, touch_pf=2) + rows(60))
    assert found.samples.infant_touch_pf.tolist() == [9, 9, 9]
    assert found.ignored_count == 1


@pytest.mark.parametrize("shift_s", [3600, 3590, 3615])
def test_read_hours_told_twice_by_a_clock_that_went_back_are_not_known(read, shift_s):
    # Two hours of contact, and one more of which half lies over them.
    first = rows(*range(0, 7200, 30), touch_pf=9)
    again = rows(*range(7200 - shift_s, 10_800 - shift_s, 30), touch_pf=2)
    found = read(HEADER + first + again)
    utc_s = found.samples.utc_s - START_UTC_S
    assert not np.any((utc_s > 7200 - shift_s + 30) & (utc_s < 7140))
    assert found.samples.infant_touch_pf[utc_s < 7200 - shift_s - 30].tolist() == [9] * len(
        utc_s[utc_s < 7200 - shift_s - 30]
    )
    assert "because the clock went back" in text_of_notes(found)
    # What is left out is a gap: no sample speaks for it.
    reach = found.samples.end_utc_s[utc_s <= 7200 - shift_s + 30].max() - START_UTC_S
    assert reach <= 7200 - shift_s + 60


def test_read_interval_is_the_shortest_usual_distance(read):
    # Every second sample is lost; and one pair is closer than any usual one.
    found = read(HEADER + rows(*range(0, 6000, 60), *range(6000, 9000, 30), 9001))
    assert found.interval_s == 30
    assert found.samples.end_utc_s[10] - found.samples.utc_s[10] == 4.75


def test_read_interval_that_is_told_decides_who_is_a_neighbour(read):
    found = read(HEADER + rows(*range(0, 6000, 60), *range(6000, 9000, 30)), 60.0)
    assert found.samples.end_utc_s[10] - found.samples.utc_s[10] == 30


def test_read_samples_ten_minutes_apart_do_not_speak_for_the_time_between(read):
    found = read(HEADER + rows(*range(0, 36_000, 600)))
    assert found.interval_s == 300
    assert "samples are 600 s apart" in text_of_notes(found)
    assert np.max(found.samples.end_utc_s - found.samples.begin_utc_s) == 9.5


def test_read_shuffled_file_gives_the_samples_of_the_file_in_order(read, seed):
    lines = [line(30 * n, temperature_c=36 + n / 1000) for n in range(500)]
    in_order = read(HEADER + "".join(lines))
    np.random.default_rng(seed).shuffle(lines)
    shuffled = read(HEADER + "".join(lines))
    assert shuffled.ignored_count == 0
    assert shuffled.interval_s == in_order.interval_s
    for name in ("utc_s", "begin_utc_s", "end_utc_s", "infant_temperature_c"):
        assert getattr(shuffled.samples, name).tolist() == getattr(in_order.samples, name).tolist()


def test_read_more_lines_than_a_piece_names_the_right_line(refusal):
    lines = [line(n) for n in range(20_001)]
    lines[20_000] = line(20_000, touch_pf="?")
    assert refusal(HEADER + "".join(lines)).startswith("line 20002: infant_touch_pf '?'")
