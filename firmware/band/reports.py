"""What the band writes of itself every hour: its state, its own count, and its health."""

from micropython import const

from pouch_protocol import constants as c

_INTERVAL_MS = const(3_600_000)


class Reports:
    """Writes status, tally and health records when they are due."""

    def __init__(self, recorder, decision, sampler, health, log, gauge, restarts: int) -> None:
        """Take the parts; the first status is due with the first sample.

        Args:
            recorder: writes the records.
            decision: has the tally.
            sampler: counted its sensors' faults.
            health: counted the rest.
            log: counted what the flash refused.
            gauge: tells the days that the battery lasts.
            restarts: of health.count_restarts.
        """
        self._recorder = recorder
        self._decision = decision
        self._sampler = sampler
        self._health = health
        self._log = log
        self._gauge = gauge
        self._restarts = restarts
        self._due_ms = 0
        self._began = False

    def write(self, now_ms: int) -> None:
        """Write what is due.

        Args:
            now_ms: uptime.
        """
        if now_ms < self._due_ms:
            return
        self._due_ms = now_ms + _INTERVAL_MS
        self._recorder.add_status()
        if self._began:
            # The first one would cover no time.
            self._decision.add_tally(self._gauge.days_left)
        self._began = True
        health = self._health.take(
            self._sampler.take_fault_counts(), self._log.take_refused(), self._restarts
        )
        if health is not None:
            self._recorder.add(c.KIND_HEALTH, health)
