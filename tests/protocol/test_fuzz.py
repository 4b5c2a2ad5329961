"""Each parser against frames that are nearly right, in both interpreters: `make fuzz` for all."""

import gc
import resource
import subprocess
import sys
import time

import pytest

from pouch_protocol import constants as c
from pouch_protocol import messages, records
from pouch_protocol.band import BandSession
from pouch_protocol.errors import ProtocolError
from pouch_protocol.fields import Layout
from pouch_protocol.frames import Joiner
from pouch_protocol.sealing import Opener
from tests.protocol.fuzz_frames import Draw, message_of, spoilt
from tests.protocol.fuzz_parsers import ROUND, TARGETS, run
from tests.support.micropython import ROOT, run_in_micropython

_SHARE = 20_000
_WHOLE = 1_000_000
_BOARD_SHARE = 2_000
_BOARD_WHOLE = 20_000
# What a parser may keep from one frame to the next is a few objects; what it may take for a moment
# is a multiple of the longest frame that this machine hands it, 4 kB.
_BLOCKS_MAX = 500
_MEMORY_KB_MAX = 16 * 1024


@pytest.fixture
def whole(request):
    return request.config.getoption("whole")


@pytest.mark.parametrize("name", TARGETS)
def test_parser_raises_nothing_but_protocol_errors_and_keeps_nothing(
    name, whole, seed, record_property
):
    count = _WHOLE if whole else _SHARE
    run(name, seed, 0, ROUND)
    gc.collect()
    blocks, memory_kb = sys.getallocatedblocks(), _most_memory_kb()
    began_s = time.process_time()
    refused = run(name, seed, 0, count)
    took_s = time.process_time() - began_s
    gc.collect()
    assert sys.getallocatedblocks() - blocks < _BLOCKS_MAX
    assert _most_memory_kb() - memory_kb < _MEMORY_KB_MAX
    assert refused < count
    rate = f"{count / took_s:,.0f} a second"
    record_property("figure", f"fuzz: {name}: {count:,} frames, {refused:,} refused, {rate}")


def _most_memory_kb():
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def _names(whole):
    # Apart where each takes its time, so that they run side by side.
    return list(TARGETS) if whole else ["all"]


def pytest_generate_tests(metafunc):
    if "board_name" in metafunc.fixturenames:
        metafunc.parametrize("board_name", _names(metafunc.config.getoption("whole")))


def test_parser_does_the_same_in_micropython(board_name, whole, seed, record_property):
    count = _BOARD_WHOLE if whole else _BOARD_SHARE
    result = run_in_micropython(
        "-m", "tests.protocol.fuzz_parsers", board_name, str(seed), "0", str(count)
    )
    assert result.returncode == 0, result.stdout + result.stderr
    names = sorted(TARGETS) if board_name == "all" else [board_name]
    assert result.stdout.splitlines() == [
        f"{name}: {run(name, seed, 0, count)} of {count} frames refused" for name in names
    ]
    record_property("figure", f"fuzz in MicroPython: {board_name}: {count:,} frames each")


def test_same_number_gives_the_same_frame_and_another_gives_another():
    def frame(seed, number):
        draw = Draw(seed, number)
        return spoilt(message_of(draw.one_of(sorted(messages.LAYOUTS)), 1, draw), draw)

    assert [frame(1, number) for number in range(50)] == [frame(1, number) for number in range(50)]
    assert len({frame(1, number) for number in range(200)}) > 150
    assert frame(1, 7) != frame(2, 7)


# Faults that somebody could make: what is patched, with what, and which targets see it.


def _decode_unchecked(self, buffer, offset=0):
    import struct

    return dict(zip(self.names, struct.unpack_from(self._format, buffer, offset), strict=True))


def _keep_everything(self, frame):
    self._parts += frame[1:]


def _decode_part_records(data):
    message = _DECODE(data)
    if message.payload:
        message.payload = message.payload[:-1]
    return message


def _record_of_any_kind(record, _log_id, _record_no):
    return records.LAYOUTS[record[0]].decode(record)


def _open_unchecked(self, sealed):
    self._next += 1
    return sealed[:-8]


def _never_stop(self, frame_bytes_max):
    return _NEXT_FRAME(self, frame_bytes_max) or (
        (0, b"\x00\x00") if frame_bytes_max == c.FRAME_BYTES_MIN else None
    )


def _raise_unread(self, frame):
    _RECEIVE(self, frame)
    if self._joiner._last_counter == 63:
        raise ProtocolError


_DECODE, _RECEIVE, _NEXT_FRAME = messages.decode, BandSession.receive, BandSession.next_frame


@pytest.mark.parametrize(
    ("owner", "name", "faulty", "target"),
    [
        (Layout, "decode", _decode_unchecked, "segments.decode_slot"),
        (Joiner, "join", _keep_everything, "Joiner.join"),
        (messages, "decode", _decode_part_records, "HostSession, reporting"),
        (records, "decode", _record_of_any_kind, "records.decode"),
        (Opener, "open", _open_unchecked, "Opener.open"),
        (BandSession, "next_frame", _never_stop, "BandSession, sealed"),
        (BandSession, "receive", _raise_unread, "BandSession, stranger on the air"),
    ],
)
def test_planted_fault_is_found_and_named_in_a_line_that_repeats_it(
    owner, name, faulty, target, monkeypatch, seed
):
    monkeypatch.setattr(owner, name, faulty)
    with pytest.raises(AssertionError, match=r"^repeat: python -m ") as caught:
        run(target, seed, 0, _SHARE)
    line = str(caught.value).splitlines()[0].removeprefix(f"repeat: python -m {_PROGRAM} ")
    wanted, *numbers = line.rsplit(" ", 3)
    assert wanted == target
    with pytest.raises(AssertionError, match=r"^repeat: "):
        run(wanted, *map(int, numbers))


_PROGRAM = "tests.protocol.fuzz_parsers"


def test_line_that_repeats_a_failure_runs():
    result = subprocess.run(
        [sys.executable, "-m", _PROGRAM, "cobs.decode", "1", "0", "5"],
        cwd=ROOT,
        env={"PYTHONPATH": "protocol"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.endswith(" of 5 frames refused\n")
