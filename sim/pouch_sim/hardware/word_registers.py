"""The register access that TMP117 and FDC1004 share: an 8-bit pointer to 16-bit words.

    write  [pointer] [high byte] [low byte]     sets a register
    write  [pointer]                            sets the pointer; a read may follow
    read   [high byte] [low byte]               gives the register at the pointer

The pointer stays where it was put (TMP117 data sheet SNOSD82D, 7.5.2; FDC1004 data sheet
SNOSCY5B, 8.5). Neither part increments it, so that a read of more than one word is refused.
"""

from abc import ABC, abstractmethod

from .i2c import ChipMisuse

_WORD_BYTES = 2


class WordRegisterDevice(ABC):
    """An I2C device with a pointer and big-endian 16-bit registers."""

    def __init__(self, name: str) -> None:
        """Start with the pointer at register 0, as both parts do.

        Args:
            name: the chip's name on the pod, for messages.
        """
        self.name = name
        self._pointer = 0

    def transfer(self, write: bytes, read_count: int, now_us: int) -> bytes:
        """Run one bus transfer, see `I2cDevice`.

        Raises:
            ChipMisuse: wrong lengths, or what the chip's registers refuse.
        """
        if write:
            self._pointer = write[0]
        if len(write) == 1 + _WORD_BYTES and not read_count:
            self._write_register(write[0], int.from_bytes(write[1:], "big"), now_us)
        elif len(write) > 1:
            raise self._misuse(
                write[0], f"{len(write) - 1} bytes written and {read_count} read in one transfer"
            )
        if not read_count:
            return b""
        if read_count != _WORD_BYTES:
            raise self._misuse(self._pointer, f"{read_count} bytes read, a register has 2")
        return self._read_register(self._pointer, now_us).to_bytes(_WORD_BYTES, "big")

    def _misuse(self, register: int, complaint: str) -> ChipMisuse:
        return ChipMisuse(self.name, register, complaint)

    @abstractmethod
    def _read_register(self, register: int, now_us: int) -> int:
        """Return a register's 16 bits at true time `now_us`; may clear flags, as the chip does."""

    @abstractmethod
    def _write_register(self, register: int, value: int, now_us: int) -> None:
        """Take 16 bits into a register at true time `now_us`."""
