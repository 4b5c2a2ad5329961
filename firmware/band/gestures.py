"""What the button does: acknowledge or show, be found, let a lost key be replaced."""

from micropython import const

from pouch_protocol import constants as c

from . import patterns as p

# Time to take a tablet out and look for the band.
_FINDABLE_MS = const(30_000)
# A button that is wet or played with must not fill the log: what is beyond this in an hour is
# answered and not recorded.
_RECORDED_PER_H = const(20)
_HOUR_MS = const(3_600_000)
# Time to type the command after the button was held; a key is not left open for longer.
_NEW_KEY_MS = const(300_000)


class KeyLock:
    """Whether the band's key may be replaced: only for a while after the button was held."""

    def __init__(self, clock) -> None:
        """Begin locked.

        Args:
            clock: tells the uptime.
        """
        self._clock = clock
        self._until_ms = 0

    @property
    def is_open(self) -> bool:
        """Whether a hand has held the button lately, and no key was set since."""
        return self._clock.uptime_ms() < self._until_ms

    def open(self) -> None:
        """A hand has held the button for ten seconds."""
        self._until_ms = self._clock.uptime_ms() + _NEW_KEY_MS

    def close(self) -> None:
        """A key has been set."""
        self._until_ms = 0


class Gestures:
    """Does what a hand asks for. Everything is recorded, on a blinded band too."""

    def __init__(self, signals, decision, link, key_lock, recorder, clock) -> None:
        """Take the parts.

        Args:
            signals: the Signals.
            decision: the Decision.
            link: the Link.
            key_lock: the KeyLock.
            recorder: the Recorder.
            clock: tells the uptime.
        """
        self._signals = signals
        self._decision = decision
        self._link = link
        self._key_lock = key_lock
        self._recorder = recorder
        self._clock = clock
        # How many were recorded since when.
        self._recorded = 0
        self._since_ms = 0
        # Whether the band has stopped with an empty battery: then it only says so.
        self.stopped = False

    def take(self, gesture: int) -> None:
        """Answer one gesture.

        Args:
            gesture: one of the GESTURE constants.
        """
        if self.stopped:
            self._signals.show(p.BATTERY_STOP)
            return
        self._record(gesture)
        if gesture == c.GESTURE_SHOW:
            self._show()
        elif gesture == c.GESTURE_ADVERTISE:
            self._signals.show(p.FINDABLE)
            self._link.open(_FINDABLE_MS, self._found)
        else:
            self._key_lock.open()
            self._signals.show(p.RECOVERED)

    def _record(self, gesture: int) -> None:
        now_ms = self._clock.uptime_ms()
        if now_ms - self._since_ms >= _HOUR_MS:
            self._since_ms = now_ms
            self._recorded = 0
        if self._recorded < _RECORDED_PER_H:
            self._recorded += 1
            self._recorder.add_event(c.EVENT_GESTURE, value=gesture)

    def _show(self) -> None:
        if self._decision.acknowledge():
            self._signals.show(p.ACKNOWLEDGED)
        else:
            self._signals.show(p.PROGRESS, self._decision.tally.eighths)

    def _found(self) -> None:
        # Told only to who asked to be found: a host comes by every hour, by night too.
        self._signals.show(p.CONNECTED)
