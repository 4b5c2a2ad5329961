"""Which copy of the firmware runs: one small file, written whole or not at all.

                    installed                      healthy
    confirmed old -----------> new on trial, 3 ... 0 boots left -----> confirmed new
          ^                          |
          +------- no boots left ----+          old: the other slot, or the factory's copy

    <root>/firmware/a  b       the slots: two images that updates are written to in turn, see pack
    <root>/firmware/state      one line of text: slot, boots left, other slot, versions, CRC-32

A state that cannot be read means the factory's copy: what `make flash` put on the board.
"""

import binascii
import os

FOLDER = "/firmware"
FACTORY = "-"
SLOTS = ("a", "b")

# A new copy may start this often until it says that it is healthy. A battery that is nearly empty
# can end a good one; three times within two minutes is not its battery.
TRIAL_BOOTS = 3
CONFIRMED = 9

# The copy that this start runs, once the loader has chosen it.
_running = []

_FILE = "/state"
_NEW_FILE = "/state.new"
_LINE_BYTES_MAX = 64
_VERSION_MAX = 0xFFFFFF


class State:
    """What the file says.

    Attributes:
        active: slot that runs, or FACTORY.
        boots_left: of a trial, 0 to TRIAL_BOOTS; CONFIRMED once it was healthy.
        previous: slot or FACTORY to which a failed trial goes back.
        version: of the copy on trial; major, minor and patch from the low byte on.
        given_up: version that a trial gave up, until it has been recorded; else 0.
    """

    def __init__(self) -> None:
        """Begin with the factory's copy."""
        self.active = FACTORY
        self.boots_left = CONFIRMED
        self.previous = FACTORY
        self.version = 0
        self.given_up = 0

    @property
    def on_trial(self) -> bool:
        """Whether the copy that runs has not been healthy yet."""
        return self.boots_left != CONFIRMED

    def install(self, slot: str, version: int) -> None:
        """Let a slot run from the next start on, on trial."""
        self.previous = self.active
        self.active = slot
        self.boots_left = TRIAL_BOOTS
        self.version = version

    def confirm(self) -> None:
        """The copy that runs is healthy: it stays."""
        self.boots_left = CONFIRMED
        self.previous = FACTORY

    def go_back(self) -> None:
        """Give the copy that runs up."""
        if self.on_trial:
            self.given_up = self.version
        self.active = self.previous
        self.confirm()

    def doubt(self) -> None:
        """A copy that was healthy does not start any more: this start was the first of a trial."""
        self.previous = FACTORY
        self.boots_left = TRIAL_BOOTS - 1


def load(root: str) -> State:
    """Return the state, the factory's if there is none that can be read.

    Args:
        root: folder of the band's file system.
    """
    state = State()
    try:
        with open(root + FOLDER + _FILE, "rb") as file:
            line = file.read(_LINE_BYTES_MAX)
        body, _, crc = line.rpartition(b" ")
        if int(crc, 16) == binascii.crc32(body):
            _take(state, body.decode().split(" "))
    except (OSError, ValueError):
        pass  # Never written, or damaged.
    return state


def save(root: str, state: State) -> None:
    """Store the state: after a power cut the file holds either the old one or this.

    Args:
        root: folder of the band's file system.
        state: what to store.

    Raises:
        OSError: it cannot be written.
    """
    body = b"%s %d %s %d %d" % (
        state.active.encode(),
        state.boots_left,
        state.previous.encode(),
        state.version,
        state.given_up,
    )
    folder = root + FOLDER
    with open(folder + _NEW_FILE, "wb") as file:
        file.write(body + b" %08x" % binascii.crc32(body))
    os.rename(folder + _NEW_FILE, folder + _FILE)


def slot_path(root: str, slot: str) -> str:
    """Return the file of a slot."""
    return root + FOLDER + "/" + slot


def other_slot(slot: str) -> str:
    """Return the slot that an update goes into while another one, or the factory's copy, runs."""
    return SLOTS[1] if slot == SLOTS[0] else SLOTS[0]


def is_running(state: State) -> bool:
    """Tell whether the copy that runs now is the one that the state names.

    The loader starts the factory's copy when it cannot write the state: that one must not confirm
    another.
    """
    return state.active in _running


def note_running(slot: str) -> None:
    """Take note of which copy this start runs: a slot, or FACTORY."""
    _running[:] = [slot]


def _take(state: State, words: list) -> None:
    """Take over the words of the file; raise ValueError before anything is taken."""
    active, boots_left, previous, version, given_up = words
    numbers = tuple(int(word) for word in (boots_left, version, given_up))
    known = all(slot in SLOTS or slot == FACTORY for slot in (active, previous))
    in_range = numbers[0] <= TRIAL_BOOTS or numbers[0] == CONFIRMED
    if not known or not in_range or min(numbers) < 0 or max(numbers) > _VERSION_MAX:
        raise ValueError
    state.active, state.previous = active, previous
    state.boots_left, state.version, state.given_up = numbers
