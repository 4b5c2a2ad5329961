"""An update over a cable, against the band's own half of it: whatever ends it, it goes on."""

import asyncio
import random

import pytest

from pouch_host.collect.exchange import Refusal
from pouch_host.collect.link import LinkError
from pouch_host.collect.update_file import UpdateFile
from pouch_host.collect.updating import Outcome, Updater
from pouch_host.errors import BandError, InputError
from pouch_protocol import constants as c
from pouch_protocol import messages
from tests.host.collect.cable_band import CableBand, tiny_update
from tests.host.collect.fake_band import in_simulated_time

pytestmark = pytest.mark.usefixtures("as_on_a_board")
NEW = 0x000200


@pytest.fixture
def update_file(tmp_path):
    """Return a function that makes a file and reads it."""

    def make(**options):
        path = tmp_path / "new.pouch"
        path.write_bytes(tiny_update(**options))
        return UpdateFile.read(path)

    return make


class Run:
    """One band, one file, one updater."""

    band: CableBand

    def __init__(self, folder, file, **band_options):
        folder.mkdir()
        self.file = file
        self.band_options = band_options
        self.folder = folder
        self.notes = []
        self.positions = []

    def updater(self, **reach_options):
        reach = self.band.reach(**reach_options)
        return Updater(reach, self.file, self.positions.append, self.notes.append)

    def go(self, scenario):
        """Run a scenario, which is handed this object once its band has started."""

        async def started():
            self.band = CableBand(self.folder, **self.band_options)
            try:
                return await scenario(self)
            finally:
                self.band.close()

        return in_simulated_time(started())


async def send_and_wait(run):
    updater = run.updater()
    assert await updater.send(again=False)
    return await updater.outcome()


def test_update_is_sent_and_confirmed(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file())
    assert run.go(send_and_wait) is Outcome.CONFIRMED
    assert run.positions == sorted(run.positions)
    assert run.positions[-1] == len(run.file.stream)
    assert run.band.slot == ("a", False)
    assert run.band.info()["firmware_minor"] == 2
    assert run.notes == ["band P-0012ABCD: 0.2.0 has started, on trial"]


def test_update_that_does_not_prove_itself_is_seen_to_be_given_up(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file())

    async def scenario(run):
        run.band.healthy = False
        return await send_and_wait(run)

    assert run.go(scenario) is Outcome.ROLLED_BACK
    assert run.band.slot == ("-", False)
    assert run.band.info()["firmware_minor"] == 1


def test_outcome_of_an_earlier_update_is_not_taken_for_this_one(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file())

    async def scenario(run):
        run.band.add_event(c.EVENT_UPDATE_ROLLED_BACK, NEW)
        return await send_and_wait(run)

    assert run.go(scenario) is Outcome.CONFIRMED


def test_outcome_that_never_comes_is_on_trial(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file())

    async def scenario(run):
        updater = run.updater()
        await updater.send(again=False)
        run.band.deaf = True
        return await updater.outcome()

    assert run.go(scenario) is Outcome.ON_TRIAL


def test_band_that_runs_this_version_is_left_alone_unless_told_otherwise(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file(version=(0, 1, 0)))

    async def scenario(run):
        assert not await run.updater().send(again=False)
        assert run.positions == []
        return await run.updater().send(again=True)

    assert run.go(scenario)
    assert run.positions[-1] == len(run.file.stream)


def _cut_points(count, total, seed):
    """Return some of the bytes at which a line may end, both ends among them."""
    return [0, 1, total - 1, *random.Random(seed).sample(range(2, total - 1), count)]


@pytest.mark.parametrize("restarts", [False, True])
def test_line_that_ends_at_any_byte_costs_no_byte_twice(tmp_path, update_file, seed, restarts):
    # Goal: whatever byte is the last, the update goes on and ends well. Method: count the bytes of
    # a clean transfer, then cut at some of them; the band runs on, or loses its power, too.
    file = update_file()
    clean = Run(tmp_path / "clean", file)
    clean.go(lambda run: run.updater().send(again=False))
    total = clean.band.heard_bytes
    for number, cut_after in enumerate(_cut_points(40, total, seed)):
        run = Run(tmp_path / f"{number}", file)

        async def scenario(run, cut_after=cut_after):
            run.band.cut_after = cut_after
            updater = run.updater()
            try:
                await updater.send(again=False)
            except LinkError:
                # Nothing had been sent: whoever asked is told so, and asks again.
                assert not run.positions
                if restarts:
                    run.band.restart()
                    await asyncio.sleep(10)
                await updater.send(again=False)
            return await updater.outcome()

        if restarts:
            _restart_at_the_cut(run)
        assert run.go(scenario) is Outcome.CONFIRMED, cut_after
        assert run.band.info()["firmware_minor"] == 2
        if not restarts:
            # Two greetings, handshakes and beginnings, and at most one piece again.
            again = run.band.heard_bytes - total
            assert again < messages.UPDATE_DATA_BYTES_MAX + 800, cut_after


