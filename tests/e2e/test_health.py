"""The watchdog, the count of restarts, and power that goes in the middle of anything."""

import random

import pytest

from pouch_protocol import constants as c
from tests.e2e.test_restart import planted
from tests.e2e.whole_path import HOUR_S, WholePath, flashed

BAND_ID = 0x1000
_LOOP = "            while True:\n                "
HANGS = {
    "a wait that never ends": "            await __import__('asyncio').Event().wait()\n",
    "a loop that never lets go": _LOOP + "__import__('time').sleep_ms(100)\n",
    "a loop that lets all others run": _LOOP + "await __import__('asyncio').sleep_ms(100)\n",
}


def _hanging(folder, hang):
    """Return a copy of the firmware that hangs once."""
    loop = "            await self._sample()\n"
    test = (
        "            import machine\n"
        "            first = machine.reset_cause() == machine.PWRON_RESET\n"
        "            if first and self._clock.uptime_ms() > 600_000:\n"
    )
    hang = "".join("    " + line + "\n" for line in hang.splitlines())
    return planted(folder, "band/cycle.py", loop, loop + test + hang)


@pytest.mark.parametrize("board", ["xiao_esp32c3", "pico_w"])
@pytest.mark.parametrize("hang", HANGS)
def test_watchdog_ends_a_hang_and_the_next_boot_says_so(tmp_path, seed, hang, board):
    path = WholePath(tmp_path, seed)
    band = path.add_band(firmware_dir=_hanging(tmp_path, HANGS[hang]), board=board)
    path.run(path.collect(1.5 * HOUR_S))
    assert band.stats.boots == 2
    boots = path.decoded(BAND_ID, c.KIND_BOOT)
    assert [boot["reset_cause"] for boot in boots] == [c.RESET_POWER_ON, c.RESET_WATCHDOG]
    assert path.decoded(BAND_ID, c.KIND_HEALTH)[-1]["restarts"] == 1
    # Two minutes at most until it is missed, and a minute until the watchdog bites.
    samples = [sample["uptime_cs"] for sample in path.decoded(BAND_ID, c.KIND_SAMPLE)]
    assert len(samples) >= 180 - 2 * 3 - 2


def test_power_lost_at_any_flash_operation_of_the_whole_band_loses_two_minutes_at_most(
    tmp_path, seed
):
    """A bounded share of what the log's own tests do at every operation."""
    chance = random.Random(f"cuts {seed}")
    path = WholePath(tmp_path, seed)
    band = path.add_band()
    held = {}

    async def scenario():
        nonlocal held
        for _ in range(25):
            band.flash.cut_at_operation = chance.randint(1, 120)
            if not band.is_on:
                band.power_on()
            await path.wait(0.4 * HOUR_S)
            if chance.random() < 0.3:
                await path.round()
            now = flashed(band)
            lost = {number for number in held if number not in now or held[number] != now[number]}
            assert not lost, sorted(lost)
            held = now
            band.cut_power()

    path.run(scenario())
    assert band.stats.boots == 25
    assert sorted(held) == list(range(len(held)))
    stored = path.stored(BAND_ID)
    assert stored.items() <= held.items()
    # Each boot lost at most its last two minutes: the rest of its 24 minutes is there.
    per_boot = {boot_id: 0 for boot_id, _ in held.values()}
    for boot_id, data in held.values():
        per_boot[boot_id] += data[0] == c.KIND_SAMPLE
    assert len(per_boot) >= 15
