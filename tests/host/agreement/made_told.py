"""Sources made by hand, told in minutes since the first midnight in Karachi."""

from zoneinfo import ZoneInfo

import numpy as np

from pouch_host.agreement.told import Grid, Told
from pouch_host.store.episode_log import Span, SpanKind

ZONE = ZoneInfo("Asia/Karachi")
# 2026-03-01 00:00 there.
START_UTC_S = 1_772_305_200
DAY_MIN = 1440


def grid(days=1):
    return Grid(START_UTC_S, days * DAY_MIN, ZONE)


def at(minute):
    return START_UTC_S + 60 * minute


def told(*contact, days=1, unknown=(), units=()):
    """Return a source with contact from minute to minute, and time that it does not know."""
    share = np.zeros(days * DAY_MIN)
    for begin, end in contact:
        share[begin:end] = 1
    for begin, end in unknown:
        share[begin:end] = np.nan
    spans = tuple((at(begin), at(end)) for begin, end in contact)
    return Told(share, spans, tuple((at(begin), at(end)) for begin, end in units))


def episode(begin, end, *, contact=True):
    return Span(SpanKind.EPISODE, at(begin), at(end), 60 * (end - begin) if contact else 0)


def slot(begin, minutes, *, length=120):
    return Span(SpanKind.SLOT, at(begin), at(begin + length), 60 * minutes)


def look(begin, *, contact, length=120):
    contact_s = 60 * length if contact else 0
    return Span(SpanKind.LOOK, at(begin), at(begin + length), contact_s)
