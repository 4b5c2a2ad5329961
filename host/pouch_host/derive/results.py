"""From an infant's blocks to its sessions and days, and these to text and back.

All of the infant at once: a session may cross midnight, and whose chest it was is told by
comparing sessions. The minutes reach to the end of the last block, so that nothing but today's
count depends on now.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, tzinfo
from typing import Any

import numpy as np

from pouch_host.analysis.band_hours import BandDay, band_days, band_minutes
from pouch_host.analysis.day_contents import Contents, TemperatureDay
from pouch_host.analysis.days import Day, assigned_minutes, local_days
from pouch_host.analysis.infant import InfantAnalysis, assemble
from pouch_host.analysis.states import MINUTE_S
from pouch_host.store import DerivedBlock

from .blocks import join_blocks
from .inputs import Context, Inputs, span_utc_s


def results_of(context: Context, inputs: Inputs, blocks: Sequence[DerivedBlock]) -> InfantAnalysis:
    """Return what one infant's minutes give. Minutes after now count as without a band.

    Args:
        context: where and when.
        inputs: of the infant.
        blocks: of its minutes, from `blocks_of`.
    """
    parameters = context.parameters
    minutes = join_blocks(blocks, inputs.first_utc_s, inputs.minutes, parameters)
    return assemble(
        inputs.samples,
        minutes,
        context.zone,
        spans=inputs.spans,
        elapsed=inputs.elapsed,
        target_h=inputs.target_h,
        parameters=parameters,
    )


def cut(analysis: InfantAnalysis, part: slice, zone: tzinfo) -> InfantAnalysis:
    """Return some of an infant's minutes, with the sessions and days that these touch, whole.

    Args:
        analysis: of the infant.
        part: which minutes, begin and end stated.
        zone: where the ward is.
    """
    assigned = analysis.assigned[part]
    begin_utc_s = analysis.minutes.first_utc_s + MINUTE_S * part.start
    end_utc_s = begin_utc_s + MINUTE_S * len(assigned)
    dates = {day for day, _, _ in local_days(begin_utc_s, len(assigned), zone) if len(assigned)}
    return InfantAnalysis(
        replace(analysis.minutes, first_utc_s=begin_utc_s, **_sliced(analysis.minutes, part)),
        assigned,
        replace(analysis.temperatures, **_sliced(analysis.temperatures, part)),
        tuple(one for one in analysis.sessions if one.overlaps(begin_utc_s, end_utc_s)),
        tuple(day for day in analysis.days if day.date in dates),
    )


def band_days_of(
    context: Context, inputs: Inputs, analysis: InfantAnalysis
) -> tuple[BandDay, ...]:
    """Return what an infant's bands made of each of its days, by time and assignment."""
    first_utc_s, count = inputs.first_utc_s, inputs.minutes
    bands = []
    alerts_utc_s = [np.empty(0)]
    for one in inputs.given:
        of_band = context.records.timeline(one.band_id)
        span = span_utc_s(one)
        bands.append((of_band.tallies, assigned_minutes(first_utc_s, count, [span])))
        begins = of_band.alerts_utc_s
        alerts_utc_s.append(begins[(begins >= span[0]) & (begins < span[1])])
    counted = band_minutes(first_utc_s, count, bands)
    return band_days(
        analysis.minutes, analysis.assigned, counted, np.concatenate(alerts_utc_s), context.zone
    )


def encode_day(day: Day, band: BandDay) -> str:
    """Return a day and what the band made of it as JSON. Numbers keep all of their digits."""
    return json.dumps({"day": asdict(day), "band": asdict(band)}, default=date.isoformat)


def decode_day(text: str) -> tuple[Day, BandDay]:
    """Return what `encode_day` was given."""
    found = json.loads(text)
    day, band = found["day"], found["band"]
    day["contents"] = Contents(**day["contents"])
    day["temperatures"] = TemperatureDay(**day["temperatures"])
    for one in (day, band):
        one["date"] = date.fromisoformat(one["date"])
    return Day(**day), BandDay(**band)


def _sliced(values: object, part: slice) -> dict[str, Any]:
    return {
        name: value[part] for name, value in vars(values).items() if isinstance(value, np.ndarray)
    }
