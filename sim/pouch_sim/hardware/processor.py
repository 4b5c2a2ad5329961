"""In which state a band's processor was, for how long: the exclusive part of the charge account.

    enter(BOOT)   start        report / woken ...         enter(BOOT)  enter(OFF)
OFF ---------> BOOT -----> sleep, wait, work, radio ---------> BOOT -----------> OFF

Times are true microseconds since the simulation began, and begin with it. What the firmware
reports is in its own clock's time, and is stretched to the true time that has passed, so that a
crystal that is off changes no sum.
"""

from __future__ import annotations

from pouch_sim.errors import SimulationError
from pouch_sim.vm.shadow.opcodes import ASLEEP, RADIO_ON
from pouch_sim.vm.vm import Spent

from . import currents


class ChargeFault(SimulationError):
    """The account does not add up: a mistake of the simulator."""


class Processor:
    """In which state the processor was, for how long."""

    def __init__(self) -> None:
        self._held: dict[str, int] = dict.fromkeys(currents.PROCESSOR_STATES, 0)
        self._state = currents.OFF
        self._since_us = 0
        # While firmware runs: its last report, and when it went on after that.
        self._last: Spent | None = None
        self._woken_us = 0

    def enter(self, state: str, at_us: int) -> None:
        """Be in a state in which no firmware reports."""
        self._held = self.times_us(at_us)
        self._since_us = max(self._since_us, at_us)
        self._state = state
        self._last = None

    def start(self, local_us: int, at_us: int) -> None:
        """Let firmware run from here on; its clock shows `local_us`."""
        self.enter(currents.RUNNING, at_us)
        self._last = Spent(0, 0, 0, 0, 0, 0, 0, local_us)
        self._woken_us = at_us

    def report(self, spent: Spent, at_us: int) -> None:
        """Divide the time since the last report as the firmware says."""
        last = self._last
        if last is None:
            raise ChargeFault("a report of a band whose firmware does not run")
        passed_us = max(0, at_us - self._since_us)
        local_us = spent.local_us - last.local_us
        waited_us = passed_us
        for state, part_us in (
            (currents.SLEEP, spent.asleep_us - last.asleep_us),
            (currents.RADIO, spent.radio_us - last.radio_us),
            (currents.RUNNING, spent.busy_us - last.busy_us),
        ):
            true_us = part_us * passed_us // local_us if local_us else 0
            self._held[state] += true_us
            waited_us -= true_us
        if waited_us < 0:
            raise ChargeFault(f"a band spent {-waited_us} us more than the {passed_us} it had")
        self._held[currents.IDLE] += waited_us
        self._since_us = max(self._since_us, at_us)
        self._last = spent
        self._state = _waiting_state(spent)
        # Until it is woken it waits.
        self._woken_us = -1

    def woken(self, at_us: int) -> None:
        """It goes on with what it does."""
        self._woken_us = max(self._since_us, at_us)

    def passed_us(self, now_us: int) -> int:
        """Return how much time it has reported: a band that was busy is ahead of the world."""
        return max(now_us, self._since_us)

    def times_us(self, now_us: int) -> dict[str, int]:
        """Return the time in each state, what has not been reported yet included."""
        times = dict(self._held)
        passed_us = max(0, now_us - self._since_us)
        waited_us = passed_us
        if self._last is not None and self._woken_us >= 0:
            waited_us = min(passed_us, self._woken_us - self._since_us)
            on_air = self._state == currents.RADIO
            times[currents.RADIO if on_air else currents.RUNNING] += passed_us - waited_us
        times[self._state] += waited_us
        return times


def _waiting_state(spent: Spent) -> str:
    if spent.state == ASLEEP:
        return currents.SLEEP
    return currents.RADIO if spent.state == RADIO_ON else currents.IDLE
