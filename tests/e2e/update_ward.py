"""A band that is to be updated, and what has to hold of its records whatever comes of it."""

from pouch_host.collect.updating import Updater
from tests.e2e.usb_cable import KEY, cable_to, events_of
from tests.e2e.whole_path import WholePath, flashed


class UpdateWard:
    """One band that has its key, on a cable, and one way to update it."""

    def __init__(self, folder, seed, **plan):
        self.path = WholePath(folder, seed)
        self.band = self.path.add_band(**{"settings": {"key": KEY.hex()}} | plan)
        self.cable = cable_to(self.path, self.band)
        self.notes = []
        self.before = {}
        self.log_id = 0
        self.version = (0, 0, 0)
        self.positions = []

    def updater(self, file, reach=None):
        return Updater(reach or self.cable, file, self.positions.append, self.notes.append)

    async def update(self, file, reach=None):
        """Send it and wait; return what became of it."""
        updater = self.updater(file, reach)
        assert await updater.send(again=False)
        return await updater.outcome()

    async def hello(self):
        """Return what the band says of itself; both sides have proved to have the key."""
        async with self.cable.connect(60) as talk:
            assert talk.commands.exchange.key is not None
            return talk.commands.band

    def run(self, scenario):
        """Run a scenario on a band that has recorded for five minutes; return its result."""

        async def main():
            await self.path.wait(300)
            self.band.usb.plug()
            async with self.cable.connect() as talk:
                if talk.commands.exchange.key is None:
                    # Its flash was filled by a test, and holds no settings.
                    await talk.commands.set_key(KEY)
            self.log_id = (await self.hello())["log_id"]
            self.before = flashed(self.band)
            result = await scenario(self)
            self.version = version_of(await self.hello())
            return result

        return self.path.run(main())

    def check_records(self, after=0):
        """See that every record of before is there, and that numbers go on without a hole."""
        held = flashed(self.band)
        kept = {number: record for number, record in self.before.items() if number >= after}
        assert kept.items() <= held.items()
        assert sorted(held) == list(range(after, max(held) + 1))
        return held

    def events(self, event):
        return events_of(self.band, self.log_id, event)


def version_of(hello):
    return tuple(hello[f"firmware_{part}"] for part in ("major", "minor", "patch"))
