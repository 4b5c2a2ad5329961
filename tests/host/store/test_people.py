import pytest

from pouch_host.errors import InputError
from tests.host.store.plain_records import BAND_ID, START_UTC_S

HOUR_S = 3600


def test_band_met_first_has_its_printed_label(store):
    band = store.ensure_band(BAND_ID, START_UTC_S)
    assert band.label == "P-0012ABCD"
    assert (band.first_contact_utc_s, band.last_contact_utc_s) == (START_UTC_S, START_UTC_S)
    assert store.bands() == [band]


def test_band_met_again_is_the_same_band(store):
    first = store.ensure_band(BAND_ID, START_UTC_S)
    assert store.ensure_band(BAND_ID) == first


def test_band_assigned_before_it_was_met_has_had_no_contact(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S + HOUR_S)
    assert store.bands()[0].last_contact_utc_s is None
    store.record_contact(BAND_ID, START_UTC_S)
    (band,) = store.bands()
    assert band.first_contact_utc_s == band.last_contact_utc_s == START_UTC_S


def test_contact_keeps_what_the_band_told(store):
    store.record_contact(
        BAND_ID, START_UTC_S, battery_mv=3900, firmware_version="1.2.0", wire_version=1
    )
    store.record_contact(BAND_ID, START_UTC_S + HOUR_S, battery_mv=3850)
    (band,) = store.bands()
    assert (band.battery_mv, band.firmware_version, band.wire_version) == (3850, "1.2.0", 1)
    assert band.first_contact_utc_s == START_UTC_S
    assert band.last_contact_utc_s == START_UTC_S + HOUR_S


def test_contact_by_a_host_set_back_never_undoes_a_later_one(store):
    store.record_contact(BAND_ID, START_UTC_S + HOUR_S)
    store.record_contact(BAND_ID, START_UTC_S)
    assert store.bands()[0].last_contact_utc_s == START_UTC_S + HOUR_S


def test_ensure_infant_twice_is_one_infant(store):
    assert store.ensure_infant("bed-1") == store.ensure_infant(" bed-1 ")
    assert [infant.code for infant in store.infants()] == ["bed-1"]


@pytest.mark.parametrize("code", ["", "  ", "bed\n1", "bed\x00"])
def test_ensure_infant_with_unprintable_code_is_refused(store, code):
    with pytest.raises(InputError):
        store.ensure_infant(code)
    assert store.infants() == []


def test_zone_is_kept(store):
    store.set_zone("Asia/Karachi")
    assert store.zone.key == "Asia/Karachi"


@pytest.mark.parametrize(
    "zone", ["Karachi", "", "../../etc/passwd", "Asia", "Mars/Olympus", "localtime", "right/UTC"]
)
def test_set_zone_unknown_is_refused(store, zone):
    with pytest.raises(InputError, match="time zone"):
        store.set_zone(zone)
    assert store.zone.key == "UTC"


def test_target_of_an_infant_is_kept_to_the_minute(store):
    infant = store.ensure_infant("bed-1")
    assert infant.target_minutes is None
    changed = store.set_target("bed-1", 8.51, when_utc_s=START_UTC_S)
    assert changed.target_minutes == 511
    assert store.infants() == [changed]
    assert store.set_target("bed-1", None, when_utc_s=START_UTC_S) == infant


@pytest.mark.parametrize("hours", [0, -1, 24.01, float("nan"), float("inf")])
def test_target_that_no_day_has_is_refused(store, hours):
    store.ensure_infant("bed-1")
    with pytest.raises(InputError, match="cannot be a target"):
        store.set_target("bed-1", hours, when_utc_s=START_UTC_S)


def test_target_of_an_unknown_infant_is_refused_and_makes_none(store):
    with pytest.raises(InputError, match="bed-9"):
        store.set_target("bed-9", 8, when_utc_s=START_UTC_S)
    assert store.infants() == []


@pytest.mark.parametrize("code", ["A/3", "/", ".", ".."])
def test_infant_whose_page_could_not_be_opened_is_refused(store, code):
    with pytest.raises(InputError, match="code"):
        store.assign(BAND_ID, code, START_UTC_S)
    assert store.infants() == []
