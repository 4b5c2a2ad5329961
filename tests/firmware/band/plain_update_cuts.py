"""Runs in MicroPython: power cut at every flash operation of an update, and of a factory reset.

Both are run once to count their operations, then once per operation with the power cut there, in
the middle of it. After each cut the band starts again and goes on as a person would have it.
"""

from band import factory, store, tail
from band.config import Config, load, save
from band.store import SegmentLog
from band.trial import Trial
from band.update import Update, version_detail
from pouch_protocol import constants as c
from pouch_protocol import records
from start import state as states
from start.choice import choose
from tests.protocol.plain import sample
from tests.support.on_band.cut_flash import CutFlash, mount, mounted, power_cycle
from tests.support.on_band.parcel import BOARD, Parcel, contents
from tests.support.on_band.ram_flash import ROOT, PowerCut

BAND_ID = 0x0012ABCD
OLD = Parcel(version=(0, 1, 0))
# Of some blocks: each that has come is made durable, and is what a transfer goes on with.
NEW = Parcel(files=OLD.files + [("band/large%d.mpy" % n, contents(2)) for n in range(3)])
BLOCKS = 96


class Band:
    """A band as far as an update touches it: log, settings, and the copy that runs."""

    def __init__(self, log_id=77):
        """Start as main.py does."""
        self.slot = choose(ROOT, states.load(ROOT))
        states.note_running(self.slot)
        if factory.complete(ROOT):
            self.log = None
            return
        self.settings = load(ROOT, b"chip")
        self.log = SegmentLog(ROOT, self.settings.band_id, 30, lambda: log_id)
        self.update = Update(ROOT, BOARD, lambda blocks: True, self._add_event)
        self.trial = Trial(ROOT, self._add_event)
        self.events = []

    def _add_event(self, event, version):
        self.events.append((event, version))
        fields = {"flags": 0, "uptime_cs": 0, "event": event, "detail": version, "value": 0}
        self.log.append(c.KIND_EVENT, fields)
        self.log.flush()

    def append(self, count):
        """Record a little; every fourth record makes the last four durable."""
        for _ in range(count):
            self.log.append(c.KIND_SAMPLE, sample(uptime_cs=self.log.next_record_no))

    def held(self):
        """Return the numbers of the records that are there and sound."""
        self.log.commit()
        found = set()
        number = self.log.oldest_record_no
        while True:
            _, first, data = self.log.read(number, 50)
            if not data:
                return found
            for index in range(len(data) // 20):
                record = data[index * 20 : index * 20 + 20]
                assert records.check(record, self.log.log_id, first + index)
                found.add(first + index)
            number = first + len(data) // 20

    def is_whole(self, parcel):
        """Tell whether the copy that runs is this one, to the byte."""
        try:
            with open(states.slot_path(ROOT, self.slot), "rb") as file:
                return file.read() == parcel.stream
        except OSError:
            return False


def _prepared():
    """Return a flash with settings, some records, and an old version in a slot."""
    mount(CutFlash(BLOCKS), format_it=True)
    settings = Config(BAND_ID)
    settings.key = bytes(range(16))
    save(ROOT, settings)
    band = Band()
    band.append(40)
    _send(band, OLD)
    power_cycle()
    band = Band()
    band.trial.confirm()
    assert band.is_whole(OLD)
    band.append(40)
    power_cycle()
    return bytes(mounted().image)


def _send(band, parcel, append=0):
    """Bring an update over; the band goes on recording meanwhile."""
    stream = parcel.stream
    position = band.update.begin(parcel.begin)
    while position < len(stream):
        position = band.update.data(position, stream[position : position + 512])
        if append:
            band.append(append)
    band.update.finish()


class Promise:
    """What a cut must not take: records flushed so far, and when the new version was due."""

    def __init__(self):
        self.flushed = 0
        self.begun = 0

    def note(self, band):
        self.flushed = max(self.flushed, band.log.flushed_record_no)


def _update_run(promise, healthy=True):
    """Bring the new version over, start it as often as it takes, let it be healthy or not."""
    band = Band()
    promise.note(band)
    if band.slot == states.SLOTS[0] and not states.load(ROOT).given_up:
        stream = NEW.stream
        position = band.update.begin(NEW.begin)
        while position < len(stream):
            position = band.update.data(position, stream[position : position + 512])
            band.append(1)
            promise.note(band)
        band.update.finish()
        power_cycle()
        band = Band()
    for _ in range(states.TRIAL_BOOTS + 1):
        promise.note(band)
        band.trial.report()
        band.append(4)
        promise.note(band)
        if healthy:
            band.trial.confirm()
            promise.note(band)
            return band
        power_cycle()
        band = Band()
    band.trial.report()
    promise.note(band)
    return band


def _survivor(image, log_id=77):
    """Mount what a cut left, as the next start finds it."""
    mount(CutFlash(image=image))
    return Band(log_id)


def _cut_flash(image, cut_at, run):
    """Run with a cut; return the bytes that the cut left, None if it was not reached."""
    flash = CutFlash(image=image)
    flash.cut_at = cut_at
    mount(flash)
    try:
        run()
    except PowerCut:
        return bytes(mounted().image)
    return None


def _count(image, run):
    """Return how many operations a whole run makes."""
    flash = CutFlash(image=image)
    mount(flash)
    run()
    return mounted().operations


def _cut_update_everywhere(healthy):
    image = _prepared()
    total = _count(image, lambda: _update_run(Promise(), healthy))
    slots = set()
    for cut_at in range(1, total + 1):
        promise = Promise()
        left = _cut_flash(image, cut_at, lambda promise=promise: _update_run(promise, healthy))
        assert left is not None, cut_at
        band = _survivor(left)
        # One of the two runs, whole: never none, never half.
        slots.add(band.slot)
        assert band.slot in states.SLOTS, (cut_at, band.slot)
        parcel = OLD if band.slot == states.SLOTS[0] else NEW
        assert band.is_whole(parcel), cut_at
        assert set(range(promise.flushed)) <= band.held(), cut_at
        # The update goes on to its end, or the old version stays.
        last = _update_run(Promise(), healthy)
        assert last.is_whole(NEW if healthy else OLD), cut_at
        assert not states.load(ROOT).on_trial, cut_at
        assert set(range(promise.flushed)) <= last.held(), cut_at
    assert slots == set(states.SLOTS)
    return total


def test_cut_at_every_operation_of_an_update_leaves_a_whole_version_and_every_record():
    total = _cut_update_everywhere(healthy=True)
    print("cuts in an update that is confirmed:", total)
    assert total > 100


def test_cut_at_every_operation_of_an_update_that_rolls_back_leaves_the_old_version():
    total = _cut_update_everywhere(healthy=False)
    print("cuts in an update that is rolled back:", total)
    assert total > 100


def test_cut_at_every_operation_with_small_segments_falls_into_roll_over_too():
    usual = (store.SEGMENT_RECORDS, tail.SLOTS)
    store.SEGMENT_RECORDS, tail.SLOTS = 10, 3
    try:
        print("cuts in an update with small segments:", _cut_update_everywhere(healthy=True))
    finally:
        store.SEGMENT_RECORDS, tail.SLOTS = usual


def _reset_run():
    """Reset a band to the factory and start it until it records again."""
    band = Band(log_id=78)
    if band.log is not None and band.settings.band_id == BAND_ID:
        factory.request(ROOT)
        power_cycle()
        band = Band(log_id=78)
    if band.log is None:
        power_cycle()
        band = Band(log_id=78)
    band.append(4)
    return band


def test_cut_at_every_operation_of_a_factory_reset_leaves_the_old_band_or_a_new_one():
    image = _prepared()
    total = _count(image, _reset_run)
    seen = set()
    for cut_at in range(1, total + 1):
        left = _cut_flash(image, cut_at, _reset_run)
        assert left is not None, cut_at
        band = _survivor(left, log_id=78)
        if band.log is None:
            # It goes on with the reset: as the loader has it, the next start.
            power_cycle()
            band = Band(log_id=78)
        is_old = band.settings.band_id == BAND_ID
        seen.add(is_old)
        if is_old:
            assert band.log.log_id == 77, cut_at
            assert band.settings.key == bytes(range(16)), cut_at
            assert set(range(80)) <= band.held(), cut_at
            assert band.is_whole(OLD), cut_at
        else:
            # Never the old records under the new identity, never an old key.
            assert band.log.log_id == 78, cut_at
            assert band.settings.key is None, cut_at
            assert band.slot == states.FACTORY, cut_at
            assert max(band.held() or {0}) < 8, cut_at
        again = _reset_run()
        assert again.settings.band_id != BAND_ID, cut_at
        assert again.log.log_id == 78, cut_at
        assert not factory.complete(ROOT), cut_at
    assert seen == {True, False}
    print("cuts in a factory reset:", total)
    assert total > 30


def test_reset_is_noted_once_in_the_new_log():
    mount(CutFlash(image=_prepared()))
    assert not factory.take_note(ROOT)
    _reset_run()
    assert factory.take_note(ROOT)
    assert not factory.take_note(ROOT)


def test_version_detail_holds_each_part():
    assert version_detail((1, 2, 3)) == 0x030201
