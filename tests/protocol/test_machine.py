"""Both ends of a connection driven by Hypothesis, and planted faults that it has to find."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from pouch_protocol import auth, band, messages, sealing
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.frames import Joiner
from pouch_protocol.host import HostSession
from pouch_protocol.sealing import Opener, Sealer
from tests.protocol.machine import Link
from tests.support import machines

_SHARE, _WHOLE = 150, 5_000
# Of a planted fault; the slowest of them is found after some hundred runs.
_RUNS_MAX = 1_000
_STEPS = 60


def test_machine_finds_nothing(request, record_property):
    whole = request.config.getoption("whole")
    count = _WHOLE if whole else _SHARE
    chosen = machines.sound(count, _STEPS)
    run_state_machine_as_test(Link, settings=chosen)
    record_property("figure", f"link: machine: {count:,} runs of up to {_STEPS} steps")


# Faults that somebody could make: what is patched and with what.


def _join_any(self, frame):
    self._parts = (b"" if frame[0] & 0x80 else self._parts) + frame[1:]
    return self._parts if frame[0] & 0x40 else None


def _open_any(self, sealed):
    counter = self._next + ((sealed[0] - self._next) & 0x3F)
    self._next = counter + 1
    place = sealing._place(self._channel, counter)
    return sealed[:1] + sealing._crypt(self._encrypt, place, sealed[1:-8])


def _seal_again(self, frame):
    sealed = _SEAL(self, frame)
    self._counter &= 7
    return sealed


def _refuse_nobody(_self, _opcode):
    return 0


def _raise_for_all(self, frame):
    if self._opener is not None:
        self._opener.open(frame)
    _RECEIVE(self, frame)


def _answer_all(self, message):
    self._replies.append(message)


def _never_answer_an_abort(self, message, data):
    if message.opcode == c.OP_ABORT:
        return
    _HANDLE(self, message, data)


def _forget_a_record(self, source, frame_bytes_max):
    message = _NEXT_RECORDS(self, source, frame_bytes_max)
    self._next += 1
    return message


def _trust_all(one, other):
    return len(one) == len(other)


_SEAL, _RECEIVE, _HANDLE = Sealer.seal, BandSession.receive, BandSession._handle
_NEXT_RECORDS = band._Report.next_records


@pytest.mark.parametrize(
    "faults",
    [
        {(Opener, "open"): _open_any, (messages, "crc32"): lambda _data: 0},
        {(Sealer, "seal"): _seal_again},
        {(BandSession, "_refusal"): _refuse_nobody},
        {(BandSession, "receive"): _raise_for_all},
        {(BandSession, "_send"): _answer_all},
        {(BandSession, "_handle"): _never_answer_an_abort},
        {(band._Report, "next_records"): _forget_a_record},
        {(auth, "equal"): _trust_all},
        {(HostSession, "abort"): lambda self: None},
        {(Joiner, "join"): _join_any, (messages, "crc32"): lambda _data: 0},
    ],
    ids=lambda faults: "-".join(f"{owner.__name__}.{name}" for owner, name in faults),
)
def test_planted_fault_is_found(faults, monkeypatch):
    for (owner, name), faulty in faults.items():
        monkeypatch.setattr(owner, name, faulty)
    chosen = machines.planted(_RUNS_MAX, _STEPS)
    with pytest.raises(Exception):  # noqa: B017 - whatever the fault makes of it
        run_state_machine_as_test(Link, settings=chosen)
