"""Runs in MicroPython: the band's settings, whatever has become of their file."""

from band import config
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount

UNIQUE_ID = b"\xc0\x01\x02\x03\x04\x05"


def _load(text=None):
    mount(RamFlash(16), format_it=True)
    if text is not None:
        with open(ROOT + "/config.json", "w") as file:
            file.write(text)
    return config.load(ROOT, UNIQUE_ID)


def test_good_file_is_taken():
    settings = _load('{"band_id": 1234, "interval_s": 60, "worn_by_infant": true}')
    assert (settings.band_id, settings.interval_s, settings.worn_by_infant) == (1234, 60, True)


def test_short_file_gets_defaults():
    settings = _load('{"band_id": 1234}')
    assert (settings.band_id, settings.interval_s, settings.worn_by_infant) == (1234, 30, False)


def test_missing_or_damaged_file_leaves_a_band_with_the_chips_identity():
    identities = set()
    for text in (
        None,
        "",
        "{",
        "[]",
        '"text"',
        "{}",
        '{"band_id": -1}',
        '{"band_id": 4294967296}',
        '{"band_id": "x"}',
        '{"band_id": 1.5}',
        '{"band_id": true}',
    ):
        settings = _load(text)
        assert settings.interval_s == 30, text
        identities.add(settings.band_id)
    assert len(identities) == 1
    assert identities != {1}


def test_one_bad_setting_leaves_the_others():
    for interval in ("9", "301", "30.5", "true", '"30"', "null"):
        settings = _load('{"band_id": 77, "interval_s": %s, "worn_by_infant": true}' % interval)
        assert (settings.band_id, settings.interval_s) == (77, 30), interval
        assert settings.worn_by_infant
    assert _load('{"band_id": 77, "worn_by_infant": 1}').worn_by_infant is False


def test_settings_survive_being_stored():
    settings = _load('{"band_id": 77, "key": "000102030405060708090a0b0c0d0e0f"}')
    assert settings.key == bytes(range(16))
    settings.plan = 1
    settings.blinded = True
    settings.utc_offset_min = -570
    config.save(ROOT, settings)
    again = config.load(ROOT, UNIQUE_ID)
    assert again.__dict__ == settings.__dict__


def test_bad_settings_of_a_host_are_told_and_the_good_ones_taken():
    settings = config.Config(77)
    assert config.apply(settings, {"plan": 1, "target_min": 600})
    assert not config.apply(settings, {"plan": 2, "target_min": 720, "what": 1})
    assert not config.apply(settings, {"key": "00"})
    assert not config.apply(settings, {"key": "zz" * 16})
    assert (settings.plan, settings.target_min, settings.key) == (1, 720, None)


def test_quiet_hours_go_over_midnight_and_may_be_none():
    settings = config.Config(77)
    quiet = [minute for minute in range(1440) if settings.is_quiet(minute)]
    assert quiet == list(range(360)) + list(range(1320, 1440))
    assert not settings.is_quiet(None)
    settings.quiet_from_min, settings.quiet_until_min = 780, 840
    assert [minute for minute in range(1440) if settings.is_quiet(minute)] == list(range(780, 840))
    settings.quiet_until_min = 780
    assert not any(settings.is_quiet(minute) for minute in range(1440))
