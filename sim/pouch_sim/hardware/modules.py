"""Names of a board's `machine`, `os` and `time` that are asked for from inside the band.

Each class has what its module has on a board, and nothing else that is public.
"""

from __future__ import annotations

import calendar
import hashlib
import itertools
import time
from collections.abc import Callable

from pouch_sim.vm.frames import Refused
from pouch_sim.vm.named import Spelled

from .boards import BoardFacts
from .pins import Pins

HARD_RESET = 2
WDT_RESET = 3
SOFT_RESET = 5

_FULL_SCALE_UV = 3_300_000
_FULL_SCALE = 65_535

_EPOCH_2000_S = 946_684_800
_TIME_FIELDS = 8
_US_PER_S = 1_000_000


class Reset(Exception):
    """The firmware resets its board.

    Attributes:
        cause: what `machine.reset_cause` will say.
    """

    def __init__(self, cause: int) -> None:
        super().__init__(cause)
        self.cause = cause


class Adc:
    """An analogue input.

    Args:
        microvolts: returns its voltage.
        has_microvolts: whether its port knows `read_uv`.
    """

    def __init__(self, microvolts: Callable[[], int], has_microvolts: bool) -> None:
        self._microvolts = microvolts
        if has_microvolts:
            self.read_uv = microvolts

    def read_u16(self) -> int:
        """Return the voltage as a part of full scale."""
        return min(_FULL_SCALE, self._microvolts() * _FULL_SCALE // _FULL_SCALE_UV)


class Pwm:
    """A pin with a duty."""

    def __init__(self, pins: Pins, pin: int) -> None:
        self._pins = pins
        self._pin = pins.check(pin)

    def duty_u16(self, duty: int | None = None) -> int | None:
        """Return the duty, or set it."""
        if duty is None:
            return self._pins.duty(self._pin)
        self._pins.set_duty(self._pin, duty)
        return None


class MachineModule:
    """`machine`: what takes no time of its own.

    Args:
        board: what it is made of.
        pins: its pins.
        reset_cause: why it started.
        unique_id: of its chip.
        microvolts: returns the voltage on its analogue input.
        parts: gets what is made here, by number.
    """

    def __init__(
        self,
        board: BoardFacts,
        pins: Pins,
        *,
        reset_cause: int,
        unique_id: bytes,
        microvolts: Callable[[], int],
        parts: dict[object, object],
    ) -> None:
        self._board = board
        self._pins = pins
        self._cause = reset_cause
        self._unique_id = unique_id
        self._microvolts = microvolts
        self._hz = board.frequencies_hz[-1]
        self._parts = parts
        self._numbers = itertools.count()
        # A board has the causes that its port can tell.
        vars(self).update(board.reset_causes)

    def reset_cause(self) -> int:
        """Return why it started; what its port cannot tell looks like its watchdog."""
        return self._cause if self._cause in self._board.reset_causes.values() else WDT_RESET

    def reset(self) -> None:
        """Start again."""
        raise Reset(HARD_RESET)

    def soft_reset(self) -> None:
        """Start the interpreter again."""
        raise Reset(SOFT_RESET)

    def unique_id(self) -> bytes:
        """Return the number of its chip."""
        return self._unique_id

    def freq(self, hz: int | None = None) -> int | None:
        """Return the processor's clock, or set it."""
        if hz is None:
            return self._hz
        if hz not in self._board.frequencies_hz:
            raise Refused("ValueError", "cannot change frequency")
        self._hz = hz
        return None

    def PWM(self, pin: int, *, freq: int = 1000, duty_u16: int = 0) -> Spelled:  # noqa: N802, ARG002
        """Make a pin one with a duty."""
        pwm = Pwm(self._pins, pin)
        pwm.duty_u16(duty_u16)
        return self._part(pwm)

    def ADC(self, pin: int, *, atten: int = 3) -> Spelled:  # noqa: N802, ARG002
        """Make a pin an analogue input."""
        if self._pins.check(pin) not in self._board.adc_pins:
            raise Refused("ValueError", "Pin doesn't have ADC capabilities")
        return self._part(Adc(self._microvolts, self._board.has_microvolts))

    def _part(self, part: object) -> Spelled:
        number = next(self._numbers)
        self._parts[number] = part
        return Spelled(f"Part({number})")


class Esp32Module:
    """`esp32`, on such a board."""

    WAKEUP_ALL_LOW = False
    WAKEUP_ANY_HIGH = True


class OsModule:
    """`os`: what does not concern files.

    Args:
        board: what it is made of.
        seed: text from which random numbers are drawn.
    """

    sep = "/"

    def __init__(self, board: BoardFacts, seed: str) -> None:
        self._uname = board.uname
        self._seed = seed.encode()
        self._drawn = 0

    def urandom(self, n: int) -> bytes:
        """Draw bytes; the same seed gives the same."""
        out = b""
        while len(out) < n:
            text = self._seed + b":" + str(self._drawn).encode()
            out += hashlib.sha256(text).digest()
            self._drawn += 1
        return out[:n]

    def uname(self) -> Spelled:
        """Return the named tuple that says what board this is."""
        fields = ("sysname", "nodename", "release", "version", "machine")
        made = f"__import__('collections').namedtuple('uname', {fields!r})"
        return Spelled(f"{made}(*{self._uname!r})")

    def sync(self) -> None:
        """Do nothing: littlefs keeps nothing back."""


class TimeModule:
    """`time`: the calendar, which begins in 2000 at each boot.

    Args:
        local_us: returns microseconds since boot.
    """

    def __init__(self, local_us: Callable[[], int]) -> None:
        self._local_us = local_us

    def gmtime(self, seconds: int | None = None) -> tuple[int, ...]:
        """Return year, month, day, hour, minute, second, weekday, day of the year."""
        if seconds is None:
            seconds = self._local_us() // _US_PER_S
        return tuple(time.gmtime(seconds + _EPOCH_2000_S)[:_TIME_FIELDS])

    # A board knows no time zone.
    localtime = gmtime

    def mktime(self, fields: tuple[int, ...]) -> int:
        """Return the seconds since 2000 of such a tuple."""
        return calendar.timegm(fields) - _EPOCH_2000_S
