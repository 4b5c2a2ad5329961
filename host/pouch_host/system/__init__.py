"""What a running ward knows of itself: its parts, its disk, its store. For people and watchdogs.

Knows the store and the running ward. Knows no HTTP and no Bluetooth: the parts tell it.
"""

from .collecting import CollectorReport
from .health import Health, Reason, Trouble
from .parts import Part, PartName, Parts, PartState
from .state import System, SystemState

__all__ = [
    "CollectorReport",
    "Health",
    "Part",
    "PartName",
    "PartState",
    "Parts",
    "Reason",
    "System",
    "SystemState",
    "Trouble",
]
