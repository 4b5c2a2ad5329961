import asyncio
import http.client
import json
import threading
from contextlib import asynccontextmanager, contextmanager
from zoneinfo import ZoneInfo

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.store import Store
from pouch_host.ward import LastLook, WatchState
from pouch_host.web.board_parts import Viewer
from pouch_host.web.feed import BoardFeed, offset_s
from pouch_host.web.language import installed
from pouch_host.web.render import Renderer
from pouch_host.web.server import bind, serve_until
from tests.host import ward
from tests.host.web import site
from tests.host.web.made_board import HandWard, infant

PATIENCE_S = 10
VIEWER = Viewer(installed().get("en"), "c", ZoneInfo("Asia/Karachi"), "tend", sees_infant=True)


async def always():
    return True


@asynccontextmanager
async def stream(feed, last_event_id="", *, viewer=VIEWER, holds=always, stopping=None):
    """Give the events of a feed, without the heartbeats between them."""
    events = feed.events(viewer, last_event_id, stopping=stopping or asyncio.Event(), holds=holds)

    async def told():
        async for event in events:
            if event.event != "time":
                yield event

    yield told()
    await events.aclose()


async def next_of(events):
    return await asyncio.wait_for(anext(events), PATIENCE_S)


@pytest.fixture
def hand_ward():
    made = HandWard(None)
    made.show(infant("bed-1"), infant("bed-2", core_c=35.2))
    return made


@pytest.fixture
def feed(hand_ward):
    return impatient(hand_ward)


def impatient(watch):
    """Return a feed that says something all the time, and always asks whether it may."""
    return BoardFeed(watch, Renderer(), heartbeat_s=0.01, rights_s=0.0)


def test_events_begin_with_the_whole_board_and_go_on_with_what_changed(hand_ward, feed):
    async def run():
        async with stream(feed) as events:
            first = await next_of(events)
            hand_ward.show(infant("bed-1", ssc_hours=6.1), infant("bed-2", core_c=35.2))
            second = await next_of(events)
            hand_ward.show(infant("bed-1", ssc_hours=6.1))
            return first, second, await next_of(events)

    first, second, third = asyncio.run(run())
    assert first.event == "board"
    assert json.loads(first.data)["order"] == ["bed-2", "bed-1"]
    assert list(json.loads(first.data)["cards"]) == ["bed-2", "bed-1"]
    assert list(json.loads(second.data)["cards"]) == ["bed-1"]
    assert "6.1" in json.loads(second.data)["cards"]["bed-1"]
    assert json.loads(third.data)["order"] == ["bed-1"]
    assert json.loads(third.data)["cards"] == {}


def test_events_data_is_one_line_whatever_it_holds(hand_ward, feed):
    hand_ward.show(infant("bed-1", problems=("two\nlines",)))

    async def run():
        async with stream(feed) as events:
            return (await next_of(events)).data

    assert "\n" not in asyncio.run(run())


def test_events_browser_that_comes_back_gets_what_it_missed_and_no_more(hand_ward, feed):
    async def run():
        async with stream(feed) as events:
            had = (await next_of(events)).id
        hand_ward.show(infant("bed-1"), infant("bed-2", core_c=35.2, ssc_hours=7.7))
        async with stream(feed, had) as events:
            return await next_of(events)

    assert list(json.loads(asyncio.run(run()).data)["cards"]) == ["bed-2"]


def test_events_page_that_has_all_gets_nothing_but_the_time(hand_ward, feed):
    event_id = feed.shown(VIEWER, hand_ward.utc_s).event_id

    async def run():
        events = feed.events(VIEWER, event_id, stopping=asyncio.Event(), holds=always)
        found = [await anext(events) for _ in range(5)]
        await events.aclose()
        return found

    found = asyncio.run(run())
    assert [event.event for event in found] == ["time"] * 5
    assert json.loads(found[0].data) == {
        "now_utc_s": hand_ward.utc_s,
        "offset_s": 5 * 3600,
        "watch": "looking",
        "looked_utc_s": hand_ward.utc_s,
    }


def test_events_time_says_that_nobody_looks_without_anything_new(hand_ward, feed):
    event_id = feed.shown(VIEWER, hand_ward.utc_s).event_id

    async def run():
        events = feed.events(VIEWER, event_id, stopping=asyncio.Event(), holds=always)
        found = []
        for state in (WatchState.LOOKING, WatchState.STOPPED, WatchState.LOOKING):
            hand_ward.look = LastLook(state, hand_ward.utc_s - 70, 70)
            found.append(json.loads((await anext(events)).data))
        await events.aclose()
        return found

    found = asyncio.run(run())
    assert [one["watch"] for one in found] == ["looking", "stopped", "looking"]
    assert found[1]["looked_utc_s"] == hand_ward.utc_s - 70


