"""All that is said of two sources, over all infants."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from .correlation import icc
from .estimate import Estimate, absent, made
from .hours_statistics import BlandAltman, bland_altman
from .pairs import PairDay, PairOfInfant
from .table_statistics import Yes, share_drawn, yes_no
from .told import Source

_HOUR_MIN = 60


@dataclass(frozen=True, slots=True)
class EpisodeAgreement:
    """How far episodes agree.

    Attributes:
        reference: episodes of the reference of which at least half is known to both.
        other: likewise.
        matched: pairs that match: more than half of the longer one is common.
        left_out: episodes of either that cannot be judged.
        agreement: matched, of all that either has: matched / (reference + other - matched).
        found: matched, of the reference's.
        begin_median_min: median difference of the begins of matched ones, other minus reference.
        end_median_min: likewise of the ends.
    """

    reference: int
    other: int
    matched: int
    left_out: int
    agreement: Estimate
    found: Estimate
    begin_median_min: Estimate
    end_median_min: Estimate


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two sources.

    Attributes:
        reference: what the other is held against.
        other: the other; differences are other minus reference.
        infants: of whom both say anything of the same minute.
        reference_min: minutes that the reference knows.
        other_min: likewise the other.
        both_min: known to both.
        left_out_share: part of the reference's minutes that the other does not know; None
            without any.
        unplaced_min: minutes known to both of which one says only how much was contact.
        days: those whose hours are compared.
        days_left_out: days of which too little is known to both.
        hours: Bland-Altman limits of hours a day.
        icc_days: intraclass correlation of days, by form; its interval takes days as independent.
        icc_infants: likewise of infants' means of days, which are independent.
        minutes: agreement minute by minute.
        slots: agreement slot by slot.
        slots_left_out: slots of which less than half is known to both.
        looks: agreement at the moments of looks, None if neither source has any.
        looks_left_out: looks at which the other source knows nothing.
        episodes: agreement of episodes.
    """

    reference: Source
    other: Source
    infants: int
    reference_min: int
    other_min: int
    both_min: int
    left_out_share: float | None
    unplaced_min: int
    days: tuple[PairDay, ...]
    days_left_out: int
    hours: BlandAltman
    icc_days: dict[str, Estimate]
    icc_infants: dict[str, Estimate]
    minutes: Yes
    slots: Yes
    slots_left_out: int
    looks: Yes | None
    looks_left_out: int
    episodes: EpisodeAgreement


@dataclass(frozen=True, slots=True)
class SourceDay:
    """One infant's day as one source has it.

    Attributes:
        code: the infant.
        date: the local day.
        source: whose word it is.
        known_min: minutes that it knows.
        hours: contact in them.
        hours_lower: of contact at least; of the band as its days have it, of others `hours`.
        hours_upper: at most; of others with what they do not know added.
    """

    code: str
    date: date
    source: Source
    known_min: int
    hours: float
    hours_lower: float
    hours_upper: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was compared, and what came out.

    Attributes:
        zone: of the days.
        slot_min: length of slots where no source has its own, minutes.
        known_h: a day's hours are compared if both know so many of it.
        algorithm_version: what derived the band's minutes; "" if no infant had a band.
        files: name and SHA-256 of logs that were read from files, by source.
        days: of every infant, day and source.
        pairs: each two sources.
        notes: what to keep in mind, one line each.
    """

    zone: str
    slot_min: int
    known_h: float
    algorithm_version: str
    files: dict[str, str]
    days: tuple[SourceDay, ...]
    pairs: tuple[PairAgreement, ...]
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        found: dict[str, Any] = asdict(self)
        for one in (*found["days"], *(day for pair in found["pairs"] for day in pair["days"])):
            one["date"] = one["date"].isoformat()
        return found


def over_infants(
    reference: Source, other: Source, of_infants: Sequence[PairOfInfant], known_h: float
) -> PairAgreement:
    """Return what two sources say over all infants.

    Args:
        reference: what the other is held against.
        other: the other.
        of_infants: one for each infant of which both say something.
        known_h: a day's hours are compared if both know so many of it.
    """
    every = [day for one in of_infants for day in one.days]
    days = tuple(day for day in every if day.known_min >= known_h * _HOUR_MIN)
    reference_min = sum(one.reference_min for one in of_infants)
    both_min = sum(one.both_min for one in of_infants)
    looked = any(one.looks_left_out or one.tables["look"].any() for one in of_infants)
    return PairAgreement(
        reference=reference,
        other=other,
        infants=sum(1 for one in of_infants if one.both_min),
        reference_min=reference_min,
        other_min=sum(one.other_min for one in of_infants),
        both_min=both_min,
        left_out_share=1 - both_min / reference_min if reference_min else None,
        unplaced_min=sum(one.unplaced_min for one in of_infants),
        days=days,
        days_left_out=len(every) - len(days),
        hours=bland_altman(
            [day.code for day in days],
            [day.reference_h for day in days],
            [day.other_h for day in days],
        ),
        icc_days=_icc_of_days(days),
        icc_infants=_icc_of_infants(days),
        minutes=yes_no([one.tables["minute"] for one in of_infants]),
        slots=yes_no([one.tables["slot"] for one in of_infants]),
        slots_left_out=sum(one.slots_left_out for one in of_infants),
        looks=yes_no([one.tables["look"] for one in of_infants]) if looked else None,
        looks_left_out=sum(one.looks_left_out for one in of_infants),
        episodes=_episodes(of_infants),
    )


def _icc_of_days(days: Sequence[PairDay]) -> dict[str, Estimate]:
    found = icc(
        [(day.code, day.date) for day in days],
        [day.reference_h for day in days],
        [day.other_h for day in days],
    )
    method = "interval takes days of one infant as independent"
    return {form: replace(one, method=f"{form}; {method}") for form, one in found.items()}


def _icc_of_infants(days: Sequence[PairDay]) -> dict[str, Estimate]:
    by_infant: dict[str, list[PairDay]] = {}
    for day in days:
        by_infant.setdefault(day.code, []).append(day)
    return icc(
        list(by_infant),
        [float(np.mean([day.reference_h for day in mine])) for mine in by_infant.values()],
        [float(np.mean([day.other_h for day in mine])) for mine in by_infant.values()],
    )


def _episodes(of_infants: Sequence[PairOfInfant]) -> EpisodeAgreement:
    found = [one.episodes for one in of_infants]
    counts = np.array([(one.reference, one.other, one.matched) for one in found], np.int64)
    counts = counts.reshape(-1, 3)
    reference, other, matched = (int(one) for one in counts.sum(axis=0))
    # Infants without any cannot be drawn: they say nothing of episodes.
    filled = counts[counts[:, :2].any(axis=1)]
    return EpisodeAgreement(
        reference=reference,
        other=other,
        matched=matched,
        left_out=sum(one.left_out for one in found),
        agreement=share_drawn(
            filled[:, 2], filled[:, 0] + filled[:, 1] - filled[:, 2], "no episode is known to both"
        ),
        found=share_drawn(
            filled[:, 2], filled[:, 0], "the reference has no episode that can be judged"
        ),
        begin_median_min=_median([gap for one in found for gap in one.begin_differences_min]),
        end_median_min=_median([gap for one in found for gap in one.end_differences_min]),
    )


def _median(values: Sequence[float]) -> Estimate:
    """Return the median with the quartiles in the place of an interval."""
    if not values:
        return absent("no episodes match", "median and quartiles")
    low, middle, high = np.percentile(values, [25, 50, 75])
    return made(float(middle), (float(low), float(high)), method="median and quartiles")
