"""What is wrong with a ward's computer, and how bad it is."""

import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pouch_host.store import Store
from pouch_host.system import CollectorReport, PartName, Parts, PartState, System, Trouble
from pouch_host.system.metrics import figures
from pouch_host.ward import WardWatch
from tests.host import ward

HOUR_S = 3600
DAY_S = 24 * HOUR_S
NOW_UTC_S = ward.START_UTC_S + 3 * HOUR_S


class Computer:
    """A ward's computer of which a test decides what is wrong."""

    def __init__(self, store):
        self.now_utc_s = float(NOW_UTC_S)
        self.now_s = 0.0
        self.report, self.until_utc_s = None, None
        self.store = store
        self.watch = WardWatch(store, clock=lambda: self.now_utc_s, clock_s=lambda: self.now_s)
        self.parts = Parts(lambda: self.now_s)
        self.system = System(
            self.watch,
            self.parts,
            collector=lambda: self.report,
            certificate_until_utc_s=lambda: self.until_utc_s,
        )

    def back_up(self, ago_s):
        when_utc_s = int(self.now_utc_s - ago_s)
        self.store.audit.note(what="backed_up", when_utc_s=when_utc_s)

    def troubles(self):
        return [reason.trouble for reason in self.system.health().reasons]


@pytest.fixture
def computer(tmp_path):
    with Store.open(ward.fill(tmp_path / "ward.db")) as store:
        made = Computer(store)
        made.back_up(HOUR_S)
        yield made


def free(monkeypatch, free_bytes):
    usage = shutil._ntuple_diskusage(32_000_000_000, 0, free_bytes)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)


def test_sound_computer_has_nothing_to_tell(computer, monkeypatch):
    free(monkeypatch, 10_000_000_000)
    computer.report = CollectorReport()
    computer.until_utc_s = computer.now_utc_s + 300 * DAY_S
    computer.parts.note(PartName.WEB, PartState.RUNNING)
    health = computer.system.health()
    assert health.ok
    assert health.plain() == {"ok": True, "reasons": [], "warnings": []}
    assert computer.system.urgent() == ()


def test_silent_part_is_severe_and_comes_first(computer):
    computer.parts.note(PartName.COLLECTOR, PartState.FAILED, "no key")
    computer.parts.note(PartName.WATCH, PartState.RUNNING)
    computer.parts.beat(PartName.WATCH, 10)
    computer.now_s = 11
    health = computer.system.health()
    assert not health.ok
    assert health.plain()["reasons"] == ["part_silent:watch"]
    assert "part_failed:collector" in health.plain()["warnings"]
    assert health.reasons[0].severe


def test_anybody_learns_what_is_wrong_but_no_line_of_it(computer):
    # Goal: what an adapter or a store says may name a band or a path.
    computer.report = CollectorReport(adapter_failure="band P-0012ABCD: not there")
    assert "P-0012ABCD" not in str(computer.system.health().plain())


@pytest.mark.parametrize(
    ("free_bytes", "trouble"),
    [(1_000_000, Trouble.DISK_FULL), (100_000_000, Trouble.DISK_LOW)],
)
def test_disk_is_told_before_it_is_full_and_to_everybody(
    computer, monkeypatch, free_bytes, trouble
):
    free(monkeypatch, free_bytes)
    assert computer.troubles() == [trouble]
    assert [reason.trouble for reason in computer.system.urgent()] == [trouble]


def test_adapter_and_collector_are_told_to_everybody_and_the_clock_to_the_technician(computer):
    computer.parts.note(PartName.COLLECTOR, PartState.FAILED, "the disk is full")
    computer.report = CollectorReport(adapter_failure="gone", clock_doubt="it says 1970")
    told = [reason.trouble for reason in computer.system.urgent()]
    assert told == [Trouble.PART_FAILED, Trouble.ADAPTER]
    assert Trouble.CLOCK in computer.troubles()


def test_store_that_cannot_be_read_is_severe_and_the_rest_is_still_told(computer):
    computer.report = CollectorReport(adapter_failure="gone")
    computer.store.close()
    computer.store.system.file.write_bytes(b"a letter" * 1000)
    health = computer.system.health()
    assert [reason.trouble for reason in health.reasons] == [Trouble.STORE, Trouble.ADAPTER]
    assert not health.ok


