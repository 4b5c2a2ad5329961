"""A past told over again, for validation and reports: time from the observations alone."""

from collections.abc import Iterable

from pouch_host.errors import InputError

from .alert import AlertEvent
from .engine import AlertEngine
from .observation import Observation
from .parameters import AlertParameters

TICK_S = 60
"""How often whoever runs the engine calls `tick`."""

_TICKED_S_MIN = 3600


def replay(
    observations: Iterable[Observation],
    parameters: AlertParameters | None = None,
) -> list[AlertEvent]:
    """Return all that the engine would have told, had nobody acknowledged or muted anything.

    Args:
        observations: of one infant, by arrival.
        parameters: what the site set; the defaults if None.

    Raises:
        InputError: an observation arrives before the one that stands before it.
    """
    parameters = parameters or AlertParameters()
    # The longest that anything waits for without data: that it is unseen, or stale and rings.
    waits = [parameters.unseen_s, parameters.stale_after_s]
    waits += [(rule.quiet_s or 0) + (rule.escalate_s or 0) for rule in parameters.rules.values()]
    ticked_s = sum(waits) + _TICKED_S_MIN
    engine = AlertEngine(parameters)
    events: list[AlertEvent] = []
    now_utc_s = None
    for row, minute in enumerate(observations):
        arrival_utc_s = minute.received_utc_s
        if now_utc_s is not None:
            if arrival_utc_s < now_utc_s:
                raise InputError(f"observation {row} arrived before the one before it: sort them")
            end_utc_s = min(arrival_utc_s, now_utc_s + ticked_s)
            for tick_utc_s in range(now_utc_s + TICK_S, end_utc_s, TICK_S):
                events += engine.tick(tick_utc_s)
        now_utc_s = arrival_utc_s
        events += engine.observe(minute)
    return events
