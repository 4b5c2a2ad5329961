"""The states that a minute can have."""

from enum import IntEnum

MINUTE_S = 60


class State(IntEnum):
    """What is known of a minute: who touches the band."""

    UNKNOWN = 0
    OFF = 1
    CAREGIVER_ONLY = 2
    INFANT_ONLY = 3
    SSC = 4

    @property
    def word(self) -> str:
        """Return the name that screens and exports use."""
        return self.name.lower()


KNOWN_STATES = (State.OFF, State.CAREGIVER_ONLY, State.INFANT_ONLY, State.SSC)
