"""`pouch label`: the label for the outside of a band, in which there is no key."""

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.label_picture import LabelPicture

LABEL = "P-0012ABCD"


def pouch(*arguments):
    return CliRunner().invoke(app, ["label", *map(str, arguments)])


@pytest.mark.parametrize("name", ["outside.svg", "outside.PNG"])
def test_label_goes_into_a_file(tmp_path, name):
    path = tmp_path / name
    result = pouch(LABEL.lower(), "--label", path)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "label without a key" in result.stderr
    assert path.read_bytes() == LabelPicture(LABEL).data(path)
    assert pouch(LABEL, "--label", path).exit_code == 0


def test_label_is_printed_as_a_code_where_there_is_no_file():
    result = pouch(LABEL)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == LABEL
    for line in LabelPicture(LABEL).lines():
        assert line in result.stdout


def test_label_never_overwrites_another(tmp_path):
    path = tmp_path / "outside.svg"
    path.write_bytes(LabelPicture(LABEL, bytes(16)).svg())
    result = pouch(LABEL, "--label", path)
    assert result.exit_code == 1
    assert "holds something else" in result.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("bed-1",), ("P-0012ABC",), (LABEL, "--label", "x.pdf")]
)
def test_label_bad_arguments_are_refused(arguments):
    assert pouch(*arguments).exit_code == 2
