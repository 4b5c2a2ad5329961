"""Turns the edges of the one button into gestures.

    released --press--> pressed --release before 3 s--> clicked --0.6 s--> SHOW
        ^                  |                               |
        |                  | 3 s: holding                  +--press--> pressed, release: ADVERTISE
        |                  | 10 s: RECOVER
        |                  | 60 s, or pressed at the start: stuck
        +-----release------+

Edges come from an interrupt and may be missed in light sleep, so `step` also looks at the button
itself. Time is handed in.
"""

from micropython import const

from pouch_protocol import constants as c

# Contacts of a push button bounce for some milliseconds; shorter than any wanted press.
_DEBOUNCE_MS = const(30)
_SECOND_PRESS_MS = const(600)
# From here on the holder is shown that something is happening.
_HOLDING_MS = const(3_000)
_RECOVER_MS = const(10_000)
# Nobody presses for this long; something does, or the button is broken.
_STUCK_MS = const(60_000)
# More edges than this between two steps are a broken contact; the last look counts anyway.
_EDGES_MAX = const(16)


class Button:
    """The button of one band.

    Attributes:
        stuck: whether it has been pressed since the start, or for over a minute. It gives no
            gesture until it is released.
        stuck_count: how often that was found since boot.
        holding: whether it has been held for three seconds and RECOVER is still to come.
    """

    def __init__(self, is_pressed, now_ms: int) -> None:
        """Begin; a button that is pressed now is stuck until it is released.

        Args:
            is_pressed: returns whether the button is pressed at this moment.
            now_ms: uptime.
        """
        self._is_pressed = is_pressed
        self._edges = []
        pressed = is_pressed()
        # As it looks and since when; as it counts, bounces left out, and since when.
        self._seen = self._pressed = pressed
        self._seen_ms = self._pressed_ms = now_ms
        # When a first short press ended, while a second may follow.
        self._clicked_ms = None
        self._is_second = False
        self._recovered = False
        self._gestures = []
        self.holding = False
        self.stuck = pressed
        self.stuck_count = 1 if pressed else 0

    def edge(self, pressed: bool, now_ms: int) -> None:
        """Note an edge; for an interrupt handler.

        Args:
            pressed: whether the button is pressed after it.
            now_ms: uptime.
        """
        if len(self._edges) < _EDGES_MAX:
            self._edges.append((pressed, now_ms))

    @property
    def active(self) -> bool:
        """Whether time matters now: the band must stay awake, and call `step` every 50 ms."""
        if self._edges or self._gestures or self._seen != self._pressed:
            return True
        return self._clicked_ms is not None or (self._pressed and not self.stuck)

    def step(self, now_ms: int) -> "int | None":
        """Look at the button.

        Args:
            now_ms: uptime.

        Returns:
            One of the protocol's GESTURE constants when a gesture is complete, None otherwise.
        """
        while self._edges:
            pressed, edge_ms = self._edges.pop(0)
            self._see(pressed, edge_ms)
        self._see(self._is_pressed(), now_ms)
        self._settle(now_ms)
        if self._pressed:
            self._hold(now_ms - self._pressed_ms)
        else:
            self._end_click(now_ms)
        return self._gestures.pop(0) if self._gestures else None

    def _see(self, pressed: bool, at_ms: int) -> None:
        if pressed != self._seen:
            self._settle(at_ms)
            self._seen = pressed
            self._seen_ms = at_ms

    def _settle(self, now_ms: int) -> None:
        """Let a level count that has lasted; a bounce has not."""
        if self._seen == self._pressed or now_ms - self._seen_ms < _DEBOUNCE_MS:
            return
        self._pressed = self._seen
        if self._pressed:
            self._press(self._seen_ms)
        else:
            self._release(self._seen_ms)

    def _press(self, at_ms: int) -> None:
        # A first press too long ago stands for itself, even if nobody looked in time.
        self._end_click(at_ms)
        self._is_second = self._clicked_ms is not None
        self._clicked_ms = None
        self._pressed_ms = at_ms
        self._recovered = False

    def _release(self, at_ms: int) -> None:
        was_stuck = self.stuck
        self.stuck = self.holding = False
        if was_stuck or at_ms - self._pressed_ms >= _HOLDING_MS:
            return
        if self._is_second:
            self._gestures.append(c.GESTURE_ADVERTISE)
        else:
            self._clicked_ms = at_ms

    def _end_click(self, now_ms: int) -> None:
        if self._clicked_ms is not None and now_ms - self._clicked_ms > _SECOND_PRESS_MS:
            self._clicked_ms = None
            self._gestures.append(c.GESTURE_SHOW)

    def _hold(self, held_ms: int) -> None:
        if self.stuck:
            return
        if held_ms >= _STUCK_MS:
            self.stuck = True
            self.stuck_count += 1
        elif held_ms >= _RECOVER_MS and not self._recovered:
            self._recovered = True
            self._gestures.append(c.GESTURE_RECOVER)
        self.holding = held_ms >= _HOLDING_MS and not self._recovered and not self.stuck
