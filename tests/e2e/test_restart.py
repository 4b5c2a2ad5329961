"""What the band does when its own firmware fails: a fault record, a restart, and on it goes."""

import shutil

import pytest

from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.ward import FIRMWARE_DIR
from tests.e2e.whole_path import HOUR_S, WholePath

BAND_ID = 0x1000


def planted(folder, file, old, new):
    """Return a copy of the firmware with a bug in it."""
    copy = folder / "planted"
    shutil.copytree(FIRMWARE_DIR, copy, ignore=shutil.ignore_patterns("typings"))
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new))
    return copy


def decoded(path):
    found = []
    for segment in path.store.segments(BAND_ID):
        for index in range(segment.record_count):
            record = segment.data[index * 20 : index * 20 + 20]
            number = segment.first_record_no + index
            fields = records.decode(record, segment.log_id, number)
            found.append(fields | {"log_boot": segment.boot_id})
    return found


async def stays_on(path, band):
    await path.wait(HOUR_S)
    assert band.is_on


def of_kind(found, kind):
    return [fields for fields in found if fields["kind"] == kind]


def test_failing_sampler_leaves_a_fault_and_the_band_starts_again(tmp_path, seed):
    firmware = planted(
        tmp_path,
        "band/recorder.py",
        "        if self._config.worn_by_infant:\n",
        "        if fields['uptime_cs'] > 60_000:\n"
        "            raise OSError(28)\n"
        "        if self._config.worn_by_infant:\n",
    )
    path = WholePath(tmp_path, seed)
    band = path.add_band(firmware_dir=firmware)

    async def scenario():
        await path.wait(1.5 * HOUR_S)
        # It is up for ten minutes and then stands still for five: find it while it is up.
        for _ in range(10):
            if (await path.round()).pulls:
                return

    path.run(scenario())
    found = decoded(path)
    assert band.stats.boots >= 5
    faults = of_kind(found, c.KIND_FAULT)
    assert len(faults) >= 4
    assert {(fault["module"], fault["code"]) for fault in faults} == {(1, 28)}
    boots = of_kind(found, c.KIND_BOOT)
    assert [boot["boot_id"] for boot in boots] == list(range(1, len(boots) + 1))
    assert boots[0]["reset_cause"] == c.RESET_POWER_ON
    assert {boot["reset_cause"] for boot in boots[1:]} == {c.RESET_HARD}
    assert len(of_kind(found, c.KIND_SAMPLE)) >= 4 * 20


def test_flash_that_fails_for_good_does_not_leave_the_band_at_a_prompt(tmp_path, seed):
    firmware = planted(
        tmp_path,
        "band/store.py",
        "        file.write(record)\n",
        "        raise OSError(5)\n",
    )
    path = WholePath(tmp_path, seed)
    band = path.add_band(firmware_dir=firmware)
    path.run(stays_on(path, band))
    assert 5 <= band.stats.boots <= 15


@pytest.mark.parametrize("what", ["raise OSError(5)", "raise MemoryError"])
def test_band_that_cannot_even_be_put_together_tries_again(tmp_path, seed, what):
    firmware = planted(
        tmp_path,
        "band/store.py",
        "        header, self._next = self._folder.newest()\n",
        f"        {what}\n        header, self._next = self._folder.newest()\n",
    )
    path = WholePath(tmp_path, seed)
    band = path.add_band(firmware_dir=firmware)
    path.run(stays_on(path, band))
    assert 5 <= band.stats.boots <= 15


def test_failing_interrupt_handler_does_not_leave_the_band_deaf(tmp_path, seed):
    firmware = planted(
        tmp_path,
        "band/talk.py",
        "                self._received.append(bytes(self._ble.gatts_read(data[1])))\n",
        "                import machine\n"
        "                if machine.reset_cause() == machine.PWRON_RESET:\n"
        "                    raise MemoryError\n"
        "                self._received.append(bytes(self._ble.gatts_read(data[1])))\n",
    )
    path = WholePath(tmp_path, seed)
    band = path.add_band(firmware_dir=firmware)

    async def scenario():
        await path.wait(2 * HOUR_S)
        return await path.round()

    # Its first answer is its restart; the same round finds it again, ten seconds later.
    outcome = path.run(scenario())
    assert band.stats.boots == 2
    assert outcome.failures == []
    assert [result.new_count > 2 * 120 for result in outcome.pulls] == [True]
    found = decoded(path)
    assert [fields["log_boot"] for fields in of_kind(found, c.KIND_FAULT)] == [1]
