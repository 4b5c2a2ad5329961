"""Alerts of a ward that is watched: what rings, what does not, and what people do about it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from pouch_host.alerts import AlertClass
from pouch_host.errors import InputError, StoreError
from pouch_host.store import Store
from tests.host.live_ward import LiveWard
from tests.host.ward import BAND_ID, INFANT, MINUTE_S, START_UTC_S

# In a cot, and cold from the first minute on.
COLD = {"temperature_c": 34.5, "caregiver_touched": False}
COLD_MIN = 40
RING = [("rang", "danger_cold", 1)]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A ward in which the infant was cold from the beginning on, and rang for it."""
    store = Store.open(tmp_path_factory.mktemp("begun") / "ward.sqlite")
    ward = LiveWard.begin(store)
    ward.live(COLD_MIN, **COLD)
    yield ward
    store.close()


@pytest.fixture
def cold(begun, tmp_path):
    """A copy of that ward, watched by a program that has just begun."""
    ward = begun.fork(tmp_path / "ward.sqlite")
    yield ward
    ward.watch.stop()
    ward.store.close()


@pytest.fixture
def ward(tmp_path):
    with Store.open(tmp_path / "ward.sqlite") as store:
        yield LiveWard.begin(store)


def full(store):
    """Make a store that cannot take anything more, as on a full disk; return how to mend it."""
    names = ("alert_state", "alert_event", "done_request", "audit")
    with store._writing() as connection:
        for name in names:
            for verb in ("INSERT", "UPDATE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER full_{name}_{verb} BEFORE {verb} ON {name} "
                    "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                )

    def mend():
        with store._writing() as connection:
            for name in names:
                for verb in ("INSERT", "UPDATE"):
                    connection.exec_driver_sql(f"DROP TRIGGER full_{name}_{verb}")

    return mend


def test_cold_infant_rings_once_and_shows_until_it_is_seen(begun):
    assert begun.rings() == RING
    (alert,) = begun.infant.alerts
    assert (alert.alert_class, alert.ringing, alert.muted) == (AlertClass.DANGER_COLD, True, False)
    assert alert.action == "seek_care"
    assert alert.values["core_c"] < 35.5
    assert begun.infant.place == 0
    (event,) = [one for one in begun.store.alerts.events() if one.kind == "rang"]
    # Told when a minute was complete and had stood for ten: 10 to settle, 10 to stand, 7 to 8.
    assert 27 <= (event.told_utc_s - START_UTC_S) / MINUTE_S <= 35


def test_program_that_begins_again_shows_what_stands_and_rings_nothing_again(cold):
    cold.watch.step()
    (alert,) = cold.infant.alerts
    assert (alert.alert_id, alert.ringing) == (1, True)
    cold.live(10, **COLD)
    assert cold.rings() == RING


def test_minutes_that_came_while_nobody_looked_are_told_and_ring(tmp_path):
    with Store.open(tmp_path / "ward.sqlite") as store:
        ward = LiveWard.begin(store)
        ward.live(10)
        ward.live(45, look=False, **COLD)
        later = LiveWard(store, ward.now_utc_s, ward.band, ward.settings)
        later.watch.step()
        assert [kind for kind, *_ in later.told("raised", "rang")] == ["raised", "rang"]


def test_acknowledged_stays_silent_until_it_clears_and_recurs(cold):
    cold.watch.step()
    done = cold.watch.acknowledge(INFANT, 1, who="Amina", request_id="r1")
    assert (done.changed, done.who, done.alert_id) == (True, "Amina", 1)
    # Shown at once, without a further look.
    (alert,) = cold.infant.alerts
    assert (alert.acknowledged_by, alert.ringing) == ("Amina", False)
    cold.live(10, **COLD)
    assert cold.rings() == RING
    cold.live(70, **COLD | {"temperature_c": 39.0})
    assert ("cleared", "danger_cold", 1) in cold.told()
    cold.live(60, **COLD | {"temperature_c": 33.5})
    assert len([one for one in cold.rings() if one[1] == "danger_cold"]) == 2


def test_acknowledging_the_same_request_again_changes_nothing(cold):
    cold.watch.step()
    first = cold.watch.acknowledge(INFANT, 1, who="Amina", request_id="r1")
    cold.now_utc_s += 500
    again = cold.watch.acknowledge(INFANT, 1, who="Amina", request_id="r1")
    assert again == first
    assert len(cold.told("acknowledged")) == 1
    assert len([row for row in cold.store.audit.rows() if row.what == "alert_acknowledged"]) == 1


def test_two_tablets_at_once_are_both_answered_and_one_event_is_kept(cold):
    # Goal: both learn who was first. Method: two programs, each with the state as it was before.
    other = cold.watcher()
    cold.watch.step()
    other.step()
    first = cold.watch.acknowledge(INFANT, 1, who="Amina", request_id="r1")
    second = other.acknowledge(INFANT, 1, who="Bano", request_id="r2")
    assert (first.changed, second.changed) == (True, False)
    assert second.who == "Amina"
    assert len(cold.told("acknowledged")) == 1
    (row,) = [row for row in cold.store.audit.rows() if row.what == "alert_acknowledged"]
    assert (row.who, row.infant, row.detail["alert_id"]) == ("Amina", INFANT, 1)
    other.stop()


def test_many_tablets_at_the_same_moment_keep_one_event(cold):
    cold.watch.step()

    def acknowledge(number):
        # Every other one is a tablet that sends again what its network swallowed.
        request = f"r{number // 2}"
        return cold.watch.acknowledge(INFANT, 1, who=f"nurse {number // 2}", request_id=request)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(acknowledge, range(24)))
    assert len({answer.who for answer in answers}) == 1
    assert len({answer.request_id for answer in answers if answer.changed}) == 1
    assert len(cold.told("acknowledged")) == 1


