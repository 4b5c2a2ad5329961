"""What can go wrong for a person at the keyboard. One line each, fit to print as it is.

An error of another type that reaches the command line is a bug and shows its traceback.
"""


class HostError(Exception):
    """Something outside the program is wrong. Print the message and exit with `exit_code`.

    Attributes:
        exit_code: what the process ends with.
    """

    exit_code = 1


class StoreError(HostError):
    """The store cannot be opened, read or written.

    Mend the cause and run again: what was reported as stored before is kept.
    """


class InputError(HostError):
    """A value that a person gave cannot be used. Ask for another; nothing was changed."""


class BandError(HostError):
    """One band cannot be used as it is; the message names it.

    Count it, show it, and go on with the other bands.
    """


class SelfTestFailed(HostError):
    """A part of the band does not work; the message names it. Mend it before it is worn."""
