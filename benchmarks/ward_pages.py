"""The pages of a ward of 200 infants: the board's page, and an update on fifty open tablets."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

from pouch_host.accounts.access import Accounts
from pouch_host.web.app import create_app
from pouch_host.web.server import bind, serve_until, url_of
from pouch_host.web.settings import WebSettings

from .figures import Figure
from .ward_board import INFANTS, LEFT_OUT, PULLS, Ward, rss_kb, watched_ward

TABLETS = 50
_PAGES = 200
_UPDATES = 40
_ROUNDS = 12
_PATIENCE_S = 60
_MS = 1000.0
_KB = 1024.0


def measure(folder: Path) -> list[Figure]:
    """Serve a ward; ask for its page, keep tablets open, bring pulls, let an hour pass."""
    with watched_ward(folder) as ward:
        ward.watch.step()
        with _served(ward) as (url, cookies):
            return asyncio.run(_measure(ward, url, cookies))


async def _measure(ward: Ward, url: str, cookies: dict[str, str]) -> list[Figure]:
    limits = httpx.Limits(max_connections=TABLETS + 4)
    async with httpx.AsyncClient(
        base_url=url, cookies=cookies, timeout=_PATIENCE_S, limits=limits
    ) as client:
        first_ms = await _page_ms(client, "/")
        page = (await client.get("/", headers={"accept": "text/html"})).text
        shown = sum(f">{one.row.infant_code}<" in page for one in ward.watch.board().infants)
        if shown != INFANTS:
            raise AssertionError(f"the page shows {shown} of {INFANTS} infants")
        pages_ms = [await _page_ms(client, "/") for _ in range(_PAGES)]
        plain_ms = [await _page_ms(client, "/static/base.css") for _ in range(_PAGES)]
        tablets = [_Tablet(client) for _ in range(TABLETS)]
        tasks = [asyncio.ensure_future(tablet.listen()) for tablet in tablets]
        await _all_have(tablets, ward.watch.board().version)
        updates_ms = [await _update_ms(ward, tablets, infant) for infant in range(_UPDATES)]
        sizes_kb = [await _round(ward, tablets, number) for number in range(1, _ROUNDS + 1)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    page_ms = float(np.percentile(pages_ms, 95))
    return [
        Figure("board's page, 200 infants: first after a start", first_ms, "ms"),
        Figure("board's page, median", float(np.median(pages_ms)), "ms"),
        Figure("  p95", page_ms, "ms"),
        Figure("a style sheet from there, p95", float(np.percentile(plain_ms, 95)), "ms"),
        Figure("  the page takes", page_ms / float(np.percentile(plain_ms, 95)), "x"),
        Figure("update, published to seen by all 50 tablets, median", _median(updates_ms), "ms"),
        Figure("  p95", float(np.percentile(updates_ms, 95)), "ms"),
        Figure("memory, tablets included, after an hour", sizes_kb[-1] / _KB, "MB"),
        Figure("  grown in its second half", (sizes_kb[-1] - sizes_kb[_ROUNDS // 2]) / _KB, "MB"),
    ]


@contextmanager
def _served(ward: Ward) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a ward's pages; yield their address and the cookies of an enrolled screen."""
    settings = WebSettings()
    accounts = Accounts(ward.store, lambda: ward.clock[0])
    # A screen on the wall: nobody is signed out of it while the hour passes.
    token = accounts.enrol_device("bench", who=None)
    listener = bind("127.0.0.1", 0)
    url, stop, ready = url_of(listener), threading.Event(), threading.Event()
    app = create_app(ward.watch, accounts, settings=settings)
    thread = threading.Thread(
        target=serve_until, args=(app, listener, stop), kwargs={"ready": ready}
    )
    thread.start()
    ready.wait(_PATIENCE_S)
    try:
        yield url, {settings.cookie("screen"): token}
    finally:
        stop.set()
        thread.join()


class _Tablet:
    """One open board.

    Attributes:
        version: of the board that it has.
        seen_s: when that arrived, by this process's clock.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.version = -1
        self.seen_s = 0.0
        self._client = client
        self._news = asyncio.Event()

    async def listen(self) -> None:
        """Read events until cancelled."""
        headers = {"accept": "text/event-stream"}
        async with self._client.stream("GET", "/events", headers=headers) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                # Versions stand at the end of an event's id.
                if line.startswith("id:"):
                    self.version, self.seen_s = int(line.rsplit(".", 1)[1]), time.perf_counter()
                    self._news.set()

    async def has(self, version: int) -> None:
        """Wait until it has a version."""
        while self.version < version:
            self._news.clear()
            await self._news.wait()


async def _page_ms(client: httpx.AsyncClient, path: str) -> float:
    began_s = time.perf_counter()
    answer = await client.get(path, headers={"accept": "text/html"})
    took_s = time.perf_counter() - began_s
    answer.raise_for_status()
    if not answer.is_success:
        raise AssertionError(f"{path} answered {answer.status_code}")
    return took_s * _MS


async def _all_have(tablets: list[_Tablet], version: int) -> float:
    """Wait until all tablets have a version; return when the last one had it."""
    async with asyncio.timeout(_PATIENCE_S):
        for tablet in tablets:
            await tablet.has(version)
    return max(tablet.seen_s for tablet in tablets)


async def _update_ms(ward: Ward, tablets: list[_Tablet], infant: int) -> float:
    """Return the time from a changed board to the last tablet that has it."""
    ward.clock[0] += 1
    ward.pull(infant, PULLS - LEFT_OUT)
    await asyncio.to_thread(ward.watch.step)
    published_s = time.perf_counter()
    seen_s = await _all_have(tablets, ward.watch.board().version)
    return max(0.0, seen_s - published_s) * _MS


async def _round(ward: Ward, tablets: list[_Tablet], number: int) -> float:
    """Let five minutes pass in which every band is pulled once; return the memory after it."""
    for infant in range(INFANTS):
        ward.clock[0] += 300 / INFANTS
        ward.pull(infant, PULLS - LEFT_OUT + number)
        await asyncio.to_thread(ward.watch.step)
    await _all_have(tablets, ward.watch.board().version)
    return rss_kb()


def _median(values: list[float]) -> float:
    return float(np.median(values))
