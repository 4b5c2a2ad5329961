"""Packages from npm that only tests need: fetched once in one exact version, never committed."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from pouch_host.web.assets import find_npm

# A few megabytes: a slow line has them in this time.
_NPM_TIMEOUT_S = 300


def fetched(package_json, package, modules, npm=None):
    """Return the folder of a package, fetching it if it is not there in the wanted version.

    Args:
        package_json: the file that names it and its exact version.
        package: its name.
        modules: the folder node_modules that holds it.
        npm: the program npm, if it is not the machine's.
    """
    wanted = json.loads(package_json.read_text(encoding="utf-8"))["dependencies"][package]
    if _version(modules, package) != wanted:
        _fetch(package_json, package, modules, wanted, npm or find_npm())
    return modules / package


def _version(modules, package):
    try:
        return json.loads((modules / package / "package.json").read_text("utf-8"))["version"]
    except (OSError, ValueError):
        return None


def _fetch(package_json, package, modules, wanted, npm):
    # Beside its place, so that it is put there whole. A name with a dot: what looks for files of
    # ours leaves it alone.
    modules.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".npm-", dir=modules.parent) as folder:
        new = Path(folder) / "node_modules"
        shutil.copy(package_json, folder)
        # No lock file: it would hold download addresses. No scripts: nothing is to be built.
        command = [
            npm, "install", "--prefix", folder, "--no-package-lock", "--ignore-scripts",
            "--no-audit", "--no-fund", "--loglevel=error",
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_NPM_TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, f"npm could not fetch {package}: {done.stderr}"
        found = _version(new, package)
        assert found == wanted, f"npm brought {package} {found}, not {wanted}"
        # Another process may have been quicker, and run it by now: what is right stays.
        if _version(modules, package) != wanted:
            if modules.exists():
                modules.rename(new.with_name("old"))
            try:
                new.rename(modules)
            except OSError:
                assert _version(modules, package) == wanted
