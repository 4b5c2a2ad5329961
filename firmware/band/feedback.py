"""Decides which pattern light and motor show when, and plays it.

                     show                     last step
    dark ---------------------------> playing ---------> dark, again when the schedule says so
      ^   a higher one interrupts it,    |
      +-- hide, or it is suppressed -----+   a lower one waits 10 s at most

What is said by whom decides when it may be said:

- Blinded (the control arm of a trial): nothing at all, whatever happens. Only IDENTIFY is shown,
  because a host that is connected asked for it, and that is staff with the band in hand.
- Quiet hours: only the alerts for a cold baby and their acknowledgement, and IDENTIFY. The light
  is a quarter as bright then; the motor is as strong as by day.
- Time of day not known, before any host told it: alerts are as by day, since missing one is worse
  than waking somebody; all else is faint.

Time is handed in. What is suppressed is dropped, not kept for later: feedback that comes late
says something that is not true any more.
"""

from micropython import const

from . import patterns as p

_ALERTS = (p.COLD, p.ESCALATED)
_AT_NIGHT = (p.COLD, p.ESCALATED, p.ACKNOWLEDGED, p.IDENTIFY)
_WHEN_BLINDED = (p.IDENTIFY,)
# By night, or if it may be night.
_DIM_DIVISOR = const(4)
# A lower pattern may wait this long for a higher one to end.
_STALE_MS = const(10_000)
_NONE = const(-1)


