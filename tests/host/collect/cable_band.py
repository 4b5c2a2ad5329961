"""A band at the end of a list instead of a cable: its own requests, settings, update and loader.

What is missing of a band is its sensors, its flash and its asyncio: those are tested in the VM.
"""

import asyncio
import hashlib
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.reaching import CableReach
from pouch_protocol import cable, package, records
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from tests.host.collect.fake_band import BAND_ID, LABEL, LOG_ID, NOW_UTC_S
from tests.protocol.plain import ListSource, Suite
from tests.support.firmware import load

PORT = "/dev/ttyACM7"
KEY = bytes(range(16))
BOARD = "xiao_esp32c3"
# An interpreter without native code, .mpy version 6.3 (MicroPython, py/persistentcode.h).
MPY = 6 | 3 << 8

_FOLDER_FLAG = 0x4000
# From a reset until the port can be opened again, and until a sound version calls itself healthy.
_AWAY_S = 3.0
_HEALTHY_S = 120.0
_FAILED_BOOT_S = 10.0


class Clock:
    """The band's uptime, on the loop's clock; no time passes between two commands."""

    def uptime_ms(self):
        try:
            return round(asyncio.get_running_loop().time() * 1000)
        except RuntimeError:
            return 0

    def uptime_cs(self):
        return self.uptime_ms() // 10


class Hand:
    """The board's button and the band's light, as far as requests need them."""

    def __init__(self):
        self.pressed = False
        self.shown = []

    def button_pressed(self):
        return self.pressed

    def identify(self, duration_s):
        self.shown.append(duration_s)

    def show(self, pattern):
        self.shown.append(pattern)

    def hide(self, pattern):
        pass


