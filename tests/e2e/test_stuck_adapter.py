"""A ward whose adapter goes deaf: the collector begins its scan anew and no record is lost."""

from itertools import pairwise

from tests.e2e.whole_path import HOUR_S, WholePath, flashed

INTERVAL_S = 300.0
# Silence before the scan begins anew, and before the next step.
SILENT_S = 180.0


def test_scan_that_dies_without_a_word_is_begun_anew_and_the_holes_are_filled(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    bands = [path.add_band() for _ in range(2)]
    adapter = path.simulation.backend().scanner.adapter

    async def scenario():
        # The one that runs and the next one are dead: the second step comes after 540 s.
        path.simulation.loop.call_later(HOUR_S, adapter.let_scans_die, 2)
        return await path.listen(2 * HOUR_S, INTERVAL_S)

    pulls = path.run(scenario())
    for band, band_id in zip(bands, (0x1000, 0x1001), strict=True):
        times_s = [time_s for time_s, result in pulls if result.band_id == band_id]
        longest_s = max(after - before for before, after in pairwise(times_s))
        assert INTERVAL_S < longest_s < INTERVAL_S + 3 * SILENT_S + 120
        assert times_s[-1] > 2 * HOUR_S - INTERVAL_S - 120
        held, on_band = path.stored(band_id), flashed(band)
        assert held.items() <= on_band.items()
        assert path.store.missing_count(band_id) == 0
        assert len(held) > 200
