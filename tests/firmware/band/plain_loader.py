"""Runs in MicroPython: what starts when power comes, and what happens when that fails."""

import gc
import os
import sys

from start import state as states
from tests.support.on_band.cut_flash import CutFlash, mount, mounted, power_cycle
from tests.support.on_band.ram_flash import ROOT

NEW = 0x000200
# The copies that this test lets start: where they lie, and what they say of themselves.
FACTORY_FOLDER = ROOT + "/factory"
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


def _write_copy(folder, name, app):
    for package, text in (("band", ""), ("boards", _BOARDS % name)):
        os.mkdir(folder + "/" + package)
        with open(folder + "/" + package + "/__init__.py", "w") as file:
            file.write(text)
    with open(folder + "/band/app.py", "w") as file:
        file.write(app)


class Band:
    """A band with the factory's copy and one in each slot."""

    def __init__(self, active=states.FACTORY, boots_left=states.CONFIRMED, previous="-", apps=()):
        self.probe = Probe()
        mount(CutFlash(), format_it=True)
        os.mkdir(ROOT + states.FOLDER)
        folders = {"-": FACTORY_FOLDER}
        for slot in states.SLOTS:
            folders[slot] = states.slot_folder(ROOT, slot)
        apps = dict(apps)
        for name, folder in folders.items():
            os.mkdir(folder)
            _write_copy(folder, name, apps.get(name, _APP % name))
        state = states.State()
        state.active, state.boots_left, state.previous = active, boots_left, previous
        state.version = NEW
        states.save(ROOT, state)

    def start(self):
        """Give it power; return what happened."""
        power_cycle()
        self.probe.log = log = []
        sys.modules["probe"] = loader.machine = loader.time = self.probe
        for name in ("band", "band.app", "boards"):
            sys.modules.pop(name, None)
        path = list(sys.path)
        sys.path.insert(0, FACTORY_FOLDER)
        try:
            loader.start(ROOT)
        except Reset:
            pass
        finally:
            sys.path[:] = path
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
    assert gc.threshold() == 8_192


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
    os.rename(states.slot_folder(ROOT, "a"), ROOT + "/elsewhere")
    assert band.start() == [("run", "-", states.CONFIRMED)]
    assert band.state()[0] == states.FACTORY


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
