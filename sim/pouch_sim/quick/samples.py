"""The samples of one boot: when they are taken, what the chips give, what the sampler makes of it.

begin          + 62 ms            + 125, 135 ms         + 150 ms
  | conversions, middle of both     electrodes             finish: all is read, words drained
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pouch_protocol import constants as c
from pouch_sim.clock import Crystal
from pouch_sim.world.surroundings import CAREGIVER_THERMOMETER, INFANT_THERMOMETER, MOTION, TOUCH

from . import chips
from .breath import MISSING
from .felt import Felt
from .motion import ACTIVITY_MISSING, movements

Integers = NDArray[np.int64]
Windows = Sequence[tuple[int, int]]

# Measured in the true gear on the reference board: from boot to the first sample, by the band's
# clock, and what the bus and the clock's whole milliseconds add to where a sample begins.
FIRST_SAMPLE_US = 92_000
_FIRST_BEGIN_US = 818
_BEGIN_US = 1_800
# From a sample's beginning: middle of the thermometers' eight conversions, of the last
# measurement of each electrode before they are read, and the end.
_TEMPERATURE_US = 62_000
_ELECTRODES_US = (125_000, 135_000)
_FINISH_US = 149_900
# Without a thermometer nothing is waited for but the electrodes.
_ELECTRODES_ALONE_US = (5_000, 15_000)
_FINISH_ALONE_US = 26_900
_US_PER_CS = 10_000
_US_PER_S = 1_000_000

_THERMOMETERS = (
    (INFANT_THERMOMETER, c.FLAG_INFANT_THERMOMETER_FAULT, "infant_temperature_c128"),
    (CAREGIVER_THERMOMETER, c.FLAG_CAREGIVER_THERMOMETER_FAULT, "caregiver_temperature_c128"),
)
_ELECTRODES = (
    ("infant_touch_pf512", c.FLAG_INFANT_TOUCH_RANGE),
    ("caregiver_touch_pf512", c.FLAG_CAREGIVER_TOUCH_RANGE),
)


def boot_samples(
    felt: Felt,
    *,
    interval_s: int,
    drift_ppm: float,
    boot_us: int,
    end_us: int,
    absent_us: Mapping[str, Windows],
) -> tuple[dict[str, Integers], Integers, Integers]:
    """Return the fields of one boot's samples, and the true times of their beginning and end.

    Args:
        felt: what the chips feel.
        interval_s: between two samples, by the band's clock.
        drift_ppm: how much that runs fast.
        boot_us: true time of the boot.
        end_us: true time at which the power goes or the run ends.
        absent_us: by chip, from when until when it does not answer.
    """
    begin_us, uptime_cs = _begins(interval_s, drift_ppm, boot_us, end_us)
    alone = {INFANT_THERMOMETER, CAREGIVER_THERMOMETER} <= felt.absent
    finish_us = begin_us + (_FINISH_ALONE_US if alone else _FINISH_US)
    whole = finish_us <= end_us
    begin_us, finish_us, uptime_cs = begin_us[whole], finish_us[whole], uptime_cs[whole]
    fields = {"flags": np.zeros(len(begin_us), dtype=np.int64), "uptime_cs": uptime_cs}
    if len(begin_us):
        gone = {chip: _within(begin_us, absent_us.get(chip, ())) for chip in absent_us}
        _add_temperatures(fields, felt, begin_us, gone)
        _add_motion(fields, felt, begin_us, finish_us, drift_ppm, gone)
        offsets_us = _ELECTRODES_ALONE_US if alone else _ELECTRODES_US
        _add_touch(fields, felt, [begin_us + offset_us for offset_us in offsets_us], gone)
    return fields, begin_us, finish_us


def _begins(
    interval_s: int, drift_ppm: float, boot_us: int, end_us: int
) -> tuple[Integers, Integers]:
    """Return the true time and the uptime, in hundredths, at which each sample begins."""
    crystal = Crystal(drift_ppm)
    crystal.boot(boot_us)
    step_us = interval_s * _US_PER_S
    count = max(0, -(-(crystal.local_us(end_us) - FIRST_SAMPLE_US) // step_us))
    local_us = FIRST_SAMPLE_US + step_us * np.arange(count, dtype=np.int64)
    # One by one: in whole microseconds the product leaves 64 bits after some hours.
    begin_us = np.array([crystal.true_us(int(at_us)) for at_us in local_us], dtype=np.int64)
    begin_us[:1] += _FIRST_BEGIN_US
    begin_us[1:] += _BEGIN_US
    return begin_us, local_us // _US_PER_CS


def _within(times_us: Integers, windows: Windows) -> NDArray[np.bool_]:
    inside = np.zeros(len(times_us), dtype=np.bool_)
    for from_us, until_us in windows:
        inside |= (times_us >= from_us) & (times_us < until_us)
    return inside


def _gone(
    felt: Felt, chip: str, gone: Mapping[str, NDArray[np.bool_]], count: int
) -> NDArray[np.bool_]:
    if chip in felt.absent:
        return np.ones(count, dtype=np.bool_)
    return gone.get(chip, np.zeros(count, dtype=np.bool_))


def _add_temperatures(
    fields: dict[str, Integers],
    felt: Felt,
    begin_us: Integers,
    gone: Mapping[str, NDArray[np.bool_]],
) -> None:
    for face, (chip, flag, name) in enumerate(_THERMOMETERS):
        failed = _gone(felt, chip, gone, len(begin_us))
        c128 = np.full(len(begin_us), c.TEMPERATURE_MISSING, dtype=np.int64)
        if not failed.all():
            c128, beyond = chips.temperatures_c128(
                felt.temperature_c(face, begin_us + _TEMPERATURE_US)
            )
            failed = failed | beyond
            doubted = chips.stuck(
                c128, ~failed, fields["uptime_cs"], chips.THERMOMETER_STILL_CS
            ) | chips.restless(c128, ~failed)
            failed = failed | doubted
        fields[name] = np.where(failed, c.TEMPERATURE_MISSING, c128)
        fields["flags"] |= np.where(failed, flag, 0)


def _add_motion(
    fields: dict[str, Integers],
    felt: Felt,
    begin_us: Integers,
    finish_us: Integers,
    drift_ppm: float,
    gone: Mapping[str, NDArray[np.bool_]],
) -> None:
    failed = _gone(felt, MOTION, gone, len(begin_us))
    activity = np.full(len(begin_us), ACTIVITY_MISSING, dtype=np.int64)
    breath = np.full((len(begin_us), 2), MISSING, dtype=np.uint8)
    if not failed.all():
        activity, breath = movements(felt, begin_us, finish_us, drift_ppm)
        # The first sample after it came back sets it up again.
        without = failed | np.concatenate([[False], failed[:-1]])
        still = chips.stuck(
            activity, (activity == 0) & ~without, fields["uptime_cs"], chips.MOTION_STILL_CS
        )
        failed = failed | still
        missing = without | still
        activity = np.where(missing, ACTIVITY_MISSING, activity)
        breath = np.where(missing[:, np.newaxis], MISSING, breath)
    fields["activity_mg"] = activity
    fields["breath_adult"] = breath[:, 0].astype(np.int64)
    fields["breath_infant"] = breath[:, 1].astype(np.int64)
    fields["flags"] |= np.where(failed, c.FLAG_MOTION_FAULT, 0)


def _add_touch(
    fields: dict[str, Integers],
    felt: Felt,
    times_us: Sequence[Integers],
    gone: Mapping[str, NDArray[np.bool_]],
) -> None:
    count = len(fields["flags"])
    failed = _gone(felt, TOUCH, gone, count)
    values = [np.full(count, c.TOUCH_MISSING, dtype=np.int64)] * len(_ELECTRODES)
    beyond = [np.zeros(count, dtype=np.bool_)] * len(_ELECTRODES)
    if not failed.all():
        read = [chips.touches_pf512(felt_pf) for felt_pf in felt.electrodes_pf(times_us)]
        values, beyond = [pf512 for pf512, _ in read], [out for _, out in read]
        activity = fields["activity_mg"]
        moving = (activity >= chips.MOVING_MG) & (activity != ACTIVITY_MISSING)
        looked_at = moving & ~failed & ~beyond[0] & ~beyond[1]
        failed = failed | chips.stuck(
            np.stack(values, axis=1), looked_at, fields["uptime_cs"], chips.TOUCH_STILL_CS
        )
    for (name, flag), pf512, out in zip(_ELECTRODES, values, beyond, strict=True):
        fields[name] = np.where(failed | out, c.TOUCH_MISSING, pf512)
        fields["flags"] |= np.where(out & ~failed, flag, 0)
    fields["flags"] |= np.where(failed, c.FLAG_TOUCH_FAULT, 0)
