"""How often the radio is on, how long the battery lasts, and when it is time to stop."""

from micropython import const

from pouch_protocol import constants as c

# Window and period of the radio by plan, milliseconds; docs/DESIGN.md has the charge of each. An
# ESP32-C3 under MicroPython draws 88 mA while its radio is on, whatever it does, so the windows
# are most of the account: 2 s in 30 s would empty 400 mAh in three days, 1 s in 600 s in 26.
_PLANS = {
    c.PLAN_DEFAULT: (1_000, 60_000),
    c.PLAN_SLOW: (1_000, 1_200_000),
}

# Samples set the pace, and no two are closer than ten seconds: a window that is due before half of
# that has passed is due now.
_EARLY_MS = const(5_000)

# A lithium-ion cell of 4.2 V at rest: millivolts, and the charge left in steps of 0.1 %. The usual
# chart for pouch cells; between 3.7 and 3.9 V cells differ by some 20 mV, a tenth of the charge.
_REST_MV = (4200, 4110, 4020, 3950, 3870, 3840, 3800, 3770, 3730, 3690, 3610, 3270)
_PERMILLE = (1000, 900, 800, 700, 600, 500, 400, 300, 200, 100, 50, 0)

# Below this the band stops in order, with 2 % left. The chip needs 3.0 V (ESP32-C3 data sheet,
# recommended operating conditions); 0.3 V over that are the regulator's drop and the sag of a cold
# and aged cell when the radio starts, and 0.1 V are for a reading that is too high. Without the
# stop the brown-out detector would reset the chip in the middle of something, over and over.
STOP_MV = const(3_400)
# Relieved of its load a cell recovers by less than this: only a charger brings it above.
RESUME_MV = const(3_600)
# A protected cell is cut off at about 2.4 V (typical of its circuits, not from a data sheet of
# ours). Whoever runs and reads less has a broken divider, which is no reason to stop recording.
BROKEN_MV = const(2_000)
# The steep end of the curve: 3 % left, whatever the pace was.
LOW_MV = const(3_500)
LOW_DAYS = const(2)
DAYS_UNKNOWN = const(255)
_DAYS_MAX = const(254)
_HOURS_PER_DAY = const(24)

# A measured pace counts once so much charge is gone, in steps of 0.1 %: 10 mV of reading error are
# up to 3 % of the charge where the curve is flat, so the pace is then right to a third.
_PACE_PERMILLE_MIN = const(100)
# And after a day: what a cell loses at once when its charger is gone is not its pace.
_PACE_H_MIN = const(24)
# A rise by this much is a charger, not an error.
_CHARGED_PERMILLE_MIN = const(100)
# What a plan needs in a day, in steps of 0.1 % of a 400 mAh cell, until a pace is measured:
# `python -m benchmarks charge`.
_PLANNED_PERMILLE_PER_DAY = {c.PLAN_DEFAULT: 127, c.PLAN_SLOW: 34}


class Plan:
    """When the radio is on.

    Attributes:
        window_ms: how long it advertises at a time.
        period_ms: from the start of one window to the start of the next.
    """

    def __init__(self, plan: int) -> None:
        """Choose one of the PLAN constants."""
        self.window_ms, self.period_ms = _PLANS[plan]
        self._due_ms = 0

    def due(self, now_ms: int) -> bool:
        """Tell whether a window is due, once for each."""
        if now_ms < self._due_ms:
            return False
        self._due_ms = now_ms + self.period_ms - _EARLY_MS
        return True


def charge_permille(battery_mv: int) -> int:
    """Return the charge that is left, 0 to 1000, from the voltage of a cell at rest."""
    if battery_mv >= _REST_MV[0]:
        return _PERMILLE[0]
    for index in range(1, len(_REST_MV)):
        low_mv = _REST_MV[index]
        if battery_mv >= low_mv:
            low = _PERMILLE[index]
            span = _PERMILLE[index - 1] - low
            return low + (battery_mv - low_mv) * span // (_REST_MV[index - 1] - low_mv)
    return 0


class Gauge:
    """Watches the battery by its voltage, read before the radio loads it.

    Attributes:
        days_left: whole days at the present pace; DAYS_UNKNOWN before the first reading.
        is_low: whether the battery lasts for two days or less. It stays low until a charger was
            there: near the line each reading would say something else.
    """

    def __init__(self, plan: int) -> None:
        """Begin without a reading.

        Args:
            plan: one of the PLAN constants; tells the pace until it can be measured.
        """
        self._planned = _PLANNED_PERMILLE_PER_DAY[plan]
        # Smoothed, 1/16 mV.
        self._mv16 = 0
        # The most charge since the start or the last charger, and when it was; the least since.
        self._first = None
        self._least = 0
        self.days_left = DAYS_UNKNOWN
        self.is_low = False
        self._stays_low = False

    @property
    def battery_mv(self) -> int:
        """The smoothed voltage, millivolts; 0 before the first reading."""
        # Rounded: what rises ends up to 3/16 too low, and a full cell must read as full.
        return (self._mv16 + 8) >> 4

    @property
    def must_stop(self) -> bool:
        """Whether it is time to stop in order."""
        return BROKEN_MV < self.battery_mv <= STOP_MV

    def take(self, battery_mv: int, uptime_h: int) -> None:
        """Take a reading; every five minutes is often enough.

        Args:
            battery_mv: the cell's voltage, the radio off.
            uptime_h: when, hours since boot.
        """
        if not self._mv16:
            self._mv16 = battery_mv << 4
        # A quarter of each new reading: a single bad one moves little.
        self._mv16 += ((battery_mv << 4) - self._mv16) // 4
        charge = charge_permille(self.battery_mv)
        if self._first is None or charge > self._least + _CHARGED_PERMILLE_MIN:
            self._first = (charge, uptime_h)
            self._least = charge
            self._stays_low = False
        elif charge >= self._first[0]:
            # The charger is still there, or nothing has been used yet.
            self._first = (charge, uptime_h)
        self._least = min(self._least, charge)
        used = self._first[0] - charge
        hours = uptime_h - self._first[1]
        per_day = self._planned
        if used >= _PACE_PERMILLE_MIN and hours >= _PACE_H_MIN:
            per_day = max(1, used * _HOURS_PER_DAY // hours)
        # What is below STOP_MV is not used.
        usable = max(0, charge - charge_permille(STOP_MV))
        self.days_left = min(_DAYS_MAX, usable // per_day)
        low = self.days_left <= LOW_DAYS or self.battery_mv <= LOW_MV
        if low and not self.is_low:
            self._stays_low = True
        self.is_low = low or self._stays_low

    def charged(self) -> None:
        """Begin anew: a charger was there, and what was read before says nothing."""
        self._mv16 = 0
        self._first = None
        self._stays_low = False
