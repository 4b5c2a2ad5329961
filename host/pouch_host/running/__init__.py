"""A ward's process: its parts are started, watched and ended here. The simulator's demo uses it.

`collecting` alone knows the collector; a process without it does not wait for Bluetooth.
"""

from .process import WardProcess
from .service import ServiceManager
from .serving import Port
from .supervised import Supervised

__all__ = ["Port", "ServiceManager", "Supervised", "WardProcess"]
