"""The lists that name files and packages agree with the tree and with each other."""

import itertools
import re
import subprocess
import tomllib

import pytest

from tests.tidy.source import ROOT, our_sources
from tools import firmware_package

PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.]*")
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+?)\s*(==|>=)\s*([0-9][A-Za-z0-9.]*)")


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _pins():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(PIN.fullmatch(line) for line in lines), "only name==version may stand there"
    return {_canonical(name): version for name, version in (line.split("==") for line in lines)}


def test_constraints_pin_every_named_dependency_within_its_bounds():
    project, pins = _project(), _pins()
    extras = project["optional-dependencies"].values()
    named = [*project["dependencies"], *itertools.chain.from_iterable(extras)]
    for requirement in named:
        name, operator, bound = REQUIREMENT.fullmatch(requirement).groups()
        pin = pins[_canonical(name)]
        numbers = [tuple(map(int, re.findall(r"\d+", text))) for text in (pin, bound)]
        assert numbers[0] == numbers[1] if operator == "==" else numbers[0] >= numbers[1], name


def test_version_is_one_for_firmware_and_program():
    version = ".".join(map(str, firmware_package.firmware_version(ROOT)))
    assert _project()["version"] == version


def test_firmware_without_a_version_is_refused(tmp_path):
    app = tmp_path / "firmware" / "band" / "app.py"
    app.parent.mkdir(parents=True)
    app.write_text("VERSION_OF_SOMETHING = (1, 2, 3)\n")
    with pytest.raises(ValueError, match="has no VERSION"):
        firmware_package.firmware_version(tmp_path)
    app.write_text("VERSION = (1, 2, 3)\n")
    assert firmware_package.firmware_version(tmp_path) == (1, 2, 3)


def test_firmware_begins_with_what_it_needs_and_ends_with_what_starts_it():
    names = [name for name, path in firmware_package.firmware_sources(ROOT) if path.is_file()]
    assert names[0] == "pouch_protocol/__init__.py"
    assert names[-1] == "main.py"
    assert len(set(names)) == len(names) > 50


def test_new_driver_is_part_of_the_firmware(tmp_path):
    driver = tmp_path / "firmware" / "drivers" / "new.py"
    driver.parent.mkdir(parents=True)
    driver.write_text("")
    names = dict(firmware_package.firmware_sources(tmp_path))
    assert names["drivers/new.py"] == driver


def test_protocol_on_the_board_is_what_the_firmware_imports(tmp_path):
    texts = {
        "firmware/band/app.py": "from pouch_protocol import constants as c, one\n",
        "protocol/pouch_protocol/__init__.py": "",
        "protocol/pouch_protocol/constants.py": "",
        "protocol/pouch_protocol/one.py": "from . import two\nfrom .three import X\nimport os\n",
        "protocol/pouch_protocol/two.py": "import pouch_protocol.four\nfrom .one import Y\n",
        "protocol/pouch_protocol/three.py": "",
        "protocol/pouch_protocol/four.py": "",
        "protocol/pouch_protocol/host.py": "from . import one\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    names = {name for name, _ in firmware_package.firmware_sources(tmp_path)}
    shared = {name.removeprefix("protocol/") for name in texts if name.startswith("protocol/")}
    assert names == shared - {"pouch_protocol/host.py"} | {"band/app.py", "main.py"}


def test_host_half_of_a_session_stays_off_the_board():
    names = {name for name, _ in firmware_package.firmware_sources(ROOT)}
    assert "pouch_protocol/band.py" in names
    assert "pouch_protocol/host.py" not in names


def test_manifest_freezes_what_is_copied():
    frozen = set()

    def package(name, files=None, base_path="."):
        folder = ROOT / "firmware" / base_path / name
        paths = folder.rglob("*.py") if files is None else [folder / file for file in files]
        frozen.update(path.resolve() for path in paths)

    def module(name):
        frozen.add((ROOT / "firmware" / name).resolve())

    manifest = (ROOT / "firmware" / "manifest.py").read_text(encoding="utf-8")
    commands = {"include": lambda path: None, "package": package, "module": module}
    exec(compile(manifest, "manifest.py", "exec"), commands)  # as MicroPython's build does
    assert frozen == {path for _, path in firmware_package.firmware_sources(ROOT)}


def test_firmware_folder_holds_only_packages_that_are_copied():
    # A new package that nobody lists would be missing on the board alone.
    folders = {
        source.path.split("/")[1]
        for source in our_sources()
        if source.within("firmware") and source.suffix == ".py" and source.path.count("/") > 1
    }
    assert folders == set(firmware_package.FIRMWARE_PACKAGES)


def test_commands_of_pouch_are_declared_for_modules_that_exist():
    for target in _project()["entry-points"]["pouch.commands"].values():
        module = target.partition(":")[0]
        assert (ROOT / "sim" / (module.replace(".", "/") + ".py")).is_file(), target


def test_shell_scripts_parse():
    scripts = [*(ROOT / "tools").glob("*.sh"), ROOT / ".ci" / "run"]
    assert len(scripts) > 1
    for script in scripts:
        subprocess.run(["bash", "-n", script], check=True)
        assert script.stat().st_mode & 0o100, f"{script} must be executable"
