"""The script of one drawn day: sessions and rests, and what comes between.

    gap | session | gap | session | gap          hours and template of the day
     |       |
     |       ssc, break, ssc, ...                breaks: nappies, meals, procedures
     cot, nappy_change, cot, table, cot, ...     interruptions at their rates

All acts lie end to end over 24 h; the caller joins days.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pouch_sim.world.activities import SETTINGS
from pouch_sim.world.plan import Act

from . import population_model as model
from .population_model import Template

_DAY_H = 24.0
_HOUR_S = 3600.0
_MINUTE_S = 60.0
# No act is shorter: a script of seconds is motion, which the world has of its own.
_ACT_S_MIN = 60.0
# Interruptions take no more than this of a rest.
_INTERRUPTED_MAX = 0.5


@dataclass(frozen=True)
class Habits:
    """What stays the same for one infant from day to day.

    Attributes:
        split: training or held_out.
        mean_h: hours of SSC on its average day.
        worn_by_infant: whether it keeps the band on outside SSC.
        rest: activity in which it spends its rests with the band: cot, incubator or warmer.
        rest_settings: of that activity.
        cover: what covers the infant while the band is not on it: cover_tog, cap_tog.
        helpers: indices of the caregivers beside the first who give SSC too.
        skin_settings: of its SSC.
        alone_settings: of the first caregiver wearing the band alone.
    """

    split: str
    mean_h: float
    worn_by_infant: bool
    rest: str
    rest_settings: Mapping[str, float] = field(default_factory=dict)
    cover: Mapping[str, float] = field(default_factory=dict)
    helpers: tuple[int, ...] = ()
    skin_settings: Mapping[str, float] = field(default_factory=dict)
    alone_settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Piece:
    """An activity for a while, before it has a place in the day."""

    length_s: float
    activity: str
    caregiver: int = 0
    settings: Mapping[str, float] = field(default_factory=dict)


def draw_day(habits: Habits, chance: random.Random, start_s: float) -> list[Act]:
    """Return the acts of one day; the first begins at `start_s`, and neighbours differ.

    Args:
        habits: of the infant.
        chance: where the day comes from.
        start_s: when the day begins, seconds since the scenario did.
    """
    hours = chance.gauss(habits.mean_h, model.DAY_HOURS_SD_SHARE * habits.mean_h)
    hours = min(max(hours, model.DAY_HOURS_MIN), model.DAY_HOURS_MAX)
    template = chance.choice(list(model.TEMPLATES[habits.split].values()))
    usual_h = max(chance.uniform(*template.session_h), hours / model.SESSIONS_MAX)
    count = max(1, round(hours / usual_h))
    sessions_s = _split(hours * _HOUR_S, [chance.uniform(0.6, 1.4) for _ in range(count)])
    gaps_s = _split((_DAY_H - hours) * _HOUR_S, _gap_weights(template, count, chance))

    pieces: list[_Piece] = []
    at_s = 0.0
    for number, gap_s in enumerate(gaps_s):
        pieces += _rest(habits, chance, gap_s, at_s / _HOUR_S)
        at_s += gap_s
        if number < count:
            pieces += _session(habits, chance, sessions_s[number])
            at_s += sessions_s[number]
    return _laid(pieces, start_s)


def _gap_weights(template: Template, count: int, chance: random.Random) -> list[float]:
    inner = [template.gaps[number % len(template.gaps)] for number in range(count - 1)]
    weights = [template.first_gap, *inner, template.last_gap]
    return [weight * chance.uniform(0.7, 1.3) for weight in weights]


def _split(total: float, weights: Sequence[float]) -> list[float]:
    return [total * weight / sum(weights) for weight in weights]


def _session(habits: Habits, chance: random.Random, length_s: float) -> list[_Piece]:
    """Return one session with its breaks, which take their time from it as on a ward."""
    caregiver = 0
    if habits.helpers and chance.random() < model.HELPER_SESSIONS:
        caregiver = chance.choice(habits.helpers)
        if chance.random() < model.BAND_NOT_HANDED_OVER:
            # The helper holds the infant; the band stays where it is, on the mother.
            return [_Piece(length_s, "caregiver_alone", 0, habits.alone_settings)]
    ssc = _Piece(length_s, "ssc", caregiver, habits.skin_settings)
    breaks = []
    for _ in range(_count(chance, model.BREAKS_PER_HOUR * length_s / _HOUR_S)):
        break_s = chance.uniform(*model.BREAK_MIN) * _MINUTE_S
        if habits.worn_by_infant:
            settings = _settings(habits, "nappy_change", chance)
            breaks.append(_Piece(break_s, "nappy_change", caregiver, settings))
        else:
            breaks.append(_Piece(break_s, "caregiver_alone", caregiver, habits.alone_settings))
    return _interleave(ssc, breaks, chance)


def _rest(habits: Habits, chance: random.Random, length_s: float, from_h: float) -> list[_Piece]:
    """Return the time between two sessions, with what interrupts it."""
    if habits.worn_by_infant:
        base = _Piece(length_s, habits.rest, 0, habits.rest_settings)
        kinds = model.OF_THE_INFANT
    else:
        base = _Piece(length_s, "caregiver_alone", 0, habits.alone_settings)
        kinds = model.OF_THE_CAREGIVER
    first_h, last_h = model.DAYLIGHT_H
    daylight = first_h <= from_h + length_s / _HOUR_S / 2.0 <= last_h
    share = length_s / _HOUR_S / max(_DAY_H - habits.mean_h, 1.0)
    found = []
    for kind in kinds:
        per_day, low_min, high_min = model.INTERRUPTIONS[kind]
        if kind in model.BY_DAYLIGHT:
            per_day *= _DAY_H / (last_h - first_h) if daylight else 0.0
        for _ in range(_count(chance, per_day * share)):
            interruption_s = chance.uniform(low_min, high_min) * _MINUTE_S
            found.append(_Piece(interruption_s, kind, 0, _settings(habits, kind, chance)))
    chance.shuffle(found)
    return _interleave(base, found, chance)


def _settings(habits: Habits, kind: str, chance: random.Random) -> dict[str, float]:
    """Return what an interruption takes: the infant stays covered as it is otherwise."""
    settings = {name: value for name, value in habits.cover.items() if name in SETTINGS[kind]}
    if kind in model.HOT_AIR_C:
        settings["air_c"] = chance.uniform(*model.HOT_AIR_C[kind])
    return settings


def _interleave(base: _Piece, between: Sequence[_Piece], chance: random.Random) -> list[_Piece]:
    """Return `base` cut into parts with the others between them, as long as `base` was."""
    kept: list[_Piece] = []
    for piece in between:
        if sum(p.length_s for p in kept) + piece.length_s <= _INTERRUPTED_MAX * base.length_s:
            kept.append(piece)
    left_s = base.length_s - sum(piece.length_s for piece in kept)
    parts_s = _split(left_s, [chance.uniform(0.5, 1.5) for _ in range(len(kept) + 1)])
    pieces = [_Piece(parts_s[0], base.activity, base.caregiver, base.settings)]
    for piece, part_s in zip(kept, parts_s[1:], strict=True):
        pieces += [piece, _Piece(part_s, base.activity, base.caregiver, base.settings)]
    return pieces


def _count(chance: random.Random, mean: float) -> int:
    """Return a Poisson number: how often something comes that does so `mean` times."""
    count, left = 0, chance.expovariate(1.0)
    while left < mean:
        count += 1
        left += chance.expovariate(1.0)
    return count


def _laid(pieces: Sequence[_Piece], start_s: float) -> list[Act]:
    """Lay the pieces end to end on whole seconds; join what is alike and swallow what is short."""
    acts: list[Act] = []
    at_s = start_s
    for piece in pieces:
        begin_s = float(round(at_s))
        at_s += piece.length_s
        if piece.length_s < _ACT_S_MIN and acts:
            continue  # The act before goes on instead.
        if acts and _same(acts[-1], piece):
            continue
        acts.append(Act(begin_s, piece.activity, piece.caregiver, piece.settings))
    return acts


def _same(act: Act, piece: _Piece) -> bool:
    return (act.activity, act.caregiver, act.settings) == (
        piece.activity,
        piece.caregiver,
        piece.settings,
    )
