"""Runs in MicroPython: what starts when power comes, and what happens when that fails."""

import gc
import os
import sys

import vfs

from start import state as states
from tests.support.on_band.copies import image_of
from tests.support.on_band.cut_flash import CutFlash, mount, mounted, power_cycle
from tests.support.on_band.ram_flash import ROOT

NEW = 0x000200
FACTORY_FILE = ROOT + "/factory.pouch"
# Where the factory's copy lies as plain files, which is what somebody tries out.
PLAIN_FOLDER = ROOT + "/plain"
MOUNT_POINT = "/image"
# The copies that this test lets start: what they say of themselves.
_BOARDS = "def this_board():\n    import probe\n    return probe.find('%s')\n"
_APP = "def run(board):\n    import probe\n    probe.run('%s', board)\n"
_BROKEN_APP = "def run(board)\n    pass\n"
_EMPTY_APP = "VERSION = (0, 2, 0)\n"


class Reset(BaseException):
    """The board starts again: nothing runs after it."""


class Probe:
    """Stands in for `machine`, `time` and what a copy does; notes what happens, in its order."""

    def __init__(self):
        self.log = []
        self.watchdog_ms_max = 60_000
        # What is raised where a copy looks for its board, and where it runs.
        self.finds = self.runs = None

    def WDT(self, timeout):  # noqa: N802 - machine's name
        if timeout > self.watchdog_ms_max:
            raise ValueError("timeout too long")
        self.log.append(("watchdog", timeout))

    def reset(self):
        self.log.append(("reset",))
        raise Reset

    def sleep_ms(self, duration_ms):
        self.log.append(("wait", duration_ms))

    def find(self, name):
        if self.finds is not None:
            raise self.finds
        return "board of " + name

    def run(self, name, board):
        assert board == "board of " + name
        # What the next start finds, if the power goes now.
        self.log.append(("run", name, states.load(ROOT).boots_left))
        if self.runs is not None:
            raise self.runs


probe = Probe()
sys.modules["machine"] = probe
sys.modules["probe"] = probe

from start import loader  # noqa: E402 - it imports machine

WAIT_AND_RESET = [("wait", 10_000), ("reset",)]


loader._FACTORY_FILE = FACTORY_FILE


def _copy(name, app):
    """Return the image of a copy."""
    files = (
        ("band/__init__.py", ""),
        ("band/app.py", app),
        ("band/late.py", "WHEN = 'long after the start'\n"),
        ("boards/__init__.py", _BOARDS % name),
    )
    return image_of([(path, text.encode()) for path, text in files])


def _write(path, data):
    with open(path, "wb") as file:
        file.write(data)


class Band:
    """A band with the factory's copy and one in each slot."""

    def __init__(self, active=states.FACTORY, boots_left=states.CONFIRMED, previous="-", apps=()):
        self.probe = Probe()
        mount(CutFlash(), format_it=True)
        os.mkdir(ROOT + states.FOLDER)
        paths = {states.FACTORY: FACTORY_FILE}
        for slot in states.SLOTS:
            paths[slot] = states.slot_path(ROOT, slot)
        apps = dict(apps)
        for name, path in paths.items():
            _write(path, _copy(name, apps.get(name, _APP % name)))
        state = states.State()
        state.active, state.boots_left, state.previous = active, boots_left, previous
        state.version = NEW
        states.save(ROOT, state)

    def start(self):
        """Give it power; return what happened."""
        power_cycle()
        self.probe.log = log = []
        sys.modules["probe"] = loader.machine = loader.time = self.probe
        for name in ("band", "band.app", "band.late", "boards"):
            sys.modules.pop(name, None)
        path = list(sys.path)
        # Of this test's own tree nothing may be imported in the place of a copy.
        sys.path[:] = [PLAIN_FOLDER, ".frozen"]
        try:
            loader.start(ROOT)
        except Reset:
            pass
        finally:
            sys.path[:] = path
            try:  # noqa: SIM105 - MicroPython has no contextlib
                vfs.umount(MOUNT_POINT)
            except OSError:
                pass  # Nothing was mounted: plain files, or no start at all.
        return log

    def state(self):
        state = states.load(ROOT)
        return state.active, state.boots_left, state.previous, state.given_up


