"""The addresses of one band's radio, as `config(addr_mode=...)` of MicroPython makes them.

public          of the chip, the same for ever: what a radio has until another is set
static          random, of the kind that may only change when a radio is switched on
resolvable      random, made with an identity key that the stack drew at its first start
non-resolvable  random
"""

from __future__ import annotations

import errno
import random

from bumble import crypto, hci

from pouch_sim.radio.profile import (
    ADDRESS_NON_RESOLVABLE,
    ADDRESS_PUBLIC,
    ADDRESS_RESOLVABLE,
    ADDRESS_STATIC,
    StackProfile,
)

_ADDRESS_BYTES = 6
_KEY_BYTES = 16
_RANDOM_PART_BYTES = 3

# The two top bits of a random address tell its kind (Core specification, vol 6 part B 1.3.2).
_KIND_MASK = 0xC0
_KINDS = {ADDRESS_STATIC: 0xC0, ADDRESS_RESOLVABLE: 0x40, ADDRESS_NON_RESOLVABLE: 0x00}

# How long NimBLE keeps a resolvable address (CONFIG_BT_NIMBLE_RPA_TIMEOUT).
_RESOLVABLE_US = 900_000_000


class BandAddresses:
    """Which address a radio has, from one start to the next.

    Args:
        rng: draws the random ones.
        profile: the board's stack.

    Attributes:
        public: the chip's own.
        current: the one in use; the last one while the radio is off.
    """

    def __init__(self, rng: random.Random, profile: StackProfile) -> None:
        self._rng = rng
        self._profile = profile
        self._key = rng.randbytes(_KEY_BYTES)
        self.public = hci.Address(rng.randbytes(_ADDRESS_BYTES), hci.Address.PUBLIC_DEVICE_ADDRESS)
        self._mode = ADDRESS_PUBLIC
        self._made_us = 0
        self.current = self.public
        self.start()

    def start(self) -> None:
        """The radio was switched on: what was set before is forgotten."""
        if self._profile.has_public_address:
            self._mode, self.current = ADDRESS_PUBLIC, self.public
        else:
            self._mode, self.current = ADDRESS_STATIC, self._draw(ADDRESS_STATIC)

    @property
    def is_public(self) -> bool:
        """Whether the one in use is the chip's own."""
        return self._mode == ADDRESS_PUBLIC

    def set_mode(self, mode: int, now_us: int) -> None:
        """Have another kind of address, and another address of that kind each time.

        Raises:
            OSError: EINVAL, the stack does not know that kind or the chip has no public address.
        """
        known = mode in self._profile.address_modes
        if not known or (mode == ADDRESS_PUBLIC and not self._profile.has_public_address):
            raise OSError(errno.EINVAL, "no such address")
        self._mode, self._made_us = mode, now_us
        self.current = self.public if mode == ADDRESS_PUBLIC else self._draw(mode)

    def refresh(self, now_us: int) -> None:
        """Advertising begins: a resolvable address that has served its time is replaced."""
        if self._mode == ADDRESS_RESOLVABLE and now_us - self._made_us >= _RESOLVABLE_US:
            self.set_mode(ADDRESS_RESOLVABLE, now_us)

    def told(self) -> tuple[int, bytes]:
        """Return what `config("mac")` tells: kind and address, most significant byte first.

        Raises:
            OSError: EINVAL; NimBLE does not know which resolvable address it uses.
        """
        if self._mode == ADDRESS_RESOLVABLE:
            raise OSError(errno.EINVAL, "a resolvable address")
        return int(not self.is_public), bytes(self.current)[::-1]

    def _draw(self, mode: int) -> hci.Address:
        address = bytearray(self._rng.randbytes(_ADDRESS_BYTES))
        address[-1] = address[-1] & ~_KIND_MASK | _KINDS[mode]
        if mode == ADDRESS_RESOLVABLE:
            part = bytes(address[_RANDOM_PART_BYTES:])
            address[:_RANDOM_PART_BYTES] = crypto.ah(self._key, part)
        return hci.Address(bytes(address), hci.Address.RANDOM_DEVICE_ADDRESS)