def test_nothing_heard_for_hours_is_told_only_while_somebody_wears_a_band(computer):
    computer.now_utc_s += 3 * HOUR_S
    assert computer.troubles() == [Trouble.NOTHING_RECEIVED]
    computer.store.release(ward.BAND_ID, computer.now_utc_s - 1, when_utc_s=computer.now_utc_s)
    assert computer.troubles() == []


def test_backup_is_asked_for_until_there_is_a_recent_one(tmp_path):
    with Store.open(ward.fill(tmp_path / "ward.db")) as store:
        computer = Computer(store)
        assert computer.troubles() == [Trouble.BACKUP_NONE]
        computer.back_up(4 * DAY_S)
        assert computer.troubles() == [Trouble.BACKUP_OLD]
        computer.back_up(2 * DAY_S)
        assert computer.troubles() == []


@pytest.mark.parametrize(("days", "told"), [(15, []), (13, [Trouble.CERTIFICATE])])
def test_certificate_that_was_not_renewed_is_told(computer, days, told):
    computer.until_utc_s = computer.now_utc_s + days * DAY_S
    assert computer.troubles() == told


def test_watch_that_fails_is_told_with_its_line(computer):
    computer.store.close()
    computer.store.system.file.write_bytes(b"a letter" * 1000)
    computer.watch.step()
    reasons = {reason.trouble: reason for reason in computer.system.health().reasons}
    assert "not a Pouch store" in reasons[Trouble.WATCH_FAILED].line


def test_watch_that_looks_no_more_is_severe_and_its_age_is_told(computer):
    computer.watch.step()
    assert computer.system.health().ok
    computer.now_s += 61
    health = computer.system.health()
    assert health.plain()["reasons"] == ["not_looking:watch"]
    assert health.reasons[0].line == "the last look was 61 s ago"
    computer.watch.step()
    assert computer.system.health().ok


def test_watch_that_is_busy_for_long_is_a_warning(computer):
    computer.watch.step()
    computer.watch._looks.begin_piece()
    computer.now_s += 61
    assert "not_looking:watch" in computer.system.health().plain()["warnings"]


def test_figures_say_whether_somebody_looks_and_what_is_wrong(computer):
    computer.watch.step()
    before = read(figures(computer.system))
    assert before["pouch_watch_last_look_age_seconds"] == 0
    assert before["pouch_watch_state", "looking"] == 1
    assert before["pouch_ward_up"] == 1
    computer.now_s += 61
    after = read(figures(computer.system))
    assert after["pouch_watch_last_look_age_seconds"] == 61
    assert (after["pouch_watch_state", "looking"], after["pouch_watch_state", "stopped"]) == (0, 1)
    assert after["pouch_ward_up"] == 0
    assert after["pouch_ward_trouble", "watch", "not_looking"] == 1
    assert after["pouch_watch_starting"] == 0


def test_figures_say_that_the_ward_is_still_being_read_and_not_how_many_infants_it_has(computer):
    # Goal: whoever asks is nobody that is known; and nothing worked out is not everything.
    assert read(figures(computer.system))["pouch_watch_starting"] == 1
    computer.watch.step()
    text = figures(computer.system).decode()
    assert "pouch_watch_starting 0.0" in text
    assert "waiting" not in text


def read(text):
    """Return figures by name and the values of their labels."""
    return {
        (sample.name, *sample.labels.values()) if sample.labels else sample.name: sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_liveness_does_not_ask_the_store_and_names_each_part(computer):
    computer.store.close()
    computer.store.system.file.write_bytes(b"a letter" * 1000)
    computer.parts.note(PartName.WEB, PartState.RUNNING)
    computer.parts.note(PartName.COLLECTOR, PartState.FAILED, "x")
    liveness = computer.system.liveness()
    # To be begun anew mends neither a disk nor a missing key.
    assert liveness.ok
    assert liveness.status == "web running, collector failed"
    computer.parts.beat(PartName.WEB, 1)
    computer.now_s = 2
    assert not computer.system.liveness().ok
    assert "web silent" in computer.system.liveness().status


def test_look_gathers_what_the_page_shows(computer):
    computer.store.record_contact(7, computer.now_utc_s - 9 * DAY_S)
    state = computer.system.look()
    assert [band.label for band in state.bands] == ["P-00000007", ward.BAND_LABEL]
    assert state.newest_received_utc_s == NOW_UTC_S
    assert state.newest_backup_utc_s == NOW_UTC_S - HOUR_S
    assert state.disk.store_bytes > 10_000
    assert state.collector is None
