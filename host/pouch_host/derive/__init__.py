"""Joins the store and the analysis: what the table, the page and exports show.

    store: segments -> timelines -> inputs of an infant -> blocks -> minutes -> sessions, days
                                                            ^ |
                                    store.derived: blocks --+ +--> blocks, days, sessions

The chain over time is the part that costs, and it is worked out in blocks of a few hours (see
`blocks`). Each is kept with a fingerprint of all that it was made of and taken again as long as
the fingerprint is the same: records that arrive late, or an assignment that changes, so make
anew what they touch and nothing else. The rest is made anew from the blocks, because it is cheap
and reaches across midnight: sessions, providers, days.

What is stored is a copy. The truth are the records; `recompute.refresh` brings the copy up to
date.
"""

from .board_rows import BoardRow, NewestDay, board, is_shown, newest_day, row_of
from .infants import InfantDays, infant_analysis, infant_days
from .inputs import target_h
from .notes import store_notes, store_problems
from .recent import RecentRecords
from .recompute import ChangedDay, refresh
from .timelines import Timeline, clock_residual_s, timeline

__all__ = [
    "BoardRow",
    "ChangedDay",
    "InfantDays",
    "NewestDay",
    "RecentRecords",
    "Timeline",
    "board",
    "clock_residual_s",
    "infant_analysis",
    "infant_days",
    "is_shown",
    "newest_day",
    "refresh",
    "row_of",
    "store_notes",
    "store_problems",
    "target_h",
    "timeline",
]
