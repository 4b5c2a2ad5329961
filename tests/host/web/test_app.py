import pytest

from pouch_host.accounts.roles import Role
from pouch_host.web import app as app_module
from pouch_host.web.app import create_app
from tests.host.web import site


@pytest.fixture
def opened(tmp_path):
    with site.opened(tmp_path) as made:
        yield made


def test_answers_forbid_scripts_of_others_and_caching(opened):
    answer = opened.browser(Role.NURSE).get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["base.css", "board.css", "board.js", "sw.js", "icon.svg"])
def test_static_files_are_for_everybody_and_asked_about_each_time(opened, name):
    answer = opened.nobody().get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_generated_pages_do_not_exist(opened, path):
    assert opened.browser(Role.NURSE).get(path).status_code == 404


def test_app_without_libraries_says_so_once_and_serves_the_board(opened, monkeypatch, caplog):
    monkeypatch.setattr(app_module.assets, "is_complete", lambda: False)
    opened.app = create_app(opened.watch, opened.accounts)
    texts = [opened.browser(Role.NURSE).get("/").text for _ in range(2)]
    assert all("bed-1" in text for text in texts)
    logged = [r.getMessage() for r in caplog.records if "libraries are missing" in r.getMessage()]
    assert len(logged) == 1
    assert "python -m pouch_host.web.assets" in logged[0]


def test_board_store_that_breaks_is_said_and_the_infants_stay(opened, tmp_path):
    (tmp_path / "ward.sqlite").write_bytes(b"no database at all, but long enough" * 200)
    (tmp_path / "ward.sqlite-wal").unlink(missing_ok=True)
    opened.now_utc_s += 60
    opened.watch.step()
    board = opened.watch.board()
    assert board.failure is not None
    assert "ward.sqlite" in board.failure
    assert [one.row.infant_code for one in board.infants] == ["bed-1"]
