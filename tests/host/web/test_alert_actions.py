import json
import re
from uuid import uuid4

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.alerts import RULES, AlertClass
from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.ward import WardWatch
from pouch_host.web.app import create_app
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host import ward
from tests.host.web import site
from tests.host.web.test_events import VIEWER

SCRIPT = {"accept": "application/json"}
# The one alert of the ward below: it is the first that its infant ever had.
SEEN = "1 first bed-1"


def cold_bytes(minutes):
    """Return the records of an infant who is dangerously cold, one for each minute."""
    values = [(c.KIND_ANCHOR, ward.anchor_values(0, ward.START_UTC_S))]
    values += [
        (
            c.KIND_SAMPLE,
            ward.sample_values(
                minute * ward.MINUTE_S,
                infant_touched=True,
                caregiver_touched=True,
                temperature_c=34.0,
            ),
        )
        for minute in range(minutes + 1)
    ]
    end_s = minutes * ward.MINUTE_S
    values.append((c.KIND_ANCHOR, ward.anchor_values(end_s, ward.START_UTC_S + end_s)))
    return b"".join(
        records.encode(kind, fields, ward.LOG_ID, number)
        for number, (kind, fields) in enumerate(values)
    )


@pytest.fixture
def opened(tmp_path):
    """Give a ward in which bed-1 rings for being dangerously cold."""
    end_utc_s = ward.START_UTC_S + site.FILLED_MINUTES * ward.MINUTE_S
    with Store.open(tmp_path / "ward.sqlite") as store:
        store.record_contact(ward.BAND_ID, end_utc_s, battery_mv=3950)
        store.assign(ward.BAND_ID, "bed-1", ward.START_UTC_S)
        store.add_segment(
            ward.BAND_ID,
            ward.LOG_ID,
            ward.BOOT_ID,
            0,
            cold_bytes(site.FILLED_MINUTES),
            end_utc_s,
        )
        made = site.Site(store)
        (alert,) = standing(made)
        assert (alert.alert_class, alert.alert_id, alert.ringing) == ("danger_cold", 1, True)
        yield made


def standing(opened):
    opened.watch.step()
    return opened.watch.board().infants[0].alerts


def as_script(client, path, request_id="", **fields):
    return client.post(path, {"request_id": request_id, **fields}, **SCRIPT)


def audited(opened, what):
    return [row for row in opened.store.audit.rows() if row.what == what]


def test_acknowledge_form_notes_who_and_goes_back_to_the_board(opened):
    answer = opened.browser(Role.NURSE).post("/alerts/acknowledge", {"alert": SEEN})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?note=acknowledged"
    (alert,) = standing(opened)
    assert alert.acknowledged_by == "Amina"
    assert not alert.ringing
    page = opened.browser(Role.NURSE).get("/?note=acknowledged").text
    assert "Noted that you have seen the alert." in page
    assert "Seen by <bdi>Amina</bdi>" in page


def test_acknowledge_and_snooze_read_as_sentences_in_the_audit(opened):
    nurse = opened.browser(Role.NURSE)
    as_script(nurse, "/alerts/acknowledge", alert=SEEN)
    as_script(nurse, "/alerts/snooze", mute="30 danger_cold bed-1")
    text = opened.browser(Role.HEAD_NURSE).get("/audit").text
    assert "Acknowledged the alert: Dangerously cold." in text
    assert "Snoozed until" in text


def test_acknowledge_two_tablets_at_once_tells_the_second_who_was_first(opened):
    first = as_script(opened.browser(Role.NURSE), "/alerts/acknowledge", alert=SEEN)
    second = as_script(opened.browser(Role.HEAD_NURSE), "/alerts/acknowledge", alert=SEEN)
    assert first.status_code == second.status_code == 200
    assert first.json()["outcome"] == "acknowledged"
    assert second.json()["outcome"] == "acknowledged_before"
    assert second.json()["who"] == "Amina"
    assert second.json()["time"] == "03:02"
    assert [row.who for row in audited(opened, "alert_acknowledged")] == ["Amina"]


def test_acknowledge_sent_twice_is_done_once_and_told_as_the_first_time(opened):
    client, request_id = opened.browser(Role.NURSE), uuid4().hex
    answers = [
        as_script(client, "/alerts/acknowledge", request_id, alert=SEEN).json() for _ in range(3)
    ]
    assert answers[0]["outcome"] == "acknowledged"
    assert answers[1] == answers[2] == answers[0]
    assert len(audited(opened, "alert_acknowledged")) == 1


def test_acknowledge_queued_one_that_comes_after_a_restart_is_known(opened, tmp_path):
    request_id = uuid4().hex
    client = opened.browser(Role.NURSE)
    before = as_script(client, "/alerts/acknowledge", request_id, alert=SEEN).json()
    with Store.open(tmp_path / "ward.sqlite") as store:
        watch = WardWatch(store, clock=lambda: opened.now_utc_s)
        watch.step()
        opened.app = create_app(watch, opened.accounts)
        client = opened.browser(Role.NURSE)
        after = as_script(client, "/alerts/acknowledge", request_id, alert=SEEN)
    assert after.json() == before
    assert len(audited(opened, "alert_acknowledged")) == 1


def test_acknowledge_alert_that_does_not_stand_is_refused(opened):
    client = opened.browser(Role.NURSE)
    for alert in ("99 first bed-1", "1 first bed-7", "x first bed-1"):
        answer = as_script(client, "/alerts/acknowledge", alert=alert)
        assert answer.status_code == 409
        assert answer.json()["outcome"] == "not_standing"
    form = client.post("/alerts/acknowledge", {"alert": "99 first bed-1"})
    assert form.headers["location"] == "/?note=not_standing"
    assert standing(opened)[0].ringing
    assert "Nothing was noted" in client.get("/?note=not_standing").text


