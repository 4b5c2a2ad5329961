import pytest

from pouch_host.errors import InputError
from pouch_host.imports.table import read_table

KNOWN = ("infant", "begin", "end")


def written(tmp_path, data):
    path = tmp_path / "log.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    "data",
    [
        "infant,begin,end\nbed-1,a,b\n",
        "\ufeffinfant,begin,end\nbed-1,a,b\n",
        "infant;begin;end\r\nbed-1;a;b\r\n",
        "sep=;\ninfant;begin;end\nbed-1;a;b\n",
        "infant\tbegin\tend\nbed-1\ta\tb\n",
        " Infant , BEGIN ,end\n\n bed-1 , a ,b\n,,\n",
        "infant,begin,end,remark\nbed-1,a,b,\n",
    ],
)
def test_files_as_spreadsheets_save_them(tmp_path, data):
    found = read_table(written(tmp_path, data), KNOWN)
    assert [dict(row.cells) for row in found.rows] == [
        {"infant": "bed-1", "begin": "a", "end": "b"}
    ]
    assert found.complaints == ()


def test_column_that_was_not_asked_for_is_never_read(tmp_path):
    path = written(tmp_path, "infant,mother,begin,end\nbed-1,Fatima,a,b\n")
    found = read_table(path, KNOWN)
    assert found.other_count == 1
    assert "Fatima" not in repr(found)


def test_rows_know_their_line_behind_a_note_of_two_lines(tmp_path):
    path = written(tmp_path, 'infant,begin,end,note\nbed-1,a,b,"one\ntwo"\n\nbed-2,c,d,\n')
    found = read_table(path, KNOWN)
    assert [row.line for row in found.rows] == [2, 5]


def test_line_with_too_many_fields_is_a_complaint(tmp_path):
    path = written(tmp_path, "infant,begin,end\nbed-1,a,b\nbed-1,a,b,c\n")
    found = read_table(path, KNOWN)
    (complaint,) = found.complaints
    assert str(complaint) == f"{path}:3: 4 fields, the header has 3; correct the line"


def test_rows_know_their_line_whatever_stands_in_a_note(tmp_path):
    # Signs at which Python, and no editor, begins a new line.
    note = "a\u2028b\x0bc\x85d"
    found = read_table(written(tmp_path, f"infant,begin,end,note\nx,a,b,{note}\ny,c,d,\n"), KNOWN)
    assert [(row.line, row.cells["infant"]) for row in found.rows] == [(2, "x"), (3, "y")]
    assert found.complaints == ()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        # Python's own reader takes both of these for one row, and the second one is lost.
        (['bed-1,a,b,"slept', "bed-2,a,b,ok"], "unexpected end of data"),
        (['bed-1,a,b,"slept', 'bed-2,a,b,"ok"', "bed-3,a,b,"], "close or remove its quotation"),
        (['bed-1,a,b,"slept', 'bed-2,a,b,"', "bed-3,a,b,"], "rows are taken for one cell"),
        (['"bed-1,a,b,slept', 'bed-2",a,b,ok'], "rows are taken for one cell"),
        (["bed-1,a,b," + 200_000 * "x", "bed-2,a,b,ok"], "field larger than field limit"),
    ],
    ids=("open", "reopened", "closed", "in_a_code", "long"),
)
def test_quotation_mark_that_swallows_rows_is_a_complaint(tmp_path, rows, words, line_end):
    text = line_end.join(["infant,begin,end,note", "bed-0,a,b,", *rows]) + line_end
    found = read_table(written(tmp_path, text), KNOWN)
    complaint = found.complaints[0]
    assert str(complaint).startswith(f"{tmp_path / 'log.csv'}:3: ")
    assert words in complaint.text
    assert "\n" not in complaint.text
    assert found.rows[0].cells["infant"] == "bed-0"


def test_binary_file_is_refused_with_the_line_of_its_first_null(tmp_path):
    with pytest.raises(InputError, match=r"log.csv:3: this is not UTF-8 text"):
        read_table(written(tmp_path, "infant,begin,end\nbed-1,a,b\n\0"), KNOWN)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "the file is empty"),
        ("infant|begin|end\nbed-1|a|b\n", "separate them by commas, semicolons or tabs"),
        pytest.param("x" * 200_000, "the header names none of the columns", id="long"),
        ("infant,begin\xe9\n".encode("latin-1"), "this is not UTF-8 text; save it as CSV UTF-8"),
        ("infant,begin,end\n".encode("utf-16"), "this is not UTF-8 text; save it as CSV UTF-8"),
        ("name,from\n", "the header names none of the columns infant, begin, end"),
        ("infant,begin,begin\n", "two columns begin; rename one"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path, data, message):
    with pytest.raises(InputError, match=message):
        read_table(written(tmp_path, data), KNOWN)


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_table(tmp_path / "none.csv", KNOWN)
