import re
from dataclasses import replace
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.alerts import RULES, AlertClass, AlertParameters
from pouch_host.store import Store
from pouch_host.web.app import create_app
from pouch_host.web.board_parts import BoardParts, Viewer, go_first, snooze_choices
from pouch_host.web.language import installed
from pouch_host.web.render import Renderer
from tests.host.web import site
from tests.host.web.made_board import NOW_UTC_S, HandWard, alert, infant, mute, ward_of

ENGLISH = installed().get("en")
TEND = Viewer(ENGLISH, "c", ZoneInfo("Asia/Karachi"), "tend", sees_infant=True)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "ward.sqlite") as opened:
        yield opened


@pytest.fixture
def hand_ward(store):
    return HandWard(store)


def parts():
    return BoardParts(Renderer(), AlertParameters())


def card(made, viewer=TEND):
    """Return the card of one infant as HTML, without ages."""
    board = HandWard(None).show(made)
    return next(iter(parts().cards(board, viewer).values()))


def text_of(html):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def order_of(html):
    return re.findall(r'data-infant="(.*?)"', html)


def shown(hand_ward, accounts_site, role=Role.NURSE):
    """Return the page of a made ward as somebody sees it."""
    accounts_site.app = create_app(hand_ward, accounts_site.accounts)
    return accounts_site.browser(role).get("/")


def test_card_calm_infant_says_state_hours_temperature_and_battery():
    text = text_of(card(infant()))
    for phrase in (
        "bed-1",
        "P-0012ABCD",
        "Skin to skin",
        "5.2 of 8 h",
        "5.1 to 5.3 h",
        "100% known",
        "Skin, chest 36.7 °C",
        "Battery 3.95",
    ):
        assert phrase in text
    assert "is-stale" not in card(infant())
    assert "Last contact" not in text


@pytest.mark.parametrize("made", ward_of(10), ids=lambda made: made.row.infant_code)
def test_card_never_calls_the_bands_temperature_axillary(made):
    assert "axilla" not in text_of(card(made)).lower()


def test_card_unknown_time_states_both_bounds_and_draws_them():
    html = card(infant(ssc_hours=2.0, ssc_hours_lower=1.9, ssc_hours_upper=4.0, coverage=0.816))
    assert "1.9 to 4.0 h" in text_of(html)
    assert "82% known" in text_of(html)
    assert re.search(r'class="possible"[^>]*stroke-dasharray="50.0 100"', html, re.DOTALL)
    assert re.search(r'class="confirmed"[^>]*stroke-dasharray="25.0 100"', html, re.DOTALL)


@pytest.mark.parametrize(
    ("hours", "target_h", "shown"),
    [
        (7.96, 8.0, "7.9 of 8 h"),
        (8.0, 8.0, "8.0 of 8 h"),
        (479 / 60, 8.0, "7.9 of 8 h"),
        (8.24, 495 / 60, "8.2 of 8.3 h"),
        (498 / 60, 498 / 60, "8.3 of 8.3 h"),
    ],
)
def test_card_hours_read_the_target_only_where_it_is_met(hours, target_h, shown):
    text = text_of(
        card(
            infant(
                ssc_hours=hours, ssc_hours_lower=hours, ssc_hours_upper=hours, target_h=target_h
            )
        )
    )
    assert shown in text
    # The bounds below are rounded likewise: with at most 7.96 h a target of 8 is missed.
    assert f"{shown.split()[0]} h" in text


def test_card_infant_of_whom_nothing_is_known_shows_no_number_that_could_be_taken_for_one():
    html = card(
        infant(
            band_label=None, state="unknown", temperature_c=None, temperature_utc_s=None,
            core_c=None, core_sd_c=None, last_record_utc_s=None, battery_mv=None,
            contact_utc_s=None, band_heard_utc_s=None, ssc_hours=0.0, ssc_hours_lower=0.0,
            ssc_hours_upper=0.0, coverage=0.0,
        )
    )  # fmt: skip
    text = text_of(html)
    assert "0.0" not in text
    assert "<strong>?</strong>" in html
    for phrase in ("No band", "Not known", "--.-", "No reading yet", "No data yet", "not known"):
        assert phrase in text
    assert "is-stale" in html
    assert "None" not in text


