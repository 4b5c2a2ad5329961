"""When the ward is called for an infant or for its band, and when it is not. No I/O, no clock.

    minute -> observation -> conditions -> watch -> chain -> engine -> events
                             which side    how      which    when, how
                             of the line   long     class    often, to whom

`AlertEngine` follows one infant. It is told each minute once, by arrival, and the time; all that
it does comes back as events. docs/ALERTS.md argues every number.

Pouch is a research tool. Nothing here replaces a thermometer, and silence is not good news.
"""

from .alert import Alert, AlertEvent, EventKind
from .classes import RULES, AlertClass, AlertFamily, Priority, Rule
from .engine import AlertEngine
from .observation import FLAG_CLOCK_UNSET, Observation, observations_of
from .parameters import AlertParameters
from .replay import replay

__all__ = [
    "ALERT_VERSION",
    "FLAG_CLOCK_UNSET",
    "RULES",
    "Alert",
    "AlertClass",
    "AlertEngine",
    "AlertEvent",
    "AlertFamily",
    "AlertParameters",
    "EventKind",
    "Observation",
    "Priority",
    "Rule",
    "observations_of",
    "replay",
]

ALERT_VERSION = "alerts-2"
"""Changes whenever the same observations may give other events."""
