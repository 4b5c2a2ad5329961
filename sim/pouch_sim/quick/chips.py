"""What the thermometers and the touch chip make of what they feel, with their drivers' integers.

Values that a sound sensor would not give are left out as `firmware/band/doubt.py` does: stuck ones
and, of a thermometer, restless ones.
"""

import numpy as np
from numpy.typing import NDArray

from pouch_protocol import constants as c

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

# What the drivers take, see firmware/drivers/tmp117.py and fdc1004.py.
_C128_MIN, _C128_MAX = -7040, 19_200
_PF_MIN, _PF_MAX = -2.5, 111.875
# The electrode is measured around an offset in 24 bits, of which the upper 16 are used.
_OFFSET_PF = 12.5
_CODES_PER_PF = 1 << 19
_CODE_BITS_LEFT_OUT = 8
_CODES_PER_PF512 = 4

# See firmware/band/sampler.py for the reasons of these.
THERMOMETER_STILL_CS = 1_080_000
TOUCH_STILL_CS = 180_000
MOTION_STILL_CS = 180_000
MOVING_MG = 10
_TURN_C128 = 64
_TURNS_MAX = 2
_TURNS_LOOKED_AT = 8


def temperatures_c128(temperature_c: NDArray[np.float64]) -> tuple[Integers, Flags]:
    """Return readings in 1/128 C, and which of them lie beyond what the part can measure."""
    c128 = np.floor(temperature_c * c.STEPS_PER_C + 0.5).astype(np.int64)
    return c128, (c128 < _C128_MIN) | (c128 > _C128_MAX)


def touches_pf512(capacitance_pf: NDArray[np.float64]) -> tuple[Integers, Flags]:
    """Return readings in 1/512 pF, and which of them lie outside the converter's range.

    Which of its windows the driver uses changes no value, so there is one here; nor is the
    measurement repeated when an electrode leaves its window, 0.15 s later.
    """
    code = np.floor((capacitance_pf - _OFFSET_PF) * _CODES_PER_PF + 0.5).astype(np.int64)
    upper = code >> _CODE_BITS_LEFT_OUT
    pf512 = (upper + _CODES_PER_PF512 // 2) // _CODES_PER_PF512
    pf512 = np.maximum(pf512 + int(_OFFSET_PF * c.STEPS_PER_PF), 0)
    return pf512, (capacitance_pf < _PF_MIN) | (capacitance_pf > _PF_MAX)


def stuck(
    values: NDArray[np.integer], looked_at: Flags, uptime_cs: Integers, limit_cs: int
) -> Flags:
    """Return where a value has stayed exactly the same for too long.

    Args:
        values: one row or number per sample.
        looked_at: where a value says something; elsewhere it begins anew.
        uptime_cs: of each sample.
        limit_cs: how long a value may stay.
    """
    rows = values.reshape(len(values), -1)
    goes_on = np.zeros(len(rows), dtype=np.bool_)
    goes_on[1:] = (rows[1:] == rows[:-1]).all(axis=1) & looked_at[1:] & looked_at[:-1]
    began = np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(rows))))
    return goes_on & (uptime_cs - uptime_cs[began] >= limit_cs)


def restless(c128: Integers, looked_at: Flags) -> Flags:
    """Return where a thermometer has turned round too often by half a degree and more.

    Args:
        c128: readings.
        looked_at: where there is one; elsewhere it is passed over.
    """
    found = np.zeros(len(c128), dtype=np.bool_)
    rises = np.diff(c128[looked_at], prepend=c128[looked_at][:1])
    before = np.concatenate([[0], rises[:-1]]) if len(rises) else rises
    turned = (np.minimum(abs(rises), abs(before)) > _TURN_C128) & ((rises > 0) != (before > 0))
    sums = np.concatenate([np.zeros(_TURNS_LOOKED_AT, dtype=np.int64), np.cumsum(turned)])
    found[looked_at] = sums[_TURNS_LOOKED_AT:] - sums[:-_TURNS_LOOKED_AT] > _TURNS_MAX
    return found