def test_acknowledge_of_before_it_escalated_does_not_silence_that_it_got_no_better(opened):
    # Goal: what was said of the first alert, and sent late, is not taken for what came after it.
    for _ in range(40):
        opened.now_utc_s += ward.MINUTE_S
        standing(opened)
    cold = next(one for one in standing(opened) if one.alert_class == "danger_cold")
    assert cold.escalated
    assert cold.ringing
    client = opened.browser(Role.NURSE)
    answer = as_script(client, "/alerts/acknowledge", alert=SEEN)
    assert (answer.status_code, answer.json()["outcome"]) == (409, "got_no_better")
    assert next(one for one in standing(opened) if one.alert_id == 1).ringing
    late = as_script(client, "/alerts/acknowledge", alert="1 late bed-1")
    assert late.json()["outcome"] == "acknowledged"


def test_snooze_has_an_end_shows_it_and_rings_again_when_asked(opened):
    client = opened.browser(Role.NURSE)
    answer = as_script(client, "/alerts/snooze", mute="30 danger_cold bed-1")
    assert answer.json()["outcome"] == "snoozed"
    assert answer.json()["until"] == "03:32"
    (alert,) = standing(opened)
    assert not alert.ringing
    assert alert.muted_until_utc_s == opened.now_utc_s + 1800
    page = client.get("/").text
    assert f'data-until-utc-s="{alert.muted_until_utc_s}"' in page
    assert 'value="danger_cold bed-1"' in page
    ended = client.post("/alerts/unsnooze", {"unmute": "danger_cold bed-1"})
    assert ended.headers["location"] == "/?note=rings_again"
    assert standing(opened)[0].ringing
    again = as_script(client, "/alerts/unsnooze", unmute="danger_cold bed-1")
    assert (again.status_code, again.json()["outcome"]) == (409, "rings_already")


def test_snooze_ends_by_itself(opened):
    client = opened.browser(Role.NURSE)
    as_script(client, "/alerts/snooze", mute="15 danger_cold bed-1")
    opened.now_utc_s += 14 * 60
    assert not standing(opened)[0].ringing
    opened.now_utc_s += 2 * 60
    assert standing(opened)[0].ringing


def test_snooze_longer_than_the_class_allows_is_refused(opened):
    longest_min = RULES[AlertClass.DANGER_COLD].mute_max_s // 60
    client = opened.browser(Role.NURSE)
    for minutes in (longest_min + 1, 0, 10**9):
        answer = as_script(client, "/alerts/snooze", mute=f"{minutes} danger_cold bed-1")
        assert (answer.status_code, answer.json()["outcome"]) == (409, "not_snoozed")
    for mute in ("15 nonsense bed-1", "15 danger_cold bed-9", "soon danger_cold bed-1"):
        assert as_script(client, "/alerts/snooze", mute=mute).status_code == 409
    assert standing(opened)[0].ringing


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/alerts/acknowledge", "alert"),
        ("/alerts/snooze", "mute"),
        ("/alerts/unsnooze", "unmute"),
    ],
)
def test_actions_refuse_what_names_nothing_and_who_may_not(opened, path, field):
    nurse = opened.browser(Role.NURSE)
    assert as_script(nurse, path, **{field: "nonsense"}).status_code == 422
    assert as_script(nurse, path).status_code == 422
    assert as_script(nurse, path, "a b", **{field: SEEN}).status_code == 422
    assert as_script(opened.browser(Role.RESEARCHER), path, **{field: SEEN}).status_code == 403
    assert as_script(opened.screen(), path, **{field: SEEN}).status_code == 401
    nurse.csrf = "of another session"
    assert as_script(nurse, path, **{field: SEEN}).status_code == 403
    assert standing(opened)[0].ringing


def test_actions_store_that_cannot_be_written_says_later_and_loses_nothing(opened):
    client = opened.browser(Role.NURSE)
    store = opened.store

    def full(*_args):
        raise StoreError("the disk is full")

    keep, store.alerts.keep = store.alerts.keep, full
    try:
        answer = as_script(client, "/alerts/acknowledge", "b" * 32, alert=SEEN)
        assert answer.status_code == 503
    finally:
        store.alerts.keep = keep
    assert standing(opened)[0].ringing
    later = as_script(client, "/alerts/acknowledge", "b" * 32, alert=SEEN)
    assert later.json()["outcome"] == "acknowledged"


def test_ask_after_signing_in_at_a_screen_shows_the_alert_and_its_buttons(opened):
    link = re.search(r'href="/sign-in\?next=([^"]+)"', opened.screen().get("/").text)[1]
    assert link == "%2Falerts%2Fask%3Finfant%3Dbed-1%26alert%3D1"
    page = opened.browser(Role.NURSE).get("/alerts/ask?infant=bed-1&alert=1")
    assert page.status_code == 200
    assert "Dangerously cold" in page.text
    assert f'value="{SEEN}"' in page.text
    assert 'name="csrf"' in page.text
    assert '"></time>' not in page.text


def test_ask_for_an_alert_that_has_ended_says_so(opened):
    page = opened.browser(Role.NURSE).get("/alerts/ask?infant=bed-1&alert=9")
    assert "has ended or changed" in page.text
    assert "<button" not in page.text.split("<main")[1]


def test_events_tell_of_an_acknowledgement(opened):
    before = opened.watch.board().version
    as_script(opened.browser(Role.NURSE), "/alerts/acknowledge", alert=SEEN)
    board = opened.watch.board()
    assert board.version > before
    text = json.loads(opened.app.state.board_feed._message(board, VIEWER, before))
    assert "Seen by" in text["cards"]["bed-1"]
