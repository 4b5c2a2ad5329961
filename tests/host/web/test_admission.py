"""Admitting, putting right, handing over and discharging, as a nurse's browser does it."""

import re
from datetime import UTC

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.store.programme import DEFAULT_PROGRAMME, EARLY_DAYS, target_minutes
from pouch_host.web.admission.fields import Fields
from pouch_host.web.admission.infants import hours_typed
from tests.host.web import site as sites
from tests.host.web.answers import fault_of, value_of

HOUR_S = 3600


@pytest.fixture
def site(tmp_path):
    with sites.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def nurse(site):
    return site.browser(Role.NURSE)


@pytest.fixture(scope="module")
def same_site(tmp_path_factory):
    """A site for tests that change nothing, and check it."""
    with sites.opened(tmp_path_factory.mktemp("site")) as opened:
        yield opened


def admit(browser, code="bed-7", **values):
    return browser.post("/admit", {"code": code, "weight": "1450", "weeks": "34", **values})


def test_admission_goes_on_to_the_band(site, nurse):
    assert nurse.get("/admit").status_code == 200
    answer = admit(nurse, days="2", target="")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/infants/bed-7/band?note=admitted"
    infant = site.store.admissions.infant("bed-7")
    assert (infant.weight_g, infant.gestation_days, infant.target_minutes) == (1450, 240, 720)
    row = site.store.audit.rows(infant="bed-7")[0]
    assert (row.what, row.who) == ("admitted", "Amina")
    follow = nurse.get(answer.headers["location"])
    assert follow.status_code == 200
    assert "Admitted." in follow.text


def test_admission_of_a_code_with_other_letters_and_blanks(site, nurse):
    answer = admit(nurse, "  بیڈ  3 ", target="10.5")
    assert answer.status_code == 303
    assert site.store.admissions.infant("بیڈ 3").target_minutes == 630
    assert nurse.get(answer.headers["location"]).status_code == 200


def test_admission_takes_digits_of_an_urdu_keyboard(site, nurse):
    assert admit(nurse, weight="۱۴۵۰", weeks="۳۴").status_code == 303
    assert site.store.admissions.infant("bed-7").weight_g == 1450


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "bed/7"}, "code"),
        ({"code": "<script>"}, "code"),
        ({"code": "x" * 40}, "code"),
        ({"code": "bed-1"}, "code"),
        ({"weight": "30"}, "weight"),
        ({"weight": "30000"}, "weight"),
        ({"weight": "1,4"}, "weight"),
        ({"weight": "-1400"}, "weight"),
        ({"weight": "9" * 100}, "weight"),
        ({"weeks": "200"}, "weeks"),
        ({"weeks": "", "days": "3"}, "weeks"),
        ({"weeks": "34", "days": "7"}, "days"),
        ({"born": "yesterday"}, "born"),
        ({"target": "25"}, "target"),
        ({"target": "0"}, "target"),
        ({"target": "nan"}, "target"),
        ({"target": "much"}, "target"),
    ],
)
def test_admission_bad_input_is_named_beside_its_field_and_nothing_typed_is_lost(
    same_site, values, field
):
    nurse, before = same_site.browser(Role.NURSE), same_site.store.content_digest()
    typed = {
        "code": "bed-7",
        "weight": "1450",
        "weeks": "34",
        "days": "1",
        "born": "",
        "target": "12",
    }
    typed |= values
    answer = nurse.post("/admit", typed)
    assert answer.status_code == 422
    assert fault_of(answer, field)
    assert "<script>" not in answer.text
    for name, text in typed.items():
        assert value_of(answer, name) == text.replace("<", "&lt;").replace(">", "&gt;"), name
    assert same_site.store.content_digest() == before


def test_admission_into_a_used_bed_asks_which_of_the_two_it_is(site, nurse):
    site.store.admissions.discharge("bed-1", when_utc_s=site.now_utc_s, who="Amina")
    asked = admit(nurse, "bed-1")
    assert asked.status_code == 422
    assert 'name="former" value="other"' in asked.text
    answer = admit(nurse, "bed-1", former="other")
    assert answer.status_code == 303
    assert [one.code for one in site.store.infants()] == ["bed-1", "bed-1 2026-03-01"]
    # What was recorded in that bed before stays with whom it was of.
    assert site.store.assignments("bed-1") == []
    assert len(site.store.assignments("bed-1 2026-03-01")) == 1


def test_admission_of_the_same_infant_again_keeps_its_records(site, nurse):
    site.store.admissions.discharge("bed-1", when_utc_s=site.now_utc_s, who="Amina")
    answer = admit(nurse, "bed-1", former="same")
    assert answer.headers["location"] == "/infants/bed-1/band?note=admitted"
    assert len(site.store.assignments("bed-1")) == 1


