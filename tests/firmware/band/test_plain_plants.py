"""Faults planted in the band's modules: the plain files, run in MicroPython, must find each."""

import pytest

from tests.support.firmware import FIRMWARE
from tests.support.micropython import run_in_micropython

# The plain file that finds it; the module, and a text that stands in it once; what is put there.
PLANTS = [
    ("signals", "self._awake.hold(self._awake.BUTTON)", "pass"),
    ("signals", "                awake.hold(awake.BUTTON)\n", "                pass\n"),
    ("signals", "on_gesture(gesture)\n        self", "pass\n        self"),
    ("signals", "awake.wake_ms = None if wait_ms is None else now_ms + wait_ms", "pass"),
    ("signals", "if not feedback.is_showing(p.IDENTIFY):", "if False:"),
    ("signals", "self.hide(p.RECOVERING)", "pass"),
    ("signals", "await rest.until(self._clock.uptime_ms() + _BUTTON_STEP_MS)", "return"),
    ("rest", "if self._awake.any:", "if False:"),
    ("rest", "left_ms >= _LOOK_MS_MIN", "left_ms >= 0"),
    ("rest", "        awake.hold(awake.SIGNAL)\n", "        pass\n"),
    ("rest", "await asyncio.sleep_ms(0)\n                await asyncio.sleep_ms(0)", "pass"),
    ("rest", "min(left_ms, wanted_ms)", "left_ms"),
    ("supply", "expect(_CHECK_MS)\n        self._signals", "self._signals"),
    ("supply", "await self._signals.until_dark(self._rest)", "pass"),
    ("supply", "self._gauge.charged()", "pass"),
    ("supply", "BROKEN_MV < battery_mv < RESUME_MV", "battery_mv < RESUME_MV"),
    ("supply", " and not was_first", ""),
    ("power", "charge > self._least + _CH", "charge > self._first[0] + _CH"),
    ("power", "- _EARLY_MS", "- self.period_ms // 8"),
    ("power", " and hours >= _PACE_H_MIN", " and hours"),
    ("power", "(self._mv16 + 8) >> 4", "self._mv16 >> 4"),
    ("power", "BROKEN_MV < self.battery_mv <= STOP_MV", "0 <= self.battery_mv <= STOP_MV"),
    ("health", "not (self._on_trial and now_ms >= TRIAL_MS)", "True"),
    ("health", "within_ms + _LATE_MS_MAX", "within_ms"),
    ("health", "and flushed and heard", "and flushed"),
    ("health", "            self._on_trial = False\n", ""),
    ("health", "failed = flash_faults or ", "failed = "),
    ("health", "if reset_cause != c.RESET_POWER_ON:", "if True:"),
    ("cycle", "(late_ms // interval_ms + 1) * interval_ms", "interval_ms"),
    ("cycle", "self._sampler.drain_motion()", "pass"),
    ("cycle", "if not self._link.is_open:", "if True:"),
    ("cycle", "(self._supply.must_stop or self._link.is_open)", "self._link.is_open"),
    ("cycle", "await self._stand_still(False, on_stop)", "await self._stand_still(True, on_stop)"),
    ("cycle", "self._sampler.finish(uptime_cs)", "self._sampler.finish(self._clock.uptime_cs())"),
    ("reports", "if self._began:", "if True:"),
    ("requests", "if not (trusted or by_hand):", "if not by_hand:"),
    ("requests", "if not (trusted or by_hand):", "if False:"),
    ("requests", "by_hand = local and (", "by_hand = ("),
    ("requests", "settings.key is None or self._key_lock.is_open", "settings.key is None"),
    ("requests", "settings.key is None or self._key_lock.is_open", "self._key_lock.is_open"),
    ("requests", "settings.key is None or self._key_lock.is_open", "True"),
    ("requests", "self._key_lock.close()", "pass"),
    ("requests", "config.save(self._root, settings)\n        self._key", "self._key"),
    ("requests", "(trusted or (local and", "((local and"),
    ("requests", "(local and self._board.button_pressed())", "local"),
    ("requests", "(local and self._board.button_pressed())", "self._board.button_pressed()"),
    ("requests", "self._board.button_pressed()", "self._key_lock.is_open"),
    ("requests", "config.save(self._root, settings)\n        self._recorder", "self._recorder"),
    ("requests", "self._restart()\n                return", "return"),
    ("selftest", "failed |= c.SELF_TEST_MEMORY", "pass"),
    ("selftest", "failed |= c.SELF_TEST_RADIO", "pass"),
    ("selftest", "return held == written", "return True"),
    ("selftest", "record_no + at // c.RECORD_BYTES", "first"),
    ("selftest", "except OSError:\n            # The", "except ValueError:\n            # The"),
    ("gestures", "self._key_lock.open()", "pass"),
    ("gestures", "if self.stopped:", "if False:"),
    ("source", "self._log.flush()", "pass"),
    ("source", "if self._requests is None:", "if True:"),
    ("source", "if key is None:", "if True:"),
    ("source", "if key is None:", "if False:"),
    ("source", "self._recognition is None or self._known_key != key", "True"),
    ("source", " or self._known_key != key", ""),
    ("source", ".token(nonce)", ".token(bytes(6))"),
    ("source", "min(utc_s, _UTC_S_MAX)", "utc_s"),
    ("source", "battery_mv <= LOW_MV", "battery_mv <= BROKEN_MV"),
    ("source", 'fields["utc_ms"], fields["round_trip_ms"])', "0, 0)"),
    ("clock", "utc_ms += self.uptime_ms() - self._told_uptime_ms", "pass"),
    ("clock", "self._told_uptime_ms = self.uptime_ms()", "pass"),
    (
        "clock",
        "self._uptime_ms += time.ticks_diff(ticks, self._last_ticks)",
        "self._uptime_ms = ticks",
    ),
    ("clock", "utc_s + utc_ms // 1000", "utc_s"),
    ("clock", "// _MINUTE_S + utc_offset_min) %", "// _MINUTE_S) %"),
    ("suite", "const(1)", "const(2)"),
    ("trial", "self._state.given_up = 0\n", "pass\n"),
    ("trial", "if not self.on_trial:", "if not self._state.on_trial:"),
    ("loader", "if from_slot and state.on_trial:", "if False:"),
    ("loader", "            _doubt(root, state)\n", "            pass\n"),
    ("loader", "time.sleep_ms(_FAILED_WAIT_MS)", "pass"),
    ("loader", "machine.reset()", "pass"),
    ("loader", "os.remove(root + _HOLD_FILE)", "os.stat(root + _HOLD_FILE)"),
]


