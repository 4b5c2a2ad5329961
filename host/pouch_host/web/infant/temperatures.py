"""The temperatures of a day for the chart: valid ones, invalid ones and the core's estimate."""

from typing import Any

import numpy as np

from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.states import MINUTE_S
from pouch_host.web.languages.degrees import to_unit

from .timeline import DayFrame

LINES_C = (35.5, 36.0, 36.5, 37.5, 38.0)
"""What staff act on, of the core, degrees Celsius (design.md 7)."""

_DIGITS = 2


def temperatures_of(analysis: InfantAnalysis, frame: DayFrame, unit: str) -> dict[str, Any]:
    """Return a day's temperatures, minute by minute, as data that JSON takes.

    Args:
        analysis: of the infant, of this day at least.
        frame: the day.
        unit: "c" or "f".

    Returns:
        `utc_s`, and in the unit asked for `skin` of valid minutes, `invalid` of the others,
        `core` with `core_low` and `core_high` (two standard deviations), and the `lines`; None
        where there is nothing.
    """
    minutes, found = analysis.minutes, analysis.temperatures
    first = (frame.begin_utc_s - minutes.first_utc_s) // MINUTE_S
    part = slice(max(0, first), max(0, first + frame.minutes))
    utc_s = minutes.first_utc_s + MINUTE_S * np.arange(len(minutes))[part]
    worn, valid = analysis.assigned[part], found.valid[part]
    skin_c, core_c = found.skin_c[part], found.core_c[part]
    sd_c = found.core_sd_c[part]
    columns = {
        "skin": np.where(valid & worn, skin_c, np.nan),
        "invalid": np.where(~valid & worn, skin_c, np.nan),
        "core": np.where(worn, core_c, np.nan),
        "core_low": np.where(worn, core_c - 2 * sd_c, np.nan),
        "core_high": np.where(worn, core_c + 2 * sd_c, np.nan),
    }
    return {
        "utc_s": utc_s.tolist(),
        "begin_utc_s": frame.begin_utc_s,
        "end_utc_s": frame.end_utc_s,
        "lines": [round(to_unit(line_c, unit), _DIGITS) for line_c in LINES_C],
        **{
            name: [
                None if np.isnan(value) else round(to_unit(float(value), unit), _DIGITS)
                for value in column
            ]
            for name, column in columns.items()
        },
    }
