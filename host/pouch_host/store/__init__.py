"""The store: raw records as the bands sent them, who wore which band when, and what was derived.

Only the first two are the truth. Everything worked out from them (minute states, sessions, days)
can be computed again, and is kept so that it need not be.
"""

from .decode import BandRecords, BootRecords, Problem
from .derived import Derived, DerivedBlock, DerivedDay, DerivedSession, DerivedState
from .rows import Assignment, Band, Infant, Segment
from .store import Store

__all__ = [
    "Assignment",
    "Band",
    "BandRecords",
    "BootRecords",
    "Derived",
    "DerivedBlock",
    "DerivedDay",
    "DerivedSession",
    "DerivedState",
    "Infant",
    "Problem",
    "Segment",
    "Store",
]
