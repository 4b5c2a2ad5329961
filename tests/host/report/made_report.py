"""Reports of an infant whose minutes are told here, for the tests of the page."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from pouch_host.analysis.days import day_begin_utc_s
from pouch_host.analysis.infant import analyse
from pouch_host.analysis.samples import from_columns, join
from pouch_host.report.contents import make_report

BERLIN = ZoneInfo("Europe/Berlin")
INTERVAL_S = 60
MINUTE_S = 60


def made_analysis(begin, days, *, begin_h=0.0, lost=(), spans=None, zone=BERLIN):
    """Return the analysis of an infant that is three hours in contact, then three in a cot.

    Args:
        begin: local date of the first sample.
        days: how many days from there.
        begin_h: hours after its midnight.
        lost: pairs of hours since the first sample between which samples are lost.
        spans: pairs of hours since then in which it has a band; None for all of it.
        zone: of the ward.
    """
    first_utc_s = day_begin_utc_s(begin, zone) + round(begin_h * 3600)
    last_utc_s = day_begin_utc_s(begin + timedelta(days=days), zone)
    at_s = np.arange(0, last_utc_s - first_utc_s, INTERVAL_S) + INTERVAL_S / 2
    ssc = at_s // 10_800 % 2 == 0
    kept = np.ones(len(at_s), np.bool_)
    for from_h, to_h in lost:
        kept &= (at_s < from_h * 3600) | (at_s >= to_h * 3600)
    columns = {
        "infant_temperature_c": np.where(ssc, 36.6, 36.2),
        "caregiver_temperature_c": np.where(ssc, 35.7, 33.9),
        "infant_touch_pf": np.full(len(at_s), 9.0),
        "caregiver_touch_pf": np.where(ssc, 9.0, 2.2),
        "activity_mg": np.full(len(at_s), 20.0),
        "breath_adult": np.where(ssc, 97.0, 38.0),
        "breath_infant": np.full(len(at_s), 82.0),
    }
    samples = from_columns(
        first_utc_s + at_s[kept],
        interval_s=INTERVAL_S,
        **{name: column[kept] for name, column in columns.items()},
    )
    return analyse(
        samples,
        first_utc_s,
        (last_utc_s - first_utc_s) // MINUTE_S,
        zone,
        spans=[
            (first_utc_s + 3600 * from_h, first_utc_s + 3600 * to_h)
            for from_h, to_h in spans or [(0, 24 * days + 1)]
        ],
    )


def no_analysis():
    """Return the analysis of an infant that never had a band."""
    return analyse(join([]), 0, 0, BERLIN, spans=[])


def made(analysis, *, code="bed-7", now=None, zone=BERLIN, **dates):
    """Return the report of an analysis.

    Args:
        analysis: of one infant.
        code: the infant's.
        now: local date up to whose midnight minutes count.
        zone: of the ward.
        dates: `first` and `last`.
    """
    now_utc_s = day_begin_utc_s(now or date(2026, 6, 1), zone)
    return make_report(analysis, code, zone, now_utc_s, software_version="1.2.3", **dates)
