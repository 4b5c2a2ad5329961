import pytest

from pouch_sim.world.recording import Recording, RecordingError

HEADER = "time_utc,skin_temperature_c,case_temperature_c\n"
LINES = "2024-01-01T00:00:00,35.5,33.0\n2024-01-01T00:01:00,35.6,33.1\n"
EPOCH_S = 1_704_067_200


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "recording.csv"
    path.write_bytes(text.encode(encoding))
    return path


def complaint(tmp_path, text, tz="UTC"):
    with pytest.raises(RecordingError) as caught:
        Recording.load(write(tmp_path, text), tz)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(tmp_path / "recording.csv"))
    return message


def test_load_gives_rows_step_and_first_time(tmp_path):
    recording = Recording.load(write(tmp_path, HEADER + LINES))
    assert recording.rows == ((EPOCH_S, 35.5, 33.0), (EPOCH_S + 60, 35.6, 33.1))
    assert (recording.step_s, recording.first_utc_s) == (60, EPOCH_S)
    assert recording.has_case_temperature


def test_load_takes_columns_by_name_and_ignores_others(tmp_path):
    text = (
        "pim,skin_temperature_c,time_utc\n7,35.5,2024-01-01T00:00:00Z\n8,36,2024-01-01T00:00:30Z\n"
    )
    recording = Recording.load(write(tmp_path, text))
    assert recording.rows[1] == (EPOCH_S + 30, 36.0, None)
    assert not recording.has_case_temperature


def test_local_time_is_read_in_its_zone(tmp_path):
    text = (HEADER + LINES).replace("time_utc", "time_local")
    recording = Recording.load(write(tmp_path, text), "Asia/Karachi")
    assert recording.first_utc_s == EPOCH_S - 5 * 3600


def test_offset_in_the_text_wins_over_the_zone(tmp_path):
    text = (HEADER + LINES).replace("time_utc", "time_local").replace(":00,3", ":00+01:00,3")
    assert Recording.load(write(tmp_path, text), "Asia/Karachi").first_utc_s == EPOCH_S - 3600


def test_hour_that_autumn_repeats_goes_on(tmp_path):
    times = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    text = "time_local,skin_temperature_c\n" + "".join(f"2024-10-27T{t}:00,35\n" for t in times)
    rows = Recording.load(write(tmp_path, text), "Europe/Berlin").rows
    assert [row.utc_s - rows[0].utc_s for row in rows] == [n * 1800 for n in range(6)]


@pytest.mark.parametrize("ending", ["", "\n", "\n\n  \n", ",,\n"])
def test_blank_lines_at_the_end_are_fine(tmp_path, ending):
    assert len(Recording.load(write(tmp_path, HEADER + LINES + ending)).rows) == 2


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path):
    path = write(tmp_path, (HEADER + LINES).replace("\n", "\r\n"), "utf-8-sig")
    assert len(Recording.load(path).rows) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        (HEADER, "0 rows of data"),
        (HEADER + LINES[:30], "1 rows of data"),
        ("time,skin_temperature_c\n" + LINES, "line 1: no column time_local or time_utc"),
        ("time_utc,temperature\n" + LINES, "line 1: no column skin_temperature_c"),
        (HEADER + LINES + "yesterday,35,33\n", "line 4: time_utc 'yesterday' is no time"),
        (HEADER + LINES + "2024-01-01T00:02:00,warm,33\n", "line 4: skin_temperature_c 'warm'"),
        (HEADER + LINES + "2024-01-01T00:02:00,35,\n", "line 4: case_temperature_c ''"),
        (HEADER + LINES + "2024-01-01T00:02:00,35\n", "line 4: 2 fields, the header has 3"),
        (
            HEADER + LINES + "2024-01-01T00:02:00,nan,33\n",
            "line 4: skin_temperature_c nan is outs",
        ),
        (
            HEADER + LINES + "2024-01-01T00:02:00,inf,33\n",
            "line 4: skin_temperature_c inf is outs",
        ),
        (
            HEADER + LINES + "2024-01-01T00:02:00,256,33\n",
            "line 4: skin_temperature_c 256 is outs",
        ),
        (HEADER + LINES + "2024-01-01T00:02:00,35,-256.1\n", "line 4: case_temperature_c -256.1"),
        (HEADER + LINES + "2024-01-01T00:00:30,35,33\n", "line 4: time runs backwards"),
        (HEADER + LINES + "2024-01-01T00:01:00,35,33\n", "line 4: time stands still"),
        (HEADER + "\n" + LINES, "line 2: blank line amid the data"),
        (HEADER.replace(",", ";") + LINES, "line 1: fields must be separated by commas, not semi"),
        (HEADER.replace(",", "\t") + LINES, "line 1: fields must be separated by commas, not tab"),
        (HEADER.lower()[:-1] + ",Time_UTC\n" + LINES, "line 1: two columns time_utc"),
        (HEADER + LINES.replace("35.6", '"35.6'), "line 3: a quote opens and does not close"),
        (HEADER + '"' + LINES + LINES * 3000, "line 2: a quote opens and does not close"),
        (HEADER + LINES + "2024-01-01T00:01:09,35,33\n", "line 4: rows are 9 s apart; a band sam"),
        (HEADER + LINES + "2025-03-01T00:01:00,35,33\n", "line 4: 425 days without a row"),
        (HEADER + LINES + "2088-01-01T00:01:00,35,33\n", "days without a row, at most 7"),
        (
            HEADER + LINES + "2150-01-01T00:01:00,35,33\n",
            "line 4: a band cannot tell the time in 21",
        ),
        (HEADER + LINES.replace("2024", "2150"), "line 2: a band cannot tell the time in 2150"),
        (HEADER + LINES.replace("2024", "1969"), "line 2: a band cannot tell the time in 1969"),
        (HEADER + LINES.replace("2024", "0001"), "line 2: a band cannot tell the time in 1"),
        (HEADER + LINES.replace("2024", "9999"), "line 2: a band cannot tell the time in 9999"),
    ],
)
def test_bad_file_is_named_with_line_and_remedy(tmp_path, text, expected):
    assert expected in complaint(tmp_path, text)


