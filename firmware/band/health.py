"""How the band feels: feeds the watchdog while all is well, counts what is not.

The watchdog is armed when the application runs and fed while it waits, but only as long as whole
cycles of sampling come in time: a task that never lets go, a loop that died and a wait that never
ends all let it bite. A new version that is on trial must be healthy within TRIAL_MS, else it is
not fed any more either, and the next start counts against it.
"""

import gc
import os

from micropython import const

from pouch_protocol import constants as c

# A cycle that is late by this much is not late but stuck: a flush that erases, a pull that keeps
# the processor and a self-test take seconds.
_LATE_MS_MAX = const(60_000)
# Recovering a log of 28 days and compiling take seconds; nothing takes two minutes.
_FIRST_MS_MAX = const(120_000)
# Twenty cycles of 30 s. Healthy needs two minutes' flush and one window of the radio, which the
# first sample opens.
TRIAL_MS = const(600_000)
# A health record without anything to tell.
_RECORD_INTERVAL_MS = const(86_400_000)
_COUNT_MAX = const(255)

_RESTARTS_FILE = "/restarts"


class Health:
    """Watches the application.

    Attributes:
        free_heap_min_bytes: least free heap after a collection since then.
    """

    def __init__(self, clock, feed, interval_s: int, on_trial: bool) -> None:
        """Begin: the first cycle is due within two minutes.

        Args:
            clock: tells the uptime.
            feed: the watchdog's own.
            interval_s: of the samples, seconds.
            on_trial: whether this version has not been confirmed yet.
        """
        self._clock = clock
        self._feed = feed
        self._interval_ms = interval_s * 1000
        self._cycle_due_ms = clock.uptime_ms() + _FIRST_MS_MAX
        self._on_trial = on_trial
        self._record_due_ms = 0
        self.free_heap_min_bytes = gc.mem_free()

    def feed(self) -> None:
        """Feed the watchdog unless something is overdue; call it at least every few seconds."""
        now_ms = self._clock.uptime_ms()
        if now_ms < self._cycle_due_ms and not (self._on_trial and now_ms >= TRIAL_MS):
            self._feed()

    def expect(self, within_ms: int) -> None:
        """The next good cycle will be a while: the band stands still until it is charged.

        Args:
            within_ms: how long at most.
        """
        self._cycle_due_ms = self._clock.uptime_ms() + within_ms + _LATE_MS_MAX

    def cycle_done(self, flushed: bool, heard: bool) -> bool:
        """Take note of one whole good cycle.

        Args:
            flushed: whether records of this boot are durable.
            heard: whether the radio has been on.

        Returns:
            True once: a version on trial has shown all that it has to.
        """
        self.expect(self._interval_ms)
        gc.collect()
        self.free_heap_min_bytes = min(self.free_heap_min_bytes, gc.mem_free())
        if self._on_trial and flushed and heard:
            self._on_trial = False
            return True
        return False

    def take(self, sensor_faults: dict, flash_faults: int, restarts: int) -> "dict | None":
        """Return the fields of a health record if one is due, and count anew; else None.

        It is due when something failed, and once a day. Call it every hour.

        Args:
            sensor_faults: of Sampler.take_fault_counts.
            flash_faults: writes that the file system refused since the last call.
            restarts: of `count_restarts`.
        """
        now_ms = self._clock.uptime_ms()
        failed = flash_faults or any(sensor_faults.values())
        if not failed and now_ms < self._record_due_ms:
            return None
        self._record_due_ms = now_ms + _RECORD_INTERVAL_MS
        fields = dict(sensor_faults)
        fields["flash_faults"] = min(flash_faults, _COUNT_MAX)
        fields["restarts"] = restarts
        fields["free_heap_min_bytes"] = self.free_heap_min_bytes
        self.free_heap_min_bytes = gc.mem_free()
        return fields


def count_restarts(root: str, reset_cause: int) -> int:
    """Return how often this band started for another cause than power, modulo 256.

    Args:
        root: folder of the band's file system.
        reset_cause: of this start; one more is stored unless it is RESET_POWER_ON.
    """
    path = root + _RESTARTS_FILE
    count = 0
    try:
        with open(path, "rb") as file:
            held = file.read(1)
        count = held[0] if held else 0
    except OSError:
        pass  # It never did.
    if reset_cause != c.RESET_POWER_ON:
        count = (count + 1) & 0xFF
        try:
            with open(path, "wb") as file:
                file.write(bytes((count,)))
        except OSError:
            pass  # The number is worth less than the start.
    return count


def forget_restarts(root: str) -> None:
    """Count from zero again: the log is new."""
    try:
        os.remove(root + _RESTARTS_FILE)
    except OSError:
        pass  # There were none.
