"""The store: raw records as the bands sent them, who wore which band when, and nothing derived.

Everything worked out from the records (minute states, days) can be computed again from here.
"""

from .decode import BandRecords, BootRecords, Problem
from .rows import Assignment, Band, Infant, Segment
from .store import Store

__all__ = [
    "Assignment",
    "Band",
    "BandRecords",
    "BootRecords",
    "Infant",
    "Problem",
    "Segment",
    "Store",
]
