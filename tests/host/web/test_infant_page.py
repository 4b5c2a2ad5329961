import re
from datetime import date

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.store.remarks import RemarkKind, Verdict
from pouch_host.ward import LastLook, WatchState
from tests.host import ward
from tests.host.web import site as sites

PAGE = "/infants/bed-1"
DAY = "2026-03-01"


@pytest.fixture
def site(tmp_path):
    with sites.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def nurse(site):
    return site.browser(Role.NURSE)


def words(answer):
    """Return a page's text with plain spaces, as a test writes it."""
    return answer.text.replace("\u00a0", " ").replace("\u2068", "").replace("\u2069", "")


def reviews(site):
    return site.store.remarks.reviews(site.store.infants()[0].infant_id)


def remarks(site):
    return site.store.remarks.remarks(site.store.infants()[0].infant_id)


def begin_of_session(page):
    return re.search(r'name="begin_utc_s" value="(\d+)"', page.text).group(1)


def test_page_shows_the_days_contact_with_bounds(nurse):
    answer = nurse.get(PAGE)
    assert answer.status_code == 200, answer.text
    # 178 minutes.
    assert "<strong>2.9 h</strong>" in words(answer)
    assert 'class="strip is-ssc"' in answer.text
    assert ward.BAND_LABEL in answer.text
    assert "not the temperature under the arm" in answer.text


def test_hours_read_less_than_a_target_that_is_not_met(site, nurse):
    # Goal: 2.97 h never read 3.0 beside a target of 3 h. Method: two minutes less and no less.
    for minutes, target in ((180, "3.0 h"), (178, "3.0 h"), (175, "3.0 h"), (174, "2.9 h")):
        site.store.set_target("bed-1", minutes / 60, when_utc_s=site.now_utc_s)
        site.watch.step()
        text = " ".join(words(nurse.get(PAGE)).split())
        assert f"<strong>2.9 h</strong> <small>of {target}</small>" in text, minutes
        assert f"<dt>Target</dt><dd>{target} <small>" in text, minutes
        assert "2.9 h" in words(nurse.get(f"{PAGE}/print"))


def test_head_tells_the_age_by_the_day_of_birth_as_day_0(site, nurse):
    say = {"when_utc_s": site.now_utc_s, "who": "Amina", "weight_g": None, "target_minutes": None}
    edit = site.store.admissions.edit
    assert "after birth" not in words(nurse.get(PAGE))
    edit("bed-1", gestation_days=None, born_on=date(2026, 2, 23), **say)
    text = words(nurse.get(PAGE))
    assert "day 6 after birth" in text
    assert "postmenstrual" not in text
    edit("bed-1", gestation_days=30 * 7 + 6, born_on=date(2026, 3, 1), **say)
    text = words(nurse.get(PAGE))
    assert "day 0 after birth" in text
    assert "postmenstrual age 30 weeks, 6 days" in text
    # It is the age of today, also on the page of an earlier day.
    edit("bed-1", gestation_days=30 * 7 + 6, born_on=date(2026, 2, 23), **say)
    text = words(nurse.get(f"{PAGE}?day=2026-02-25"))
    assert "day 6 after birth" in text
    assert "postmenstrual age 31 weeks, 5 days" in text
    site.store.admissions.discharge("bed-1", when_utc_s=site.now_utc_s, who="Amina")
    assert "after birth" not in words(nurse.get(PAGE))


def test_page_of_a_day_without_a_band_says_so(nurse):
    answer = nurse.get(f"{PAGE}?day=2026-02-20")
    assert answer.status_code == 200
    assert "had no band on this day" in answer.text
    assert "strip is-ssc" not in answer.text.split("legend")[0]


@pytest.mark.parametrize("path", ["", "/print", "/temperatures"])
@pytest.mark.parametrize(("day", "status"), [("9999-12-31", 422), ("0001-01-01", 200)])
def test_day_at_an_end_of_the_calendar_is_no_fault_of_the_program(nurse, path, day, status):
    assert nurse.get(f"{PAGE}{path}?day={day}").status_code == status


@pytest.mark.parametrize(
    "answer",
    [
        {"verdict": "missed", "day": "9999-12-31", "said_begin": "10:00", "said_end": "09:00"},
        {"verdict": "confirmed", "day": "9999-12-31", "begin_utc_s": "60"},
        {"verdict": "withdrawn", "said_begin_utc_s": "-9" + "0" * 30, "said_end_utc_s": "60"},
        {"verdict": "confirmed", "begin_utc_s": "9" * 30},
    ],
)
def test_session_beyond_the_calendar_is_refused(site, nurse, answer):
    assert nurse.post(f"{PAGE}/sessions", answer).status_code == 422
    assert reviews(site) == []


