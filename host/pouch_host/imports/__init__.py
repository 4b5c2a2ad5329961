"""Takes lists that people keep elsewhere: infants, assignments, observers' logs, diaries.

    bytes --> table (which cells, which line) --> rows of one kind --> store (all, or nothing)

Whatever is wrong is said with its file and line, all of it at once. Nothing is guessed: a date
that could be read in two ways, or an hour that a day has twice, is refused.
"""

from .cells import Complaint
from .lists import read_assignments, read_infants
from .logs import Log, LogRow, read_log

__all__ = ["Complaint", "Log", "LogRow", "read_assignments", "read_infants", "read_log"]
