"""The table of minutes: state, contact after the nurses' answers, temperatures."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.derive.reviews import reviewed_contact
from pouch_host.export.columns import table
from pouch_host.export.columns.derived import CONTACT
from pouch_host.export.frames import frame_of, words
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection

if TYPE_CHECKING:
    import polars as pl

TABLE = table("minutes")

# A frame is at most so long: a week of one infant.
_ROWS = 7 * 1440


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the minutes of each infant, a week in a frame.

    Args:
        selection: of the export.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        contact, by_nurse = _contact(look)
        count = len(look.analysis.minutes)
        for first in range(0, count, _ROWS):
            part = slice(first, min(first + _ROWS, count))
            frame = _frame(selection, look, part, contact, by_nurse)
            if len(frame):
                yield frame


def _frame(
    selection: Selection,
    look: Look,
    part: slice,
    contact: npt.NDArray[np.uint8],
    by_nurse: npt.NDArray[np.bool_],
) -> "pl.DataFrame":
    import polars as pl

    minutes = look.analysis.minutes
    utc_ms = pl.Series(
        (minutes.first_utc_s + MINUTE_S * np.arange(part.start, part.stop, dtype=np.int64)) * 1000
    )
    times = selection.times(look.infant)
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": selection.codes.infant(look.infant.code),
        "date": times.dates(utc_ms),
        "time_utc": times.utc(utc_ms),
        "time_local": times.local(utc_ms),
        "band_assigned": look.analysis.assigned[part],
        "state": words(minutes.states[part], TABLE, "state"),
        "probability": minutes.probability[part],
        "ssc_probability_low": minutes.ssc_low[part],
        "ssc_probability_high": minutes.ssc_high[part],
        "coverage": minutes.covered[part],
        "contact": words(contact[part], TABLE, "contact"),
        "contact_source": _words("contact_source", ["confirmed"], [by_nurse[part]], "derived"),
        "algorithm_version": minutes.algorithm_version,
    }
    frame = frame_of(TABLE, values | _temperatures(look, part))
    if selection.first_day is None and selection.last_day is None:
        return frame
    return frame.filter(selection.days_of(selection.times().dates(utc_ms)))


def _temperatures(look: Look, part: slice) -> dict[str, Any]:
    """Return the columns of temperatures, and why there is one or not."""
    temperatures = look.analysis.temperatures
    skin_c, core_c = temperatures.skin_c[part], temperatures.core_c[part]
    valid = temperatures.valid[part]
    unmeasured, estimated = np.isnan(skin_c), ~np.isnan(core_c)
    return {
        "skin_c": skin_c,
        "skin_status": _words("skin_status", ["not_measured"], [unmeasured], "measured"),
        "outer_c": temperatures.outer_c[part],
        "temperature_valid": valid,
        "temperature_status": _words(
            "temperature_status",
            ["no_band", "not_measured", "valid"],
            [~look.analysis.assigned[part], unmeasured, valid],
            "not_settled",
        ),
        "core_estimate_c": core_c,
        "core_estimate_sd_c": np.where(estimated, temperatures.core_sd_c[part], np.nan),
        "core_status": _words(
            "core_status",
            ["estimated", "temperature_not_valid"],
            [estimated, ~valid],
            "state_not_known",
        ),
    }


def _words(
    name: str, told: list[str], where: list[npt.NDArray[np.bool_]], other: str
) -> "pl.Series":
    """Return for each row the first word that holds there, else another one."""
    places = TABLE.column(name).values
    chosen = np.select(where, [places.index(one) for one in told], places.index(other))
    return words(chosen, TABLE, name)


def _contact(look: Look) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Return contact after the reviews as places in `CONTACT`, and where a nurse has said so."""
    minutes = look.analysis.minutes
    contact = reviewed_contact(minutes, look.sessions) & look.analysis.assigned
    by_nurse = np.zeros(len(minutes), np.bool_)
    for one in look.sessions:
        if one.review is None:
            continue
        spans = [one.span_utc_s]
        if one.session is not None:
            spans.append((one.session.begin_utc_s, one.session.end_utc_s))
        for span in spans:
            if span is not None:
                first, last = (round((s - minutes.first_utc_s) / MINUTE_S) for s in span)
                by_nurse[max(0, first) : max(0, last)] = True
    unknown = (minutes.states == State.UNKNOWN) | ~look.analysis.assigned
    told = np.full(len(minutes), CONTACT.index("no"), np.uint8)
    told[unknown & ~by_nurse] = CONTACT.index("unknown")
    told[contact] = CONTACT.index("yes")
    return told, by_nurse
