"""Gives a band a new key, so that no moment leaves one that nobody has.

drawn, in FILE.new --> sent --+-- confirmed --> in FILE
                              +-- refused ----> as before
                              +-- no answer --> the band has the old or the new one: both are
                                                tried at the next connection (KnownBands), and
                                                the one that it proves is in FILE from then on
"""

from pouch_host.band_keys import KeyRing
from pouch_host.errors import BandError

from .commands import BandCommands
from .exchange import Refusal
from .link import LinkError


class KeyGiving:
    """One new key on its way to one band.

    Attributes:
        open_question: what a person should know whom something interrupts now; "" for nothing.
    """

    def __init__(self, ring: KeyRing) -> None:
        """Take the keys; nothing is drawn.

        Args:
            ring: where the new one is kept.
        """
        self._ring = ring
        self.open_question = ""

    async def give(self, commands: BandCommands) -> None:
        """Draw a key and give it to a band that will take it.

        A band that has just proved to have a key that an earlier try has drawn gets no other one.

        Raises:
            InputError: the key cannot be stored here; it was not sent.
            Refusal: the band will not take it; everything is as it was.
            BandError: no answer came.
        """
        label = commands.label
        if label in self._ring.settled:
            return
        new_key = self._ring.draw(label)
        self.open_question = (
            f"it may have the key in {new_key.new_path} now or the one that it had: both are"
            " tried from now on, and the same command finds out"
        )
        try:
            await commands.set_key(new_key.key)
        except Refusal:
            self.open_question = ""
            new_key.drop()
            raise
        except LinkError as error:
            raise BandError(f"band {label}: {error}: {self.open_question}") from error
        new_key.keep()
        self.open_question = ""
