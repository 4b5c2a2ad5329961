"""The whole application in as little memory as a board with 100 kB free leaves it."""

from pouch_protocol import constants as c
from pouch_protocol import records
from tests.e2e.whole_path import HOUR_S, WholePath

# Blocks and pointers are twice as wide here as on the board: the interpreter doubles what is
# asked for with a w, and the stand-ins of the board's C modules take about 12 kB of it.
BOARD_WITH_100_KB_FREE = "112wK"


def test_application_runs_and_serves_a_host_in_a_boards_heap(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    band = path.add_band(heap=BOARD_WITH_100_KB_FREE)
    path.run(path.collect(12 * HOUR_S))
    assert band.stats.boots == 1
    stored = path.stored(0x1000)
    assert sorted(stored) == list(range(len(stored)))
    free_bytes = [
        records.decode(data, segment_log_id(path), number)["free_heap_bytes"]
        for number, (_, data) in stored.items()
        if data[0] == c.KIND_STATUS
    ]
    assert len(free_bytes) >= 11
    assert min(free_bytes) > 0


def segment_log_id(path):
    return path.store.segments(0x1000)[0].log_id