def test_card_old_data_is_stale_and_its_line_is_of_the_past():
    old_utc_s = NOW_UTC_S - 3 * 3600
    html = card(
        infant(
            temperature_c=35.5, core_c=35.8, last_record_utc_s=old_utc_s,
            temperature_utc_s=old_utc_s, band_heard_utc_s=old_utc_s,
        )
    )  # fmt: skip
    text = text_of(html)
    assert "is-stale" in html
    assert "is-old" in html
    assert "when last seen" in text
    assert "Stale" in text
    assert "Band heard" in text
    assert "Core was likely below 36.0 °C" in text
    assert "has-line" not in html


def test_card_invalid_temperature_is_marked_as_such():
    html = card(infant(temperature_valid=False, core_c=None, core_sd_c=None))
    assert "is-invalid" in html
    assert "Not valid" in text_of(html)


def test_card_contact_lost_says_since_when():
    lost_utc_s = NOW_UTC_S - 900
    html = card(infant(state="infant_only", contact_utc_s=lost_utc_s))
    assert f'Last contact <time class="age" data-utc-s="{lost_utc_s}">' in html


def test_card_alert_shows_priority_class_action_and_what_can_be_done():
    html = card(infant("bed-1", alert("danger_cold", alert_id=12)))
    text = text_of(html)
    for phrase in ("*** High", "Dangerously cold", "Get medical help now", "I have seen it"):
        assert phrase in text
    assert "picture-seek_care" in html
    assert 'data-alert="12 first bed-1"' in html
    assert "data-ringing" in html
    assert 'formaction="/alerts/acknowledge"' in html
    assert 'value="12 first bed-1"' in html
    assert 'value="30 danger_cold bed-1"' in html
    # A danger is silent no longer than until it would be looked at again.
    assert 'value="60 danger_cold bed-1"' not in html


def test_card_escalated_alert_asks_for_a_thermometer_and_is_another_to_acknowledge():
    html = card(infant("bed-1", alert("cold_stress", alert_id=3, escalated=True)))
    assert "No better yet" in text_of(html)
    assert "Measure under the arm with a thermometer" in text_of(html)
    assert 'value="3 late bed-1"' in html


def test_card_acknowledged_alert_names_who_and_when_and_offers_it_no_more():
    seen = alert(
        "moderate_cold", ringing=False, acknowledged_by="Amina", acknowledged_utc_s=NOW_UTC_S
    )
    html = card(infant("bed-1", seen))
    assert "Seen by Amina , 14:32" in text_of(html)
    assert "/alerts/acknowledge" not in html
    assert "data-ringing" not in html


def test_card_snoozed_alert_says_until_when():
    made = alert("warm", ringing=False, muted=True, muted_until_utc_s=NOW_UTC_S + 1500)
    html = card(infant("bed-1", made))
    assert "Snoozed until 14:57" in text_of(html)
    assert "/alerts/snooze" not in html


def test_card_band_and_infant_are_told_apart():
    html = card(infant("bed-1", alert("cold_stress", 1), alert("battery_low", 2)))
    of_infant, of_band = html.split('class="technical"')
    assert "cold_stress" in of_infant
    assert "battery_low" not in of_infant
    assert 'data-priority="technical"' in of_band
    assert 'data-priority="low"' in of_infant


def test_card_a_faults_text_is_shown_with_the_band():
    html = card(infant(problems=("band P-1: the <touch> sensor fails",)))
    assert "the &lt;touch&gt; sensor fails" in html.split('class="technical"')[1]


