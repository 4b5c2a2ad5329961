import json
import re
import struct
from pathlib import Path

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.web import app as app_module
from pouch_host.web.pages import offline
from tests.host.web import site

STATIC_DIR = Path(app_module.__file__).parent / "static"


@pytest.fixture
def opened(tmp_path):
    with site.opened(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ur", "rtl")])
def test_manifest_is_for_everybody_in_their_language(opened, language, direction):
    answer = opened.nobody().get("/manifest.webmanifest", **{"accept-language": language})
    assert answer.headers["content-type"].startswith("application/manifest+json")
    found = json.loads(answer.text)
    assert (found["lang"], found["dir"]) == (language, direction)
    assert found["name"]
    assert found["start_url"] == found["scope"] == "/"
    assert found["display"] == "standalone"


def test_manifest_icons_are_there_in_the_sizes_that_it_says(opened):
    client = opened.nobody()
    icons = json.loads(client.get("/manifest.webmanifest").text)["icons"]
    assert {icon["sizes"] for icon in icons} == {"192x192", "512x512", "any"}
    for icon in icons:
        answer = client.get(icon["src"])
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", answer.content[16:24])
            assert f"{width}x{height}" == icon["sizes"]


def test_worker_knows_the_shell_and_is_not_kept(opened):
    answer = opened.nobody().get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "POUCH_" not in answer.text
    shell = json.loads(re.search(r"const SHELL = (\[.*?\]);", answer.text)[1])
    for path in shell:
        assert (STATIC_DIR / path.removeprefix("/static/")).is_file()
    # What the board loads has to be in the shell, or it would come up broken without a network.
    page = opened.browser(Role.NURSE).get("/").text
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"', page))
    assert loaded
    assert loaded <= set(shell)


def test_worker_of_other_files_is_another_one(tmp_path, monkeypatch):
    monkeypatch.setattr(offline, "_STATIC_DIR", tmp_path)
    (tmp_path / "board.css").write_text("body { color: black }")
    before = offline.static_version.__wrapped__()
    (tmp_path / "board.css").write_text("body { color: white }")
    assert offline.static_version.__wrapped__() != before
