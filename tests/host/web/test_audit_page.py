"""The audit's page: a sentence for each deed, newest first, and each look at an infant in it."""

import re
from pathlib import Path
from typing import get_args
from urllib.parse import urlencode

import pytest

import pouch_host
from pouch_host.accounts.roles import Role
from pouch_host.store.assignments import _What
from pouch_host.store.audit import note
from tests.host.web.answers import shown
from tests.host.web.site import NOW_UTC_S, opened


@pytest.fixture
def site(tmp_path):
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shown_site(tmp_path_factory):
    """Return a site for tests that leave it as it was."""
    with opened(tmp_path_factory.mktemp("shown")) as made:
        yield made


def test_audit_is_in_sentences_newest_first_and_in_pages(site):
    site.store.assign(0x12ABCD, "bed-9", NOW_UTC_S + 5, when_utc_s=NOW_UTC_S, who="Amina")
    for number in range(60):
        site.store.audit.note(what="viewed", when_utc_s=number, who="Amina", infant="bed-7")
    browser = site.browser(Role.HEAD_NURSE)
    first = browser.get("/audit")
    text = shown(first)
    assert text.index("Samina Signed in.") < text.index("Amina Looked at the infant. bed-7")
    (older,) = re.findall(r'href="(/audit\?before=\d+)"', first.text)
    last = browser.get(older)
    assert "Assigned band P-0012ABCD from" in shown(last)
    assert re.search("The server Added Amina , Nurse.", shown(last))
    assert len(re.findall("<tr>", first.text)) == 51
    assert 'href="/audit"' in last.text
    of_one = browser.get("/audit?infant=bed-9")
    assert "bed-7" not in of_one.text
    assert "Assigned band" in of_one.text
    assert "Nothing was noted." in shown(browser.get("/audit?infant=none"))


WHATS = [
    ("signed_in", {}, "Signed in."),
    ("locked_out", {"staff": "Amina", "failures": 3}, "Locked Amina after 3 wrong secrets."),
    ("staff_added", {"staff": "Dua", "role": "nurse"}, "Added Dua , Nurse."),
    ("staff_ended", {"staff": "Dua"}, "Let Dua sign in no more."),
    ("secret_set", {"staff": "Dua"}, "Set a new PIN or password of Dua ."),
    ("choices_set", {"staff": "Dua"}, "Chose language or unit."),
    ("screen_enrolled", {"screen": "door"}, "Enrolled the screen door ."),
    ("screen_ended", {"screen": "door"}, "Ended the screen door ."),
    ("token_made", {"token": "export"}, "Made the API token export ."),
    ("token_ended", {"token": "export"}, "Ended the API token export ."),
    ("viewed", {}, "Looked at the infant."),
    ("admitted", {"weight_g": 1450}, "Admitted the infant, 1,450 g."),
    ("admitted", {}, "Admitted the infant."),
    ("readmitted", {}, "Admitted the infant again."),
    ("discharged", {}, "Discharged the infant."),
    ("edited", {"weight_g": [1, 2]}, "Changed what is known of the infant."),
    ("renamed", {"to": "bed-2"}, "Changed the code to bed-2 ."),
    ("renamed", {"from": "bed-2"}, "Changed the code; it was bed-2 ."),
    ("handed_over", {"caregiver": "mother"}, "Noted who wears the infant."),
    ("reviewed", {"verdict": "confirmed"}, "Said of a session: Confirmed"),
    ("remarked", {"kind": "note"}, "Wrote a note."),
    ("remarked", {"kind": "low_hours", "reason": "too_hot"}, "for few hours: Too hot"),
    ("remarked", {"kind": "session_end", "reason": "other"}, "ended: Another reason"),
    ("link_made", {}, "Made a link for the family."),
    ("link_ended", {"why": "by_hand"}, "Ended the link of the family."),
    ("programme", {}, "Changed the programme's targets."),
    ("backed_up", {}, "Made a backup of the store."),
    ("restored", {}, "Restored the store from a backup."),
    ("site", {"zone": "Asia/Karachi"}, "Changed the site's settings."),
    ("imported", {"kind": "diary"}, "Took in what a log says of infants."),
    ("alert_acknowledged", {"alert_class": "cooling"}, "Acknowledged the alert: Getting colder."),
    ("alert_muted", {"target": "cold", "until_utc_s": 0}, "Snoozed: All cold alerts but dangers."),
    ("alert_unmuted", {"target": "stale"}, "Let ring again: No new data."),
    ("of a newer program", {}, "of a newer program"),
]