def test_acknowledging_what_does_not_stand_is_refused(cold):
    cold.watch.step()
    with pytest.raises(InputError, match="does not stand"):
        cold.watch.acknowledge(INFANT, 77, who="Amina", request_id="r1")
    with pytest.raises(InputError, match="not on the board"):
        cold.watch.acknowledge("bed-9", 1, who="Amina", request_id="r1")
    assert cold.store.alerts.outcome("r1") is None


def test_mute_keeps_silent_still_shows_and_ends_by_itself(ward):
    ward.live(10, **COLD)
    ward.watch.mute(INFANT, "danger_cold", who="Amina", minutes=30, request_id="m1")
    ward.live(29, **COLD)
    (alert,) = ward.infant.alerts
    assert (alert.muted, alert.ringing) == (True, False)
    assert alert.muted_until_utc_s == ward.infant.mutes[0].until_utc_s
    assert ward.rings() == []
    ward.live(2, **COLD)
    assert ward.rings() == RING
    assert ward.infant.mutes == ()


def test_unmute_rings_at_once_what_has_to(ward):
    ward.live(10, **COLD)
    ward.watch.mute(INFANT, "danger_cold", who="Amina", minutes=30, request_id="m1")
    ward.live(28, **COLD)
    ward.watch.unmute(INFANT, "danger_cold", who="Bano", request_id="u1")
    assert ward.rings() == RING
    assert [row.who for row in ward.store.audit.rows()][:2] == ["Bano", "Amina"]


@pytest.mark.parametrize(("target", "minutes"), [("danger_cold", 31), ("gold", 10), ("cold", 0)])
def test_mute_that_cannot_be_is_refused_and_not_kept(cold, target, minutes):
    cold.watch.step()
    with pytest.raises(InputError):
        cold.watch.mute(INFANT, target, who="Amina", minutes=minutes, request_id="m1")
    assert cold.told("muted") == []


def test_late_records_are_annotated_and_never_ring(ward):
    ward.live(20)
    # Out of reach while it was cold, and back when it is warm again.
    ward.live(60, pull=False, **COLD)
    ward.live(45, pull=False, temperature_c=37.8)
    ward.pull()
    ward.watch.step()
    assert [one for one in ward.rings() if one[1] != "stale"] == []
    assert "annotated" in {kind for kind, *_ in ward.told()}


