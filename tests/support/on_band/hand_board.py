"""Runs in MicroPython and CPython: a clock and a board that a test moves by hand, and spies."""

from pouch_protocol import constants as c

DARK = (0, 0, 0)
# Not zero: a time that is taken for no time would not be seen.
START_MS = 1_000


def gaps(times_ms) -> list:
    """Return what lies between each time and the next."""
    return [b - a for a, b in zip(times_ms, times_ms[1:])]  # noqa: RUF007 - CPython's name


class HandClock:
    """A clock, and what happens by itself at given times: a hand, a host, a power plug.

    Attributes:
        now_ms: uptime.
    """

    def __init__(self) -> None:
        """Begin with nothing to come."""
        self.now_ms = START_MS
        self._coming = []

    def uptime_ms(self) -> int:
        """As band.clock."""
        return self.now_ms

    def uptime_cs(self) -> int:
        """As band.clock."""
        return self.now_ms // 10

    def local_min(self, utc_offset_min: int) -> int:
        """As band.clock: it is noon for ever."""
        return 720

    def at(self, at_ms: int, action, *arguments) -> None:
        """Have something happen by itself, between two steps of whatever runs then."""
        self._coming.append((at_ms, len(self._coming), action, arguments))
        self._coming.sort(key=lambda entry: entry[:2])

    def pass_until(self, end_ms: int, interrupted=None) -> None:
        """Let time pass, and what comes meanwhile happen.

        Args:
            end_ms: until when.
            interrupted: asked after each thing that happened; True ends the wait there.
        """
        while self._coming and self._coming[0][0] <= end_ms:
            at_ms, _, action, arguments = self._coming.pop(0)
            self.now_ms = max(self.now_ms, at_ms)
            action(*arguments)
            if interrupted is not None and interrupted():
                return
        self.now_ms = max(self.now_ms, end_ms)

    @property
    def next_ms(self) -> "int | None":
        """When the next thing happens, None if nothing is to come."""
        return self._coming[0][0] if self._coming else None


class HandBoard:
    """Tells what a test puts into it, and refuses what a board must not be asked for.

    As on the reference board: a press ends light sleep, a button that was held before does not,
    and edges during sleep are told after it.

    Attributes:
        slept: `(from, to)` of every sleep, uptime in milliseconds.
        shown: `(uptime, colour)` and `(uptime, motor)` of every change.
    """

    ARCH_NAME = "xiao_esp32c3"
    SLEEP_MS_MAX = 30_000

    def __init__(self, clock) -> None:
        """Begin with a good battery and nobody near."""
        self._clock = clock
        self.mv = 3_900
        self.usb = False
        self.cause = c.RESET_POWER_ON
        self.pressed = False
        self.colour = DARK
        self.motor_on = False
        self.slept = []
        self.shown = []
        self.resets = 0
        self._handler = None
        self._asleep = False

    def battery_mv(self) -> int:
        return self.mv

    def usb_host_present(self) -> bool:
        return self.usb

    def reset_cause(self) -> int:
        return self.cause

    def random_bytes(self, count: int) -> bytes:
        return bytes(index * 7 & 0xFF for index in range(count))

    def reset(self) -> None:
        self.resets += 1

    def button_pressed(self) -> bool:
        return self.pressed

    def on_button(self, handler) -> None:
        self._handler = handler

    def led(self, red: int, green: int, blue: int) -> None:
        self.colour = (red, green, blue)
        self.shown.append((self._clock.now_ms, self.colour))

    def vibrate(self, on: bool) -> None:
        self.motor_on = on
        self.shown.append((self._clock.now_ms, on))

    @property
    def is_dark(self) -> bool:
        return self.colour == DARK and not self.motor_on

    def light_sleep_ms(self, duration_ms: int) -> None:
        assert 0 < duration_ms <= self.SLEEP_MS_MAX, "the watchdog would bite"
        assert self.is_dark, "light or motor is on"
        pressed = self.pressed
        begin_ms = self._clock.now_ms
        self._asleep = True
        self._clock.pass_until(begin_ms + duration_ms, lambda: self.pressed and not pressed)
        self._asleep = False
        self.slept.append((begin_ms, self._clock.now_ms))
        if self.pressed != pressed:
            self._edge()

    def press(self, at_ms: int, duration_ms: int) -> None:
        """Have the button pressed at a time, for a while."""
        self._clock.at(at_ms, self.set_button, True)
        self._clock.at(at_ms + duration_ms, self.set_button, False)

    def set_button(self, pressed: bool) -> None:
        """Press or release the button now."""
        self.pressed = pressed
        if not self._asleep:
            self._edge()

    def _edge(self) -> None:
        if self._handler is not None:
            self._handler(self.pressed)

    def slept_ms(self, from_ms: int = 0) -> int:
        """Return how long it slept since a time."""
        return sum(to - max(begin, from_ms) for begin, to in self.slept if to > from_ms)


class SpySignals:
    """Notes what is to be shown."""

    def __init__(self, log=None) -> None:
        """Begin with nothing shown; `log` is shared with other spies, for the order."""
        self.log = [] if log is None else log

    def show(self, pattern: int, eighths: int = 0) -> None:
        self.log.append(("show", pattern, eighths) if eighths else ("show", pattern))

    def hide(self, pattern: int) -> None:
        self.log.append(("hide", pattern))

    def identify(self, duration_s: int) -> None:
        self.log.append(("identify", duration_s))

    async def until_dark(self, rest) -> None:
        self.log.append(("dark",))

    def take(self) -> list:
        """Return what was asked since the last call."""
        taken = list(self.log)
        self.log.clear()
        return taken


class SpyRecorder:
    """Notes events as `(event, detail, value)`, and other records as `(kind, fields)`."""

    def __init__(self, log=None) -> None:
        """Begin empty; `log` as that of SpySignals."""
        self.log = [] if log is None else log

    def add_event(self, event: int, detail: int = 0, value: int = 0) -> None:
        self.log.append((event, detail, value))

    def add(self, kind: int, fields: dict) -> int:
        self.log.append((kind, fields))
        return len(self.log) - 1