def test_admission_sent_twice_admits_once(site, nurse):
    assert admit(nurse).status_code == 303
    again = admit(nurse)
    assert again.status_code == 422
    assert "is here already" in str(fault_of(again, "code"))
    assert [one.code for one in site.store.infants()] == ["bed-1", "bed-7"]


def test_page_holds_the_table_that_the_store_goes_by(nurse):
    # The script looks the target up in what the page tells it; this is that rule, in Python.
    text = nurse.get("/admit").text
    rows = [
        tuple(map(int, row.split(":")))
        for row in re.search(r'data-programme="([^"]+)"', text).group(1).split()
    ]
    early_days = int(re.search(r'data-early-days="(\d+)"', text).group(1))
    assert early_days == EARLY_DAYS
    for weight_g in range(400, 3000, 50):
        for days in (None, 200, 223, 224, 280):
            place = max(n for n, (from_g, _) in enumerate(rows) if from_g <= weight_g)
            minutes = rows[place][1]
            if days is not None and days < early_days and place:
                minutes = max(minutes, rows[place - 1][1])
            assert minutes == target_minutes(DEFAULT_PROGRAMME, weight_g, days)


def test_edit_shows_what_is_known_and_keeps_what_is_put_right(site, nurse):
    admit(nurse, days="2", target="8.5")
    page = nurse.get("/infants/bed-7/edit")
    typed = {name: value_of(page, name) for name in ("code", "weight", "weeks", "days", "target")}
    assert typed == {
        "code": "bed-7", "weight": "1450", "weeks": "34", "days": "2", "target": "8.5",
    }  # fmt: skip
    stamp = re.search(r'name="seen" value="(\w+)"', page.text).group(1)
    answer = nurse.post(
        "/infants/bed-7/edit", {**typed, "weight": "1210", "code": "bed-17", "seen": stamp}
    )
    assert answer.headers["location"] == "/infants/bed-17?note=saved"
    infant = site.store.admissions.infant("bed-17")
    assert (infant.weight_g, infant.target_minutes) == (1210, 510)
    # A second nurse still has the form as it was before.
    late = nurse.post("/infants/bed-17/edit", {**typed, "code": "bed-17", "seen": stamp})
    assert late.status_code == 422
    assert "Somebody else has changed" in late.text
    assert "1,210" in late.text
    assert site.store.admissions.infant("bed-17").weight_g == 1210


def test_edit_without_a_target_goes_by_the_table(site, nurse):
    admit(nurse, target="8")
    nurse.post("/infants/bed-7/edit", {"code": "bed-7", "weight": "1100", "target": ""})
    assert site.store.admissions.infant("bed-7").target_minutes == 900


def test_target_shown_in_hours_is_read_back_to_the_minute():
    for minutes in range(1, 24 * 60 + 1):
        assert Fields({"target": hours_typed(minutes)}, zone=UTC).minutes() == minutes


def test_hand_over_with_one_tap_and_since_a_moment(site, nurse):
    page = nurse.get("/infants/bed-1/handover")
    assert page.text.count('name="caregiver"') == 5
    answer = nurse.post("/infants/bed-1/handover", {"caregiver": "mother"})
    assert answer.headers["location"] == "/infants/bed-1?note=handed_over"
    nurse.post("/infants/bed-1/handover", {"caregiver": "father", "moment": "2026-03-01T02:30"})
    said = [
        (one.caregiver.value, one.utc_s, one.who)
        for one in site.store.handovers.of_infant("bed-1")
    ]
    begin_utc_s = sites.ward.START_UTC_S
    assert said == [
        ("father", begin_utc_s + 2.5 * HOUR_S, "Amina"),
        ("mother", site.now_utc_s, "Amina"),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"caregiver": ""}, "caregiver"),
        ({"caregiver": "cat"}, "caregiver"),
        ({"caregiver": "mother", "moment": "2026-03-01T09:00"}, "moment"),
        ({"caregiver": "mother", "moment": "yesterday"}, "moment"),
    ],
)
def test_hand_over_bad_input_is_refused(same_site, values, field):
    answer = same_site.browser(Role.NURSE).post("/infants/bed-1/handover", values)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert same_site.store.handovers.of_infant("bed-1") == []


def test_moment_is_the_wards_time_of_day(site, nurse):
    site.store.set_zone("Asia/Karachi")
    nurse.post("/infants/bed-1/handover", {"caregiver": "mother", "moment": "2026-03-01T05:30"})
    (said,) = site.store.handovers.of_infant("bed-1")
    assert said.utc_s == sites.ward.START_UTC_S + HOUR_S / 2


