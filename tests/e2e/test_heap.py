"""The whole application in as little memory as a board with 100 kB free leaves it."""

from pouch_host.collect.updating import Outcome
from pouch_protocol import constants as c
from tests.e2e.update_ward import UpdateWard
from tests.e2e.usb_cable import BAND_ID, ask, new_version
from tests.e2e.whole_path import HOUR_S, WholePath
from tests.support.firmware_build import BOARD_WITH_100_KB_FREE, compiled


def _in_a_boards_heap(folder):
    """Return the plan of a band with the firmware and the heap of a board."""
    firmware, protocol = compiled(folder / "compiled")
    return {
        "firmware_dir": firmware,
        "protocol_dir": protocol,
        "heap": BOARD_WITH_100_KB_FREE,
    }


def test_application_runs_and_serves_a_host_in_a_boards_heap(tmp_path, seed, record_property):
    path = WholePath(tmp_path, seed)
    band = path.add_band(**_in_a_boards_heap(tmp_path))
    path.run(path.collect(12 * HOUR_S))
    assert band.stats.boots == 1, band.log_text()
    stored = path.stored(BAND_ID)
    assert sorted(stored) == list(range(len(stored)))
    statuses = path.decoded(BAND_ID, c.KIND_STATUS)
    free_bytes = [status["free_heap_bytes"] for status in statuses]
    assert len(free_bytes) >= 11
    assert min(free_bytes) > 0
    record_property(
        "figure",
        f"heap: {min(free_bytes):,} bytes free of {BOARD_WITH_100_KB_FREE}, 12 h with a host",
    )


def test_update_self_test_and_settings_run_in_a_boards_heap(tmp_path, seed, record_property):
    ward = UpdateWard(tmp_path, seed, **_in_a_boards_heap(tmp_path))
    new = new_version(tmp_path / "new", (0, 2, 0))

    async def scenario(ward):
        await ask(ward.cable, "self_test")
        outcome = await ward.update(new)
        return outcome, (await ask(ward.cable, "self_test"))["free_heap_bytes"]

    outcome, free_bytes = ward.run(scenario)
    # One start for the update, none because memory ran out.
    assert ward.band.stats.boots == 2, ward.band.log_text()
    assert outcome is Outcome.CONFIRMED
    ward.check_records()
    record_property(
        "figure", f"heap: {free_bytes:,} bytes free of {BOARD_WITH_100_KB_FREE}, in a self-test"
    )
