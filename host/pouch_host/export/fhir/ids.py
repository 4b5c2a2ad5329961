"""Logical ids: the same for the same thing in every export, and made of its code alone.

A study code is its own id. A code that FHIR does not take as an id, such as one with a space, gets
the characters that it takes, and a digest that keeps it apart from others.
"""

import hashlib
import re

_VALID = re.compile(r"[A-Za-z0-9.-]{1,36}")
_STRANGE = re.compile(r"[^A-Za-z0-9.-]+")
# An id has 64 characters at most; what stands behind a code takes up to 28.
_KEPT = 25
_DIGEST = 10


def id_of(code: str) -> str:
    """Return the logical id of an infant, band or site: at most 36 characters.

    Args:
        code: as the export tells it: a study code, or the ward's own.
    """
    if _VALID.fullmatch(code):
        return code
    digest = hashlib.sha256(code.encode()).hexdigest()[:_DIGEST]
    kept = _STRANGE.sub("-", code).strip("-")[:_KEPT]
    return f"{kept}-{digest}" if kept else digest


class OwnIds:
    """Ids of what belongs to one infant. Two things of one kind and moment are told apart.

    Args:
        patient_id: of the infant.
    """

    def __init__(self, patient_id: str) -> None:
        self._patient_id = patient_id
        self._given: dict[str, int] = {}

    def new(self, kind: str, when: str) -> str:
        """Return an id.

        Args:
            kind: a word, up to 8 characters.
            when: date or moment, up to 16 characters.
        """
        wanted = f"{self._patient_id}-{kind}-{when}"
        number = self._given[wanted] = self._given.get(wanted, 0) + 1
        return wanted if number == 1 else f"{wanted}.{number}"
