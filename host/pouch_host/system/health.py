"""Whether a ward's computer does its work, and what somebody should see to.

What is severe may be mended by a new start, or means that nothing works: a service manager's
watchdog acts on it. The rest waits for a person.
"""

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What can be wrong. The words are read by programs: they are never renamed."""

    STORE = "store"
    WATCH_FAILED = "watch_failed"
    NOT_LOOKING = "not_looking"
    PART_FAILED = "part_failed"
    PART_SILENT = "part_silent"
    DISK_FULL = "disk_full"
    DISK_LOW = "disk_low"
    ADAPTER = "adapter"
    CLOCK = "clock"
    NOTHING_RECEIVED = "nothing_received"
    CERTIFICATE = "certificate"
    BACKUP_OLD = "backup_old"
    BACKUP_NONE = "backup_none"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is wrong.

    Attributes:
        trouble: what.
        part: of which part of the process; "" for the ward as a whole.
        line: what was said of it, for a technician; "" if there is nothing to add.
        severe: the ward does not do its work until it is mended.
    """

    trouble: Trouble
    part: str = ""
    line: str = ""
    severe: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """How the whole is.

    Attributes:
        reasons: what is wrong, severe ones first.
    """

    reasons: tuple[Reason, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether nothing severe is wrong."""
        return not any(reason.severe for reason in self.reasons)

    def plain(self) -> dict[str, object]:
        """Return what anybody may know, as JSON has it: no line, which may name a band."""
        return {
            "ok": self.ok,
            "reasons": [_word(reason) for reason in self.reasons if reason.severe],
            "warnings": [_word(reason) for reason in self.reasons if not reason.severe],
        }


@dataclass(frozen=True, slots=True)
class Liveness:
    """Whether the parts of a process give signs of life.

    Attributes:
        ok: all do; else a new start may help.
        status: each part, in one line.
    """

    ok: bool
    status: str


def _word(reason: Reason) -> str:
    return f"{reason.trouble}:{reason.part}" if reason.part else reason.trouble.value
