"""A label's pictures hold the code that segno made, module by module, and the band's name."""

import re
import zlib
from xml.etree import ElementTree as ET

import pytest
import segno

from pouch_host.key_files import key_text
from pouch_host.label_picture import _GLYPHS, LabelPicture

LABEL = "P-0012ABCD"
KEY = bytes(range(16))
QUIET = 4


@pytest.fixture
def picture():
    return LabelPicture(LABEL, KEY)


def pixels_of(png):
    """Return rows of a PNG of one bit a pixel; True is dark. Every check sum is checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert zlib.crc32(name + data) == int.from_bytes(
            png[at + 8 + size : at + 12 + size], "big"
        )
        chunks[name] = data
        at += 12 + size
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    head = chunks[b"IHDR"]
    width, height = (int.from_bytes(head[n : n + 4], "big") for n in (0, 4))
    assert head[8:] == bytes((1, 0, 0, 0, 0))
    lines = zlib.decompress(chunks[b"IDAT"])
    stride = 1 + (width + 7) // 8
    assert len(lines) == stride * height
    rows = []
    for n in range(height):
        line = lines[n * stride : (n + 1) * stride]
        assert line[0] == 0
        bits = "".join(f"{byte:08b}" for byte in line[1:])[:width]
        rows.append([bit == "0" for bit in bits])
    return rows


def test_code_is_that_of_the_key_and_may_lose_a_quarter_at_least(picture):
    code = segno.make_qr(key_text(LABEL, KEY), error="q")
    assert code.error in "QH"
    # In capitals the text is alphanumeric: a smaller code than bytes would need.
    assert code.mode == "alphanumeric"
    assert picture.modules == [[bool(one) for one in row] for row in code.matrix]


def test_png_shows_every_module_with_white_around(picture):
    rows = pixels_of(picture.png())
    size = len(picture.modules)
    scale = len(rows[0]) // (size + 2 * QUIET)
    for y in range(-QUIET, size + QUIET):
        for x in range(-QUIET, size + QUIET):
            inside = 0 <= y < size and 0 <= x < size
            dark = inside and picture.modules[y][x]
            top, left = (y + QUIET) * scale, (x + QUIET) * scale
            assert rows[top][left] == rows[top + scale - 1][left + scale - 1] == dark, (x, y)


def test_png_shows_the_name_below(picture):
    rows = pixels_of(picture.png())
    size = len(picture.modules)
    scale = len(rows[0]) // (size + 2 * QUIET)
    below = rows[(size + 2 * QUIET) * scale :]
    lit = [row for row in below if any(row)]
    step = len(lit) // 7
    first = min(row.index(True) for row in lit)
    # Read back glyph by glyph, at the middle of each dot.
    for index, letter in enumerate(LABEL):
        found = tuple(
            sum(
                lit[y * step + step // 2][first + (index * 6 + x) * step + step // 2] << (4 - x)
                for x in range(5)
            )
            for y in range(7)
        )
        assert found == _GLYPHS[letter], letter
    assert not any(any(row) for row in rows[-step:])


def test_every_letter_of_a_label_has_a_shape_of_its_own():
    assert set(_GLYPHS) == set("P-0123456789ABCDEF")
    assert len(set(_GLYPHS.values())) == len(_GLYPHS)


def test_svg_shows_every_module_and_the_name(picture):
    root = ET.fromstring(picture.svg())
    space = "{http://www.w3.org/2000/svg}"
    (path,) = root.iter(f"{space}path")
    dark = {
        (int(x) - QUIET, int(y) - QUIET)
        for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path.get("d") or "")
    }
    assert dark == {
        (x, y) for y, row in enumerate(picture.modules) for x, one in enumerate(row) if one
    }
    name, note = (text.text or "" for text in root.iter(f"{space}text"))
    assert name == LABEL
    assert "keep it locked, never on the band" in note
    # The key is in the code only: nobody reads it off the text of a file.
    assert KEY.hex() not in picture.svg().decode().lower()


def test_lines_are_the_code_in_half_blocks(picture):
    lines = list(picture.lines())
    size = len(picture.modules)
    assert {len(line) for line in lines} == {size + 2 * QUIET}
    rows = []
    for line in lines:
        rows.append([one in "▀█" for one in line])
        rows.append([one in "▄█" for one in line])
    top = next(n for n, row in enumerate(rows) if any(row))
    shown = [row[QUIET : QUIET + size] for row in rows[top : top + size]]
    assert shown == picture.modules
    assert top >= 2
    assert not any(map(any, rows[top + size :]))


def test_plain_label_is_the_name_alone_and_says_so():
    plain = LabelPicture(LABEL)
    code = segno.make_qr(LABEL, error="q")
    assert plain.modules == [[bool(one) for one in row] for row in code.matrix]
    texts = [text.text for text in ET.fromstring(plain.svg()).iter() if text.text]
    assert texts == [LABEL, "Name of a band: no key"]
    assert pixels_of(plain.png())
