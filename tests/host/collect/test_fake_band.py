"""The fake adapter is on the air when it says, and whoever does not listen misses it."""

import asyncio

from tests.host.collect.fake_band import FakeAdapter, in_simulated_time


def heard(adapter, *steps):
    """Listen and pause; return when each listening ended and what it heard.

    Args:
        steps: of each listening: seconds to pause before it, addresses to skip, seconds to last.
    """

    async def scenario():
        loop = asyncio.get_running_loop()
        found = []
        for pause_s, skip, timeout_s in steps:
            await asyncio.sleep(pause_s)
            band = await adapter.hear(_all_but(skip), timeout_s)
            found.append((loop.time(), band and band.address))
        return found

    return in_simulated_time(scenario())


def _all_but(skip):
    return lambda band: band.address not in skip


def test_bands_are_heard_a_second_apart_and_again_a_period_later():
    adapter = FakeAdapter(dict.fromkeys(["AA:02", "AA:01"]))
    found = heard(adapter, (0, (), 65), (0, (), 65), (0, (), 65))
    assert found == [(0, "AA:01"), (1, "AA:02"), (60, "AA:01")]


def test_band_that_is_skipped_is_not_heard_and_silence_lasts_as_long_as_asked():
    adapter = FakeAdapter(dict.fromkeys(["AA:01", "AA:02"]))
    assert heard(adapter, (0, {"AA:01"}, 65), (0, {"AA:01", "AA:02"}, 500)) == [
        (1, "AA:02"),
        (501, None),
    ]


def test_window_that_nobody_listened_to_is_missed():
    adapter = FakeAdapter(dict.fromkeys(["AA:01", "AA:02"]), period_s=600)
    assert heard(adapter, (0.5, (), 65), (120, (), 65), (0, (), 600)) == [
        (1, "AA:02"),
        (186, None),
        (600, "AA:01"),
    ]


def test_simulated_time_costs_none():
    assert heard(FakeAdapter({}), (0, (), 86_400.0)) == [(86_400.0, None)]
