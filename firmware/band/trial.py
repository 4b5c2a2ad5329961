"""What the loader decided about the version that runs: told to the log, and confirmed once."""

from pouch_protocol import constants as c
from start import state as states


class Trial:
    """The state of the version that runs, see start.state."""

    def __init__(self, root: str, on_event) -> None:
        """Read the state; nothing is changed.

        Args:
            root: folder of the band's file system.
            on_event: takes an EVENT constant and a version; records it durably.
        """
        self._root = root
        self._on_event = on_event
        self._state = states.load(root)

    @property
    def on_trial(self) -> bool:
        """Whether the version that runs has not been confirmed yet."""
        return self._state.on_trial and states.is_running(self._state)

    @property
    def keeps_room(self) -> bool:
        """Whether the log leaves room for an update, so that it costs no records.

        It does while the factory's copy is the only one. With another beside it, 28 days of
        records need that room.
        """
        return self._state.active == states.FACTORY and not self._state.given_up

    def report(self) -> None:
        """Record what the loader did since the last start: an update that it gave up."""
        if self._state.given_up:
            self._on_event(c.EVENT_UPDATE_ROLLED_BACK, self._state.given_up)
            self._clear_others()
            self._state.given_up = 0
            states.save(self._root, self._state)

    def confirm(self) -> None:
        """The version that runs is healthy: keep it, and give the other one's room to the log."""
        if not self.on_trial:
            return
        self._state.confirm()
        states.save(self._root, self._state)
        self._on_event(c.EVENT_UPDATE_CONFIRMED, self._state.version)
        self._clear_others()

    def _clear_others(self) -> None:
        # Once in the life of a version: what it needs is not kept in memory.
        from .image import Image

        for slot in states.SLOTS:
            if slot != self._state.active:
                Image(self._root, slot).clear()