@pytest.mark.parametrize("tz", ["Mars/Olympus", "", "../etc/passwd"])
def test_unknown_zone_is_named(tmp_path, tz):
    assert "unknown time zone" in complaint(tmp_path, HEADER + LINES, tz)


def test_file_that_is_not_text_is_named(tmp_path):
    path = tmp_path / "recording.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises(RecordingError, match="not UTF-8 text"):
        Recording.load(path)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le"])
def test_file_in_another_encoding_is_named(tmp_path, encoding):
    text = (HEADER + LINES).replace(
        "case_temperature_c", "geh\N{LATIN SMALL LETTER A WITH DIAERESIS}use"
    )
    path = write(tmp_path, text, encoding)
    with pytest.raises(RecordingError, match="not UTF-8 text"):
        Recording.load(path)


def test_header_may_be_in_capitals_and_cells_in_quotes(tmp_path):
    text = 'Time_UTC,"SKIN_temperature_C",note\n' + LINES.replace("33.0", '"say ""ah"", please"')
    assert Recording.load(write(tmp_path, text)).rows[0] == (EPOCH_S, 35.5, None)


@pytest.mark.parametrize("step", ["00:00:10", "00:10:00", "7T00:00:00"])
def test_rows_from_ten_seconds_to_a_week_apart_are_taken(tmp_path, step):
    day, _, time = step.rpartition("T")
    second = f"2024-01-{int(day or 0) + 1:02}T{time}"
    text = f"time_utc,skin_temperature_c\n2024-01-01T00:00:00,35\n{second},35\n"
    assert len(Recording.load(write(tmp_path, text)).rows) == 2


def test_ten_seconds_with_a_fraction_are_ten_seconds(tmp_path):
    times = [f"2024-01-01T00:{n // 6:02}:{n % 6 * 10:02}.1" for n in range(100)]
    text = "time_utc,skin_temperature_c\n" + "".join(f"{time},35\n" for time in times)
    assert len(Recording.load(write(tmp_path, text)).rows) == 100


def test_missing_file_and_folder_are_named(tmp_path):
    with pytest.raises(RecordingError, match="No such file"):
        Recording.load(tmp_path / "none.csv")
    with pytest.raises(RecordingError, match="directory"):
        Recording.load(tmp_path)


def test_limits_of_the_tmp117_are_accepted(tmp_path):
    text = "time_utc,skin_temperature_c\n2024-01-01T00:00,-256\n2024-01-01T00:01,255.99\n"
    assert len(Recording.load(write(tmp_path, text)).rows) == 2
