"""Runs in MicroPython: an image read as a folder, by hand and by imports."""

import io
import os
import sys

import vfs

from pouch_protocol import package
from start.pack import Pack
from tests.support.on_band.copies import image_of
from tests.support.on_band.parcel import Parcel
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount

PATH = ROOT + "/image"
MOUNT_POINT = "/packed"
FILE = 0x8000
FOLDER = 0x4000
# Names that no other test imports; one beside the folders, and one whose name ends another's.
FILES = [
    ("lone.py", b"WHAT = 'beside the folders'\n"),
    ("packed_one/__init__.py", b"from .two import ANSWER\n"),
    ("packed_one/two.py", b"import os\nANSWER = 6 * 7\n"),
    ("packed_one/late.py", b"from . import two\nLATE = two.ANSWER + 1\n"),
    ("packed_three/__init__.py", b""),
    ("packed_three/large.py", b"# " + b"x" * 9_000 + b"\nSIZE = 9_000\n"),
    ("three/large.py", b"SIZE = 1\n"),
]


def _write(data):
    with open(PATH, "wb") as file:
        file.write(data)


def _packed(data=None):
    """Return the Pack of an image on a fresh flash."""
    mount(RamFlash(), format_it=True)
    _write(image_of(FILES) if data is None else data)
    return Pack(PATH)


def _missing(action, *arguments):
    try:
        action(*arguments)
    except OSError as error:
        return error.errno == 2
    return False


def _refused(data):
    _write(data)
    try:
        Pack(PATH)
    except ValueError:
        return True
    return False


def _holds(pack, files):
    """See that a pack holds these files, to the byte, and their folders."""
    for path, data in files:
        for name in (path, "/" + path):
            assert pack.stat(name)[0] == FILE, name
            assert pack.open(name, "rb").read() == data, name
        if "/" in path:
            assert pack.stat("/" + path.split("/")[0])[0] == FOLDER, path


def test_every_file_and_every_folder_is_found():
    _holds(_packed(), FILES)


def test_update_as_it_comes_is_an_image():
    parcel = Parcel()
    _holds(_packed(parcel.stream), parcel.files)


def test_what_is_not_there_is_not_found():
    pack = _packed()
    for name in (
        "/",
        "/nowhere",
        "/nowhere.py",
        "/packed_one.py",
        # As imports ask for a module: whether it is a folder.
        "/packed_one/two",
        "/packed_one/two.mpy",
        "/packed_one/tw",
        # Parts of a path, and of two that are neighbours.
        "/one/two.py",
        "/large.py",
        "/two.py",
        "/packed_three/large.pyx",
        "/packed",
        # Never out of the image.
        "/../image",
        "/packed_one/../lone.py",
    ):
        assert _missing(pack.stat, name), name
        assert _missing(pack.open, name, "rb"), name


def test_file_opened_without_being_asked_for_is_the_right_one():
    # What is kept of the last answer must not answer for another name.
    pack = _packed()
    for first, _ in FILES:
        for second, data in FILES:
            pack.stat(first)
            assert pack.open(second, "rb").read() == data, (first, second)


def test_forgotten_index_is_read_from_the_file_each_time():
    pack = _packed()
    pack.forget()
    _holds(pack, FILES)
    assert _missing(pack.stat, "/packed_one/nowhere.py")
    assert pack.stat("/packed_one/two.py")[0] == FILE
    pack.forget()
    _holds(pack, FILES)


def test_header_and_entries_of_a_later_version_may_be_longer():
    for header_extra in (b"", b"h", b"h" * 200):
        for entry_extra in (b"", b"e", b"e" * 100):
            pack = _packed(image_of(FILES, header_extra, entry_extra))
            _holds(pack, FILES)
            pack.forget()
            _holds(pack, FILES)


def test_as_many_files_as_an_image_may_have():
    files = [("band/m%03d.py" % number, b"%d" % number) for number in range(package.FILES_MAX)]
    _holds(_packed(image_of(files)), files)


