import pytest

from pouch_host.errors import InputError
from pouch_host.out_files import check_room, whole_files

NAMES = ("a.csv", "seal.json")


def write(folder, text):
    with whole_files(folder, NAMES) as paths:
        for path in paths.values():
            path.write_text(text)


def write_half(folder, error):
    with whole_files(folder, NAMES) as paths:
        paths["a.csv"].write_text("half")
        raise error


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_room_makes_the_folder_and_leaves_it_empty(tmp_path):
    check_room(tmp_path / "new" / "er", NAMES, force=False)
    assert names_in(tmp_path / "new" / "er") == []


def test_room_with_a_file_of_that_name_is_refused_unless_forced(tmp_path):
    (tmp_path / "a.csv").touch()
    with pytest.raises(InputError, match=r"a\.csv exists already.*--force"):
        check_room(tmp_path, NAMES, force=False)
    check_room(tmp_path, NAMES, force=True)


def test_room_that_is_no_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        check_room(tmp_path, NAMES, force=True)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write there"):
        check_room(tmp_path / "file", NAMES, force=True)


def test_files_appear_together_and_replace_older_ones(tmp_path):
    write(tmp_path, "old")
    write(tmp_path, "new")
    assert names_in(tmp_path) == list(NAMES)
    assert {(tmp_path / name).read_text() for name in NAMES} == {"new"}


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError(28, "No space left")])
def test_failure_on_the_way_leaves_what_was_there(tmp_path, error):
    write(tmp_path, "old")
    expected = InputError if isinstance(error, OSError) else error
    with pytest.raises(expected):
        write_half(tmp_path, error)
    assert names_in(tmp_path) == list(NAMES)
    assert {(tmp_path / name).read_text() for name in NAMES} == {"old"}


def test_seal_is_absent_if_the_names_cannot_be_given(tmp_path):
    write(tmp_path, "old")
    (tmp_path / "a.csv").unlink()
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match="cannot write there"):
        write(tmp_path, "new")
    assert names_in(tmp_path) == ["a.csv"]