def test_hole_that_is_filled_later_is_annotated_once(ward):
    ward.live(15)
    ward.live(20, pull=False, **COLD)
    first_no = ward.band.next_no - len(ward.band.waiting)
    hole, ward.band.waiting = ward.band.waiting, []
    ward.live(30)
    before = ward.told()
    ward.arrive(first_no, hole)
    ward.live(10)
    new = [one for one in ward.told() if one not in before]
    assert {kind for kind, *_ in new} <= {"annotated", "cleared"}
    assert "rang" not in {kind for kind, *_ in new}


def test_two_programs_on_one_store_tell_each_thing_once(ward):
    with Store.open(ward.store.name) as elsewhere:
        other = ward.watcher(elsewhere)
        for minutes, look in ((40, COLD), (10, {})):
            ward.live(minutes, ward.watch, other, **look)
        assert ward.rings() == RING
        told = ward.told("raised", "cleared", "rang")
        assert len(told) == len(set(told))
        other.stop()


def test_other_programs_acknowledgement_is_shown_with_the_next_look(cold):
    with Store.open(cold.store.name) as elsewhere:
        other = cold.watcher(elsewhere)
        other.step()
        cold.watch.step()
        other.acknowledge(INFANT, 1, who="Amina", request_id="r1")
        cold.watch.step()
        assert cold.infant.alerts[0].acknowledged_by == "Amina"
        other.stop()


def test_full_disk_refuses_a_person_and_says_so_on_the_board(cold):
    cold.watch.step()
    cold.watch.acknowledge(INFANT, 1, who="Amina", request_id="r1")
    before = (cold.told(), cold.store.audit.rows(), cold.store.alerts.state(1))
    mend = full(cold.store)
    with pytest.raises(StoreError, match="disk is full"):
        cold.watch.mute(INFANT, "cold", who="Amina", minutes=20, request_id="m1")
    failure = cold.watch.board().failure
    assert failure is not None
    assert "disk is full" in failure
    assert "\n" not in failure
    assert cold.infant.mutes == ()
    assert cold.infant.alerts[0].acknowledged_by == "Amina"
    assert (cold.told(), cold.store.audit.rows(), cold.store.alerts.state(1)) == before
    mend()
    cold.now_utc_s += MINUTE_S
    cold.watch.step()
    assert cold.watch.board().failure is None
    assert cold.watch.mute(INFANT, "cold", who="Amina", minutes=20, request_id="m1").changed


def test_full_disk_does_not_keep_an_infant_from_ringing(ward):
    ward.live(10, **COLD)
    mend = full(ward.store)
    ward.live(30, **COLD)
    assert ward.rings() == []
    (alert,) = ward.infant.alerts
    assert alert.ringing
    assert "disk is full" in (ward.watch.board().failure or "")
    mend()
    ward.live(1, **COLD)
    assert ward.rings() == RING
    assert ward.watch.board().failure is None


def test_released_infants_alerts_end_and_the_next_one_has_a_new_number(cold):
    cold.watch.step()
    cold.store.release(BAND_ID, cold.now_utc_s - 1, when_utc_s=cold.now_utc_s)
    cold.now_utc_s += MINUTE_S
    cold.watch.step()
    assert cold.infant.alerts == ()
    assert cold.told("cleared") == [("cleared", "danger_cold", 1)]
    cold.store.assign(BAND_ID, INFANT, cold.now_utc_s)
    cold.live(45, **COLD)
    assert [number for *_, number in cold.told("raised")][-1] == 2


def test_stale_infant_is_told_when_the_board_shows_it_as_stale(ward):
    ward.live(20)
    ward.silent(9)
    assert not ward.infant.stale
    ward.silent(3)
    assert ward.infant.stale
    assert [one.alert_class for one in ward.infant.alerts] == [AlertClass.STALE]
    assert ward.rings() == []
    ward.silent(20)
    assert [one[1] for one in ward.rings()] == ["stale"]
    # Minutes are told when those after them are known.
    ward.live(10)
    assert ward.infant.alerts == ()


