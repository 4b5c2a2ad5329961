"""Simulated bands: the real firmware in a real MicroPython, on virtual chips, flash and radio."""
