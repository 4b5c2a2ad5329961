"""The host's commands on a whole band, over its USB port and its radio."""

import asyncio

import pytest

from pouch_host.band_keys import KeyRing
from pouch_host.band_report import failed_parts
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.exchange import Refusal
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.new_keys import KeyGiving
from pouch_host.collect.provisioning import Provisioning
from pouch_protocol import constants as c
from pouch_sim.hardware.pod import Pod
from pouch_sim.world.surroundings import INFANT_THERMOMETER, TOUCH
from tests.e2e.usb_cable import KEY, LABEL, ask, cable_to, events_of, radio_to
from tests.e2e.whole_path import HOUR_S, WholePath, flashed

BUTTON_PIN = 3


@pytest.fixture
def ward(tmp_path, seed):
    """Return a path with one band that has been recording for five minutes, on a cable."""

    class Ward:
        def __init__(self):
            self.path = WholePath(tmp_path, seed)
            self.band = self.path.add_band(settings={"key": None})
            self.reach = cable_to(self.path, self.band)
            self.log_id = 0

        def run(self, scenario):
            async def main():
                await self.path.wait(300)
                self.band.usb.plug()
                async with self.reach.connect() as talk:
                    self.log_id = talk.commands.band["log_id"]
                return await scenario(self)

            return self.path.run(main())

        async def hold_button(self, for_s):
            self.band.set_pin(BUTTON_PIN, 0)
            await self.path.wait(for_s)
            self.band.set_pin(BUTTON_PIN, 1)
            await self.path.wait(1)

    return Ward()


def test_sound_band_passes_its_self_test_but_for_the_key_that_it_has_not_got(ward):
    async def scenario(ward):
        found = await ask(ward.reach, "self_test")
        await ask(ward.reach, "set_key", KEY)
        # The second time by radio.
        return found, await ask(radio_to(ward.path), "self_test")

    before, after = ward.run(scenario)
    assert failed_parts(before) == ["key"]
    assert failed_parts(after) == []
    assert 0 < after["infant_touch_pf512"] < c.TOUCH_MISSING
    assert after["battery_mv"] == 3900
    assert after["free_blocks"] > 400
    details = events_of(ward.band, ward.log_id, c.EVENT_SELF_TEST)
    assert details == [c.SELF_TEST_KEY, 0]