def test_look_at_the_temperatures_alone_is_in_the_audit(site, nurse):
    assert nurse.get(f"{PAGE}/temperatures?day={DAY}").status_code == 200
    (row,) = [one for one in site.store.audit.rows() if one.what == "viewed"]
    assert (row.who, row.infant) == ("Amina", "bed-1")


@pytest.mark.parametrize("path", ["/infants/bed-9", "/infants/bed-9/temperatures"])
def test_infant_that_is_not_there(nurse, path):
    answer = nurse.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_code_with_markup_in_it_stays_text(site):
    site.store.ensure_infant("<b>&'\"?#%")
    nurse = site.browser(Role.NURSE)
    answer = nurse.get("/infants/%3Cb%3E%26'%22%3F%23%25")
    assert answer.status_code == 200
    assert "<h1><bdi>&lt;b&gt;&amp;&#39;&#34;?#%</bdi></h1>" in answer.text
    assert "<b>&" not in answer.text
    (print_view,) = re.findall(r'href="(/infants/[^"]+/print)', answer.text)
    assert nurse.get(print_view).status_code == 200


def test_temperatures_for_the_chart_are_in_the_readers_unit(site, nurse):
    celsius = nurse.get(f"{PAGE}/temperatures?day={DAY}").json()
    site.accounts.set_unit(
        next(one.staff_id for one in site.accounts.staff() if one.name == "Amina"), "f"
    )
    fahrenheit = nurse.get(f"{PAGE}/temperatures?day={DAY}").json()
    valid = [value for value in celsius["skin"] if value is not None]
    assert valid
    assert valid[0] == pytest.approx(36.7, abs=0.05)
    turned = [value for value in fahrenheit["skin"] if value is not None]
    assert turned[0] == pytest.approx(36.7 * 1.8 + 32, abs=0.1)
    assert fahrenheit["lines"][2] == pytest.approx(97.7)
    assert len(celsius["utc_s"]) == len(celsius["skin"]) == len(celsius["core_low"])


def test_minute_is_valid_or_not_and_never_both(nurse):
    found = nurse.get(f"{PAGE}/temperatures?day={DAY}").json()
    both = zip(found["skin"], found["invalid"], strict=True)
    assert not any(one is not None and other is not None for one, other in both)


def test_nurse_confirms_a_session_and_the_machines_answer_stays(site, nurse):
    page = nurse.get(PAGE)
    values = {"verdict": "confirmed", "begin_utc_s": begin_of_session(page), "day": DAY}
    answer = nurse.post(f"{PAGE}/sessions", values)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(f"day={DAY}&note=reviewed#sessions")
    (kept,) = reviews(site)
    assert (kept.verdict, kept.who) == (Verdict.CONFIRMED, "Amina")
    assert kept.machine["ssc_minutes"] == 178
    assert "Confirmed" in nurse.get(answer.headers["location"]).text


def test_corrected_times_count_beside_the_machines_hours(site, nurse):
    page = nurse.get(PAGE)
    values = {
        "verdict": "corrected",
        "begin_utc_s": begin_of_session(page),
        "day": DAY,
        "said_begin": "00:30",
        "said_end": "02:30",
    }
    assert nurse.post(f"{PAGE}/sessions", values).status_code == 303
    text = words(nurse.get(PAGE))
    assert "<dd>2.0 h</dd>" in text
    assert "<strong>2.9 h</strong>" in text


def test_missed_session_over_midnight_ends_on_the_next_day(site):
    site.now_utc_s += 36 * 3600
    nurse = site.browser(Role.NURSE)
    values = {"verdict": "missed", "day": DAY, "said_begin": "23:30", "said_end": "00:30"}
    assert nurse.post(f"{PAGE}/sessions", values).status_code == 303
    (kept,) = reviews(site)
    begin_utc_s = ward.START_UTC_S + 23 * 3600 + 1800
    assert (kept.said_begin_utc_s, kept.said_end_utc_s) == (begin_utc_s, begin_utc_s + 3600)


@pytest.mark.parametrize(
    "values",
    [
        {"verdict": "confirmed", "begin_utc_s": "1772323201"},
        {"verdict": "missed", "said_begin": "23:00", "said_end": "23:30"},
        {"verdict": "missed"},
        {"verdict": "sure"},
        {"verdict": "missed", "said_begin": "25:00", "said_end": "26:00"},
    ],
    ids=["another session", "future", "no times", "no such verdict", "no such time"],
)
def test_answer_that_cannot_be_is_told_and_nothing_kept(site, nurse, values):
    answer = nurse.post(f"{PAGE}/sessions", {"day": DAY, **values})
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text
    assert reviews(site) == []


