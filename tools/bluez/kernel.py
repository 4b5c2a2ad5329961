"""Takes a Debian kernel apart: the image as QEMU starts it fastest, modules in their order."""

import lzma
import re
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.bluez.errors import CannotRun

# The x86 boot protocol, Documentation/arch/x86/boot.rst of the kernel: magic number, count of
# 512-byte sectors before the protected-mode code, and where in that the compressed kernel is.
_MAGIC_AT, _MAGIC = 0x202, b"HdrS"
_SETUP_SECTORS_AT = 0x1F1
_PAYLOAD_AT = 0x248
_SECTOR_BYTES = 512

_ELF = b"\x7fELF"
_XZ = b"\xfd7zXZ\x00"
_ZSTD = b"\x28\xb5\x2f\xfd"
# In the section .modinfo of a module: what has to be loaded before it.
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


def unpack_image(image: bytes) -> bytes:
    """Return the ELF kernel inside a bzImage; QEMU starts that some seconds sooner.

    One that is packed in a way that is not known here is returned as it is: slower, and right.
    """
    if image[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] != _MAGIC:
        return image
    setup_sectors = image[_SETUP_SECTORS_AT]
    offset, length = struct.unpack_from("<II", image, _PAYLOAD_AT)
    start = (setup_sectors + 1) * _SECTOR_BYTES + offset
    unpacked = _unpacked(image[start : start + length])
    return unpacked if unpacked is not None and unpacked.startswith(_ELF) else image


def load_order(tree: Path, wanted: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield modules and their contents, each after those that it depends on.

    Args:
        tree: the kernel's folder in lib/modules.
        wanted: names, with underscores. What is built into the kernel is left out.

    Raises:
        CannotRun: the kernel has no such module.
    """
    files = {module_name(path): path for path in tree.rglob("*.ko*")}
    builtin = {module_name(Path(line)) for line in _lines(tree / "modules.builtin")}
    done: set[str] = set()

    def walk(name: str) -> Iterator[tuple[str, bytes]]:
        if name in done or name in builtin:
            return
        done.add(name)
        if name not in files:
            raise CannotRun(f"kernel {tree.name} has no module {name}")
        data = _module_bytes(files[name])
        for other in depends(data):
            yield from walk(other)
        yield name, data

    for name in wanted:
        yield from walk(name)


def module_name(path: Path) -> str:
    """Return the name of a module by that of its file, packed or not."""
    return path.name.split(".ko")[0].replace("-", "_")


def depends(module: bytes) -> list[str]:
    """Return the names of the modules that a module depends on."""
    found = _DEPENDS.search(module)
    names = found.group(1).decode() if found else ""
    return [name.replace("-", "_") for name in names.split(",") if name]


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.is_file() else []


def _module_bytes(path: Path) -> bytes:
    packed = path.read_bytes()
    data = packed if packed.startswith(_ELF) else _unpacked(packed)
    if data is None:
        raise CannotRun(f"{path.name} is packed in a way that is not known here (zstd missing?)")
    return data


def _unpacked(data: bytes) -> bytes | None:
    """Return what is packed in data, which may have something behind it; None if that fails."""
    try:
        if data.startswith(_XZ):
            return lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(data)
    except lzma.LZMAError:
        return None
    if data.startswith(_ZSTD) and shutil.which("zstd"):
        # It complains of what is behind, having written all that was asked for.
        return subprocess.run(
            ["zstd", "-dcq"], input=data, capture_output=True, check=False
        ).stdout
    return None
