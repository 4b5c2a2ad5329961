"""What the light and the motor say: one row per message. docs/BAND.md shows the same to people.

A pattern is a text of steps, played in order. A step is a colour, `v` if the motor runs too, and
its length in milliseconds: `A600` amber, `.200` dark, `Rv800` red with the motor.

    r  red      a  amber     g  green     c  cyan (green and blue)     w  white
    Capital letters are bright, small ones faint; `.` is dark.

Rules, each held by a test: blue never stands alone, since it means different things in different
places (fine, cold, hot). No two patterns differ by colour alone: lengths differ too, and number
and length of vibrations. No more than three flashes begin in any second (WCAG 2.3.1, against
seizures), also across repeats. Every pattern ends.
"""

from micropython import const

# Numbers of the patterns, in the order of the table.
READY = const(0)
CONTACT_FOUND = const(1)
CONTACT_LOST = const(2)
CONTACT_MISSED = const(3)
PROGRESS = const(4)
TARGET_REACHED = const(5)
COLD = const(6)
ESCALATED = const(7)
ACKNOWLEDGED = const(8)
BATTERY_LOW = const(9)
BATTERY_STOP = const(10)
FINDABLE = const(11)
CONNECTED = const(12)
IDENTIFY = const(13)
RECOVERING = const(14)
RECOVERED = const(15)
UPDATING = const(16)
FAULT = const(17)

# The ring of PROGRESS has this many places; a faint white tick is one that is still to come.
EIGHTHS = const(8)
_DONE = "G300 .300"
_TO_COME = "w100 .500"

_MINUTE_MS = const(60_000)

# One line a pattern, as text because a board's memory has no room for it as objects: name;
# priority; steps; how often they are played in one showing; when a showing comes again while what
# it says goes on, as minutes from one showing to the next x how many; and the numbers of the
# patterns that say that it is over.
#
# Priority: what can harm the baby, then what the holder does at this moment, then the rest. Red
# and amber flashing are high and medium, as on monitors (IEC 60601-1-8 colours).
#
# An alert repeats every 2 minutes for 10, then every 10, and ends after two hours: who has not
# come by then is not within sight, and the record keeps it. Contact lost is silent; missed, it
# vibrates. Red says one thing only: measure with a thermometer.
#
# No vibration is shorter than 100 ms: a coin motor needs about as long to start.
_TABLE = (
    "ready; 2; G600 .200; 1; ; ",
    "contact found; 2; Gv200 .250 G500 .200; 1; ; ",
    "contact lost; 1; w700 .800; 3; 2x5; 1 3",
    "contact missed; 2; Wv250 .350 W250 .1150; 3; 10x6; 1",
    "progress; 3; ; 1; ; ",
    "target reached; 2; Gv700 .300 G700 .300 G700 .300; 1; ; ",
    "cold; 5; Av500 .300 Av500 .1200; 3; 2x5 10x11; 7 8",
    "escalated; 6; Rv800 .200 Rv800 .200 Rv800 .900; 4; 1x10 5x22; 8",
    "acknowledged; 7; Av150 .300 g400 .100; 1; ; ",
    "battery low; 1; c150 .2850; 3; 30x8; 10",
    "battery stop; 4; C800 .400 c400 .400 c200 .200; 1; ; ",
    "findable; 3; w100 .900; 30; ; 12",
    "connected; 3; w1000 .100; 1; ; ",
    "identify; 8; Wv300 .300 G300 .300; 15; ; ",
    "recovering; 4; cv100 .400; 60; ; 15",
    "recovered; 4; Cv1200 .300 C200 .300 C200 .300; 1; ; ",
    "updating; 4; c700 .700; 430; ; ",
    "fault; 1; w150 .250 w150 .250 w600 .1100; 3; 10x6; ",
)
COUNT = len(_TABLE)
_NAME = const(0)
_PRIORITY = const(1)
_STEPS = const(2)
_TIMES = const(3)
_AGAIN = const(4)
_ENDED_BY = const(5)

# Faint is a quarter as bright as bright, looked at. Amber is half green: full green beside red is
# yellow. Per letter: red, green, blue as parts of the brightness, in quarters.
_BRIGHT = const(176)
_FAINT = const(44)
_QUARTERS = {"r": (4, 0, 0), "a": (4, 2, 0), "g": (0, 4, 0), "c": (0, 4, 4), "w": (4, 4, 4)}
_DARK = "."
_MOTOR = "v"


def name(pattern: int) -> str:
    """Return a pattern's name, as documents have it."""
    return _cell(pattern, _NAME)


def priority(pattern: int) -> int:
    """Return how urgent a pattern is; a higher one interrupts a lower one."""
    return int(_cell(pattern, _PRIORITY))


def times(pattern: int) -> int:
    """Return how often the steps are played in one showing."""
    return int(_cell(pattern, _TIMES))


def ended_by(pattern: int) -> tuple:
    """Return the patterns that say that this one is over."""
    return tuple(int(number) for number in _cell(pattern, _ENDED_BY).split())


def text(pattern: int, eighths: int = 0) -> str:
    """Return the steps as text.

    Args:
        pattern: one of the constants.
        eighths: for PROGRESS, eighths of the target that are done, 0 to 8.
    """
    if pattern == PROGRESS:
        return " ".join([_DONE] * eighths + [_TO_COME] * (EIGHTHS - eighths))
    return _cell(pattern, _STEPS)


def steps(pattern: int, eighths: int = 0) -> list:
    """Return the steps, each (red, green, blue, vibrate, duration in ms), colours 0 to 255."""
    return [_step(word) for word in text(pattern, eighths).split()]


def interval_ms(pattern: int, showing: int) -> int:
    """Return the time from the start of one showing to the next, 0 if there is no next.

    Args:
        pattern: one of the constants.
        showing: how many showings there have been, at least 1.
    """
    for pair in _cell(pattern, _AGAIN).split():
        minutes, count = pair.split("x")
        if showing <= int(count):
            return int(minutes) * _MINUTE_MS
        showing -= int(count)
    return 0


def _cell(pattern: int, column: int) -> str:
    return _TABLE[pattern].split(";")[column].strip()


def _step(word: str) -> tuple:
    letter = word[0]
    vibrate = word[1] == _MOTOR
    duration_ms = int(word[2:] if vibrate else word[1:])
    if letter == _DARK:
        return (0, 0, 0, vibrate, duration_ms)
    low = letter.lower()
    level = _FAINT if letter == low else _BRIGHT
    red, green, blue = _QUARTERS[low]
    return (red * level // 4, green * level // 4, blue * level // 4, vibrate, duration_ms)
