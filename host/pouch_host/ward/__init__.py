"""A ward as it runs: what its store holds, what that says, and whom staff are called to.

    store ---look---> rows (derive) --+
      ^                               +--> board, in memory --> pages, screens
      +--- alerts, one transaction <--+         |
                   ^                            |
                   +---- acknowledge, mute -----+

No HTTP here: pages ask `WardWatch`, which never lets them wait for the store.
"""

from .board import Done, InfantNow, StandingAlert, WardBoard
from .lines import BATTERY_LOW_MV, STALE_AFTER_S, Line, crossed_line
from .looks import LastLook, WatchState
from .settings import WardSettings
from .watch import WardWatch

__all__ = [
    "BATTERY_LOW_MV",
    "STALE_AFTER_S",
    "Done",
    "InfantNow",
    "LastLook",
    "Line",
    "StandingAlert",
    "WardBoard",
    "WardSettings",
    "WardWatch",
    "WatchState",
    "crossed_line",
]
