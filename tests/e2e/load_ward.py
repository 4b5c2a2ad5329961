"""A ward of many bands and one adapter, a radio that loses, and bands that are carried away.

python -m tests.e2e.load_ward [--bands 50] [--hours 72] [--seed N]      `make load`
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

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


def run_ward(folder, seed, band_count, hours, interval_s=30):
    """Let a ward live for some hours; compare what the store holds with each band's flash.

    Args:
        folder: for flash images, logs and the store.
        seed: all chance is drawn from it.
        band_count: how many bands.
        hours: for how long.
        interval_s: from one sample of a band to the next.
    """
    path = WholePath(
        folder,
        seed,
        radio=RadioSettings(loss=LOSS),
        host=HostSettings(drop=LOSS),
    )
    rng = random.Random(f"{seed}:load")
    bands = [path.add_band(interval_s=interval_s) for _ in range(band_count)]

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


def main(arguments):
    """Run a ward and print what came of it; return the exit code."""
    parser = argparse.ArgumentParser(description="A ward on a bad radio: is anything missing?")
    parser.add_argument("--bands", type=int, default=50)
    parser.add_argument("--hours", type=float, default=72)
    parser.add_argument("--interval", type=int, default=30, help="seconds between samples")
    parser.add_argument("--seed", type=int, default=20260101)
    chosen = parser.parse_args(arguments)
    began_s = time.perf_counter()
    print(
        f"load: {chosen.bands} bands, {chosen.hours:g} h, a sample each {chosen.interval} s,"
        f" seed {chosen.seed}",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="pouch-load-") as folder:
        result = run_ward(Path(folder), chosen.seed, chosen.bands, chosen.hours, chosen.interval)
    wall_s = time.perf_counter() - began_s
    print(
        f"load: {result.record_count:,} records, {result.pull_count:,} pulls,"
        f" {result.failure_count:,} failed, {wall_s:.0f} s"
    )
    for what, found in (("missing", result.missing), ("wrong", result.wrong)):
        for band, numbers in found.items():
            print(f"load: {what}: {band}: {len(numbers)} records, {numbers[:5]} ...")
    if result.missing or result.wrong:
        print(f"repeat: python -m tests.e2e.load_ward --seed {chosen.seed}", file=sys.stderr)
        return 1
    print("load: gapless")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
