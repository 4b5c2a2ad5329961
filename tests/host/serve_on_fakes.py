"""A program for tests: `pouch serve` with a fake band instead of a radio.

The first argument says how the radio is: "sound" reads one band; "missing" is no adapter at all;
"endless" has a pull that does not end, and "stubborn" one whose connection does not end either.
It writes "pulling" once records have come.
"""

import asyncio
import sys
from contextlib import asynccontextmanager

from pouch_host import cli
from pouch_host.collect import ble
from pouch_host.collect.link import LinkError, LinkFailure
from tests.host.collect.fake_band import FakeAdapter, FakeLink, ListSource, made_records

_RECORDS = 1000


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class EndlessLink(FakeLink):
    async def receive(self, timeout_s):
        # Six replies, and a message of records in four frames.
        if self.sent > 10:
            say("pulling")
            await asyncio.get_running_loop().create_future()
        return await super().receive(timeout_s)


class StubbornAdapter(FakeAdapter):
    @asynccontextmanager
    async def connect(self, band):
        async with super().connect(band) as link:
            try:
                yield link
            finally:
                say("closing")
                await asyncio.get_running_loop().create_future()


class MissingAdapter(FakeAdapter):
    async def hear(self, wanted, timeout_s):
        say("missing")
        raise LinkError(LinkFailure.ADAPTER, "Bluetooth adapter: not there")


def adapter_of(kind):
    if kind == "missing":
        return MissingAdapter({})
    link = FakeLink if kind == "sound" else EndlessLink
    links = {"AA:01": lambda: link(ListSource(made_records(_RECORDS)))}
    adapter = StubbornAdapter if kind == "stubborn" else FakeAdapter
    # On the air all the time, as the clock of this test is real.
    return adapter(links, period_s=0.01)


if __name__ == "__main__":
    how = sys.argv.pop(1)
    ble.BleAdapter = lambda: adapter_of(how)
    cli.main()
