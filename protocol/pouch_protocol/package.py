"""The update package: one stream of bytes that brings a band a new version of its firmware.

    +--------+-------+-------+ ... +--------------+--------------+ ...
    | header | entry | entry |     | bytes of the | bytes of the |
    |        |       |       |     | first file   | second file  |
    +--------+-------+-------+ ... +--------------+--------------+ ...
    |<----------- index ---------->|

    entry:  | entry_bytes u8 | size u32 | sha256, 32 bytes | path, ASCII |

A request with the band's key carries the index's SHA-256, and the index carries each file's: what
is not the sender's is found before it runs. A later version may append fields to the header and to
an entry's fixed part; both say where they end.
"""

from .errors import Corrupt, Truncated, Unsupported
from .fields import Layout

MAGIC = b"PCHU"
PACKAGE_VERSION = 1

# What an image holds: the packages of the firmware, compiled. The loader is not among them.
PACKAGES = ("band", "boards", "drivers", "pouch_protocol")
SUFFIX = ".mpy"
# More than an image will ever need; an index of this many is 8 kB.
FILES_MAX = 128
INDEX_BYTES_MAX = 8192
# MicroPython's littlefs takes names of 255 bytes; ours are modules of one package.
_PATH_BYTES_MAX = 64
BOARD_BYTES = 16

HEADER = Layout(
    "magic 4s, package_version B, header_bytes B, firmware_major B, firmware_minor B, "
    "firmware_patch B, mpy_version B, mpy_arch B, file_count B 1 %d, board 16s" % FILES_MAX
)
ENTRY = Layout("entry_bytes B, path_offset B, size I, sha256 32s")

# The head of an .mpy file (MicroPython, py/persistentcode.h): letter, version, features, bits of a
# small integer. Features are the native architecture above two bits of its interface's version.
MPY_HEAD_BYTES = 4
_MPY_LETTER = 0x4D
_MPY_SUB_VERSION_MASK = 0x03
_MPY_ARCH_SHIFT = 2
_MPY_ARCH_MASK = 0x2F
# A file with flags of its architecture needs more than the architecture: none of ours does.
_MPY_ARCH_FLAGS = 0x40
# Small integers of a 32-bit board; a file made for more does not load there.
_SMALL_INT_BITS = 31


def encode_index(version: tuple, board: str, mpy: tuple, files: list) -> bytes:
    """Return the index of an image.

    Args:
        version: major, minor and patch of the firmware.
        board: name of the board's file, see Board.ARCH_NAME.
        mpy: version and native architecture of the .mpy files.
        files: `(path, size, sha256)` of each, in the order of the stream.

    Raises:
        ValueError: a path is not one of an image, or there are too many files.
    """
    entries = b""
    for path, size, sha256 in files:
        if not is_image_path(path):
            raise ValueError("not a path of an image: %s" % path)
        name = path.encode()
        fields = {
            "entry_bytes": ENTRY.size + len(name),
            "path_offset": ENTRY.size,
            "size": size,
            "sha256": sha256,
        }
        entries += ENTRY.encode(fields) + name
    header = HEADER.encode(
        {
            "magic": MAGIC,
            "package_version": PACKAGE_VERSION,
            "header_bytes": HEADER.size,
            "firmware_major": version[0],
            "firmware_minor": version[1],
            "firmware_patch": version[2],
            "mpy_version": mpy[0],
            "mpy_arch": mpy[1],
            "file_count": len(files),
            "board": board.encode() + bytes(BOARD_BYTES - len(board)),
        }
    )
    if len(header) + len(entries) > INDEX_BYTES_MAX:
        raise ValueError("index of %d bytes" % (len(header) + len(entries)))
    return header + entries


def decode_header(data: bytes) -> dict:
    """Return the header's fields, `board` as text without its padding.

    Raises:
        Truncated: fewer bytes than a header has.
        Corrupt: this is no update package.
        Unsupported: a package of a later version.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise Corrupt("not an update package")
    fields = HEADER.decode(data)
    if fields["package_version"] > PACKAGE_VERSION:
        raise Unsupported("package version %d" % fields["package_version"])
    if fields["header_bytes"] < HEADER.size:
        raise Corrupt("header of %d bytes" % fields["header_bytes"])
    # No UnicodeError from bytes that somebody else wrote: what is not ASCII is no board's name.
    fields["board"] = "".join(chr(byte) for byte in fields["board"] if byte)
    return fields


def decode_entry(data: bytes) -> tuple:
    """Return `(path, size, sha256)` of an entry.

    Args:
        data: the entry, all of the bytes that its first one counts.

    Raises:
        Truncated: it is shorter than that.
        Corrupt: the path is not one of an image.
    """
    fields = ENTRY.decode(data)
    if len(data) < fields["entry_bytes"]:
        raise Truncated("entry of %d bytes" % len(data))
    path = "".join(chr(byte) for byte in data[fields["path_offset"] : fields["entry_bytes"]])
    if fields["path_offset"] < ENTRY.size or not is_image_path(path):
        raise Corrupt("not a path of an image: %s" % path)
    return path, fields["size"], fields["sha256"]


def decode_index(data: bytes) -> tuple:
    """Return the header's fields and the list of its `(path, size, sha256)`, all at once.

    The band reads its index piece by piece instead.

    Raises:
        Truncated: fewer bytes than the header says.
        Corrupt: this is no index.
        Unsupported: a package of a later version.
    """
    header = decode_header(data)
    files = []
    at = header["header_bytes"]
    for _ in range(header["file_count"]):
        size = data[at] if at < len(data) else 0
        files.append(decode_entry(data[at : at + size]))
        at += size
    return header, files


def is_image_path(path: str) -> bool:
    """Tell whether a file of an image may have this path: `package/module.mpy`, no other."""
    parts = path.split("/")
    if len(parts) != 2 or parts[0] not in PACKAGES or not parts[1].endswith(SUFFIX):  # noqa: PLR2004
        return False
    stem = parts[1][: -len(SUFFIX)]
    # Nothing that could leave the folder, and nothing that two file systems spell differently.
    known = all("a" <= letter <= "z" or "0" <= letter <= "9" or letter == "_" for letter in stem)
    return known and bool(stem) and len(path) <= _PATH_BYTES_MAX


def is_loadable(head: bytes, mpy: int) -> bool:
    """Tell whether an interpreter can load an .mpy file.

    Args:
        head: the file's first MPY_HEAD_BYTES.
        mpy: what `sys.implementation._mpy` of that interpreter says: version in the low byte, then
            its features.
    """
    if len(head) < MPY_HEAD_BYTES or head[0] != _MPY_LETTER or head[1] != mpy & 0xFF:
        return False
    features = mpy >> 8
    arch = head[2] >> _MPY_ARCH_SHIFT & _MPY_ARCH_MASK
    if head[2] & _MPY_ARCH_FLAGS or head[3] > _SMALL_INT_BITS:
        return False
    if arch == 0:
        return True
    same_arch = arch == features >> _MPY_ARCH_SHIFT
    return same_arch and (head[2] ^ features) & _MPY_SUB_VERSION_MASK == 0