def test_band_whose_clock_is_not_set_is_told_after_half_an_hour(ward):
    ward.live(15)
    for _ in range(8):
        for _ in range(5):
            ward.band.minute(ward.now_utc_s)
            ward.now_utc_s += MINUTE_S
            ward.watch.step()
        first_no = ward.band.next_no - len(ward.band.waiting)
        # A boot that nobody has told the time.
        ward.arrive(first_no, ward.band.waiting, boot_id=2)
        ward.band.waiting = []
    assert AlertClass.CLOCK_UNSET in {one.alert_class for one in ward.infant.alerts}
    assert "clock_unset" not in {alert_class for _, alert_class, _ in ward.rings()}


def test_battery_that_is_low_rings_and_ends_when_it_is_charged(ward):
    ward.live(20)
    ward.pull(battery_mv=3450)
    ward.live(2)
    ward.pull(battery_mv=3450)
    ward.live(2)
    assert [one[1] for one in ward.rings()] == ["battery_low"]
    ward.live(15)
    assert "battery_low" in {alert_class for _, alert_class, _ in ward.told("cleared")}
    assert ward.infant.alerts == ()


def test_infant_that_is_pulled_in_time_is_never_stale(ward):
    ward.live(60)
    assert ward.told() == []


def test_clock_set_back_delays_no_alert_and_rings_none_twice(cold):
    cold.watch.step()
    cold.skew_s = -600
    cold.live(10, **COLD)
    assert [one.alert_class for one in cold.infant.alerts] == [AlertClass.DANGER_COLD]
    cold.skew_s = 0
    cold.live(5, **COLD)
    assert cold.rings() == RING


def test_clock_that_was_hours_ahead_rings_for_what_stands_when_it_is_set_right(cold):
    # Ahead, everything seems unseen for hours, and its alerts end.
    cold.watch.step()
    cold.skew_s = 6 * 3600
    cold.watch.step()
    assert [one.alert_class for one in cold.infant.alerts] == [AlertClass.STALE]
    cold.skew_s = 0
    cold.live(25, **COLD)
    assert [one.alert_class for one in cold.infant.alerts] == [AlertClass.DANGER_COLD]
    assert len(cold.rings()) == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"alert_version": "alerts-0"},
        {"state": '{"version": 0}'},
        {"state": "["},
        {"state": "{}", "cursor": "nothing"},
    ],
    ids=["another version", "another state", "no json", "all of it"],
)
@pytest.mark.parametrize("seen", [False, True])
def test_state_that_cannot_be_read_is_begun_anew_and_rings_nothing_twice(cold, broken, seen):
    cold.watch.step()
    if seen:
        cold.watch.acknowledge(INFANT, 1, who="Amina", request_id="r1")
    cold.watch.mute(INFANT, "heat", who="Amina", minutes=20, request_id="m1")
    with cold.store._writing() as connection:
        connection.execute(
            sa.update(sa.table("alert_state", *map(sa.column, broken))).values(broken)
        )
    again = LiveWard(cold.store, cold.now_utc_s, cold.band, cold.settings)
    again.watch.step()
    (alert,) = again.infant.alerts
    assert (alert.alert_id, alert.alert_class) == (1, AlertClass.DANGER_COLD)
    assert alert.acknowledged_by == ("Amina" if seen else None)
    assert alert.ringing is not seen
    assert [str(mute.target) for mute in again.infant.mutes] == ["heat"]
    again.live(10, **COLD)
    assert again.rings() == RING
    assert [kind for kind, *_ in again.told("raised", "cleared")] == ["raised"]


def test_state_that_cannot_be_read_lets_ring_what_never_rang(cold):
    # Goal: a ring that was lost with the state is made up for.
    cold.watch.step()
    with cold.store._writing() as connection:
        connection.exec_driver_sql("DELETE FROM alert_event WHERE kind = 'rang'")
        connection.exec_driver_sql("UPDATE alert_state SET state = 'broken'")
    again = LiveWard(cold.store, cold.now_utc_s, cold.band, cold.settings)
    again.watch.step()
    assert again.rings() == RING
