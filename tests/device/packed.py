"""An image read as a folder, and modules imported from it."""

import sys

import vfs

from start.pack import Pack
from tests.support.on_band.copies import image_of
from tests.support.on_band.small_flash import fresh, unmount

MOUNT_POINT = "/packed"
FILES = (
    ("packed_one/__init__.py", b"from .two import ANSWER\n"),
    ("packed_one/two.py", b"ANSWER = 6 * 7\n"),
    ("packed_two/__init__.py", b""),
)
IMAGE = image_of(FILES)


def _write(root, data):
    path = root + "/image"
    with open(path, "wb") as file:
        file.write(data)
    return path


def test_files_and_folders_are_found():
    pack = Pack(_write(fresh(), IMAGE))
    # From memory, and then from the file.
    for _ in range(2):
        assert pack.stat("/packed_two")[0] == 0x4000
        for name, data in FILES:
            assert pack.stat("/" + name)[0] == 0x8000
            assert pack.open("/" + name, "rb").read() == data, name
        pack.forget()
    unmount()


def test_image_that_is_cut_is_none():
    root = fresh()
    # In the header, in the index and in the files; a test may leave little garbage.
    for size in (0, 27, 60, len(IMAGE) - 1):
        try:
            Pack(_write(root, IMAGE[:size]))
        except ValueError:
            continue
        raise AssertionError("an image of %d bytes" % size)
    unmount()


def test_imports_come_from_an_image():
    pack = Pack(_write(fresh(), IMAGE))
    vfs.mount(pack, MOUNT_POINT)
    sys.path.insert(0, MOUNT_POINT)
    try:
        import packed_one

        assert packed_one.ANSWER == 42
    finally:
        sys.path.remove(MOUNT_POINT)
        vfs.umount(MOUNT_POINT)
        for name in ("packed_one", "packed_one.two"):
            sys.modules.pop(name, None)
    unmount()
