import asyncio
import http.client
import threading
from contextlib import contextmanager

import httpx
import pytest

from pouch_host.store import Store
from pouch_host.web import app as app_module
from pouch_host.web import assets
from pouch_host.web.app import create_app
from pouch_host.web.feed import BoardFeed
from pouch_host.web.server import bind, serve_until
from pouch_host.web.view import BoardSettings, View
from tests.host import ward

PATIENCE_S = 10
FILLED_MINUTES = 180
NOW_UTC_S = ward.START_UTC_S + FILLED_MINUTES * 60 + 120


@pytest.fixture
def store(tmp_path):
    with Store.open(ward.fill(tmp_path / "ward.sqlite", minutes=FILLED_MINUTES)) as opened:
        yield opened


def app_at(store, now_utc_s=NOW_UTC_S, **options):
    return create_app(store, clock=lambda: now_utc_s, **options)


def get(app, path="/"):
    """Return the app's answer, without a server between."""

    async def ask():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_page_empty_store_says_what_to_do(tmp_path):
    with Store.open(tmp_path / "new.sqlite") as empty:
        answer = get(app_at(empty))
    assert answer.status_code == 200
    assert "No infant has a band yet" in answer.text


def test_page_shows_hours_of_the_stored_records(store):
    text = get(app_at(store)).text
    assert "bed-1" in text
    assert ward.BAND_LABEL in text
    assert "Skin to skin" in text
    assert "<strong>3.0</strong>" in text
    assert "is-stale" not in text


def test_page_hours_after_the_last_record_is_stale(store):
    text = get(app_at(store, NOW_UTC_S + 3 * 3600)).text
    assert "is-stale" in text
    assert "Stale" in text
    assert "3&nbsp;h&nbsp;ago" in text


def test_page_damaged_record_is_named(tmp_path):
    with Store.open(ward.fill(tmp_path / "ward.sqlite", damage_record=17)) as damaged:
        text = get(app_at(damaged)).text
    assert "problems" in text
    assert "ward.sqlite" in text


def test_page_infant_code_is_escaped(store):
    store.assign(ward.BAND_ID, "<img src=x>", NOW_UTC_S - 60)
    text = get(app_at(store)).text
    assert "<img" not in text
    assert "&lt;img src=x&gt;" in text


def test_page_forbids_scripts_of_others_and_caching(store):
    answer = get(app_at(store))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/board.css", "/static/board.js", "/static/icon.svg"])
def test_static_files_are_served(store, path):
    assert get(app_at(store), path).status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_generated_pages_do_not_exist(store, path):
    assert get(app_at(store), path).status_code == 404


def test_page_without_libraries_reloads_and_logs_it_once(store, monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(app_module.assets, "is_complete", lambda: False)
    app = app_at(store)
    texts = [get(app).text for _ in range(2)]
    assert all('http-equiv="refresh"' in text and "<script" not in text for text in texts)
    logged = [r.getMessage() for r in caplog.records if "libraries are missing" in r.getMessage()]
    assert len(logged) == 1
    assert "python -m pouch_host.web.assets" in logged[0]


def test_page_with_libraries_loads_exactly_those(store, monkeypatch):
    monkeypatch.setattr(app_module.assets, "is_complete", lambda: True)
    text = get(app_at(store)).text
    for name in assets.VENDOR_FILES:
        assert f'src="/static/vendor/{name}"' in text
    assert 'hx-sse:connect="/events"' in text


def test_page_store_that_breaks_shows_the_reason(store, tmp_path):
    app = app_at(store)
    (tmp_path / "ward.sqlite").write_bytes(b"no database at all, but long enough" * 200)
    store.close()
    text = get(app).text
    assert 'role="alert"' in text
    assert "ward.sqlite" in text
    assert "Traceback" not in text


def test_feed_yields_at_once_again_after_refresh_and_ends_when_told(store):
    ticks = iter(range(100))
    feed = BoardFeed(
        store, View(BoardSettings()), lambda: NOW_UTC_S + next(ticks), refresh_s=0.001
    )

    async def two_then_stop():
        stopping = asyncio.Event()
        seen = []
        async for fragment in feed.updates(stopping):
            seen.append(fragment)
            if len(seen) == 2:
                stopping.set()
        return seen

    first, second = asyncio.run(two_then_stop())
    assert "03:02:00" in first
    assert "03:02:01" in second


@contextmanager
def served(app):
    listener = bind("127.0.0.1", 0)
    stop, ready = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=serve_until, args=(app, listener, stop), kwargs={"ready": ready}
    )
    port = listener.getsockname()[1]
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield port
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_events_first_event_is_the_whole_board_in_one_message(store):
    with served(app_at(store)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        connection.request("GET", "/events")
        stream = connection.getresponse()
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = []
        while (line := stream.readline().strip()) != b"":
            lines.append(line)
        stream.close()
        connection.close()
    # Unnamed, since those are what the page swaps in by itself.
    assert all(line.startswith(b"data:") for line in lines)
    board = b"\n".join(lines)
    assert b"bed-1" in board
    assert b"Skin to skin" in board


def test_events_show_data_that_arrives_later(tmp_path):
    # Goal: a page that stays open follows the store. Method: read events until the infant that
    # is added after the first one turns up.
    path = tmp_path / "ward.sqlite"
    with Store.open(path) as store, served(app_at(store, refresh_s=0.01)) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        connection.request("GET", "/events")
        stream = connection.getresponse()
        assert b"clock" in stream.readline()
        ward.fill(path, minutes=FILLED_MINUTES)
        assert any(b"bed-1" in stream.readline() for _ in range(10_000))
        stream.close()
        connection.close()
