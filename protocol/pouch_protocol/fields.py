"""Range-checked fixed layouts: the only place with struct formats.

MicroPython's `struct` packs an out-of-range or missing value silently wrong, and raises other
errors than CPython's on short input. So every value is checked against its field before packing,
and every length before unpacking, and both interpreters then do the same.
"""

import struct

from .errors import Corrupt, Truncated

_LIMITS = {
    "B": (0, 0xFF),
    "H": (0, 0xFFFF),
    "I": (0, 0xFFFFFFFF),
    "h": (-0x8000, 0x7FFF),
}
_SIZES = {"B": 1, "H": 2, "I": 4, "h": 2}


class Layout:
    """A little-endian structure of named fields without padding.

    Attributes:
        names: field names in order.
        codes: struct code of each field: B, H, I, h or a byte string such as "5s".
        offsets: first byte of each field.
        limits: smallest and largest value of each field; None for a byte string, of which the
            length is checked instead.
        size: bytes in all.
    """

    def __init__(self, text: str) -> None:
        """Define the layout.

        Args:
            text: the fields with commas between them, each a name and a code and, where the
                meaning is narrower than the width, the smallest and the largest value:
                `"kind B, offset h, ms H 0 999, id 3s"`. One text takes a board a tenth of the
                memory of the objects that are made of it.
        """
        fields = [field.split() for field in text.split(",") if field]
        self.names = tuple(field[0] for field in fields)
        self.codes = tuple(field[1] for field in fields)
        self.limits = tuple(
            (int(field[2]), int(field[3])) if field[2:] else _LIMITS.get(field[1])
            for field in fields
        )
        self._format = "<" + "".join(self.codes)
        offsets = []
        position = 0
        for code in self.codes:
            offsets.append(position)
            position += _SIZES[code] if code in _SIZES else int(code[:-1])
        self.offsets = tuple(offsets)
        self.size = position

    def encode(self, values: dict) -> bytes:
        """Pack one value per field.

        Raises:
            ValueError: a value is missing, unknown, of the wrong length or out of range. This is
                the caller's bug: nothing from outside reaches this point unchecked.
        """
        if len(values) != len(self.names):
            raise ValueError("fields %s, given %s" % (self.names, sorted(values)))
        packed = []
        for index, name in enumerate(self.names):
            if name not in values:
                raise ValueError("field %s is missing" % name)
            value = values[name]
            limits = self.limits[index]
            if limits is None:
                if len(value) != int(self.codes[index][:-1]):
                    raise ValueError("field %s has %d bytes" % (name, len(value)))
            elif not limits[0] <= value <= limits[1]:
                raise ValueError("field %s is out of range: %d" % (name, value))
            packed.append(value)
        return struct.pack(self._format, *packed)

    def decode(self, buffer: "bytes | memoryview", offset: int = 0) -> dict:
        """Unpack the fields at an offset; bytes after them are not looked at.

        Raises:
            Truncated: fewer bytes than the layout has.
            Corrupt: a value outside its field's range.
        """
        if offset < 0 or len(buffer) - offset < self.size:
            raise Truncated("%d bytes of %d" % (max(0, len(buffer) - offset), self.size))
        values = struct.unpack_from(self._format, buffer, offset)
        for index, value in enumerate(values):
            limits = self.limits[index]
            if limits is not None and not limits[0] <= value <= limits[1]:
                raise Corrupt("field %s is out of range: %d" % (self.names[index], value))
        return dict(zip(self.names, values))  # noqa: B905 - MicroPython's zip has no strict


class Layouts:
    """Layouts by number, each made of its text when it is asked for.

    A board's memory has no room for all of them, and needs few of them at a time: the newest one
    is kept.
    """

    def __init__(self, texts: dict) -> None:
        """Hold the texts.

        Args:
            texts: by number, see Layout.
        """
        self._texts = texts
        self._newest = None, None

    def __getitem__(self, number: int) -> Layout:
        """Return a layout; KeyError if there is none of that number."""
        held, layout = self._newest
        if layout is None or held != number:
            layout = Layout(self._texts[number])
            self._newest = number, layout
        return layout

    def __contains__(self, number: int) -> bool:
        """Tell whether there is a layout of that number."""
        return number in self._texts

    def __iter__(self):  # noqa: ANN204 - there is no typing on the board
        """Iterate over the numbers."""
        return iter(self._texts)

    def items(self) -> list:
        """Return each number with its layout."""
        return [(number, self[number]) for number in self._texts]
