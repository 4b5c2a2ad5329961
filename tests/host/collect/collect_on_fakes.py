"""A program for tests of signals: `pouch collect` with one fake band, whose pull does not end.

Writes "pulling" once records have come. With "--stubborn" as its last argument, the connection
does not end either; "closing" is written when it should.
"""

import asyncio
import sys
from contextlib import asynccontextmanager

from pouch_host import cli
from pouch_host.collect import ble
from tests.host.collect.fake_band import FakeAdapter, FakeLink, ListSource, made_records


class EndlessLink(FakeLink):
    async def receive(self, timeout_s):
        # Six replies, and a message of records in four frames.
        if self.sent > 10:
            sys.stdout.write("pulling\n")
            sys.stdout.flush()
            await asyncio.get_running_loop().create_future()
        return await super().receive(timeout_s)


class StubbornAdapter(FakeAdapter):
    @asynccontextmanager
    async def connect(self, band):
        async with super().connect(band) as link:
            try:
                yield link
            finally:
                sys.stdout.write("closing\n")
                sys.stdout.flush()
                await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    kind = StubbornAdapter if sys.argv[-1] == "--stubborn" else FakeAdapter
    links = {"AA:01": lambda: EndlessLink(ListSource(made_records(1000)))}
    # On the air all the time, as the clock of this test is real.
    ble.BleAdapter = lambda: kind(links, period_s=0.01)
    sys.argv = [argument for argument in sys.argv if argument != "--stubborn"]
    cli.main()
