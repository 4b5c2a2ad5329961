"""What can go wrong in a simulation, as opposed to in the firmware or the host it carries."""

from __future__ import annotations


class SimulationError(Exception):
    """The simulation cannot start or go on. The message is one line for the person running it."""


class NothingLeftToDo(SimulationError):
    """Nothing is scheduled and nobody is at work, yet the main coroutine still waits."""


class BandStuck(SimulationError):
    """A band's firmware neither slept nor spoke for long: an endless loop. Look at its log."""


class BandCrashed(SimulationError):
    """A band's firmware ended with an exception, or its process died by itself."""


class FlashMisuse(SimulationError):
    """Firmware did what would go wrong on a board without a word.

    It set a programmed bit of the flash, touched a register that it has no business with, or fell
    into light sleep with something on.
    """
