"""The script of a day: which stretch of it a baby spends how, drawn from a seed.

    | infant_only |  ssc  | infant_only | off | infant_only |  ssc  | infant_only |
    0                                                                          24 h

Every day begins and ends with rest, so days join without a jump. "off" is a short break inside
a rest, as for a bath. Hours follow what wards report: a baby's mean lies between 5 and 14 h a
day and its single days between 4 and 16 h (OMWaNA ward: 8.4 +- 3.5 h; iKMC: median 16.9 h).
"""

import random
from dataclasses import dataclass

# The states of a minute, as the analysis names them.
SSC = "ssc"
INFANT_ONLY = "infant_only"
CAREGIVER_ONLY = "caregiver_only"
OFF = "off"

_SECOND_US = 1_000_000
_HOUR_S = 3600
DAY_US = 24 * _HOUR_S * _SECOND_US

_MEAN_HOURS_MIN, _MEAN_HOURS_MAX, _MEAN_HOURS_MODE = 5.0, 14.0, 8.5
_DAY_HOURS_MIN, _DAY_HOURS_MAX, _DAY_HOURS_SD = 4.0, 16.0, 2.0
# Sessions of one to two and a half hours: shorter than an hour is discouraged as disturbing.
_SESSION_HOURS_MIN, _SESSION_HOURS_MAX = 1.2, 2.5
_SESSIONS_MIN = 2
_REST_HOURS = 24.0

_OFF_SHARE = 0.25
_OFF_S_MIN, _OFF_S_MAX = 600, 2400
# A rest must hold the break with as much again on either side.
_REST_WITH_OFF_S_MIN = 3 * _OFF_S_MAX


@dataclass(frozen=True)
class Stretch:
    """A time in one state.

    Attributes:
        start_us: first microsecond.
        end_us: microsecond after the last.
        state: SSC, INFANT_ONLY, CAREGIVER_ONLY or OFF.
    """

    start_us: int
    end_us: int
    state: str


def draw_day(
    seed: int, band_index: int, day_index: int, *, worn_by_infant: bool = True
) -> list[Stretch]:
    """Return one day's stretches, without gap from 0 to DAY_US after its start.

    Args:
        seed: seed of the simulation.
        band_index: which band of it.
        day_index: which day, from 0.
        worn_by_infant: whether the band stays on the infant outside SSC, else on the caregiver.
    """
    baby = random.Random(f"hours {seed} {band_index}")
    mean_hours = baby.triangular(_MEAN_HOURS_MIN, _MEAN_HOURS_MAX, _MEAN_HOURS_MODE)
    draw = random.Random(f"day {seed} {band_index} {day_index}")
    hours = min(max(draw.gauss(mean_hours, _DAY_HOURS_SD), _DAY_HOURS_MIN), _DAY_HOURS_MAX)
    session_hours = draw.uniform(_SESSION_HOURS_MIN, _SESSION_HOURS_MAX)
    session_count = max(_SESSIONS_MIN, round(hours / session_hours))
    sessions_s = _split(draw, hours, session_count)
    rests_s = _split(draw, _REST_HOURS - hours, session_count + 1)
    rest_state = INFANT_ONLY if worn_by_infant else CAREGIVER_ONLY

    pieces: list[tuple[int, str]] = []
    for number, rest_s in enumerate(rests_s):
        pieces += _rest(draw, rest_s, rest_state)
        if number < session_count:
            pieces.append((sessions_s[number], SSC))
    return _join(pieces)


def _split(draw: random.Random, hours: float, count: int) -> list[int]:
    """Return `count` lengths in whole seconds that sum to about `hours`."""
    weights = [draw.uniform(0.5, 1.5) for _ in range(count)]
    return [round(hours * _HOUR_S * weight / sum(weights)) for weight in weights]


def _rest(draw: random.Random, rest_s: int, state: str) -> list[tuple[int, str]]:
    """Return a rest, sometimes with the band off in its middle."""
    off_s = draw.randint(_OFF_S_MIN, _OFF_S_MAX)
    if rest_s < _REST_WITH_OFF_S_MIN or draw.random() >= _OFF_SHARE:
        return [(rest_s, state)]
    before_s = (rest_s - off_s) // 2
    return [(before_s, state), (off_s, OFF), (rest_s - off_s - before_s, state)]


def _join(pieces: list[tuple[int, str]]) -> list[Stretch]:
    """Lay the pieces end to end; the last one takes what rounding left of the day."""
    stretches = []
    start_us = 0
    for number, (length_s, state) in enumerate(pieces):
        last = number == len(pieces) - 1
        end_us = DAY_US if last else start_us + length_s * _SECOND_US
        stretches.append(Stretch(start_us, end_us, state))
        start_us = end_us
    return stretches
