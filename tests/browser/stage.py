"""The one browser of a test process, on an event loop in a thread of its own.

pytest's own thread stays free of a running loop, so that tests of other parts, which share the
process, can start theirs. A test here is a coroutine; `conftest` hands it to `Stage.run`.
"""

import asyncio
import threading

from playwright.async_api import async_playwright

from tests.browser import chromium

# A whole journey takes seconds; this long only if something hangs.
_TEST_S_MAX = 90


class Stage:
    """A running Chromium.

    Attributes:
        browser: Playwright's, for the loop of this stage alone.
        video: the file that its camera shows.
    """

    def __init__(self, video):
        self.video = video
        self.browser = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stage", daemon=True)
        self._thread.start()
        self.run(self._open())

    def run(self, work, timeout_s=_TEST_S_MAX):
        """Run a coroutine on the stage's loop and return what it returns."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            raise

    def close(self):
        """End the browser and the thread."""
        self.run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self):
        self._playwright = await async_playwright().start()
        self.browser = await self._playwright.chromium.launch(
            executable_path=chromium.find(),
            args=chromium.arguments(self.video),
        )

    async def _close(self):
        await self.browser.close()
        await self._playwright.stop()
