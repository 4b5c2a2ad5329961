"""Why a change on the ward was refused: a word for a page to put into its language."""

from enum import StrEnum

from pouch_host.errors import InputError


class Refusal(StrEnum):
    """What was wrong. Screens have a sentence for each."""

    CODE_EMPTY = "code_empty"
    CODE_ODD = "code_odd"
    CODE_LONG = "code_long"
    CODE_PRESENT = "code_present"
    CODE_DISCHARGED = "code_discharged"
    CODE_UNKNOWN = "code_unknown"
    NOT_HERE = "not_here"
    IS_HERE = "is_here"
    CHANGED = "changed"
    WEIGHT = "weight"
    GESTATION = "gestation"
    BORN_FUTURE = "born_future"
    BORN_LATE = "born_late"
    BORN_EARLY = "born_early"
    TARGET = "target"
    MOMENT_FUTURE = "moment_future"
    MOMENT_EARLY = "moment_early"
    MOMENT_TAKEN = "moment_taken"
    BAND_WORN = "band_worn"
    BAND_UNHEARD = "band_unheard"
    NO_BAND = "no_band"
    SAME_INFANT = "same_infant"
    CAREGIVER = "caregiver"
    PROGRAMME_START = "programme_start"
    PROGRAMME_TWICE = "programme_twice"
    PROGRAMME_LONG = "programme_long"


class Refused(InputError):
    """Nothing was changed. Ask for another value, or whether that is really meant.

    Attributes:
        refusal: what was wrong.
        values: what the sentence about it names, such as the infant that wears a band.
    """

    def __init__(self, refusal: Refusal, message: str, **values: object) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.values = values


def refuse(refusal: Refusal, message: str, **values: object) -> Refused:
    """Return the error to raise.

    Args:
        refusal: what is wrong.
        message: the same for a person at the keyboard, as one line.
        values: what the sentence of a screen names.
    """
    return Refused(refusal, message, **values)