def test_new_band_runs_the_factorys_copy_without_a_watchdog_of_the_loader():
    band = Band()
    before = mounted().operations
    assert band.start() == [("run", "-", states.CONFIRMED)]
    assert mounted().operations == before


def test_confirmed_copy_runs_and_nothing_is_written():
    for slot in states.SLOTS:
        band = Band(slot)
        before = mounted().operations
        assert band.start() == [("run", slot, states.CONFIRMED)]
        assert mounted().operations == before


def test_collections_come_before_the_heap_is_full():
    gc.threshold(-1)
    Band().start()
    # An eighth of what is free, and 8 kB at least.
    assert 8_192 <= gc.threshold() <= gc.mem_free()


def test_copy_on_trial_runs_with_a_watchdog_and_its_start_is_counted_first():
    band = Band("a", states.TRIAL_BOOTS)
    for boots_left in (2, 1, 0):
        assert band.start() == [("watchdog", 60_000), ("run", "a", boots_left)]
    # Three starts that never said that they are healthy.
    assert band.start() == [("run", "-", states.CONFIRMED)]
    assert band.state() == ("-", states.CONFIRMED, "-", NEW)


def test_board_with_a_short_watchdog_gets_the_longest_that_it_has():
    band = Band("a", states.TRIAL_BOOTS)
    band.probe.watchdog_ms_max = 8_388
    assert band.start()[0] == ("watchdog", 8_000)
    # And one that takes neither starts all the same.
    band.probe.watchdog_ms_max = 0
    assert band.start() == [("run", "a", 1)]


def test_copy_on_trial_that_fails_gives_way_to_the_one_before_it():
    failing = (
        # It cannot be compiled, lacks what is called, or names a module that is not there.
        (_BROKEN_APP, None, None),
        (_EMPTY_APP, None, None),
        ("import nowhere\n", None, None),
        (None, ValueError("no file in boards/"), None),
        (None, None, MemoryError()),
        (None, None, OSError(5)),
    )
    for app, finds, runs in failing:
        band = Band("b", states.TRIAL_BOOTS, "a", {} if app is None else {"b": app})
        band.probe.finds, band.probe.runs = finds, runs
        for boots_left in (2, 1, 0):
            log = band.start()
            assert log[0] == ("watchdog", 60_000)
            assert log[-2:] == WAIT_AND_RESET
            assert band.state()[:2] == ("b", boots_left)
        band.probe.finds = band.probe.runs = None
        assert band.start() == [("run", "a", states.CONFIRMED)]
        assert band.state() == ("a", states.CONFIRMED, "-", NEW)


def test_healthy_copy_that_fails_is_doubted_and_gives_way_after_three_starts():
    band = Band("a", apps={"a": _BROKEN_APP})
    assert band.start() == WAIT_AND_RESET
    assert band.state() == ("a", 2, "-", 0)
    for boots_left in (1, 0):
        assert band.start() == [("watchdog", 60_000)] + WAIT_AND_RESET
        assert band.state()[1] == boots_left
    assert band.start() == [("run", "-", states.CONFIRMED)]


def test_healthy_copy_that_fails_once_is_on_trial_and_can_be_confirmed_again():
    band = Band("a")
    band.probe.runs = OSError(5)
    band.start()
    band.probe.runs = None
    assert band.start() == [("watchdog", 60_000), ("run", "a", 1)]
    state = states.load(ROOT)
    state.confirm()
    states.save(ROOT, state)
    assert band.start() == [("run", "a", states.CONFIRMED)]


def test_factorys_copy_that_fails_starts_again_after_the_wait_and_doubts_nobody():
    band = Band(apps={"-": _BROKEN_APP})
    before = mounted().operations
    for _ in range(3):
        assert band.start() == WAIT_AND_RESET
    assert mounted().operations == before


def test_slot_that_is_gone_is_not_started():
    band = Band("a")
    os.remove(states.slot_path(ROOT, "a"))
    assert band.start() == [("run", "-", states.CONFIRMED)]
    assert band.state()[0] == states.FACTORY