class Feedback:
    """Light and motor of one band."""

    def __init__(self, light, motor, settings, local_min) -> None:
        """Begin dark.

        Args:
            light: called with red, green and blue, each 0 to 255.
            motor: called with whether it runs.
            settings: tells `blinded` and `is_quiet(local_min)`, see band.config.
            local_min: returns the minute of the local day, None if it is not known.
        """
        self._light = light
        self._motor = motor
        self._settings = settings
        self._local_min = local_min
        self._playing = _NONE
        self._eighths = 0
        self._steps = []
        # Index of the step that is shown, plays that are left after this one, end of the step.
        self._at = 0
        self._plays_left = 0
        self._step_end_ms = 0
        # What is on now, so that a step that changes nothing costs nothing.
        self._shown = (0, 0, 0, False)
        # Patterns that wait for a higher one: pattern, eighths, since when.
        self._waiting = []
        # Showings to come: pattern, when it is due, how many there have been.
        self._standing = []

    @property
    def active(self) -> bool:
        """Whether a pattern is playing: the band must not sleep, since light and motor stop."""
        return self._playing != _NONE

    def is_showing(self, pattern: int) -> bool:
        """Tell whether a pattern is playing now."""
        return self._playing == pattern

    def show(self, pattern: int, now_ms: int, eighths: int = 0) -> None:
        """Show a pattern now, and again as its schedule says until it is hidden.

        Showing one that plays, or whose schedule runs, changes nothing: it does not begin anew.
        What this one says is over is hidden.

        Args:
            pattern: one of the constants in band.patterns.
            now_ms: uptime.
            eighths: for PROGRESS, eighths of the target that are done, 0 to 8.
        """
        for other in range(p.COUNT):
            if pattern in p.ended_by(other):
                self.hide(other)
        if self._playing == pattern and self._eighths == eighths:
            return
        if any(entry[0] == pattern for entry in self._standing):
            return
        self._again(pattern, now_ms, 1)
        self._request(pattern, eighths, now_ms)

    def hide(self, pattern: int) -> None:
        """What a pattern says is over: stop it at once, and show it no more."""
        self._standing = [entry for entry in self._standing if entry[0] != pattern]
        self._waiting = [entry for entry in self._waiting if entry[0] != pattern]
        if self._playing == pattern:
            self._stop()

    def step(self, now_ms: int) -> "int | None":
        """Bring light and motor to what they are at a time.

        Args:
            now_ms: uptime; never falls.

        Returns:
            Milliseconds until the next call is due, at least 1; None if nothing is to come until
            the next `show`.
        """
        self._wake_standing(now_ms)
        if self.active and not self._may_show(self._playing):
            self._stop()
        while self.active and now_ms >= self._step_end_ms:
            self._next_step()
        if not self.active:
            self._begin_waiting(now_ms)
        return self._wait_ms(now_ms)

    def _may_show(self, pattern: int) -> bool:
        if self._settings.blinded:
            return pattern in _WHEN_BLINDED
        if self._settings.is_quiet(self._local_min()):
            return pattern in _AT_NIGHT
        return True

    def _is_dim(self, pattern: int) -> bool:
        local_min = self._local_min()
        if local_min is None:
            return pattern not in _ALERTS
        return self._settings.is_quiet(local_min)

    def _request(self, pattern: int, eighths: int, now_ms: int) -> None:
        if not self._may_show(pattern):
            return
        if self.active and p.priority(pattern) < p.priority(self._playing):
            self._waiting = [entry for entry in self._waiting if entry[0] != pattern]
            self._waiting.append((pattern, eighths, now_ms))
        else:
            # Of the same priority the newer one wins: it answers what was done last.
            self._begin(pattern, eighths, now_ms)

    def _begin(self, pattern: int, eighths: int, now_ms: int) -> None:
        divisor = _DIM_DIVISOR if self._is_dim(pattern) else 1
        self._steps = [
            (red // divisor, green // divisor, blue // divisor, vibrate, duration_ms)
            for red, green, blue, vibrate, duration_ms in p.steps(pattern, eighths)
        ]
        self._playing = pattern
        self._eighths = eighths
        self._plays_left = p.times(pattern) - 1
        self._at = 0
        self._step_end_ms = now_ms + self._steps[0][4]
        self._set(self._steps[0])

    def _next_step(self) -> None:
        """Go on to the step after this one, or stop after the last."""
        self._at += 1
        if self._at == len(self._steps):
            if not self._plays_left:
                self._stop()
                return
            self._plays_left -= 1
            self._at = 0
        step = self._steps[self._at]
        # From the end of the last step, not from now: a call that comes late shifts nothing.
        self._step_end_ms += step[4]
        self._set(step)

    def _stop(self) -> None:
        self._playing = _NONE
        self._steps = []
        self._set((0, 0, 0, False, 0))

    def _set(self, step: tuple) -> None:
        red, green, blue, vibrate, _ = step
        if self._shown[:3] != step[:3]:
            self._light(red, green, blue)
        if self._shown[3] != vibrate:
            self._motor(vibrate)
        self._shown = step[:4]

    def _begin_waiting(self, now_ms: int) -> None:
        """Begin the most urgent pattern that waits, and drop what waited too long."""
        fresh = [entry for entry in self._waiting if now_ms - entry[2] <= _STALE_MS]
        best = None
        for entry in fresh:
            if self._may_show(entry[0]) and (
                best is None or p.priority(entry[0]) > p.priority(best[0])
            ):
                best = entry
        self._waiting = [entry for entry in fresh if entry is not best]
        if best is not None:
            self._begin(best[0], best[1], now_ms)

    def _again(self, pattern: int, now_ms: int, showing: int) -> None:
        interval_ms = p.interval_ms(pattern, showing)
        if interval_ms:
            self._standing.append((pattern, now_ms + interval_ms, showing))

    def _wake_standing(self, now_ms: int) -> None:
        due = [entry for entry in self._standing if now_ms >= entry[1]]
        for entry in due:
            self._standing.remove(entry)
            pattern, due_ms, showing = entry
            # From when it was due: being late once does not move all that follow. One that is
            # later than its whole interval is not made up for.
            interval_ms = p.interval_ms(pattern, showing)
            self._again(pattern, max(due_ms, now_ms - interval_ms), showing + 1)
            self._request(pattern, 0, now_ms)

    def _wait_ms(self, now_ms: int) -> "int | None":
        dues = [entry[1] for entry in self._standing]
        if self.active:
            dues.append(self._step_end_ms)
        if not dues:
            return None
        return max(1, min(dues) - now_ms)
