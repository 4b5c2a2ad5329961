"""A band's labels: its printed name, and a QR code of that name, alone or with the band's key.

As text for a terminal, as SVG and as PNG. The plain one goes onto the band, for a ward's tablet
to scan. Who has the one with the key has the key: it belongs into the locked folder of the study.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import segno

from .key_files import key_text

# White modules around the code, and between it and the name (ISO/IEC 18004 wants four).
_QUIET = 4
# Pixels of a module: a label of 33 modules is 41 mm wide at 300 dpi, and any phone reads it.
_MODULE_PX = 12
_LINE_PX = _MODULE_PX * 10
# Glyphs of five columns and seven rows, a bit a pixel, left one first, for what is in a name.
_GLYPH_COLUMNS = 5
_GLYPH_ROWS = 7
_GLYPHS = {
    "-": (0, 0, 0, 0x1F, 0, 0, 0),
    "P": (0x1E, 0x11, 0x11, 0x1E, 0x10, 0x10, 0x10),
    "0": (0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E),
    "1": (0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E),
    "2": (0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F),
    "3": (0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E),
    "4": (0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02),
    "5": (0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E),
    "6": (0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E),
    "7": (0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08),
    "8": (0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E),
    "9": (0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C),
    "A": (0x0E, 0x11, 0x11, 0x11, 0x1F, 0x11, 0x11),
    "B": (0x1E, 0x11, 0x11, 0x1E, 0x11, 0x11, 0x1E),
    "C": (0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E),
    "D": (0x1C, 0x12, 0x11, 0x11, 0x11, 0x12, 0x1C),
    "E": (0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F),
    "F": (0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x10),
}
_NOTE = "Key of a band: keep it locked, never on the band"
_PLAIN_NOTE = "Name of a band: no key"

SUFFIXES = (".svg", ".png")


class LabelPicture:
    """A label of one band.

    Attributes:
        label: the band's printed name.
        modules: rows of the code without the white around it; True is dark.
    """

    def __init__(self, label: str, key: bytes | None = None) -> None:
        """Make the code.

        Args:
            label: of the band.
            key: its key; None for the plain label, which may be seen by everybody.
        """
        self.label = label
        self._note = _PLAIN_NOTE if key is None else _NOTE
        text = label if key is None else key_text(label, key)
        # A quarter of it may be lost to a crease or a stain, or more where that costs no room.
        code = segno.make_qr(text, error="q")
        self.modules = [[bool(module) for module in row] for row in code.matrix]

    def data(self, path: Path) -> bytes:
        """Return the content of a picture, of the kind that the file's name asks for."""
        return self.svg() if path.suffix.lower() == ".svg" else self.png()

    def svg(self) -> bytes:
        """Return it as SVG, one unit a module."""
        size = len(self.modules) + 2 * _QUIET
        dark = "".join(
            f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
            for y, row in enumerate(self.modules)
            for x, module in enumerate(row)
            if module
        )
        text = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size + 7}"'
            f' width="{size}mm" height="{size + 7}mm">'
            f'<rect width="{size}" height="{size + 7}" fill="#fff"/>'
            f'<path d="{dark}" shape-rendering="crispEdges"/>'
            f'<g font-family="monospace" text-anchor="middle">'
            f'<text x="{size / 2}" y="{size + 1}" font-size="5">{self.label}</text>'
            f'<text x="{size / 2}" y="{size + 5}" font-size="1.4">{self._note}</text></g></svg>\n'
        )
        return text.encode("ascii")

    def png(self) -> bytes:
        """Return it as PNG, a bit a pixel: the code, and the name below."""
        rows = [self._packed(row) for row in self._pixel_rows()]
        width = (len(self.modules) + 2 * _QUIET) * _MODULE_PX
        # Before each line stands the number of its filter: 0, none.
        lines = b"".join(b"\0" + row for row in rows)
        # Bit depth 1, grey, deflate, no filter method but 0, not interlaced.
        head = width.to_bytes(4, "big") + len(rows).to_bytes(4, "big") + bytes((1, 0, 0, 0, 0))
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)

    def lines(self) -> Iterator[str]:
        """Yield it as lines of half blocks, two rows of modules each, dark on light."""
        wide = [[False] * _QUIET + row + [False] * _QUIET for row in self.modules]
        blank = [[False] * len(wide[0])] * (_QUIET // 2)
        rows = blank + wide + blank
        if len(rows) % 2:
            rows.append(blank[0])
        for upper, lower in zip(rows[::2], rows[1::2], strict=True):
            yield "".join(" ▄▀█"[2 * up + low] for up, low in zip(upper, lower, strict=True))

    def _pixel_rows(self) -> Iterator[list[bool]]:
        """Yield lines of pixels; True is dark."""
        columns = len(self.modules) + 2 * _QUIET
        white = [False] * (columns * _MODULE_PX)
        for _ in range(_QUIET * _MODULE_PX):
            yield white
        for row in self.modules:
            wide = [False] * _QUIET + row + [False] * _QUIET
            for _ in range(_MODULE_PX):
                yield [module for module in wide for _ in range(_MODULE_PX)]
        yield from self._name_rows(len(white))
        for _ in range(_QUIET * _MODULE_PX // 2):
            yield white

    def _name_rows(self, width_px: int) -> Iterator[list[bool]]:
        """Yield the lines of pixels of the name, which is centred under the code."""
        step = _GLYPH_COLUMNS + 1
        scale = width_px // (len(self.label) * step + 2 * _QUIET)
        left = (width_px - len(self.label) * step * scale) // 2
        for _ in range(_LINE_PX - _GLYPH_ROWS * scale):
            yield [False] * width_px
        for glyph_row in range(_GLYPH_ROWS):
            dots = [
                bool(_GLYPHS[letter][glyph_row] >> (_GLYPH_COLUMNS - 1 - column) & 1)
                if column < _GLYPH_COLUMNS
                else False
                for letter in self.label
                for column in range(step)
            ]
            line = [False] * left + [dot for dot in dots for _ in range(scale)]
            line += [False] * (width_px - len(line))
            for _ in range(scale):
                yield line

    @staticmethod
    def _packed(row: list[bool]) -> bytes:
        count = (len(row) + 7) // 8
        bits = "".join("0" if dark else "1" for dark in row).ljust(8 * count, "1")
        return int(bits, 2).to_bytes(count, "big")


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return len(data).to_bytes(4, "big") + name + data + check.to_bytes(4, "big")
