"""Settings and counters in small files, and the choice of the copy that starts."""

import os

from band import config, health
from pouch_protocol import constants as c
from start import state as states
from start.choice import choose
from tests.support.on_band.small_flash import fresh, restart, unmount

UNIQUE_ID = b"\x84\xfc\xe6\x01\x02\x03"


def test_settings_outlive_the_power():
    root = fresh()
    settings = config.load(root, UNIQUE_ID)
    assert config.apply(settings, {"interval_s": 60, "blinded": True, "key": "0f" * 16})
    config.save(root, settings)
    restart()
    loaded = config.load(root, UNIQUE_ID)
    assert (loaded.interval_s, loaded.blinded, loaded.key) == (60, True, b"\x0f" * 16)
    assert loaded.band_id == settings.band_id
    unmount()


def test_damaged_settings_leave_a_band_with_the_chips_identity():
    root = fresh()
    with open(root + "/config.json", "w") as file:
        file.write('{"interval_s": 60, "plan"')
    settings = config.load(root, UNIQUE_ID)
    assert (settings.band_id, settings.interval_s) == (0xE0CE0DDA, 30)
    unmount()


def test_setting_out_of_range_leaves_the_others():
    settings = config.Config(1)
    values = {"interval_s": 5, "plan": True, "quiet_from_min": 90, "key": "zz" * 16}
    assert not config.apply(settings, values)
    assert (settings.interval_s, settings.plan, settings.quiet_from_min) == (30, 0, 90)
    assert settings.key is None


def test_quiet_hours_go_over_midnight():
    settings = config.Config(1)
    quiet = [minute for minute in range(0, 1440, 60) if settings.is_quiet(minute)]
    assert quiet == [60 * hour for hour in (0, 1, 2, 3, 4, 5, 22, 23)]


def test_restarts_are_counted_and_power_on_is_not_one():
    root = fresh()
    assert health.count_restarts(root, c.RESET_POWER_ON) == 0
    assert health.count_restarts(root, c.RESET_WATCHDOG) == 1
    restart()
    assert health.count_restarts(root, c.RESET_WATCHDOG) == 2
    assert health.count_restarts(root, c.RESET_POWER_ON) == 2
    unmount()


def test_trial_has_three_starts_and_goes_back():
    root = fresh()
    os.mkdir(root + states.FOLDER)
    with open(states.slot_path(root, "a"), "wb"):
        pass
    state = states.State()
    state.install("a", 0x000200)
    states.save(root, state)
    started = []
    for _ in range(4):
        restart()
        started.append(choose(root, states.load(root)))
    assert started == ["a"] * 3 + [states.FACTORY]
    assert states.load(root).given_up == 0x000200
    unmount()


def test_damaged_state_means_the_factorys_copy():
    root = fresh()
    os.mkdir(root + states.FOLDER)
    state = states.State()
    state.install("b", 1)
    states.save(root, state)
    path = root + states.FOLDER + "/state"
    with open(path, "rb") as file:
        line = file.read()
    with open(path, "wb") as file:
        file.write(b"a" + line[1:])
    assert states.load(root).active == states.FACTORY
    unmount()