def test_running_copy_is_known_by_its_slot():
    for active in (states.FACTORY, "a", "b"):
        band = Band(active)
        band.start()
        assert states.is_running(states.load(ROOT)), active
        for other in {states.FACTORY, "a", "b"} - {active}:
            state = states.State()
            state.active = other
            assert not states.is_running(state), (active, other)


def test_slot_that_is_no_image_any_more_gives_way():
    good = _copy("a", _APP % "a")
    for data in (b"", good[:20], good[:60], good[:-1], b"X" + good[1:]):
        band = Band("a")
        _write(states.slot_path(ROOT, "a"), data)
        assert band.start() == WAIT_AND_RESET
        assert band.state() == ("a", 2, "-", 0)
        for _ in range(2):
            assert band.start() == [("watchdog", 60_000)] + WAIT_AND_RESET
        assert band.start() == [("run", "-", states.CONFIRMED)]


def _write_plain(name):
    os.mkdir(PLAIN_FOLDER)
    for package, texts in (
        ("band", (("__init__", ""), ("app", _APP % name))),
        ("boards", (("__init__", _BOARDS % name),)),
    ):
        os.mkdir(PLAIN_FOLDER + "/" + package)
        for stem, text in texts:
            _write(PLAIN_FOLDER + "/" + package + "/" + stem + ".py", text.encode())


def test_plain_files_are_the_factorys_copy_where_there_is_no_image():
    band = Band()
    _write_plain("files")
    # An image goes before whatever lies beside it.
    assert band.start() == [("run", "-", states.CONFIRMED)]
    os.remove(FACTORY_FILE)
    assert band.start() == [("run", "files", states.CONFIRMED)]
    # And never in the place of a slot.
    assert Band("a").start() == [("run", "a", states.CONFIRMED)]


def test_factorys_image_that_is_damaged_starts_nothing_in_its_place():
    band = Band()
    _write_plain("files")
    _write(FACTORY_FILE, _copy("-", _APP % "-")[:-1])
    assert band.start() == WAIT_AND_RESET
    assert band.state() == ("-", states.CONFIRMED, "-", 0)


def test_copy_that_runs_imports_from_its_image_at_any_later_time():
    late = _APP % "a" + "    from band.late import WHEN\n    probe.log.append(WHEN)\n"
    band = Band("a", apps={"a": late})
    assert band.start() == [("run", "a", states.CONFIRMED), "long after the start"]


def test_state_that_cannot_be_read_is_the_factorys():
    band = Band("a")
    os.remove(ROOT + "/firmware/state")
    assert band.start() == [("run", "-", states.CONFIRMED)]


def test_hold_file_leaves_the_board_at_its_prompt_once():
    band = Band("a", states.TRIAL_BOOTS)
    with open(ROOT + "/hold", "w"):
        pass
    assert band.start() == []
    # A start that was held is no start of the trial.
    assert band.state()[1] == states.TRIAL_BOOTS
    assert "hold" not in os.listdir(ROOT)
    assert band.start() == [("watchdog", 60_000), ("run", "a", 2)]


def test_hand_at_the_prompt_is_no_failure():
    band = Band("a")
    band.probe.runs = KeyboardInterrupt()
    try:
        band.start()
    except KeyboardInterrupt:
        assert band.probe.log == [("run", "a", states.CONFIRMED)]
        assert band.state()[1] == states.CONFIRMED
        return
    raise AssertionError("Ctrl-C did not reach the prompt")


class Refusing:
    """A state that cannot be stored: the flash is full, or worn out."""

    def __enter__(self):
        self._save = states.save
        states.save = self._refuse

    def __exit__(self, *_):
        states.save = self._save

    def _refuse(self, root, state):
        raise OSError(28)


def test_trial_that_cannot_be_counted_does_not_run():
    band = Band("a", states.TRIAL_BOOTS)
    with Refusing():
        # It would run for ever. The factory's copy can receive another update.
        assert band.start() == [("run", "-", states.TRIAL_BOOTS)]
    assert band.start() == [("watchdog", 60_000), ("run", "a", 2)]


def test_doubt_that_cannot_be_stored_does_not_keep_the_board_from_starting_again():
    band = Band("a", apps={"a": _BROKEN_APP})
    with Refusing():
        assert band.start() == WAIT_AND_RESET
    assert band.state()[1] == states.CONFIRMED
