"""A week's alerts for each day of an infant, the last backup, the newest records."""

import pytest
import sqlalchemy as sa

from pouch_host.store import Store, schema
from tests.host import ward
from tests.host.store.plain_records import BAND_ID, add

DAY_S = 86_400
NOW_UTC_S = 1_790_000_000


def tell(store, kind, alert_class, utc_s, infant_id=1):
    with store._writing() as connection:
        connection.execute(
            sa.insert(schema.alert_event).values(
                infant_id=infant_id,
                kind=kind,
                utc_s=utc_s,
                told_utc_s=utc_s,
                alert_class=alert_class,
                alert_id=1,
                action="",
                reason="",
                who="",
                target="",
                values="{}",
            )
        )


def test_alert_load_of_an_empty_ward_is_none(store):
    load = store.system.alert_load(NOW_UTC_S)
    assert (load.infant_days, load.raised, load.rang, load.per_infant_day) == (0, {}, 0, None)


def test_alert_load_counts_a_week_by_the_days_that_bands_were_worn(store):
    # One infant for two days of it, one from long before until now.
    store.assign(BAND_ID, "bed-1", NOW_UTC_S - 3 * DAY_S)
    store.release(BAND_ID, NOW_UTC_S - DAY_S, when_utc_s=NOW_UTC_S)
    store.assign(7, "bed-2", NOW_UTC_S - 30 * DAY_S)
    for ago_days in (1, 2, 8):
        tell(store, "raised", "cold_stress", NOW_UTC_S - ago_days * DAY_S)
        tell(store, "rang", "cold_stress", NOW_UTC_S - ago_days * DAY_S)
    tell(store, "raised", "battery_low", NOW_UTC_S - 10)
    tell(store, "cleared", "battery_low", NOW_UTC_S - 5)
    load = store.system.alert_load(NOW_UTC_S)
    assert load.infant_days == pytest.approx(9)
    assert load.raised == {"cold_stress": 2, "battery_low": 1}
    assert load.rang == 2
    assert load.per_infant_day == pytest.approx(3 / 9)


def test_alert_load_leaves_out_assignments_that_are_yet_to_come(store):
    store.assign(BAND_ID, "bed-1", NOW_UTC_S + DAY_S)
    assert store.system.alert_load(NOW_UTC_S).infant_days == 0


def test_newest_backup_and_records_are_none_before_the_first(store):
    assert store.system.newest_backup_utc_s() is None
    assert store.system.newest_received_utc_s() is None
    store.audit.note(what="backed_up", when_utc_s=5)
    store.audit.note(what="backed_up", when_utc_s=9)
    store.audit.note(what="restored", when_utc_s=20)
    add(store, 0, 3)
    assert store.system.newest_backup_utc_s() == 9
    assert store.system.newest_received_utc_s() is not None


def test_file_is_the_store_itself(tmp_path):
    with Store.open(ward.fill(tmp_path / "ward.db")) as store:
        assert store.system.file == tmp_path / "ward.db"