def test_sizes_of_more_than_two_bytes_are_read():
    files = [("band/a.py", b"a" * 66_000), ("band/b.py", b"b")]
    _holds(_packed(image_of(files)), files)


def test_what_is_no_image_is_refused():
    _packed()
    good = image_of(FILES)
    assert not _refused(good)
    for at in range(4):
        damaged = bytearray(good)
        damaged[at] ^= 1
        assert _refused(bytes(damaged)), at
    assert _refused(b"")
    assert _refused(b"#!python\n" * 1_000)
    assert _refused(bytes(5_000))
    assert _refused(image_of(FILES, version=package.PACKAGE_VERSION + 1))
    # A header that ends within itself, and an entry that does.
    for at, value in ((5, 27), (5, 0), (28, 6), (28, 0)):
        damaged = bytearray(good)
        damaged[at] = value
        assert _refused(bytes(damaged)), (at, value)


def test_image_truncated_at_any_byte_is_refused():
    _packed()
    files = [(path, data[:40]) for path, data in FILES]
    data = image_of(files)
    for size in range(len(data)):
        assert _refused(data[:size]), size
    assert not _refused(data)


def test_file_that_is_not_there_is_an_oserror():
    mount(RamFlash(), format_it=True)
    assert _missing(Pack, PATH)


class Mounted:
    """A pack that imports find; nothing of it is left afterwards."""

    def __init__(self, pack):
        self._pack = pack

    def __enter__(self):
        vfs.mount(self._pack, MOUNT_POINT)
        sys.path.insert(0, MOUNT_POINT)

    def __exit__(self, *_):
        sys.path.remove(MOUNT_POINT)
        vfs.umount(MOUNT_POINT)
        for name in list(sys.modules):
            if name.split(".")[0] in ("lone", "packed_one", "packed_three"):
                del sys.modules[name]


def test_imports_work_from_an_image():
    with Mounted(_packed()):
        import lone
        import packed_one
        from packed_three.large import SIZE

        assert lone.WHAT == "beside the folders"
        assert packed_one.ANSWER == 42
        assert packed_one.__file__ == MOUNT_POINT + "/packed_one/__init__.py"
        assert SIZE == 9_000


def test_imports_work_after_the_index_was_forgotten():
    pack = _packed()
    with Mounted(pack):
        import packed_one

        pack.forget()
        from packed_one.late import LATE

        assert (packed_one.ANSWER, LATE) == (42, 43)
        try:
            import packed_one.nowhere
        except ImportError:
            return
    raise AssertionError("imported what is not there")


def test_built_in_modules_are_found_behind_an_image():
    with Mounted(_packed()):
        for name in ("os", "time", "hashlib"):
            sys.modules.pop(name, None)
            assert not hasattr(__import__(name), "__file__"), name


class CountingIo:
    """Counts what is looked through to find a name."""

    def __init__(self):
        self.walks = 0

    def BytesIO(self, data):  # noqa: N802 - io's name
        self.walks += 1
        return io.BytesIO(data)


def test_names_that_are_not_there_are_not_looked_for_entry_by_entry():
    # Goal: a start asks for some 250 names and has 60 files. Method: count the walks.
    import start.pack as module

    pack = _packed()
    counting = CountingIo()
    module.io = counting
    try:
        for name in ("/os", "/os.py", "/os.mpy", "/packed_one/two", "/packed_one/two.mpy"):
            assert _missing(pack.stat, name)
        assert counting.walks == 0
        pack.stat("/packed_one/two.py")
        assert counting.walks == 1
    finally:
        module.io = io
    # What was found last is not looked for again.
    assert pack.open("/packed_one/two.py", "rb").read() == FILES[2][1]


def test_image_can_be_mounted_and_unmounted_again():
    pack = _packed()
    for _ in range(2):
        vfs.mount(pack, MOUNT_POINT)
        assert os.stat(MOUNT_POINT + "/packed_one")[0] == FOLDER
        with open(MOUNT_POINT + "/packed_one/two.py", "rb") as file:
            assert file.read() == FILES[2][1]
        vfs.umount(MOUNT_POINT)
