"""Register access over I2C with one retry: what every driver here stands on."""

from .fault import BUS, SensorFault

_WORD_BYTES = 2


class Registers:
    """The registers of one chip.

    A failed transfer is tried once more, because a single disturbed edge is common on flexible
    leads; a chip that fails twice running is reported and left to the next sample.
    """

    def __init__(self, i2c, address: int) -> None:
        """Hold bus and address; nothing is sent.

        Args:
            i2c: the board's bus, with the methods of `machine.I2C`.
            address: 7-bit address.
        """
        self._i2c = i2c
        self._address = address
        self._word = bytearray(_WORD_BYTES)

    def read_into(self, register: int, buffer) -> None:
        """Fill a buffer from a register on.

        Args:
            register: first register address.
            buffer: bytearray or memoryview, filled whole.

        Raises:
            SensorFault: BUS.
        """
        try:
            self._i2c.readfrom_mem_into(self._address, register, buffer)
        except OSError:
            try:
                self._i2c.readfrom_mem_into(self._address, register, buffer)
            except OSError:
                raise SensorFault(BUS) from None

    def read_once_into(self, register: int, buffer) -> None:
        """Fill a buffer from a register on, without a second try: reading takes something away.

        Raises:
            OSError: the transfer failed. How much the chip gave is not known.
        """
        self._i2c.readfrom_mem_into(self._address, register, buffer)

    def write(self, register: int, payload: bytes | bytearray) -> None:
        """Write bytes from a register on.

        Raises:
            SensorFault: BUS.
        """
        try:
            self._i2c.writeto_mem(self._address, register, payload)
        except OSError:
            try:
                self._i2c.writeto_mem(self._address, register, payload)
            except OSError:
                raise SensorFault(BUS) from None

    def read_word(self, register: int) -> int:
        """Return a big-endian 16-bit register, 0 to 65535.

        Raises:
            SensorFault: BUS.
        """
        self.read_into(register, self._word)
        return self._word[0] << 8 | self._word[1]

    def read_signed_word(self, register: int) -> int:
        """Return a big-endian two's complement register, -32768 to 32767.

        Raises:
            SensorFault: BUS.
        """
        word = self.read_word(register)
        return word - 0x10000 if word & 0x8000 else word

    def write_word(self, register: int, value: int) -> None:
        """Write a big-endian 16-bit register.

        Raises:
            SensorFault: BUS.
        """
        self._word[0] = value >> 8
        self._word[1] = value & 0xFF
        self.write(register, self._word)
