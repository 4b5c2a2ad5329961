"""Short physical worlds, and what to read from it."""

import numpy as np

from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import Act, Caregiver, Infant, PodBody, Room, WorldPlan

HOUR_S = 3600
US_PER_S = 1_000_000
MOTHER, FATHER = 0, 1
CAREGIVERS = (Caregiver(), Caregiver(kind="father", skin_c=34.0))
TERM = Infant(weight_kg=3.3, gestation_weeks=40.0, age_days=2.0)
# Of the accelerometer at 12.5 Hz.
STEP_US = 80_000


def still_room(mean_c=25.0, humidity=0.5):
    """Return a room that stays as it is, 25 C as most of the state table's rows have it."""
    return Room(mean_c=mean_c, day_swing_c=0.0, wander_sd_c=0.0, humidity=humidity)


def act(start_h, activity, caregiver=MOTHER, **settings):
    """Return one line of a script, from so many hours on."""
    return Act(start_h * HOUR_S, activity, caregiver, settings)


def world(*acts, seed=1, **parts):
    """Return a world of acts, at nine in the morning unless said otherwise."""
    return PhysicalWorld(
        WorldPlan(
            infant=parts.get("infant", Infant()),
            caregivers=CAREGIVERS,
            room=parts.get("room", still_room()),
            pod=parts.get("pod", PodBody()),
            acts=acts,
            events=parts.get("events", ()),
            length_s=round(parts.get("hours", 8.0) * HOUR_S),
            start_hour=parts.get("start_hour", 9.0),
        ),
        seed,
        parts.get("band_index", 0),
    )


def faces_c(made, from_h, until_h, step_s=30):
    """Return both thermometers over a time, (count, 2)."""
    seconds = np.arange(round(from_h * HOUR_S), round(until_h * HOUR_S), step_s)
    return made.temperatures_c(seconds.astype(np.int64) * US_PER_S)


def touch_pf(made, from_h, until_h, step_s=30):
    """Return both electrodes over a time, (count, 2)."""
    seconds = np.arange(round(from_h * HOUR_S), round(until_h * HOUR_S), step_s)
    return made.electrodes_pf(seconds.astype(np.int64) * US_PER_S)


def settled(made, from_h=2.0, until_h=6.0):
    """Return medians over settled hours: infant face, caregiver face, their difference."""
    both = faces_c(made, from_h, until_h)
    infant_c, caregiver_c = np.median(both, axis=0)
    return infant_c, caregiver_c, float(np.median(both[:, 0] - both[:, 1]))


def motion_mg(made, from_h, minutes):
    """Return acceleration at the chip's rate."""
    count = round(minutes * 60 * US_PER_S / STEP_US)
    return made.acceleration_mg(round(from_h * HOUR_S) * US_PER_S, STEP_US, count)


def band_mg(acceleration, low_hz, high_hz):
    """Return the root of the power between two frequencies, all axes together."""
    rate_hz = US_PER_S / STEP_US
    free = acceleration - acceleration.mean(axis=0)
    power = (np.abs(np.fft.rfft(free, axis=0)) ** 2).sum(axis=1) * 2.0 / len(free) ** 2
    hz = np.fft.rfftfreq(len(free), 1.0 / rate_hz)
    return float(np.sqrt(power[(hz >= low_hz) & (hz < high_hz)].sum()))
