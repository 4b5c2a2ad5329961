"""Scores made by hand: a campaign in which the method does everything well, to be spoilt."""

import numpy as np

from pouch_sim.validation.agreement import confusion
from pouch_sim.validation.aims import WHOLE_METHOD
from pouch_sim.validation.alarms import Alarms
from pouch_sim.validation.hours import DayPair
from pouch_sim.validation.scored import MIXED, RivalScore, Scored

UNKNOWN, OFF, CAREGIVER, INFANT, SSC = range(5)
DAY_MIN = 1440
# A day of each state in turn, from midnight.
TRUE = np.repeat(np.array([INFANT, SSC, CAREGIVER, OFF], np.uint8), DAY_MIN // 4)


def day(true=TRUE, said=TRUE, **changes):
    """Return a day of which this was said, with bounds around all that is unknown."""
    hours, unknown_h = ((said == state).sum() / 60 for state in (SSC, UNKNOWN))
    usual = {
        "scenario": "made",
        "date": "2026-03-01",
        "elapsed_minutes": len(true),
        "true_h": (true == SSC).sum() / 60,
        "hours": hours,
        "hours_lower": max(0.0, hours - 0.1),
        "hours_upper": hours + unknown_h + 0.1,
        "coverage": 1 - unknown_h / 24,
    }
    return DayPair(**(usual | changes))


def rival(said, true=TRUE):
    """Return what a rival made of a day."""
    more_min = np.count_nonzero(said == SSC) - np.count_nonzero(true == SSC)
    return RivalScore(confusion(true, said), np.array([more_min / 60]))


def clumsy():
    """Return what a plain rule says of the day: a late end of contact, a quarter unknown."""
    said = TRUE.copy()
    said[720:780] = SSC
    said[1080:] = UNKNOWN
    return said


def run(said=TRUE, *, row=MIXED, split="held_out", false_alerts=0, rivals=None, **changes):
    """Return a run of one day of which this was said."""
    usual = {
        "scenario": "made",
        "row": row,
        "split": split,
        "seed": 3,
        "gear": "quick",
        "algorithm_version": "made-1",
        "table": confusion(TRUE, said),
        "days": (day(said=said),),
        "alarms": Alarms(told=True, false={"cold_stress": false_alerts}, baby_days=1.0),
        "rivals": (
            {WHOLE_METHOD: rival(said), "plain": rival(clumsy())} if rivals is None else rivals
        ),
    }
    return Scored(**(usual | changes))


def campaign(*spoilt, good=10):
    """Return good runs of ordinary days and of two situations, and the spoilt ones."""
    rows = (MIXED, "ssc_settled", "table")
    return [run(row=rows[number % len(rows)]) for number in range(good)] + list(spoilt)
