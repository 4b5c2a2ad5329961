"""An update in small: what arrives, what is installed, which copy starts, and what is refused.

Each test is one boot of the band, on a flash that holds what earlier boots would have left.
"""

import hashlib
import os

from band.image import Image
from band.update import Update
from pouch_protocol import constants as c
from pouch_protocol.errors import Refusal
from start import state as states
from start.choice import choose
from tests.support.on_band.device import collects_inside_tests, skip
from tests.support.on_band.parcel import BOARD, MPY, Parcel
from tests.support.on_band.small_flash import fresh, restart, unmount

NEW = 0x000200
# What an image cannot be without.
NAMES = (
    "band/__init__.mpy",
    "band/app.mpy",
    "boards/__init__.mpy",
    "boards/xiao_esp32c3.mpy",
    "drivers/__init__.mpy",
    "pouch_protocol/__init__.mpy",
)
HEAD = bytes((0x4D, MPY & 0xFF, 0, 31))

# Made once: what that leaves as garbage is gone before the first test.
GOOD = Parcel(files=[(name, HEAD + name.encode()) for name in NAMES])
INDEX = GOOD.index
STREAM = GOOD.stream
BEGIN = GOOD.begin


def _boot(root):
    """Return an Update, and the list of events that it records."""
    events = []

    def note(event, version):
        events.append((event, version))

    return Update(root, BOARD, lambda blocks: True, note), events


def _place(root, size, stream=STREAM):
    """Leave the first bytes of a stream in the slot, as an earlier boot would."""
    image = Image(root, "a")
    image.make_folder()
    with open(image.path, "wb") as file:
        file.write(stream[:size])
    return size


def _send(update, position):
    while position < len(STREAM):
        position = update.data(position, STREAM[position : position + 200])
    return position


def _refused(action, *arguments):
    try:
        action(*arguments)
    except Refusal as refusal:
        return refusal.code
    raise AssertionError("nothing was refused")


def test_index_arrives():
    root = fresh()
    update, _ = _boot(root)
    assert update.begin(BEGIN) == 0
    assert update.data(0, INDEX) == len(INDEX)
    # The same request again, after a lost connection: it goes on where it was.
    assert update.begin(BEGIN) == len(INDEX)
    assert Image(root, "a").holds_index(BEGIN["index_bytes"], BEGIN["index_sha256"])
    assert states.load(root).active == states.FACTORY
    update._stop()
    unmount()


def test_transfer_goes_on_after_a_restart():
    _needs_collecting()
    root = fresh()
    held = _place(root, len(STREAM) - 30)
    restart()
    update, _ = _boot(root)
    assert update.begin(BEGIN) == held
    assert _send(update, held) == len(STREAM)
    with open(states.slot_path(root, "a"), "rb") as file:
        assert file.read() == STREAM
    update._stop()
    unmount()


def test_whole_image_is_known():
    root = fresh()
    _place(root, len(STREAM))
    assert Image(root, "a").is_whole(len(INDEX), BEGIN["index_sha256"])
    unmount()


def test_image_with_a_changed_byte_is_not_whole():
    root = fresh()
    _place(root, len(STREAM), STREAM[:-1] + b"X")
    assert not Image(root, "a").is_whole(len(INDEX), BEGIN["index_sha256"])
    unmount()


def test_update_from_its_first_byte_to_the_start_of_the_copy():
    _needs_collecting()
    root = fresh()
    update, events = _boot(root)
    assert _send(update, update.begin(BEGIN)) == len(STREAM)
    update.finish()
    assert update.ready
    assert events == [(c.EVENT_UPDATE_STARTED, NEW)]
    restart()
    assert choose(root, states.load(root)) == "a"
    state = states.load(root)
    assert (state.on_trial, state.boots_left, state.version) == (True, 2, NEW)
    unmount()


def test_update_with_a_changed_byte_is_refused_and_nothing_is_left():
    _needs_collecting()
    root = fresh()
    _place(root, len(STREAM), STREAM[:-1] + b"X")
    update, events = _boot(root)
    update.begin(BEGIN)
    assert _refused(update.finish) == c.CODE_IMAGE_REFUSED
    assert events == []
    assert "a" not in os.listdir(root + "/firmware")
    assert states.load(root).active == states.FACTORY
    unmount()


def _needs_collecting():
    if not collects_inside_tests():
        skip("leaves 40 kB of garbage and more, and here it is collected between tests only")


def test_image_of_another_board_is_refused_before_its_files_come():
    root = fresh()
    index = INDEX.replace(BOARD.encode(), b"another_band")
    begin = dict(BEGIN)
    begin["index_sha256"] = hashlib.sha256(index).digest()
    update, _ = _boot(root)
    update.begin(begin)
    assert _refused(update.data, 0, index) == c.CODE_IMAGE_REFUSED
    unmount()
