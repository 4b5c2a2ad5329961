"""A ward of many bands and one adapter, a radio that loses, and bands that are carried away."""

import asyncio
import random
from dataclasses import dataclass

from pouch_sim.radio.host_settings import HostSettings
from pouch_sim.radio.link import RadioSettings
from tests.e2e.whole_path import HOUR_S, WholePath, flashed

LOSS = 0.05
# One in so many is out of range for some hours of each day.
AWAY_ONE_IN = 10
_INTERVAL_S = 3600.0
# At the end every band is back, and each is in the air once a minute.
_LAST_ROUNDS = 4


@dataclass(frozen=True)
class LoadResult:
    """What came of it.

    Attributes:
        record_count: records in the store.
        missing: by band, record numbers that its flash holds and the store does not.
        wrong: by band, how many records differ.
        pull_count: pulls that succeeded.
        failure_count: pulls that failed.
    """

    record_count: int
    missing: dict
    wrong: dict
    pull_count: int
    failure_count: int


def run_ward(folder, seed, band_count, hours):
    """Let a ward live for some hours; compare what the store holds with each band's flash.

    Args:
        folder: for flash images, logs and the store.
        seed: all chance is drawn from it.
        band_count: how many bands.
        hours: for how long.
    """
    path = WholePath(
        folder,
        seed,
        radio=RadioSettings(loss=LOSS),
        host=HostSettings(drop=LOSS),
    )
    rng = random.Random(f"{seed}:load")
    bands = [path.add_band() for _ in range(band_count)]

    async def scenario():
        walks = [
            asyncio.create_task(_carry_away(band, rng.uniform(0, hours / 3), hours))
            for band in rng.sample(bands, max(1, band_count // AWAY_ONE_IN))
        ]
        await path.listen(hours * HOUR_S, _INTERVAL_S)
        for walk in walks:
            walk.cancel()
        for band in bands:
            band.in_range = True
        for _ in range(_LAST_ROUNDS):
            await path.round()

    path.run(scenario())
    return _compare(path, bands)


async def _carry_away(band, after_h, hours):
    """Carry a band out of range for a third of the time, again and again within a day."""
    away_h = min(6.0, hours / 3)
    await asyncio.sleep(after_h * HOUR_S)
    while True:
        band.in_range = False
        await asyncio.sleep(away_h * HOUR_S)
        band.in_range = True
        await asyncio.sleep((24 - away_h) * HOUR_S)


def _compare(path, bands):
    missing, wrong, count = {}, {}, 0
    for index, band in enumerate(bands):
        band_id = 0x1000 + index
        held, there = path.stored(band_id), flashed(band)
        newest = max(held, default=-1)
        count += len(held)
        # What was written after the last pull is still the band's alone.
        lacking = [number for number in there if number <= newest and number not in held]
        # Everything but the last minutes has come.
        if lacking or len(there) - len(held) > 2 * _LAST_ROUNDS * 10:
            missing[band.name] = lacking or [newest]
        differing = [number for number in held if there.get(number, held[number]) != held[number]]
        if differing:
            wrong[band.name] = differing
    pulls = [result for outcome in path.rounds for result in outcome.pulls]
    failures = sum(len(outcome.failures) for outcome in path.rounds)
    return LoadResult(count, missing, wrong, len(pulls), failures)
