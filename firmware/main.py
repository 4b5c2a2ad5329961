"""Starts the band: MicroPython runs this file after boot, on every board."""

from start.loader import start

start()