def test_discharge_and_readmit(site, nurse):
    page = nurse.get("/infants/bed-1/discharge")
    assert "P-0012ABCD" in page.text
    answer = nurse.post("/infants/bed-1/discharge", {"moment": "2026-03-01T03:00"})
    assert answer.headers["location"] == "/?note=discharged"
    infant = site.store.admissions.infant("bed-1")
    assert infant.discharged_utc_s == sites.ward.START_UTC_S + 3 * HOUR_S
    site.watch.step()
    assert "Readmit" in nurse.get("/infants/bed-1/discharge").text
    # What only makes sense of an infant that is here is refused, and says why.
    for path, values in (("handover", {"caregiver": "mother"}), ("discharge", {}), ("link", {})):
        refused = nurse.post(f"/infants/bed-1/{path}", values)
        assert refused.status_code == 422, path
        assert "Readmit it first" in refused.text
    back = nurse.post("/infants/bed-1/readmit")
    assert back.headers["location"] == "/infants/bed-1/band?note=admitted"
    again = nurse.post("/infants/bed-1/readmit")
    assert again.status_code == 422


def test_discharge_in_the_future_is_refused(site, nurse):
    answer = nurse.post("/infants/bed-1/discharge", {"moment": "2026-03-02T03:00"})
    assert answer.status_code == 422
    assert "future" in str(fault_of(answer, "moment"))
    assert value_of(answer, "moment") == "2026-03-02T03:00"
    assert site.store.admissions.infant("bed-1").discharged_utc_s is None


PATHS = ["edit", "handover", "discharge", "band", "move", "link"]


@pytest.mark.parametrize("path", PATHS)
def test_infant_that_is_not_there(same_site, path):
    nurse = same_site.browser(Role.NURSE)
    assert nurse.get(f"/infants/bed-9/{path}").status_code == 404
    assert nurse.post(f"/infants/bed-9/{path}", {"caregiver": "mother"}).status_code == 404


def test_look_at_an_infant_is_in_the_audit(site):
    for path in PATHS:
        # By then her session has ended, and it is another look.
        site.now_utc_s += 660
        site.browser(Role.NURSE).get(f"/infants/bed-1/{path}")
        row = site.store.audit.rows(infant="bed-1", limit=1)[0]
        assert (row.what, row.who, row.when_utc_s) == ("viewed", "Amina", site.now_utc_s), path


@pytest.mark.parametrize("path", ["/admit", *(f"/infants/bed-1/{path}" for path in PATHS)])
def test_pages_are_for_those_who_admit(same_site, path):
    for role, status in (
        (Role.NURSE, 200), (Role.HEAD_NURSE, 200), (Role.RESEARCHER, 403),
        (Role.ADMINISTRATOR, 403),
    ):  # fmt: skip
        assert same_site.browser(role).get(path).status_code == status, role
    for nobody in (same_site.nobody(), same_site.screen()):
        answer = nobody.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_form_without_the_sessions_token_changes_nothing(site, nurse):
    before = site.store.content_digest()
    nurse.csrf = "x"
    assert admit(nurse).status_code == 403
    assert nurse.post("/infants/bed-1/discharge").status_code == 403
    assert site.store.content_digest() == before


def rows_typed(*rows):
    return {"weight": [row[0] for row in rows], "hours": [row[1] for row in rows]}


def test_programme_is_for_those_who_set_it(site, nurse):
    assert nurse.get("/programme").status_code == 403
    assert nurse.post("/programme", rows_typed(("0", "9"))).status_code == 403
    assert site.browser(Role.ADMINISTRATOR).get("/programme").status_code == 200


def test_programme_is_changed_and_admissions_go_by_it(site, nurse):
    head = site.browser(Role.HEAD_NURSE)
    page = head.get("/programme")
    assert re.findall(r'name="weight" value="(\d*)"', page.text) == ["0", "1200", "1500", "", ""]
    answer = head.post("/programme", rows_typed(("2000", "8"), ("0", "20"), ("", "")))
    assert answer.headers["location"] == "/programme?note=saved"
    row = site.store.audit.rows(limit=1)[0]
    assert (row.what, row.who) == ("programme", "Samina")
    assert 'data-programme="0:1200 2000:480"' in nurse.get("/admit").text
    admit(nurse)
    assert site.store.admissions.infant("bed-7").target_minutes == 1200


@pytest.mark.parametrize(
    "rows",
    [
        [("1200", "8")],
        [("0", "8"), ("1500", "")],
        [("0", "8"), ("", "9")],
        [("0", "8"), ("0", "9")],
        [("0", "25")],
        [("0", "8"), ("heavy", "9")],
        [("", "")],
    ],
)
def test_programme_that_is_none_is_refused_and_nothing_typed_is_lost(same_site, rows):
    before = same_site.store.programme.rows()
    answer = same_site.browser(Role.HEAD_NURSE).post("/programme", rows_typed(*rows))
    assert answer.status_code == 422
    assert "error" in answer.text
    shown = re.findall(r'name="weight" value="(\w*)"', answer.text)
    assert shown[: len(rows)] == [weight for weight, _ in rows]
    assert same_site.store.programme.rows() == before