class CableBand:
    """One band with its file system in a folder of this machine.

    Attributes:
        hand: what somebody who holds it does and sees.
        failed: bits that a self-test finds.
        healthy: whether a new version proves itself.
        cut_after: the line ends after so many bytes of the host's, once; None for never.
        on_cut: what happens then instead; the bytes after it are lost.
        deaf: whether it answers nothing.
        lose_reply_to: opcode of the request whose answer is lost with the line, once.
        heard_bytes: bytes that have come.
        boots: how often it has started.
        session: the kind of its half of a connection.
    """

    suite = Suite
    session = BandSession

    def __init__(self, folder, *, key=KEY, version=(0, 1, 0), board=BOARD):
        self._root = str(folder)
        self._version = self._factory_version = version
        self._board = board
        self.hand = Hand()
        self.failed = 0
        self.healthy = True
        self.cut_after = None
        self.on_cut = None
        self.deaf = False
        self.lose_reply_to = None
        self._losing = False
        self.heard_bytes = 0
        self.boots = 0
        self.events = []
        # From when on its port can be opened again; each run of a command has a loop of its own.
        self._away = None, 0.0
        self._restart_due = False
        self._port = None
        config = load("band.config")
        settings = config.load(self._root, b"")
        settings.band_id, settings.key = BAND_ID, key
        config.save(self._root, settings)
        self.holds([])
        self._start()

    @property
    def reset_is_requested(self):
        """Whether its next start forgets everything."""
        return Path(self._root, "reset").exists()

    def holds(self, held):
        """Let its log hold these records, all of one boot."""
        self._records = ListSource(list(held))
        self._records._per_boot = 1_000_000

    @property
    def settings(self):
        return load("band.config").load(self._root, b"")

    @property
    def slot(self):
        """The slot that runs, and whether it is on trial."""
        state = load("start.state").load(self._root)
        return state.active, state.on_trial

    def reach(self, notes=None, board=None, key: bytes | None = KEY):
        """Return the way to it of a host that has a key, or none."""
        known = KnownBands.of({} if key is None else {LABEL: (key,)})
        on_wait = (lambda _text: None) if notes is None else notes.append
        return CableReach(PORT, self.open_port, lambda: NOW_UTC_S, known, on_wait, board)

    @asynccontextmanager
    async def open_port(self, name):
        loop, until_s = self._away
        if loop is asyncio.get_running_loop() and loop.time() < until_s:
            raise LinkError(LinkFailure.NOT_REACHED, f"{name}: cannot be opened")
        self._port = _Port(self)
        try:
            yield self._port
        finally:
            self._port = None
            if self._restart_due:
                self.restart()

    def restart(self):
        """Start again, as after a reset or a power cut; the line is gone for a while."""
        loop = asyncio.get_running_loop()
        self._away = loop, loop.time() + _AWAY_S
        if self._port is not None:
            self._port.break_off()
        self.reboot()

    @property
    def restart_due(self):
        """Whether what was asked takes effect at its next start."""
        return self._restart_due

    def reboot(self):
        """Start again, with no line to lose."""
        self._restart_due = False
        self._records.times.clear()
        self.close()
        self._start()

    def close(self):
        """Let go of the file that an update is being written to."""
        self._update._stop()

    # What a BandSession asks, see pouch_protocol.band.

    @property
    def key(self):
        return self._settings.key

    def battery_class(self):
        return self._records.battery_class()

    def info(self):
        names = ("firmware_major", "firmware_minor", "firmware_patch")
        fields = self._records.info() | dict(zip(names, self._version, strict=True))
        board = self._board.encode()
        return fields | {
            "boot_id": self.boots + 2,
            "interval_s": self._settings.interval_s,
            "board": board + bytes(16 - len(board)),
        }

    def time(self):
        return self._records.time()

    def bounds(self):
        return self._records.bounds()

    def read(self, first, count_max):
        return self._records.read(first, count_max)

    def set_time(self, fields):
        return self._records.set_time(fields)

    def nonce(self):
        self._nonces += 1
        return hashlib.sha256(b"%d %d" % (self.boots, self._nonces)).digest()[:16]

    def handle(self, request, trusted, local):
        reply = self._requests.handle(request, trusted, local)
        if request.opcode == self.lose_reply_to:
            self.lose_reply_to, self._losing = None, True
        return reply

    def loses_this(self):
        """Tell whether what it says now is lost with the line."""
        losing, self._losing = self._losing, False
        return losing

    @property
    def told_utc_s(self):
        """What it was told that the time is; None if nobody has since it started."""
        times = self._records.times
        return times[-1]["utc_s"] + times[-1]["utc_ms"] / 1000 if times else None

    def was_told(self, utc_s):
        """Some host has told it the time."""
        whole_s = int(utc_s // 1)
        told = {"utc_s": whole_s, "utc_ms": round((utc_s - whole_s) * 1000), "round_trip_ms": 0}
        self._records.set_time(told)

    def gesture(self):
        """Somebody has held the button for ten seconds."""
        self._key_lock.open()

    def add_event(self, event, detail=0, value=0):
        fields = {"flags": 0, "uptime_cs": 0, "event": event, "detail": detail, "value": value}
        held = self._records.records
        held.append(records.encode(c.KIND_EVENT, fields, LOG_ID, len(held)))
        self.events.append((event, detail))

    def _start(self):
        """Do what the loader and the application do at a start."""
        states = load("start.state")
        while True:
            self.boots += 1
            slot = load("start.choice").choose(self._root, states.load(self._root))
            states.note_running(slot)
            if slot == states.FACTORY or self.healthy or not states.load(self._root).on_trial:
                break
            self._away = self._away[0], self._away[1] + _FAILED_BOOT_S
        self._version = self._factory_version
        if slot != states.FACTORY:
            header = package.decode_header(Path(states.slot_path(self._root, slot)).read_bytes())
            self._version = tuple(
                header[f"firmware_{part}"] for part in ("major", "minor", "patch")
            )
        self._nonces = 0
        trial = load("band.trial").Trial(self._root, self.add_event)
        trial.report()
        if trial.on_trial:
            asyncio.get_running_loop().call_later(_HEALTHY_S, trial.confirm)
        self._update = load("band.update").Update(
            self._root, self._board, lambda _blocks: True, self.add_event
        )
        self._settings = self.settings
        self._key_lock = load("band.gestures").KeyLock(Clock())
        self._requests = load("band.requests").Requests(
            self._root,
            self.hand,
            self._settings,
            self,
            lambda: self._update,
            self._self_test,
            self.hand,
            self._key_lock,
            self._want_restart,
        )

    def _want_restart(self):
        self._restart_due = True

    def _self_test(self):
        return {
            "failed": self.failed,
            "infant_temperature_c128": 4640,
            "caregiver_temperature_c128": c.TEMPERATURE_MISSING,
            "infant_touch_pf512": 4608,
            "caregiver_touch_pf512": c.TOUCH_MISSING,
            "activity_mg": c.BYTE_MISSING,
            "battery_mv": 3912,
            "free_heap_bytes": 40_000,
            "free_blocks": 123,
            "reset_cause": c.RESET_POWER_ON,
        }


class _Port:
    """The host's end of the line; see BytePort."""

    def __init__(self, band):
        self._band = band
        self._session = None
        self._unwrapper = cable.Unwrapper()
        self._line = b""
        self._came = asyncio.Event()
        self._broken = False

    async def write(self, data):
        self._check()
        band = self._band
        left = None if band.cut_after is None else band.cut_after - band.heard_bytes
        if left is not None and left < len(data):
            data, band.cut_after = data[:left], None
            if band.on_cut is None:
                self.break_off()
            else:
                band.on_cut()
        band.heard_bytes += len(data)
        for channel, content in self._unwrapper.feed(data):
            self._take(channel, content)
        # A line takes its time: others have their turn.
        await asyncio.sleep(0)
        self._check()

    async def read(self):
        while not self._line:
            self._check()
            self._came.clear()
            await self._came.wait()
        line, self._line = self._line, b""
        return line

    def _check(self):
        if self._broken:
            raise OSError(5, "the line broke")

    def break_off(self):
        self._broken = True
        self._came.set()

    def _take(self, channel, content):
        if self._band.deaf:
            return
        if content == cable.GREETING and channel is None:
            self._session = self._band.session(self._band, local=True)
            self._say(cable.wrap_text(cable.GREETING))
        elif channel == c.CHANNEL_CONTROL and self._session is not None:
            self._session.receive(content)
            while (item := self._session.next_frame(cable.FRAME_BYTES_MAX)) is not None:
                if self._band.loses_this():
                    self.break_off()
                    return
                self._say(cable.wrap(*item))

    def _say(self, data):
        self._line += data
        self._came.set()


def tiny_update(version=(0, 2, 0), board=BOARD, mpy=MPY, size=600):
    """Return an update stream that a band takes: a few files that are no programs."""
    paths = [f"{name}/__init__.mpy" for name in package.PACKAGES]
    paths += ["band/app.mpy", f"boards/{board}.mpy"]
    files = []
    for number, path in enumerate(sorted(paths)):
        body = hashlib.sha256(bytes((number, *version))).digest() * (size // 32)
        files.append((path, bytes((0x4D, mpy & 0xFF, mpy >> 8 & 0xFC, 31)) + body))
    entries = [(path, len(data), hashlib.sha256(data).digest()) for path, data in files]
    index = package.encode_index(version, board, (mpy & 0xFF, mpy >> 10), entries)
    return index + b"".join(data for _, data in files)


@pytest.fixture
def as_on_a_board(monkeypatch):
    """Give CPython what the band's modules use of MicroPython."""

    def ilistdir(folder):
        for entry in os.scandir(folder):
            yield entry.name, _FOLDER_FLAG if entry.is_dir() else 0, 0, 0

    monkeypatch.setattr(sys.implementation, "_mpy", MPY, raising=False)
    monkeypatch.setattr(os, "ilistdir", ilistdir, raising=False)
    monkeypatch.setattr(sys, "print_exception", sys.excepthook, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
