"""The band's pace: one sample after the other, and with each what is due.

battery --> sample --> record --> decide --> tell --> reports --> radio --> sleep
   |
   +-- empty: stand still until it is charged
"""

from micropython import const

from .sampler import MOTION_DRAIN_MS

_MS_PER_S = const(1_000)


class Cycle:
    """Samples until power goes.

    Attributes:
        newest: fields of the newest sample record, None before the first.
        stopped: whether the band stands still with an empty battery.
    """

    def __init__(
        self,
        clock,
        rest,
        sampler,
        recorder,
        decision,
        notices,
        reports,
        supply,
        plan,
        link,
        health,
    ) -> None:
        """Take the parts.

        Args:
            clock: tells the uptime.
            rest: lets time pass.
            sampler: the Sampler.
            recorder: the Recorder.
            decision: the Decision.
            notices: the Notices.
            reports: the Reports.
            supply: the Supply.
            plan: tells when the radio is due.
            link: the Link.
            health: the Health; fed by `rest`.
        """
        self._clock = clock
        self._rest = rest
        self._sampler = sampler
        self._recorder = recorder
        self._decision = decision
        self._notices = notices
        self._reports = reports
        self._supply = supply
        self._plan = plan
        self._link = link
        self._health = health
        self.newest = None

    async def run(self, interval_s: int, on_start, on_stop, on_healthy) -> None:
        """Keep the pace, for ever.

        Args:
            interval_s: seconds between samples.
            on_start: called without arguments once the start itself has been recorded.
            on_stop: takes whether the band stands still from now on.
            on_healthy: called once a version on trial has shown all that it has to.
        """
        interval_ms = interval_s * _MS_PER_S
        self._supply.read()
        if self._supply.must_stop:
            await self._stand_still(False, on_stop)
        self._recorder.add_boot()
        on_start()
        due_ms = self._clock.uptime_ms()
        while True:
            await self._sample()
            if self._supply.must_stop:
                # Whoever talks to it would empty it.
                self._link.send_away()
                if not self._link.is_open:
                    await self._stand_still(True, on_stop)
            if self._health.cycle_done(self._recorder.is_durable, self._link.opened_count > 0):
                on_healthy()
            # A slot that was missed is skipped: samples keep their phase.
            late_ms = self._clock.uptime_ms() - due_ms
            due_ms += (late_ms // interval_ms + 1) * interval_ms
            await self._wait_until(due_ms)

    async def _sample(self) -> None:
        # While nothing loads the cell: no radio, no motor, no conversion.
        self._supply.read()
        uptime_cs = self._clock.uptime_cs()
        wait_ms = self._sampler.start()
        while wait_ms:
            await self._rest.until(self._clock.uptime_ms() + wait_ms)
            wait_ms = self._sampler.settle()
        fields = self._sampler.finish(uptime_cs)
        self._recorder.add_sample(fields)
        events = self._decision.take(fields)
        decision = self._decision
        self._notices.take(
            fields["flags"],
            decision.contact.state,
            events,
            decision.tally.reached,
            decision.dt_s,
        )
        self.newest = fields
        now_ms = self._clock.uptime_ms()
        self._reports.write(now_ms)
        if self._plan.due(now_ms) and not (self._supply.must_stop or self._link.is_open):
            self._link.open(self._plan.window_ms)

    async def _stand_still(self, was_running: bool, on_stop) -> None:
        on_stop(True)
        await self._supply.stand_still(was_running, self._health.expect)
        on_stop(False)

    async def _wait_until(self, due_ms: int) -> None:
        """Sleep, but empty the accelerometer's FIFO before it runs over."""
        while True:
            left_ms = due_ms - self._clock.uptime_ms()
            if left_ms <= MOTION_DRAIN_MS:
                await self._rest.until(due_ms)
                return
            await self._rest.until(self._clock.uptime_ms() + MOTION_DRAIN_MS)
            self._sampler.drain_motion()