def _restart_at_the_cut(run):
    """Have the band lose its power when the line ends."""
    original = run.updater

    def updater(**options):
        made = original(**options)
        made._on_note = lambda text: run.band.restart() if "again" in text else None
        return made

    run.updater = updater


def test_update_begun_in_one_run_goes_on_in_the_next(tmp_path, update_file):
    # As after Ctrl-C: nothing of the first run is left but what the band holds.
    run = Run(tmp_path / "band", update_file())

    async def scenario(run):
        half_way = asyncio.Event()
        updater = run.updater()

        def note(position):
            run.positions.append(position)
            if position >= 2000:
                half_way.set()

        updater._on_progress = note
        sending = asyncio.ensure_future(updater.send(again=False))
        await half_way.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        stopped_at = run.positions[-1]
        run.positions.clear()
        await run.updater().send(again=False)
        return stopped_at

    stopped_at = run.go(scenario)
    assert run.positions[0] == stopped_at >= 2000


def test_lost_answer_to_the_last_request_is_no_failure(tmp_path, update_file):
    for healthy in (True, False):
        run = Run(tmp_path / f"{healthy}", update_file())

        async def scenario(run, healthy=healthy):
            run.band.healthy = healthy
            run.band.lose_reply_to = c.OP_UPDATE_FINISH
            return await send_and_wait(run)

        expected = Outcome.CONFIRMED if healthy else Outcome.ROLLED_BACK
        assert run.go(scenario) is expected
        assert [event for event, _ in run.band.events].count(c.EVENT_UPDATE_STARTED) == 1


def test_band_that_does_not_come_back_ends_it(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file())

    async def scenario(run):
        run.band.cut_after = 3000
        updater = run.updater()
        updater._on_note = lambda _text: setattr(run.band, "deaf", True)
        with pytest.raises(LinkError, match="no band answers"):
            await updater.send(again=False)
        return asyncio.get_running_loop().time()

    # Three attempts of forty seconds each, and not for ever.
    assert 100 < run.go(scenario) < 300
    assert 0 < run.positions[-1] < len(run.file.stream)


@pytest.mark.parametrize(
    ("band_key", "code"), [(b"k" * 16, c.CODE_NOT_AUTHENTICATED), (None, c.CODE_NO_KEY)]
)
def test_wrong_key_sends_not_a_byte(tmp_path, update_file, band_key, code):
    run = Run(tmp_path / "band", update_file(), key=band_key)
    with pytest.raises(Refusal) as caught:
        run.go(lambda run: run.updater().send(again=False))
    assert (caught.value.request, caught.value.code) == (c.OP_UPDATE_BEGIN, code)
    assert run.positions == []


def test_file_for_another_board_is_refused_before_a_port_is_opened(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file(board="pico_w"))

    async def scenario(run):
        run.band.deaf = True
        await run.updater(board="xiao_esp32c3").send(again=False)

    with pytest.raises(
        InputError, match=r"for pico_w, and on .* is xiao_esp32c3: nothing was sent"
    ):
        run.go(scenario)
    assert run.band.heard_bytes == 0


def test_file_for_another_board_than_the_band_says_it_is_sends_not_a_byte(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file(board="pico_w"))
    with pytest.raises(InputError, match=r"new\.pouch is for pico_w, and on band P-.* is xiao"):
        run.go(lambda run: run.updater().send(again=False))
    assert run.positions == []
    assert run.band.slot == ("-", False)
    assert not (run.folder / "firmware" / "a").exists()


def test_file_for_another_micropython_is_refused_with_the_index(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file(mpy=7 | 3 << 8))
    with pytest.raises(BandError, match="another MicroPython"):
        run.go(lambda run: run.updater().send(again=False))


def test_file_that_is_damaged_on_the_way_is_not_started(tmp_path, update_file):
    file = update_file()
    stream = bytearray(file.stream)
    stream[-1] ^= 1
    damaged = UpdateFile(file.name, bytes(stream), file.index_bytes, file.board, file.version)
    run = Run(tmp_path / "band", damaged)
    with pytest.raises(Refusal) as caught:
        run.go(lambda run: run.updater().send(again=False))
    assert (caught.value.request, caught.value.code) == (
        c.OP_UPDATE_FINISH,
        c.CODE_IMAGE_REFUSED,
    )
    assert run.band.slot == ("-", False)


def test_second_update_while_one_is_on_trial_is_refused(tmp_path, update_file):
    run = Run(tmp_path / "band", update_file())

    async def scenario(run):
        await run.updater().send(again=False)
        await asyncio.sleep(10)
        await run.updater().send(again=True)

    with pytest.raises(Refusal) as caught:
        run.go(scenario)
    assert (caught.value.request, caught.value.code) == (c.OP_UPDATE_BEGIN, c.CODE_BUSY)
