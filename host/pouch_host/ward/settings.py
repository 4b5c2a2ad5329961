"""What a site may set about how its ward is watched."""

from dataclasses import dataclass, field

from pouch_host.alerts import AlertParameters

from .lines import STALE_AFTER_S


@dataclass(frozen=True, slots=True)
class WardSettings:
    """How a ward is watched.

    Attributes:
        stale_after_s: age in seconds from which an infant's data is shown as stale.
        alerts: lines, times and rules of the alerts. Its own `stale_after_s` is not used: an
            infant that shows as stale is the one that STALE is told of.
        look_every_s: seconds between two looks at the store.
        refresh_every_s: an infant's derived days are brought up to date at most so often, seconds;
            None if somebody else does it.
        look_within_s: without a look for longer than this, seconds, the board says that what it
            shows is of then; `look_every_s` and what a busy computer may add to it.
        piece_max_s: the longest that a single piece of work may hold up looks, seconds: to work
            out anew an infant of many months takes minutes on a small computer, once a start.
    """

    stale_after_s: float = STALE_AFTER_S
    alerts: AlertParameters = field(default_factory=AlertParameters)
    look_every_s: float = 0.5
    refresh_every_s: float | None = 300.0
    look_within_s: float = 60.0
    piece_max_s: float = 600.0
