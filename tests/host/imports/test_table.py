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


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "the file is empty"),
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
