"""The host's commands on a simulated band: its USB port and its radio, and new versions for it."""

import shutil
from contextlib import asynccontextmanager

from pouch_host.collect.ble import BleAdapter
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.reaching import CableReach, RadioReach
from pouch_host.collect.update_file import UpdateFile
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.hardware.flash import FlashImage
from tests.e2e.whole_path import flashed
from tests.support.firmware_build import march
from tests.support.micropython import run_in_micropython
from tests.tidy.source import ROOT
from tools.build_image import build_image
from tools.firmware_package import firmware_version

PORT = "usb"
KEY = bytes(range(16))
BAND_ID = 0x1000
LABEL = "P-00001000"
# The slow plan has a band on the air once in twenty minutes.
_LISTEN_S = 1_300.0


class SimPort:
    """One opening of a simulated band's port; see BytePort."""

    def __init__(self, usb):
        self._usb = usb

    async def write(self, data):
        self._usb.write(data)

    async def read(self):
        return await self._usb.read()


def known_to(key: bytes | None = KEY):
    """Return what a host knows that has this key of the band with the label LABEL, or none."""
    return KnownBands.of({} if key is None else {LABEL: (key,)})


def cable_to(path, band, key: bytes | None = KEY):
    """Return the way over the cable to a band of a host that has a key, or none.

    The cable has to be plugged in.
    """

    @asynccontextmanager
    async def open_port(name):
        try:
            band.usb.open()
        except OSError as error:
            raise LinkError(LinkFailure.NOT_REACHED, f"{name}: {error.strerror}") from error
        try:
            yield SimPort(band.usb)
        finally:
            band.usb.close()

    clock = path.simulation.now_utc_s
    return CableReach(PORT, open_port, clock, known_to(key), lambda _note: None)


def radio_to(path, key=KEY):
    """Return the way by radio to the band with the label LABEL of a host that has a key."""
    backend = path.simulation.backend()
    adapter = BleAdapter(backend.scanner, backend.client)
    clock = path.simulation.now_utc_s
    return RadioReach(adapter, LABEL, clock, known_to(key), lambda _note: None, _LISTEN_S)


async def ask(reach, command, *arguments):
    """Connect, run one of the host's commands and return its result."""
    async with reach.connect(60) as talk:
        return await getattr(talk.commands, command)(*arguments)


def events_of(band, log_id, event):
    """Return the detail of each event of one kind that a band's flash holds, in order."""
    found = []
    for number, (_, data) in sorted(flashed(band).items()):
        if data[0] == c.KIND_EVENT:
            fields = records.decode(data, log_id, number)
            if fields["event"] == event:
                found.append(fields["detail"])
    return found


def fill(image):
    """Fill a flash image of a band that has its key with records, until there is no room."""
    FlashImage(image)
    arguments = ("tests/support/on_band/fill_segments.py", str(image), str(BAND_ID), KEY.hex())
    result = run_in_micropython(*arguments, path=("protocol", "firmware"))
    assert result.returncode == 0, result.stdout + result.stderr


def new_version(folder, version, changes=()):
    """Return an update to our own firmware under another version.

    Args:
        folder: where it is made.
        version: major, minor, patch.
        changes: `(file, old text, new text)` of what else is different.
    """
    folder.mkdir()
    for name in ("firmware", "protocol"):
        ignored = shutil.ignore_patterns("__pycache__", "typings")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    old_version = f"VERSION = {firmware_version(ROOT)}"
    ours = ("firmware/band/app.py", old_version, f"VERSION = {version}")
    for name, old, new in (ours, *changes):
        text = (folder / name).read_text()
        assert text.count(old) == 1, f"{name}: {old}"
        (folder / name).write_text(text.replace(old, new))
    image = build_image(folder, "xiao_esp32c3", march(), folder / "build")
    path = folder / "new.pouch"
    path.write_bytes(image.stream)
    return UpdateFile.read(path)
