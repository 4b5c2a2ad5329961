"""What `bleak` takes as `backend=`: a scanner class and a client class of one adapter."""

from __future__ import annotations

from pouch_sim.radio.adapter import Adapter
from pouch_sim.radio.client import SimClient
from pouch_sim.radio.scanner import SimScanner


class SimBackend:
    """The pair of classes, bound to an adapter.

    Attributes:
        scanner: for `bleak.BleakScanner(backend=...)`.
        client: for `bleak.BleakClient(backend=...)`.
    """

    def __init__(self, bound_adapter: Adapter) -> None:
        class BoundScanner(SimScanner):
            adapter = bound_adapter

        class BoundClient(SimClient):
            adapter = bound_adapter

        self.scanner: type[SimScanner] = BoundScanner
        self.client: type[SimClient] = BoundClient
