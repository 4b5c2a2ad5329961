"""A year of one infant through the alert logic, beside a loop that only looks at its minutes."""

import random
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from pouch_host.alerts import AlertEngine, EventKind, Observation, replay
from pouch_host.alerts.observation import CAREGIVER_ONLY, INFANT_ONLY, OFF, SSC, UNKNOWN

from .figures import Figure

_YEAR_MIN = 365 * 1440
_SEED = 1
_START_UTC_S = 1_772_305_200
_PULL_S = 300
_SETTLING_MIN = 10
# Of 100 spells of a state: an infant in contact for ten hours a day, and in a cot.
_SPELLS = ((SSC, 40), (INFANT_ONLY, 35), (CAREGIVER_ONLY, 10), (OFF, 10), (UNKNOWN, 5))
_MINUTES_PER_SPELL = (20, 180)
_LINE_C = 36.5


def measure(folder: Path) -> list[Figure]:
    """Replay a year, in processor time; fail if it tells nothing, or another thing each time."""
    del folder
    minutes = list(_year(random.Random(f"alert-year-{_SEED}")))
    begun = process_time()
    cold = sum(1 for minute in minutes if minute.core_c is not None and minute.core_c < _LINE_C)
    bare_s = process_time() - begun
    begun = process_time()
    events = replay(minutes)
    replay_s = process_time() - begun
    engine = AlertEngine()
    begun = process_time()
    for minute in minutes:
        engine.observe(minute)
    observe_s = process_time() - begun
    rings = sum(1 for event in events if event.kind is EventKind.RANG)
    if not rings or events != replay(minutes):
        raise AssertionError(f"a year of alerts: {rings} rings, or another answer the second time")
    return [
        Figure("minutes of one infant", len(minutes), ""),
        Figure("  a bare loop over them, looking for cold", bare_s, "s"),
        Figure("  minutes below 36.5 C that it finds", cold, ""),
        Figure("  observed by the alert engine", observe_s, "s"),
        Figure("  observed a second", len(minutes) / observe_s, ""),
        Figure("  replayed, with a tick a minute", replay_s, "s"),
        Figure("  replayed a second", len(minutes) / replay_s, ""),
        Figure("  events", len(events), ""),
        Figure("  rings a day", rings / 365, ""),
    ]


def _year(chance: random.Random) -> Iterator[Observation]:
    """Yield a year in spells of a state; the core wanders and now and then falls."""
    names = [name for name, _ in _SPELLS]
    weights = [weight for _, weight in _SPELLS]
    core_c, aim_c, left_min, touched_min, state = 36.8, 36.8, 0, 0, SSC
    for number in range(_YEAR_MIN):
        if not left_min:
            (state,) = chance.choices(names, weights)
            left_min = chance.randint(*_MINUTES_PER_SPELL)
            aim_c = chance.gauss(36.9 if state == SSC else 36.6, 0.3)
        left_min -= 1
        touches = state in {SSC, INFANT_ONLY}
        touched_min = touched_min + 1 if touches else 0
        core_c += (aim_c - core_c) / 60 + chance.gauss(0, 0.01)
        valid = touched_min > _SETTLING_MIN
        utc_s = _START_UTC_S + 60 * number
        yield Observation(
            utc_s,
            utc_s + _PULL_S - utc_s % _PULL_S,
            state,
            skin_c=core_c - 0.2 if touches else 30.0,
            temperature_valid=valid,
            core_c=core_c if valid else None,
            core_sd_c=(0.2 if state == SSC else 0.4) if valid else None,
            outer_c=chance.gauss(34.0, 1.5),
            battery_mv=4100 - number % 20_160 // 30 if number % 60 == 0 else None,
        )
