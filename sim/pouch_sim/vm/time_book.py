"""How a band spends its time, from the times and states in its frames.

No time is in two accounts: what the radio draws is the same whether the processor works or not.
"""

from __future__ import annotations

from pouch_sim.vm.shadow.opcodes import ASLEEP, RADIO_ON


class TimeBook:
    """Of one boot. All times are of the band's own clock.

    Attributes:
        asleep_us: time in light sleep.
        radio_us: time with the radio on.
        busy_us: time with the radio off in which wires or flash kept the processor busy. The rest
            of the time it waited, awake.
    """

    def __init__(self) -> None:
        self.start(0)

    def start(self, local_us: int) -> None:
        """Begin anew: the firmware starts at this time."""
        self.asleep_us = 0
        self.radio_us = 0
        self.busy_us = 0
        self._since_us = local_us

    def ran(self, state: int, local_us: int) -> None:
        """Book what it did up to a time: a frame came from it."""
        ran_us = local_us - self._since_us
        self._since_us = local_us
        if state == RADIO_ON:
            self.radio_us += ran_us
        else:
            self.busy_us += ran_us

    def waited(self, state: int, local_us: int) -> None:
        """Book what it waited: it goes on at this time, or is ahead of it."""
        waited_us = local_us - self._since_us
        if waited_us <= 0:
            return
        self._since_us = local_us
        if state == ASLEEP:
            self.asleep_us += waited_us
        elif state == RADIO_ON:
            self.radio_us += waited_us
