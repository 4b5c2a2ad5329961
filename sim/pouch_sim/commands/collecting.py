"""Runs the host's collector inside a simulation."""

import asyncio
from collections.abc import Callable, Collection

from pouch_host.collect.ble import BleAdapter
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.collector import Collector, Round
from pouch_host.collect.known import KnownBands
from pouch_host.store import Store
from pouch_sim.simulation import Simulation

HOUR_S = 3600.0

# A round that hears nobody lasts 65 s: twenty of them reach beyond the slow plan's 1,200 s.
_LATE_ROUNDS_MAX = 20


def simulated_collector(simulation: Simulation, store: Store) -> Collector:
    """Return the host's own collector on the simulated radio and clock, with all bands' keys."""
    backend = simulation.backend()
    known = KnownBands(lambda: simulation.keys)
    return Collector(
        BleAdapter(backend.scanner, backend.client),
        store,
        simulation.now_utc_s,
        known,
        # A recording may be of any year.
        ClockJudge(store.newest_contact_utc_s(), earliest_utc_s=0.0),
        name_of=known.name_of,
    )


def share_done(start_s: float, now_s: float, end_s: float) -> float:
    """Return how much of a stretch of time is over, 0 to 1; nothing is left of an empty one."""
    return min(1.0, (now_s - start_s) / (end_s - start_s)) if start_s < end_s else 1.0


async def collect_until(
    simulation: Simulation,
    collector: Collector,
    end_utc_s: Callable[[], float],
    *,
    interval_s: float = HOUR_S,
    on_round: Callable[[Round], None],
    wanted: Collection[int] = (),
) -> None:
    """Make a round every `interval_s` of simulated time, and one that begins at the end.

    A round takes a minute or two of simulated time: that much later this ends.

    Args:
        simulation: its clock moves while this waits.
        collector: makes the rounds.
        end_utc_s: asked before each wait; may move, as the real clock does.
        interval_s: between the starts of two rounds.
        on_round: told of each round.
        wanted: ids of bands whose last records matter. One that the last round did not hear gets
            more of them.
    """
    due_s = simulation.now_utc_s() + interval_s
    while True:
        end_s = end_utc_s()
        await asyncio.sleep(max(0.0, min(due_s, end_s) - simulation.now_utc_s()))
        at_end = simulation.now_utc_s() >= end_s
        outcome = await collector.round()
        on_round(outcome)
        if at_end:
            break
        due_s += interval_s
    for _ in range(_LATE_ROUNDS_MAX):
        wanted = set(wanted).difference(result.band_id for result in outcome.pulls)
        if not wanted:
            return
        outcome = await collector.round()
        on_round(outcome)
