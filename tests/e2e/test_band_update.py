"""A whole band gets a new version: over cable and radio, good and bad ones, with power cuts."""

import random

import pytest

from pouch_host.collect.exchange import Refusal
from pouch_host.collect.link import LinkError
from pouch_host.collect.update_file import UpdateFile
from pouch_host.collect.updating import Outcome
from pouch_host.errors import BandError
from pouch_protocol import constants as c
from tests.e2e.update_ward import UpdateWard, version_of
from tests.e2e.usb_cable import cable_to, new_version, radio_to

OLD = (0, 1, 0)
NEW = (0, 2, 0)
NEW_DETAIL = 0x000200
BLOCK_BYTES = 4096
RUN = "def run(board) -> None:\n"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Return an update to our own firmware."""
    return new_version(tmp_path_factory.mktemp("good") / "tree", NEW)


@pytest.fixture
def ward(tmp_path, seed):
    return UpdateWard(tmp_path, seed)


def test_new_version_proves_itself_and_every_record_is_kept(ward, good):
    async def scenario(ward):
        assert await ward.update(good) is Outcome.CONFIRMED
        await ward.path.wait(600)
        # The same key.
        await ward.hello()

    ward.run(scenario)
    assert ward.version == NEW
    held = ward.check_records()
    assert len(held) >= len(ward.before) + 20
    assert ward.events(c.EVENT_UPDATE_STARTED) == [NEW_DETAIL]
    assert ward.events(c.EVENT_UPDATE_CONFIRMED) == [NEW_DETAIL]
    assert ward.band.stats.boots == 2


@pytest.mark.parametrize(
    ("reach", "old", "new"),
    [
        ("cable", RUN, RUN + '    raise ValueError("planted")\n'),
        ("radio", "import asyncio\n", "import asyncio\nimport a_module_that_no_board_has\n"),
        # Alive, and yet never healthy: nobody feeds the watchdog.
        ("radio", RUN, RUN + "    import time\n    while True:\n        time.sleep_ms(1000)\n"),
    ],
    ids=["raises", "does not import", "hangs"],
)
def test_version_that_does_not_start_is_given_up_after_three_starts(
    ward, tmp_path, good, reach, old, new
):
    change = ("firmware/band/app.py", old, new)
    bad = new_version(tmp_path / "bad", (0, 1, 9), [change])

    async def scenario(ward):
        way = ward.cable if reach == "cable" else radio_to(ward.path)
        outcome = await ward.update(bad, way)
        # The old one, three starts of the new one, and the old one again.
        boots, version = ward.band.stats.boots, version_of(await ward.hello())
        # And a sound one is taken afterwards.
        return outcome, boots, version, await ward.update(good, radio_to(ward.path))

    assert ward.run(scenario) == (Outcome.ROLLED_BACK, 5, OLD, Outcome.CONFIRMED)
    assert ward.version == NEW
    ward.check_records()
    assert ward.events(c.EVENT_UPDATE_ROLLED_BACK) == [0x090100]
    assert ward.events(c.EVENT_UPDATE_CONFIRMED) == [NEW_DETAIL]


def test_update_goes_by_radio(ward, good):
    async def scenario(ward):
        loop_s = ward.path.simulation.loop.time
        begin_s = loop_s()
        reach = radio_to(ward.path)
        updater = ward.updater(good, reach)
        assert await updater.send(again=False)
        return loop_s() - begin_s, await updater.outcome()

    spent_s, outcome = ward.run(scenario)
    assert outcome is Outcome.CONFIRMED
    assert ward.version == NEW
    # The search for the band, up to a minute of the default plan, and half a minute for 80 kB.
    assert spent_s < 100
    ward.check_records()


def test_power_cut_in_mid_transfer_costs_at_most_one_block_again(ward, good, seed):
    # Goal: a band that loses its power goes on with what it has. Method: cut it at some places of
    # one transfer; every position after a start is the end of a block, or of the index.
    total = len(good.stream)
    at = sorted(random.Random(seed).sample(range(good.index_bytes, total - 4096), 5))
    resumed = []

    async def scenario(ward):
        updater = ward.updater(good)

        def note(position):
            ward.positions.append(position)
            if at and position > at[0]:
                at.pop(0)
                ward.band.cut_power()
                ward.band.power_on()
                resumed.append(position)

        updater._on_progress = note
        for _ in range(3):
            try:
                await updater.send(again=False)
                break
            except LinkError:
                continue
        return await updater.outcome()

    assert ward.run(scenario) is Outcome.CONFIRMED
    assert len(resumed) == 5
    assert ward.version == NEW
    ward.check_records()
    for stopped in resumed:
        later = ward.positions[ward.positions.index(stopped) + 1 :]
        assert later[0] % BLOCK_BYTES == 0 or later[0] == good.index_bytes, stopped
        assert stopped - later[0] < BLOCK_BYTES, stopped
    assert ward.events(c.EVENT_UPDATE_STARTED) == [NEW_DETAIL]


def changed(good, at, bit=1):
    """Return the file with a bit turned over, past the host's own check."""
    stream = bytearray(good.stream)
    stream[at] ^= bit
    return UpdateFile(good.name, bytes(stream), good.index_bytes, good.board, good.version)


def test_tampered_or_cut_stream_is_refused_and_the_old_version_runs_on(ward, good, seed):
    total = len(good.stream)
    shorter = UpdateFile(
        good.name, good.stream[: total - 500], good.index_bytes, good.board, good.version
    )

    async def refusal(ward, file, reach=None):
        with pytest.raises((Refusal, BandError)) as caught:
            await ward.updater(file, reach or radio_to(ward.path)).send(again=False)
        return getattr(caught.value, "code", None) or str(caught.value)

    async def scenario(ward):
        answers = [
            await refusal(ward, changed(good, random.Random(seed).randrange(4096, total))),
            # The board's name, in the index.
            await refusal(ward, changed(good, 14)),
            await refusal(ward, shorter),
            # By a host at the cable that has another key.
            await refusal(ward, good, cable_to(ward.path, ward.band, b"k" * 16)),
        ]
        await ward.path.wait(120)
        return answers

    file, board, short, key = ward.run(scenario)
    assert (file, key) == (c.CODE_IMAGE_REFUSED, c.CODE_NOT_AUTHENTICATED)
    assert "damaged, or for another MicroPython" in board
    assert "damaged, or for another MicroPython" in short
    assert ward.version == OLD
    assert ward.band.stats.boots == 1
    ward.check_records()
    assert ward.events(c.EVENT_UPDATE_STARTED) == []