def test_notes_and_reasons(site, nurse):
    post = nurse.post
    assert post(f"{PAGE}/remarks", {"kind": "note", "text": "<i>fed</i>"}).status_code == 303
    values = {"kind": "low_hours", "day": DAY, "reason": "too_hot"}
    assert post(f"{PAGE}/remarks", values).status_code == 303
    values = {"kind": "session_end", "day": DAY, "at": "02:10", "reason": "mother_request"}
    assert post(f"{PAGE}/remarks", values).status_code == 303
    assert {one.kind for one in remarks(site)} == set(RemarkKind)
    text = nurse.get(PAGE).text
    assert "&lt;i&gt;fed&lt;/i&gt;" in text
    assert "Too hot" in text
    assert "The mother asked for it" in text


def test_end_of_contact_in_the_future_is_refused(site, nurse):
    values = {"kind": "session_end", "day": DAY, "at": "23:00", "reason": "other"}
    assert nurse.post(f"{PAGE}/remarks", values).status_code == 422
    assert remarks(site) == []


def test_looking_is_noted_once_in_ten_minutes(site, nurse):
    nurse.get(PAGE)
    nurse.get(PAGE)
    site.now_utc_s += 601
    site.browser(Role.NURSE).get(f"{PAGE}/print")
    viewed = [row for row in site.store.audit.rows(infant="bed-1") if row.what == "viewed"]
    assert [row.who for row in viewed] == ["Amina", "Amina"]


def test_noted_handover_stands_beside_what_the_band_makes_of_it(site, nurse):
    site.store.handovers.hand_over(
        "bed-1", "father", at_utc_s=ward.START_UTC_S, when_utc_s=site.now_utc_s, who="Amina"
    )
    text = nurse.get(PAGE).text
    assert "Noted: Father" in text
    assert "Handed over: Father" in text
    assert "With whom is not known" in text


def test_researcher_sees_and_changes_nothing(site):
    researcher = site.browser(Role.RESEARCHER)
    page = researcher.get(PAGE)
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert "/discharge" not in page.text
    values = {"kind": "note", "text": "seen"}
    assert researcher.post(f"{PAGE}/remarks", values).status_code == 403


def test_print_view_is_whole(nurse):
    text = nurse.get(f"{PAGE}/print?day={DAY}").text
    assert "Does not replace a thermometer" in text
    assert "never counted as contact" in text


@pytest.mark.parametrize("day", ["0001-01-01", "2026-02-20", "2026-03-02", "9999-12-31"])
@pytest.mark.parametrize("kind", ["low_hours", "session_end"])
def test_reason_of_a_day_that_cannot_be_is_refused_in_words(site, nurse, kind, day):
    values = {"kind": kind, "day": day, "at": "02:10", "reason": "other"}
    for accept in ("text/html", "application/json"):
        answer = nurse.post(f"{PAGE}/remarks", values, accept=accept)
        assert answer.status_code == 422
        assert re.search("check the date|in the future", answer.text)
    assert remarks(site) == []


@pytest.mark.parametrize(("minutes", "is_old"), [(5, False), (30, True)])
def test_core_is_shown_with_its_age_and_grey_when_it_is_old(site, minutes, is_old):
    # Goal: also while the watch looks no more, as long as the page can be asked.
    site.now_utc_s += minutes * 60
    text = site.browser(Role.NURSE).get(PAGE).text
    (core,) = re.findall(r"Core, estimated</dt>(<dd.*?</dd>)", text, re.DOTALL)
    row = site.watch.board().infants[0].row
    age_min = int(site.now_utc_s - row.temperature_utc_s) // 60
    assert age_min >= minutes
    assert f"{age_min}\u00a0min\u00a0ago" in core
    assert ('class="is-invalid"' in core) is is_old


def test_page_says_when_nobody_watches(site, nurse, monkeypatch):
    assert "Nobody is watching" not in nurse.get(PAGE).text
    look = LastLook(WatchState.STOPPED, site.now_utc_s - 120, 120)
    monkeypatch.setattr(site.watch, "last_look", lambda: look)
    text = words(nurse.get(PAGE))
    assert "Nobody is watching" in text
    # No comma and no full stop of one language between sentences of another one.
    assert re.search(r"</strong> \(2 min ago\)<br>\s<strong>No new alert will ring", text)