@pytest.mark.parametrize(
    "other_id",
    ["", "nonsense", "0badcafe.en-c-Asia/Karachi-tend-1.1", "RUN.ur-c-Asia/Karachi-tend-1.1"],
)
def test_events_id_of_another_run_or_view_gets_the_whole_board(feed, other_id):
    run_name = feed.shown(VIEWER, 0).event_id.split(".")[0]

    async def run():
        async with stream(feed, other_id.replace("RUN", run_name)) as events:
            return await next_of(events)

    assert len(json.loads(asyncio.run(run()).data)["cards"]) == 2


def test_events_end_as_soon_as_the_viewer_may_look_no_more(hand_ward, feed):
    may = [True, True, True]

    async def holds():
        return bool(may and may.pop())

    async def run():
        async with stream(feed, holds=holds) as events:
            found = [(await next_of(events)).event]
            # What happens after that is not told any more.
            may.clear()
            hand_ward.show(infant("bed-1", ssc_hours=9.9))
            return found + [event.event async for event in events]

    assert asyncio.run(run()) == ["board", "over"]


def test_events_end_when_the_server_stops(feed):
    async def run():
        stopping = asyncio.Event()
        async with stream(feed, stopping=stopping) as events:
            await next_of(events)
            stopping.set()
            return [event async for event in events]

    assert asyncio.run(run()) == []


def test_events_a_message_is_made_once_for_all_screens(hand_ward, feed, monkeypatch):
    made = []
    real = feed._new_message

    def counting(*args):
        made.append(args)
        return real(*args)

    monkeypatch.setattr(feed, "_new_message", counting)

    async def one(begun):
        async with stream(feed) as events:
            first = await next_of(events)
            await begun.wait()
            return first.data, (await next_of(events)).data

    async def run():
        begun = asyncio.Barrier(21)
        tasks = [asyncio.ensure_future(one(begun)) for _ in range(20)]
        await asyncio.wait_for(begun.wait(), PATIENCE_S)
        hand_ward.show(infant("bed-1", ssc_hours=1.5), infant("bed-2", core_c=35.2))
        return await asyncio.gather(*tasks)

    found = asyncio.run(run())
    assert len(set(found)) == 1
    assert len(made) == 2


def test_offset_follows_summer_time():
    london = ZoneInfo("Europe/London")
    assert offset_s(london, 1_772_703_125) == 0
    assert offset_s(london, 1_782_703_125) == 3600


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


@contextmanager
def listening(port, client, path="/events"):
    """Open a stream over a real connection; give a function that returns the next event."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    connection.request("GET", path, headers={"Cookie": cookies, "Accept": "text/event-stream"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")

    def next_event(*wanted):
        while True:
            fields = {}
            while (line := answer.readline().decode().rstrip("\r\n")) != "":
                name, _, value = line.partition(": ")
                fields[name] = value
            if fields.get("event") in wanted:
                return fields

    try:
        yield next_event
    finally:
        answer.close()
        connection.close()


def test_events_over_http_follow_the_store_from_the_page_on(tmp_path):
    # Goal: a record that reaches the store is on an open board without a reload. Method: open
    # the stream with what the page had; then add a second infant's record and look once.
    with site.opened(tmp_path) as opened, served(opened.app) as port:
        client = opened.browser(Role.NURSE)
        page = client.get("/").text
        since = page.split('data-event-id="')[1].split('"')[0]
        with listening(port, client, f"/events?since={since}") as next_event:
            assert json.loads(next_event("time")["data"])["now_utc_s"] == opened.now_utc_s
            with Store.open(tmp_path / "ward.sqlite") as writer:
                writer.assign(ward.BAND_ID + 1, "bed-7", ward.START_UTC_S)
            opened.watch.step()
            board = next_event("board")
    assert "bed-7" in json.loads(board["data"])["order"]
    assert list(json.loads(board["data"])["cards"]) == ["bed-7"]
    assert board["id"].startswith(since.rpartition(".")[0])


def test_events_over_http_end_with_the_session(tmp_path):
    with site.opened(tmp_path) as opened, served(opened.app) as port:
        opened.app.state.board_feed = impatient(opened.watch)
        client = opened.browser(Role.NURSE)
        with listening(port, client) as next_event:
            next_event("board")
            opened.accounts.sign_out(client.cookies["pouch-session"])
            assert next_event("over", "board")["event"] == "over"


def test_events_open_stream_keeps_nobody_signed_in(tmp_path):
    with site.opened(tmp_path) as opened, served(opened.app) as port:
        opened.app.state.board_feed = impatient(opened.watch)
        client = opened.browser(Role.NURSE)
        with listening(port, client) as next_event:
            next_event("time")
            opened.now_utc_s += 6 * 60
            next_event("time")
            opened.now_utc_s += 6 * 60
            assert next_event("over")["event"] == "over"


def test_events_server_that_stops_ends_its_streams(tmp_path):
    with site.opened(tmp_path) as opened, served(opened.app) as port:
        client = opened.browser(Role.NURSE)
        with listening(port, client) as next_event:
            next_event("board")
    # `served` asserts that the server's thread has ended.
