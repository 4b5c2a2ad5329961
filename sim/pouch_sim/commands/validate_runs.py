"""Scores the folders of simulated runs: each by itself, each situation, and all together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pouch_host.alerts import ALERT_VERSION
from pouch_host.analysis.days import Day
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_host.version import version_text
from pouch_sim.validation.agreement import STATES, agreement, confusion
from pouch_sim.validation.aims import Verdict, verdicts
from pouch_sim.validation.alarms import Alarms, score
from pouch_sim.validation.hours import DayPair, bland_altman, hours
from pouch_sim.validation.scored import MIXED, RivalScore, Scored

from .observed import Observed, observed_minutes
from .run_files import MINUTE_S, STORE_NAME, TRUTH_NAME, Truth, read_label, read_truth

_MINUTES_PER_H = 60
# What is shown beside each other of a run that exists in both gears.
_GEAR_COLUMNS = ("kappa", "known_share", "wrong_share_of_known", "mae_h_per_day")


def score_run(folder: Path, *, with_rivals: bool = False) -> Scored:
    """Return the figures of one run's folder.

    Args:
        folder: as `pouch sim run` leaves it.
        with_rivals: whether other ways to decide are held against the truth as well.

    Raises:
        InputError: the folder has no store or no truth, one of them cannot be read, the store has
            not exactly one infant, or the two do not overlap.
        StoreError: the store cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; give those of `pouch sim run`")
    truth = read_truth(folder / TRUTH_NAME)
    label = read_label(folder)
    path = folder / STORE_NAME
    if not path.exists():
        raise InputError(f"{path}: there is no such file; `pouch sim run` makes it")
    with Store.open(path, create=False) as store:
        infants = sorted({infant.code for infant in store.infants()})
        if len(infants) != 1:
            raise InputError(f"{path}: {len(infants)} infants; a run has one")
        end_utc_s = truth.first_utc_s + MINUTE_S * len(truth.state)
        seen = observed_minutes(store, infants[0], end_utc_s)
        days = list(_days(truth, seen))
        rivals: dict[str, RivalScore] = {}
        if with_rivals:
            # Imported here: only who asks for them needs what they bring.
            from .rivals_runs import score_rivals

            rivals = score_rivals(store, infants[0], truth, [minutes for _, minutes in days])
    first, count = _overlap(folder, truth, seen)
    told = slice(first - seen.first_utc_s // MINUTE_S, None)
    true = slice(first - truth.first_utc_s // MINUTE_S, None)
    assigned = seen.assigned[told][:count]
    return Scored(
        scenario=label.name,
        row=label.row,
        split=label.split,
        seed=label.seed,
        gear=label.gear,
        algorithm_version=seen.algorithm_version,
        table=confusion(truth.state[true][:count][assigned], seen.states[told][:count][assigned]),
        days=tuple(_pair(label.name, day, truth.state[minutes]) for day, minutes in days),
        alarms=score(
            truth.first_utc_s,
            truth.state,
            truth.infant_core_c,
            int(np.count_nonzero(assigned)),
            seen.alerts,
            _estimated(truth, seen),
        ),
        rivals=rivals,
    )


def _overlap(folder: Path, truth: Truth, seen: Observed) -> tuple[int, int]:
    """Return the number since 1970 of the first minute of both, and how many there are."""
    first = max(truth.first_utc_s, seen.first_utc_s) // MINUTE_S
    last = min(
        truth.first_utc_s // MINUTE_S + len(truth.state),
        seen.first_utc_s // MINUTE_S + len(seen.states),
    )
    if last <= first:
        raise InputError(f"{folder}: {TRUTH_NAME} and {STORE_NAME} have no minute in common")
    return first, last - first


def _estimated(truth: Truth, seen: Observed) -> NDArray[np.float64]:
    """Return the estimate of the core in each minute of the truth, NaN where there is none."""
    estimated_c = np.full(len(truth.state), np.nan)
    place = (seen.first_utc_s - truth.first_utc_s) // MINUTE_S + np.arange(len(seen.core_c))
    inside = (place >= 0) & (place < len(estimated_c))
    estimated_c[place[inside]] = seen.core_c[inside]
    return estimated_c


def _days(truth: Truth, seen: Observed) -> Iterator[tuple[Day, NDArray[np.intp]]]:
    """Yield the days whose every minute with a band has its truth, with those minutes."""
    offset = (seen.first_utc_s - truth.first_utc_s) // MINUTE_S
    for day, part in seen.days:
        minutes = offset + np.arange(part.start, part.stop)[seen.assigned[part]]
        if len(minutes) and minutes[0] >= 0 and minutes[-1] < len(truth.state):
            yield day, minutes


def _pair(scenario: str, day: Day, true_states: NDArray[np.uint8]) -> DayPair:
    return DayPair(
        scenario=scenario,
        date=day.date.isoformat(),
        elapsed_minutes=len(true_states),
        true_h=int(np.count_nonzero(true_states == STATES["ssc"])) / _MINUTES_PER_H,
        hours=day.hours,
        hours_lower=day.hours_lower,
        hours_upper=day.hours_upper,
        coverage=day.coverage,
        target_met=day.target_met,
    )


def put_together(scores: Sequence[Scored]) -> dict[str, Any]:
    """Return the figures of all runs, ready for JSON.

    Of a scenario and seed that was run in both gears, the firmware's run counts and the quick one
    is only shown beside it: else one day would count twice.
    """
    pairs = _in_both_gears(scores)
    counted = counted_runs(scores)
    days = [day for one in counted for day in one.days]
    return {
        "software_version": version_text(),
        "algorithm_version": ", ".join(sorted({one.algorithm_version for one in scores})),
        "alert_version": ALERT_VERSION,
        "runs": len(counted),
        "seeds": _seeds(counted),
        "splits": sorted({one.split for one in counted}),
        **_figures(counted),
        "aims": [_verdict(one) for one in verdicts(counted)],
        "bland_altman": bland_altman(days),
        "situations": _maybe([one for one in counted if one.row != MIXED]),
        "mixed_days": _maybe([one for one in counted if one.row == MIXED]),
        "per_row": _per(counted, lambda one: one.situation),
        "per_scenario": _per(counted, lambda one: one.scenario),
        "gears": [_gear_pair(quick, true) for quick, true in pairs],
    }


def _per(scores: Sequence[Scored], key: Callable[[Scored], str]) -> dict[str, Any]:
    found: dict[str, list[Scored]] = {}
    for one in scores:
        found.setdefault(key(one), []).append(one)
    return {
        name: {"row": those[0].row, "runs": len(those), **_figures(those)}
        for name, those in sorted(found.items())
    }


def _maybe(scores: Sequence[Scored]) -> dict[str, Any] | None:
    if not scores:
        return None
    return {"runs": len(scores), "seeds": _seeds(scores), **_figures(scores)}


def _seeds(scores: Sequence[Scored]) -> list[int]:
    return sorted({one.seed for one in scores if one.seed is not None})


def _figures(scores: Sequence[Scored]) -> dict[str, Any]:
    table = np.sum([one.table for one in scores], axis=0)
    alarms = Alarms()
    for one in scores:
        alarms.add(one.alarms)
    return {
        **agreement(table),
        **hours([day for one in scores for day in one.days]),
        **alarms.figures(),
    }


def counted_runs(scores: Sequence[Scored]) -> list[Scored]:
    """Return the runs that count: all but the quick ones that the firmware ran as well."""
    beside = {id(quick) for quick, _ in _in_both_gears(scores)}
    return [one for one in scores if id(one) not in beside]


def _in_both_gears(scores: Sequence[Scored]) -> list[tuple[Scored, Scored]]:
    """Return the runs that exist in both gears, as (quick, true)."""
    true = {(one.split, one.scenario, one.seed): one for one in scores if one.gear == "true"}
    return [
        (one, true[one.split, one.scenario, one.seed])
        for one in scores
        if one.gear == "quick" and (one.split, one.scenario, one.seed) in true
    ]


def _gear_pair(quick: Scored, true: Scored) -> dict[str, Any]:
    pair = {}
    for gear, one in (("true", true), ("quick", quick)):
        figures = _figures([one])
        pair[gear] = {name: figures[name] for name in _GEAR_COLUMNS}
    return {"scenario": true.scenario, "seed": true.seed, **pair}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    aim = verdict.aim
    return {
        "key": aim.key,
        "words": aim.words,
        "aim": aim.limit_text,
        **asdict(verdict.found),
        "is_met": verdict.is_met,
        "is_refuted": verdict.is_refuted,
    }
