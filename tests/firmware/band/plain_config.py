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
