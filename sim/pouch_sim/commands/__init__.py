"""The simulator's commands: the only place where simulator and host meet.

They join at one seam, the bleak backend: the collector does not know that its radio is simulated.
"""