def test_self_test_names_the_parts_that_are_not_there(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    absent = (INFANT_THERMOMETER, TOUCH)
    band = path.add_band(pod=lambda surroundings: Pod(surroundings, absent=set(absent)))

    async def scenario():
        await path.wait(300)
        band.usb.plug()
        return await ask(cable_to(path, band), "self_test")

    failed = failed_parts(path.run(scenario()))
    assert {"infant thermometer", "touch"} <= set(failed)
    assert not {"caregiver thermometer", "motion", "flash", "log", "battery"} & set(failed)


def test_blinded_band_starts_again_dark_and_loses_no_record(ward):
    async def scenario(ward):
        await ask(ward.reach, "set_key", KEY)
        before = flashed(ward.band)
        settings = await ask(ward.reach, "settings")
        blinded = settings.changed({"blinded": True, "interval_s": 60})
        await ask(ward.reach, "configure", blinded)
        await ward.path.wait(5)
        ward.band.stats.pin_log.clear()
        await ward.path.wait(600)
        dark = list(ward.band.stats.pin_log)
        await ask(ward.reach, "identify", 5)
        await ward.path.wait(60)
        return before, dark, await ask(ward.reach, "settings"), blinded

    before, dark, settings, blinded = ward.run(scenario)
    assert settings == blinded
    assert ward.band.stats.boots == 2
    held = flashed(ward.band)
    assert before.items() <= held.items()
    assert sorted(held) == list(range(len(held)))
    assert events_of(ward.band, ward.log_id, c.EVENT_CONFIGURED) == [0]
    # Blinded it says nothing; asked who it is, it blinks all the same.
    assert [level for _, _, level in dark if level] == []
    assert any(level for _, _, level in ward.band.stats.pin_log)


def test_settings_need_the_key_and_the_first_key_the_cable(ward):
    async def scenario(ward):
        settings = await ask(ward.reach, "settings")
        codes = [await refused(ward.reach, "configure", settings)]
        with pytest.raises(LinkError) as by_air:
            await ask(radio_to(ward.path), "set_key", KEY)
        await ask(ward.reach, "set_key", KEY)
        without = cable_to(ward.path, ward.band, b"k" * 16)
        codes.append(await refused(without, "configure", settings))
        codes.append(await refused(without, "set_key", b"k" * 16))
        await ask(radio_to(ward.path), "configure", settings.changed({"plan": 1}))
        await ward.path.wait(20)
        return codes, by_air.value.reason, await ask(ward.reach, "settings")

    codes, by_air, settings = ward.run(scenario)
    assert codes == [c.CODE_NO_KEY, c.CODE_NOT_AUTHENTICATED, c.CODE_NOT_AUTHENTICATED]
    assert by_air is LinkFailure.NOT_REACHED
    assert settings.plan == c.PLAN_SLOW


@pytest.mark.parametrize("by_air", [False, True])
def test_key_is_changed_by_who_has_it_by_cable_and_by_air(ward, by_air):
    other = b"k" * 16

    async def scenario(ward):
        await ask(ward.reach, "set_key", KEY)
        await ask(radio_to(ward.path) if by_air else ward.reach, "set_key", other)
        # The old one is worth nothing from now on.
        assert await refused(ward.reach, "set_key", KEY) == c.CODE_NOT_AUTHENTICATED
        await ward.path.wait(60)
        async with radio_to(ward.path, other).connect() as talk:
            return talk.commands.exchange.key.key

    assert ward.run(scenario) == other


async def refused(reach, command, *arguments):
    """Return the code with which the band refuses a command."""
    with pytest.raises(Refusal) as caught:
        await ask(reach, command, *arguments)
    return caught.value.code


def test_lost_key_is_replaced_by_whoever_holds_the_button(ward):
    other = b"k" * 16

    async def scenario(ward):
        await ask(ward.reach, "set_key", KEY)
        stranger = cable_to(ward.path, ward.band, None)
        await ward.hold_button(5)
        assert await refused(stranger, "set_key", other) == c.CODE_NOT_AUTHENTICATED
        await ward.hold_button(11)
        await ask(stranger, "set_key", other)
        # Once: the next one needs a hand again.
        assert await refused(stranger, "set_key", KEY) == c.CODE_NOT_AUTHENTICATED
        proved = []
        for key in (KEY, other):
            async with cable_to(ward.path, ward.band, key).connect() as talk:
                proved.append(talk.commands.exchange.key is not None)
        return proved

    assert ward.run(scenario) == [False, True]


@pytest.mark.parametrize("with_key", [True, False])
def test_band_that_is_reset_knows_nothing_and_begins_anew(ward, with_key):
    async def scenario(ward):
        await ask(ward.reach, "set_key", KEY)
        async with ward.reach.connect() as talk:
            before = talk.commands.band
        if with_key:
            await ask(ward.reach, "factory_reset")
        else:
            stranger = cable_to(ward.path, ward.band, None)
            assert await refused(stranger, "factory_reset") == c.CODE_NOT_AUTHENTICATED
            ward.band.set_pin(BUTTON_PIN, 0)
            await ask(stranger, "factory_reset")
            ward.band.set_pin(BUTTON_PIN, 1)
        await ward.path.wait(300)
        async with ward.reach.connect(60) as talk:
            found = await talk.commands.self_test()
            return before, talk.commands.band, found

    before, after, found = ward.run(scenario)
    assert after["log_id"] != before["log_id"]
    assert after["oldest_record_no"] == 0
    assert failed_parts(found) == ["key"]
    assert len(events_of(ward.band, after["log_id"], c.EVENT_FACTORY_RESET)) == 1


def test_bare_band_is_provisioned_and_read_by_air_with_its_new_key(ward, tmp_path):
    # Goal: the one command that a ward runs, on the whole firmware. Method: the steps of `pouch
    # provision` over the cable; then a stranger and this host by radio.
    ring = KeyRing(tmp_path / "keys", on_note=lambda _text: None)
    known = KnownBands(ring.keys, ring.settle)

    async def scenario(ward):
        clock = ward.path.simulation.now_utc_s
        ward.reach._known = known
        changes = {"blinded": True, "utc_offset_min": 300}
        band = Provisioning(ward.reach, ring, changes, clock, ClockJudge())
        await band.test()
        await band.equip()
        await ward.path.wait(30)
        (held,) = ring.keys()[LABEL]
        async with radio_to(ward.path, held).connect() as talk:
            seen = await talk.commands.clock(clock)
            settings = await talk.commands.settings()
        # And another one, by air.
        reach = radio_to(ward.path, held)
        async with reach.connect() as talk:
            await KeyGiving(ring).give(talk.commands)
        (rotated,) = ring.keys()[LABEL]
        with pytest.raises(LinkError):
            await ask(radio_to(ward.path, held), "settings")
        await ask(radio_to(ward.path, rotated), "settings")
        return band, held, rotated, seen, settings

    band, held, rotated, seen, settings = ward.run(scenario)
    assert (band.label, band.key_is_new, band.time_is_told, band.key) == (LABEL, True, True, held)
    assert rotated != held
    assert seen.is_set
    assert abs(seen.ahead_s) < 1
    assert (settings.blinded, settings.utc_offset_min) == (True, 300)
    assert ward.band.stats.boots == 2


def test_cable_that_is_pulled_in_mid_command_harms_nothing(ward):
    async def scenario(ward):
        async with ward.reach.connect() as talk:
            asking = asyncio.ensure_future(talk.commands.self_test())
            await ward.path.wait(0.02)
            ward.band.usb.unplug()
            with pytest.raises(LinkError, match="the port is gone"):
                await asking
        await ward.path.wait(120)
        ward.band.usb.plug()
        return await ask(ward.reach, "self_test")

    assert failed_parts(ward.run(scenario)) == ["key"]
    assert ward.band.stats.boots == 1
    assert "Traceback" not in ward.band.log_text()


def test_hour_on_a_cable_costs_no_sample(ward):
    # A computer asks all the time, and the band goes on sampling beside it.
    async def scenario(ward):
        for _ in range(60):
            await ask(ward.reach, "self_test")
            await ward.path.wait(59)

    ward.run(scenario)
    held = flashed(ward.band)
    samples = [data for _, data in held.values() if data[0] == c.KIND_SAMPLE]
    assert len(samples) >= (HOUR_S + 300) / 30 - 6