@pytest.mark.parametrize(("what", "detail", "words"), WHATS)
def test_audit_has_a_sentence_for_each_deed(shown_site, what, detail, words):
    code = f"bed-{what}-{words}"
    shown_site.store.audit.note(what=what, when_utc_s=1, who="Zoya", infant=code, detail=detail)
    browser = shown_site.browser(Role.ADMINISTRATOR)
    text = shown(browser.get(f"/audit?{urlencode({'infant': code})}"))
    assert words in text.replace("\xa0", " ").replace("&nbsp;", " ").replace("&#39;", "'")


def test_audit_has_a_sentence_for_every_word_that_the_program_notes():
    # Goal: whoever adds a deed is told to say it here. Method: look for the words in the source.
    root = Path(pouch_host.__file__).parent
    noted = {
        word
        for path in root.rglob("*.py")
        for word in re.findall(r'\bwhat(?:=|": )"([a-z_ ]+)"', path.read_text(encoding="utf-8"))
    }
    said = {what for what, _, _ in WHATS}
    assert {"viewed", "staff_added"} <= noted
    assert noted - said - {"target"} == set()


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda store: store.assign(7, "bed-7", 5, when_utc_s=9), "Assigned band P-00000007"),
        (
            lambda store: store.set_target("bed-1", 6, when_utc_s=9),
            "Set the target to 6.0 h a day.",
        ),
        (lambda store: store.set_target("bed-1", None, when_utc_s=9), "the ward's usual one"),
    ],
)
def test_audit_has_a_sentence_for_bands_and_targets(site, do, words):
    site.store.set_target("bed-1", 7, when_utc_s=8)
    do(site.store)
    text = shown(site.browser(Role.ADMINISTRATOR).get("/audit"))
    assert words in text.replace("\xa0", " ").replace("&nbsp;", " ").replace("&#39;", "'")


BAND_WHATS = [
    ("ended", 7, "Ended the time of band P-00000007 at"),
    ("reopened", 7, "Let the time of band P-00000007 last until"),
    ("reopened", None, "Let the time of band P-00000007 last again."),
    ("removed", None, "Took back band P-00000007 , assigned from"),
    ("corrected", 7, "Corrected the time of band P-00000007 : from"),
    ("corrected", None, "on."),
]


@pytest.mark.parametrize(("what", "to_utc_s", "words"), BAND_WHATS)
def test_audit_has_a_sentence_for_each_change_of_a_bands_time(shown_site, what, to_utc_s, words):
    code = f"bed-{what}-{to_utc_s}"
    with shown_site.store._writing() as connection:
        note(
            connection,
            what=what,
            when_utc_s=9,
            infant=code,
            band_id=7,
            from_utc_s=5,
            to_utc_s=to_utc_s,
        )
    text = shown(shown_site.browser(Role.ADMINISTRATOR).get(f"/audit?infant={code}"))
    assert words in text


def test_every_change_of_a_bands_time_has_its_sentence():
    assert set(get_args(_What)) == {"assigned", *(what for what, _, _ in BAND_WHATS)}


def test_views_of_an_infant_are_noted_once_in_ten_minutes_for_each_person(site):
    def looks():
        rows = site.store.audit.rows(infant="bed-1")
        return [(row.who, row.when_utc_s) for row in rows if row.what == "viewed"]

    nurse, researcher = site.browser(Role.NURSE), site.browser(Role.RESEARCHER)
    for _ in range(3):
        assert nurse.get("/infants/bed-1").status_code == 200
    site.now_utc_s += 500
    nurse.get("/infants/bed-1")
    researcher.get("/infants/bed-1")
    assert looks() == [("Imran", NOW_UTC_S + 500), ("Amina", NOW_UTC_S)]
    site.now_utc_s += 101
    nurse.get("/infants/bed-1")
    assert looks()[0] == ("Amina", NOW_UTC_S + 601)
