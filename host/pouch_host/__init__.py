"""What a ward runs: collects from bands, stores, works out hours of contact, shows them.

The package imports `pouch_protocol` and never the simulator: what runs against simulated bands
is exactly what runs against real ones.
"""
