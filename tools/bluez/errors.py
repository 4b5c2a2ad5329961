"""Why the guest cannot be built or run, in one line."""


class CannotRun(Exception):
    """Something is missing on this machine; the message says what, and how to get it."""
