"""Runs firmware in MicroPython processes, in step with the simulation's clock."""
