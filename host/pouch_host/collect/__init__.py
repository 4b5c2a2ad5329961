"""Brings records from bands into the store: find, connect, pull, set the time, move on.

ble.py (bleak)  ->  exchange.py (one procedure)  ->  pull.py (one band)  ->  collector.py
"""
