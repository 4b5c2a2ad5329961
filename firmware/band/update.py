"""Receives a new version of the firmware, checks it, and lets the loader start it on trial.

            begin            data ... data             finish
    idle ----------> index ----------------> files ---------------> installed: start again
                       |                       |        |
                       +--- no index, no room -+--------+--- not what the index says --> idle

It goes into the slot that does not run, beside the log and never into it; see transfer.py.
"""

from micropython import const

from pouch_protocol import constants as c
from pouch_protocol import package
from pouch_protocol.errors import ProtocolError, Refusal
from start import state as states

from .image import Image
from .transfer import ENOSPC, Transfer

_MINOR_SHIFT = const(8)
_PATCH_SHIFT = const(16)


def version_detail(version: tuple) -> int:
    """Return a version as an event's detail: major, minor and patch from the low byte on."""
    return version[0] | version[1] << _MINOR_SHIFT | version[2] << _PATCH_SHIFT


class Update:
    """One transfer at a time.

    Attributes:
        ready: whether a new version is installed and waits for the next start.
    """

    def __init__(self, root: str, board: str, make_room, on_event) -> None:
        """Hold the parts; nothing is read or changed.

        Args:
            root: folder of the band's file system.
            board: name of this board's file, see Board.ARCH_NAME.
            make_room: takes a number of blocks; frees that many if it can, tells whether it could.
                The log gives up its oldest records for that, and only when nothing else is left.
            on_event: takes an EVENT constant and a version; records it durably.
        """
        self._root = root
        self._board = board
        self._make_room = make_room
        self._on_event = on_event
        self._state = states.State()
        self._transfer = None
        self.ready = False

    @property
    def under_way(self) -> bool:
        """Whether a transfer has begun and neither ended nor failed."""
        return self._transfer is not None

    def begin(self, fields: dict) -> int:
        """Begin, or go on with the same one; return the position of the next byte wanted.

        Args:
            fields: of UPDATE_BEGIN, whose tag has been checked.

        Raises:
            Refusal: BUSY while a version is on trial: its way back must stay. INVALID_OPERAND,
                NO_ROOM or IMAGE_REFUSED.
        """
        self._state = states.load(self._root)
        if self._state.on_trial or self.ready:
            raise Refusal(c.CODE_BUSY)
        begun = fields["total_bytes"], fields["index_bytes"], fields["index_sha256"]
        if self._transfer is not None and self._transfer.begun == begun:
            return self._transfer.position
        if not package.HEADER.size < begun[1] <= min(begun[0], package.INDEX_BYTES_MAX):
            raise Refusal(c.CODE_INVALID_OPERAND)
        self._stop()
        image = Image(self._root, states.other_slot(self._state.active))
        transfer = Transfer(image, self._board, self._make_room, begun)
        self._transfer = transfer
        self._guard(transfer, transfer.begin)
        return transfer.position

    def data(self, position: int, payload: bytes) -> int:
        """Take a piece of the stream; return the position of the next byte wanted.

        A piece from another place is not taken: the sender learns from the answer where to go on.

        Args:
            position: of its first byte.
            payload: the piece.

        Raises:
            Refusal: OUT_OF_ORDER before `begin`, INVALID_OPERAND beyond the end, NO_ROOM,
                IMAGE_REFUSED.
        """
        transfer = self._transfer
        if transfer is None:
            raise Refusal(c.CODE_OUT_OF_ORDER)
        if position != transfer.position:
            return transfer.position
        if position + len(payload) > transfer.begun[0]:
            raise Refusal(c.CODE_INVALID_OPERAND)
        self._guard(transfer, lambda: transfer.take(payload))
        return transfer.position

    def finish(self) -> None:
        """Read everything back, and let the loader start it next time.

        Raises:
            Refusal: OUT_OF_ORDER if bytes are missing; IMAGE_REFUSED if what is in flash is not
                what the index says, and it is removed.
        """
        if self.ready:
            return
        transfer = self._transfer
        if transfer is None or not transfer.complete:
            raise Refusal(c.CODE_OUT_OF_ORDER)
        self._guard(transfer, lambda: self._install(transfer))
        self._stop()
        self.ready = True

    def _install(self, transfer: Transfer) -> None:
        if not transfer.image.is_whole(transfer.begun[1], transfer.begun[2]):
            raise ProtocolError("what is in flash is not what the index says")
        header = transfer.image.header()
        version = version_detail(
            (header["firmware_major"], header["firmware_minor"], header["firmware_patch"])
        )
        self._on_event(c.EVENT_UPDATE_STARTED, version)
        self._state.install(states.other_slot(self._state.active), version)
        try:
            states.save(self._root, self._state)
        except OSError:
            # Whatever was not stored is not in force.
            self._state = states.load(self._root)
            raise

    def _guard(self, transfer: Transfer, action) -> None:
        """Do something with a transfer; if that fails, end it and tell the sender why."""
        try:
            try:
                action()
            except ProtocolError:
                self._stop()
                transfer.image.clear()
                raise Refusal(c.CODE_IMAGE_REFUSED) from None
        except OSError as error:
            self._stop()
            full = error.errno == ENOSPC
            raise Refusal(c.CODE_NO_ROOM if full else c.CODE_IMAGE_REFUSED) from None

    def _stop(self) -> None:
        transfer, self._transfer = self._transfer, None
        if transfer is not None:
            transfer.close()