def test_card_codes_are_escaped_wherever_they_stand():
    code = "\"><img src=x onerror='1'> &"
    made = infant(code, alert("danger_cold"), mutes=[mute("danger_cold", 20)])
    board = HandWard(None).show(made)
    html = card(made) + parts().head(board, TEND)
    assert "<img" not in html
    assert html.count("&lt;img") >= 3
    assert order_of(html) == [
        code.replace("&", "&amp;")
        .replace('"', "&#34;")
        .replace("'", "&#39;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
    ]


@pytest.mark.parametrize(
    ("way", "sees_infant", "acts", "asks", "leads"),
    [
        ("tend", True, True, False, True),
        ("ask", False, False, True, False),
        ("look", True, False, False, True),
    ],
)
def test_card_offers_only_what_whoever_looks_may_do(way, sees_infant, acts, asks, leads):
    viewer = replace(TEND, way=way, sees_infant=sees_infant)
    html = card(infant("bed 1/2", alert("danger_cold", 12)), viewer)
    assert ("<button" in html) is acts
    wanted = "/sign-in?next=%2Falerts%2Fask%3Finfant%3Dbed%25201%2F2%26alert%3D12"
    assert (wanted in html) is asks
    assert ('href="/infants/' in html) is leads


@pytest.mark.parametrize("language", list(installed()), ids=lambda language: language.code)
@pytest.mark.parametrize("alert_class", list(AlertClass))
def test_card_every_class_and_what_to_do_has_words(alert_class, language):
    viewer = replace(TEND, language=language)
    rule = RULES[alert_class]
    for made in (alert(alert_class), alert(alert_class, escalated=True)):
        html = card(infant("bed-1", made), viewer)
        assert re.search(r"<strong>\s*[^\s<]", html.split('class="what"')[1])
        action = rule.late_action if made.escalated else rule.action
        todo = html.split('class="todo"')[1]
        assert f"picture-{action}" in todo
        assert "<path" in todo.split("</svg>")[0]
        assert text_of(todo.split("</svg>")[1].split("</div>")[0])


def test_snooze_choices_end_with_the_longest_that_the_class_allows():
    choices = snooze_choices(AlertParameters())
    assert choices[AlertClass.DANGER_COLD] == (15, 30)
    assert choices[AlertClass.COLD][-1] * 60 == RULES[AlertClass.COLD].mute_max_s
    assert choices[AlertClass.STALE][-1] * 60 == RULES[AlertClass.STALE].mute_max_s
    # What never rings is silent already.
    assert choices[AlertClass.BAND_OFF] == ()


def test_go_first_names_ringing_infants_worst_first_and_no_band():
    board = HandWard(None).show(
        infant("bed-1", alert("stale"), last_record_utc_s=NOW_UTC_S - 3000),
        infant("bed-2", alert("cold_stress"), temperature_c=35.6, core_c=36.2),
        infant("bed-3", alert("danger_cold"), temperature_c=34.8, core_c=35.0),
        infant("bed-4", alert("moderate_cold", ringing=False), core_c=35.9),
    )
    named = [(one.row.infant_code, reason.alert_class) for one, reason in go_first(board)]
    assert named == [("bed-3", "danger_cold"), ("bed-2", "cold_stress")]
    html = parts().head(board, TEND)
    assert html.index('href="#infant-bed-3"') < html.index('href="#infant-bed-2"')
    assert 'href="#infant-bed-1"' in html.split('class="unseen"')[1]


def test_head_silence_is_not_called_well():
    text = text_of(parts().head(HandWard(None).show(infant()), TEND))
    assert "Silence does not mean that all is well" in text


def test_head_lists_each_snooze_with_its_end_and_the_way_back():
    made = infant("bed-1", mutes=[mute("warm", 25)])
    html = parts().head(HandWard(None).show(made), TEND)
    assert f'data-until-utc-s="{NOW_UTC_S + 1500}"' in html
    assert "until 14:57" in text_of(html)
    assert 'value="warm bed-1"' in html
    screen = parts().head(HandWard(None).show(made), replace(TEND, way="ask"))
    assert "Amina" in screen
    assert "<button" not in screen


def test_head_failure_is_said_and_the_infants_stay(hand_ward):
    hand_ward.show(infant())
    board = hand_ward.show(infant(), failure="ward.sqlite: the disk is full")
    html = parts().head(board, TEND)
    assert 'role="alert"' in html
    assert "the disk is full" in html
    assert "No infant is admitted" not in html


def test_cards_a_card_is_made_once_for_all_who_see_the_same(hand_ward):
    made = parts()
    board = hand_ward.show(infant("bed-1"), infant("bed-2"))
    first = made.cards(board, TEND)
    again = made.cards(hand_ward.show(infant("bed-1", ssc_hours=6.0), infant("bed-2")), TEND)
    assert again["bed-2"] is first["bed-2"]
    assert again["bed-1"] is not first["bed-1"]
    assert "6.0" in again["bed-1"]


def test_cards_since_a_version_are_those_that_changed(hand_ward):
    made = parts()
    board = hand_ward.show(infant("bed-1"), infant("bed-2"))
    newer = hand_ward.show(infant("bed-1", ssc_hours=6.0), infant("bed-2"))
    assert list(made.cards(newer, TEND, board.version)) == ["bed-1"]
    assert made.cards(newer, TEND, newer.version) == {}


def test_cards_of_who_is_gone_are_not_kept(hand_ward):
    made = parts()
    made.cards(hand_ward.show(infant("bed-1"), infant("bed-2")), TEND)
    board = hand_ward.show(infant("bed-2"))
    assert list(made.cards(board, TEND)) == ["bed-2"]
    back = made.cards(hand_ward.show(infant("bed-1", ssc_hours=1.0), infant("bed-2")), TEND)
    assert "1.0" in back["bed-1"]


def test_page_worst_first_with_ages_and_without_anything_inline(hand_ward, store):
    hand_ward.show(*ward_of(12))
    answer = shown(hand_ward, site.Site(store))
    assert answer.status_code == 200
    board = hand_ward.board()
    assert order_of(answer.text) == [one.row.infant_code for one in board.infants]
    assert order_of(answer.text)[0] == "bed-1"
    assert '<time class="age" data-utc-s="1772703060">1\u00a0min\u00a0ago</time>' in answer.text
    assert not re.search(r"<time class=\"age\" data-utc-s=\"\d+\"></time>", answer.text)
    assert not re.search(r"\s(style|on\w+)=", answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-pouch-keep"] == "board"


def test_page_says_that_it_replaces_no_thermometer(hand_ward, store):
    assert "Does not replace a thermometer" in shown(hand_ward, site.Site(store)).text


def test_page_of_an_empty_ward_says_so(hand_ward, store):
    assert "No infant is admitted yet" in shown(hand_ward, site.Site(store)).text


def test_page_without_scripts_loads_again_without_keeping_anybody_signed_in(tmp_path):
    with site.opened(tmp_path) as opened:
        browser = opened.browser(Role.NURSE)
        assert 'http-equiv="refresh" content="15; url=/board"' in browser.get("/").text
        for _ in range(2):
            opened.now_utc_s += 4 * 60
            assert browser.get("/board").status_code == 200
        opened.now_utc_s += 4 * 60
        answer = browser.get("/board")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_page_of_the_real_ward_shows_the_hours_of_its_records(tmp_path):
    with site.opened(tmp_path) as opened:
        text = text_of(opened.browser(Role.NURSE).get("/").text)
        assert "bed-1" in text
        assert "Skin to skin" in text
        assert "2.9 of 8 h" in text


def test_page_screen_on_the_wall_sees_the_board_and_is_asked_to_sign_in(tmp_path):
    with site.opened(tmp_path) as opened:
        answer = opened.screen().get("/")
        assert answer.status_code == 200
        assert order_of(answer.text) == ["bed-1"]
        assert 'href="/infants/bed-1"' not in answer.text


def test_page_nobody_is_let_in(tmp_path):
    with site.opened(tmp_path) as opened:
        assert opened.nobody().get("/").status_code == 303
        assert opened.nobody().get("/events", accept="text/event-stream").status_code == 401
        assert opened.browser(Role.ADMINISTRATOR).get("/").status_code == 403
