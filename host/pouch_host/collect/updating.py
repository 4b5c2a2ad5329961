"""Sends a band a new version of its firmware, and sees what becomes of it.

    begin --> data ... data --> finish --> starts again --> on trial --> confirmed
      ^        |                                               |
      +--------+ connection lost: on at the byte that          +-------> rolled back
                 the band asks for

The band keeps what it has and always says which byte it wants next, so whatever ends this can be
begun again.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto

from pouch_host.errors import BandError, InputError
from pouch_protocol import constants as c
from pouch_protocol import messages, records
from pouch_protocol.errors import ProtocolError
from pouch_protocol.host import Records

from .commands import BandCommands
from .exchange import Refusal
from .link import LinkError
from .reaching import Reach
from .update_file import UpdateFile

# Connections in a row that brought no byte; then somebody has to look.
_FRUITLESS_MAX = 3
# A band that starts again is away for seconds; its port may be, too.
_RESTART_PATIENCE_S = 60.0
# Between two looks at a version on trial.
_LOOK_AGAIN_S = 15.0
# A trial ends within ten minutes (firmware/band/health.py, TRIAL_MS) or after three starts that
# each hang for a minute at most (firmware/start/loader.py).
_TRIAL_MAX_S = 900.0
# Half of what a message can carry: a band has it in memory three times over, beside its program.
_PIECE_BYTES = messages.UPDATE_DATA_BYTES_MAX // 2


class Outcome(Enum):
    """What became of an update."""

    CONFIRMED = auto()
    ROLLED_BACK = auto()
    ON_TRIAL = auto()


class Updater:
    """One update of one band.

    Attributes:
        label: the band's, once it has said it.
        position: bytes that the band has.
        installed: whether the band has all of it and will start it.
    """

    def __init__(
        self,
        reach: Reach,
        file: UpdateFile,
        on_progress: Callable[[int], None],
        on_note: Callable[[str], None],
    ) -> None:
        """Take what is needed; nothing is sent.

        Args:
            reach: the way to the band.
            file: what it is to run.
            on_progress: told the position, now and then.
            on_note: told what a person should know meanwhile.
        """
        self._reach = reach
        self._file = file
        self._on_progress = on_progress
        self._on_note = on_note
        self._begun = False
        self._finishing = False
        self._trial_noted = False
        # What the log held before the band started again: events of this update come after.
        self._log_id = 0
        self._first_record_no = 0
        self.label = ""
        self.position = 0
        self.installed = False

    async def send(self, *, again: bool) -> bool:
        """Send the file, over as many connections as it takes.

        Args:
            again: also to a band that runs this version.

        Returns:
            Whether it was sent; if not, the band runs this version.

        Raises:
            Refusal: the band will not have it.
            InputError: the file is for another board, and nothing was sent.
            BandError: the file is for another MicroPython, and the band goes on as it is.
            LinkError: the band cannot be reached any more. It goes on with the same file later.
        """
        self._check_board(self._reach.board)
        fruitless = 0
        while not self.installed:
            before = self.position
            try:
                patience_s = _RESTART_PATIENCE_S if self._begun else 0.0
                async with self._reach.connect(patience_s) as talk:
                    self.label = talk.commands.label
                    self._check_board(talk.commands.board)
                    runs = talk.commands.version == self._file.version
                    if runs and not (again or self._begun):
                        return False
                    await self._send_rest(talk.commands)
            except Refusal:
                raise
            except LinkError as error:
                if not self._begun:
                    raise
                fruitless = 0 if self.position > before else fruitless + 1
                if fruitless == _FRUITLESS_MAX:
                    raise
                self._on_note(f"{self._reach.where}: {error}: connecting again")
        return True

    async def outcome(self) -> Outcome:
        """Wait until the new version has proved itself or was given up.

        Returns:
            ON_TRIAL if neither has happened in the time that a trial can take.
        """
        loop = asyncio.get_running_loop()
        end_s = loop.time() + _TRIAL_MAX_S
        while loop.time() < end_s:
            try:
                async with self._reach.connect(_RESTART_PATIENCE_S) as talk:
                    found = await self._look(talk.commands)
                    if found is not None:
                        return found
            except LinkError:
                pass  # It starts again: three times, if the new version is no good.
            await asyncio.sleep(_LOOK_AGAIN_S)
        return Outcome.ON_TRIAL

    def _check_board(self, board: str | None) -> None:
        if board not in (None, self._file.board):
            raise InputError(
                f"{self._file.name} is for {self._file.board}, and on {self._reach.where} is"
                f" {board}: nothing was sent"
            )

    async def _send_rest(self, commands: BandCommands) -> None:
        if not self._finishing:
            band = commands.band
            self._log_id, self._first_record_no = band["log_id"], band["next_record_no"]
        elif await self._look(commands) is not None:
            # The answer to the last request was lost, and the trial is over already.
            self.installed = True
            return
        total = len(self._file.stream)
        try:
            await self._begin(commands)
        except Refusal as refusal:
            if self._finishing and refusal.code == c.CODE_BUSY:
                # The answer was lost, and the trial is to come or under way.
                self.installed = True
                return
            raise
        while self.position < total:
            await self._send_piece(commands)
        self._finishing = True
        await commands.exchange.ask(c.OP_UPDATE_FINISH, c.OP_RESPONSE, {})
        self.installed = True

    async def _begin(self, commands: BandCommands) -> None:
        fields = self._file.begin_fields()
        reply = await commands.exchange.ask(c.OP_UPDATE_BEGIN, c.OP_UPDATE_REPLY, fields)
        self._begun = True
        self._take_position(reply)

    async def _send_piece(self, commands: BandCommands) -> None:
        file = self._file
        # The index by itself: when a band refuses then, its MicroPython runs no such file.
        index_left = file.index_bytes - self.position
        size = _PIECE_BYTES
        size = min(size, index_left) if index_left > 0 else size
        piece = file.stream[self.position : self.position + size]
        fields = {"data_offset": messages.UPDATE_DATA_OFFSET, "position": self.position}
        before = self.position
        try:
            reply = await commands.exchange.ask(c.OP_UPDATE_DATA, c.OP_UPDATE_REPLY, fields, piece)
        except Refusal as refusal:
            if refusal.code == c.CODE_IMAGE_REFUSED and index_left > 0:
                raise BandError(
                    f"{self._reach.where}: {file.name} is damaged, or for another MicroPython than"
                    " this band has: it stays as it is"
                ) from refusal
            raise
        self._take_position(reply)
        if self.position <= before:
            raise BandError(f"{self._reach.where}: takes no byte after {before}: restart the band")

    def _take_position(self, reply: dict[str, int]) -> None:
        self.position = min(reply["position"], len(self._file.stream))
        self._on_progress(self.position)

    async def _look(self, commands: BandCommands) -> Outcome | None:
        """Read the events since; return what they say of this version, None if nothing yet."""
        band = commands.band
        if band["log_id"] != self._log_id:
            raise BandError(f"{self._reach.where}: was reset to the factory meanwhile")
        if commands.version == self._file.version and not self._trial_noted:
            self._trial_noted = True
            self._on_note(f"{self._reach.where}: {self._file.version_text} has started, on trial")
        pieces: list[Records] = []
        last_record_no = band["next_record_no"] - 1
        if last_record_no >= self._first_record_no:
            await commands.exchange.report(self._first_record_no, last_record_no, pieces.append)
        found = None
        for event in _events(pieces, self._log_id):
            if event["detail"] == self._detail():
                found = _OUTCOMES.get(event["event"], found)
        return found

    def _detail(self) -> int:
        major, minor, patch = self._file.version
        return major | minor << 8 | patch << 16


_OUTCOMES = {
    c.EVENT_UPDATE_CONFIRMED: Outcome.CONFIRMED,
    c.EVENT_UPDATE_ROLLED_BACK: Outcome.ROLLED_BACK,
}


def _events(pieces: list[Records], log_id: int) -> list[dict[str, int]]:
    """Return the fields of each event record that arrived whole."""
    found = []
    for piece in pieces:
        for at in range(0, len(piece.data), c.RECORD_BYTES):
            record = piece.data[at : at + c.RECORD_BYTES]
            record_no = piece.first_record_no + at // c.RECORD_BYTES
            if record[0] != c.KIND_EVENT:
                continue
            try:
                found.append(records.decode(record, log_id, record_no))
            except ProtocolError:
                continue
    return found
