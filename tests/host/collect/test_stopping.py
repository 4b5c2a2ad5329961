"""Signals end a collector in order, in the middle of a pull: nothing is lost, nobody is left."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pouch_host.cli_collect import RoundFailed, collect_into
from pouch_host.collect.known import KnownBands
from pouch_host.stopping import Stopped, until_signalled
from pouch_host.store import Store
from tests.host.collect.fake_band import (
    BAND_ID,
    KEY,
    LABEL,
    LOG_ID,
    FakeAdapter,
    FakeLink,
    ListSource,
    in_simulated_time,
    made_records,
)

ROOT = Path(__file__).parents[3]
KNOWN = KnownBands.of({LABEL: (KEY,)})
STOPPING = "stopping: what has arrived is being stored; a second signal ends at once"


class SignallingLink(FakeLink):
    """A connection in the middle of which this process gets a signal."""

    def __init__(self, signal_no):
        super().__init__(ListSource(made_records(500)), delay_s=1)
        self._signal_no = signal_no

    async def receive(self, timeout_s):
        # Six replies, and the first half of the third message of records.
        if self.sent == 16:
            os.kill(os.getpid(), self._signal_no)
        return await super().receive(timeout_s)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


@pytest.fixture(autouse=True)
def handlers_stay_as_they_were():
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    yield
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_signal_in_a_pull_stores_what_has_arrived_and_the_next_pull_fetches_the_rest(
    store, capsys
):
    adapter = FakeAdapter({"AA:01": lambda: SignallingLink(signal.SIGTERM)}, moving=True)
    collect_into(store, adapter, KNOWN, 300.0, in_simulated_time)
    assert adapter.open == 0
    assert capsys.readouterr().err.splitlines() == [STOPPING]
    ((first, last),) = store.held_ranges(BAND_ID, LOG_ID)
    # Of 46 records each; the message that had come in part is not among them.
    assert (first, last) == (0, 2 * 46 - 1)
    sound = FakeAdapter({"AA:01": lambda: FakeLink(ListSource(made_records(500)))})
    collect_into(store, sound, KNOWN, None, in_simulated_time)
    assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 499)]
    assert sum(segment.record_count for segment in store.segments(BAND_ID)) == 500


def test_ctrl_c_in_a_pull_ends_in_the_same_order(store, capsys):
    adapter = FakeAdapter({"AA:01": lambda: SignallingLink(signal.SIGINT)}, moving=True)
    with pytest.raises(KeyboardInterrupt):
        collect_into(store, adapter, KNOWN, 300.0, in_simulated_time)
    assert adapter.open == 0
    assert capsys.readouterr().err.splitlines() == [STOPPING]
    assert store.held_ranges(BAND_ID, LOG_ID) != []


def test_single_round_that_is_stopped_has_not_read_every_band(store):
    adapter = FakeAdapter({"AA:01": lambda: SignallingLink(signal.SIGTERM)}, moving=True)
    with pytest.raises(RoundFailed, match="stopped before every band was read"):
        collect_into(store, adapter, KNOWN, None, in_simulated_time)
    assert store.held_ranges(BAND_ID, LOG_ID) != []


def test_work_that_ends_by_itself_hands_on_its_result_or_its_error():
    async def five():
        return 5

    async def fail():
        raise ValueError("its own")

    assert in_simulated_time(until_signalled(five(), lambda: None)) == 5
    with pytest.raises(ValueError, match="its own"):
        in_simulated_time(until_signalled(fail(), lambda: None))


def test_work_that_is_cancelled_by_its_owner_was_not_stopped_by_a_signal():
    async def scenario():
        task = asyncio.ensure_future(until_signalled(asyncio.sleep(100), lambda: None))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    in_simulated_time(scenario())


def test_signal_is_told_before_the_work_has_ended():
    told = []

    async def work():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(100)
        finally:
            told.append("ended")

    with pytest.raises(Stopped) as caught:
        in_simulated_time(until_signalled(work(), lambda: told.append("signal")))
    assert caught.value.signal_no is signal.SIGTERM
    assert told == ["signal", "ended"]


def start(store_path, *arguments):
    """Start a collector in a process of its own; return it in the middle of a pull."""
    key = store_path.with_name(f"{LABEL}.key")
    key.write_text(KEY.hex())
    key.chmod(0o600)
    command = ["collect", str(store_path), "--keys", str(key.parent), *arguments]
    places = [str(ROOT / name) for name in ("protocol", "host", "sim", ".")]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.host.collect.collect_on_fakes", *command],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(places), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "pulling\n", process.communicate()
    return process


@pytest.mark.parametrize(("signal_no", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_process_ends_in_order_with_the_code_of_its_signal(tmp_path, signal_no, code):
    path = tmp_path / "ward.db"
    with start(path) as process:
        process.send_signal(signal_no)
        _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err.splitlines()[0] == STOPPING
    assert "Traceback" not in err
    with Store.open(path, create=False) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) != []


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_process_that_cannot_end_in_order_ends_at_a_second_signal(tmp_path, second):
    path = tmp_path / "ward.db"
    with start(path, "--stubborn") as process:
        process.send_signal(signal.SIGTERM)
        assert process.stderr.readline() == STOPPING + "\n"
        assert process.stdout.readline() == "closing\n"
        process.send_signal(second)
        process.communicate(timeout=60)
    assert process.returncode == -second
    # What had arrived was stored before the connection was to be closed.
    with Store.open(path, create=False) as store:
        assert store.held_ranges(BAND_ID, LOG_ID) != []
