"""The program on a real serial port: a process, pyserial, and a band on a pseudo-terminal."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import tty

import pytest

from pouch_protocol import cable
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from tests.host.collect.fake_band import KEY, ListSource, made_records
from tests.host.test_cli import source_tree_env

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


class PtyBand:
    """Serves the far end of a pseudo-terminal in a thread, until it is closed."""

    def __init__(self, source):
        self._source = source
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._end, self._ender = os.pipe()
        self.greeted = threading.Event()
        self.parted = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        os.close(self._ender)
        self._thread.join()
        for end in (self._far, self._near, self._end):
            os.close(end)

    def _serve(self):
        session, unwrapper = None, cable.Unwrapper()
        while True:
            ready, _, _ = select.select([self._far, self._end], [], [])
            if self._end in ready:
                return
            for channel, content in unwrapper.feed(os.read(self._far, 4096)):
                if content == cable.GREETING:
                    session = BandSession(self._source, local=True)
                    os.write(self._far, b"printed\r\n" + cable.wrap_text(cable.GREETING))
                    self.greeted.set()
                elif content == cable.FAREWELL:
                    self.parted.set()
                elif channel == c.CHANNEL_CONTROL:
                    session.receive(content)
                    while (item := session.next_frame(cable.FRAME_BYTES_MAX)) is not None:
                        os.write(self._far, cable.wrap(*item))


@pytest.fixture
def band():
    made = PtyBand(ListSource(made_records(3000)))
    yield made
    made.close()


def pouch(band, *arguments):
    return [sys.executable, "-m", "pouch_host", "band", "--port", band.port, *map(str, arguments)]


def env_with_key():
    return source_tree_env() | {"POUCH_KEY": KEY.hex()}


def run(band, *arguments):
    return subprocess.run(
        pouch(band, *arguments),
        env=env_with_key(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_info_over_a_real_port(band):
    result = run(band, "info", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["band"] == "P-0012ABCD"
    assert result.stderr == ""
    assert band.parted.wait(timeout=10)


def test_pull_over_a_real_port(band, tmp_path):
    result = run(band, "pull", tmp_path / "ward.sqlite")
    assert (result.returncode, result.stderr) == (0, "band P-0012ABCD: 3000 new records\n")


def test_ctrl_c_ends_with_130_and_gives_the_prompt_back(band, tmp_path):
    ended = threading.Event()
    info = band._source.info
    band._source.info = lambda: ended.wait(timeout=60) and info()
    process = subprocess.Popen(
        pouch(band, "info"), env=env_with_key(), stderr=subprocess.PIPE, text=True
    )
    assert band.greeted.wait(timeout=60)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    ended.set()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert band.parted.wait(timeout=10)