def path_of(name):
    """Return the file of a module of band/, or of start/."""
    paths = [FIRMWARE / folder / f"{name}.py" for folder in ("band", "start")]
    return next(path for path in paths if path.exists())


def run_planted(folder, name, text):
    """Run a plain file against a firmware of which one module has another text."""
    planted = path_of(name)
    package = folder / planted.parent.name
    package.mkdir()
    for path in planted.parent.glob("*.py"):
        if path != planted:
            (package / path.name).symlink_to(path)
    (package / planted.name).write_text(text, encoding="utf-8")
    return run_in_micropython(
        "tests/support/on_band/run_plain.py",
        f"tests.firmware.band.plain_{name}",
        path=(folder, "protocol", "firmware"),
    )


@pytest.mark.parametrize(("name", "sound", "faulty"), PLANTS)
def test_planted_fault_is_found(name, sound, faulty, tmp_path):
    text = path_of(name).read_text(encoding="utf-8")
    assert text.count(sound) == 1
    result = run_planted(tmp_path, name, text.replace(sound, faulty))
    assert result.returncode == 1, result.stdout + result.stderr
    assert "FAILED" in result.stdout


@pytest.mark.parametrize("name", sorted({plant[0] for plant in PLANTS}))
def test_nothing_is_found_where_nothing_is_planted(name, tmp_path):
    # Else a fault above might be found for where the module lies.
    text = path_of(name).read_text(encoding="utf-8")
    result = run_planted(tmp_path, name, text)
    assert result.returncode == 0, result.stdout + result.stderr
