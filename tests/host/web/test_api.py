"""The API against its own description: by hand where the answer is known, and by schemathesis."""

import datetime as dt
import threading

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from pouch_host.accounts.roles import Role
from pouch_host.store.remarks import RemarkKind
from pouch_host.ward import LastLook, WatchState
from pouch_host.web.api.description import openapi
from pouch_host.web.server import bind, serve_until, url_of
from pouch_host.web.views import AGAIN_S
from tests.host import ward
from tests.host.web import site as sites

API = "/api/v1"
DAY = "2026-03-01"
PATHS = sorted(openapi()["paths"])


@pytest.fixture
def site(tmp_path):
    with sites.opened(tmp_path) as opened:
        yield opened


@pytest.fixture
def ask(site):
    """Return a way to ask with a researcher's token."""
    token = site.accounts.make_token(site.member(Role.RESEARCHER), "R script", 30)
    browser = site.nobody()

    def get(path, **headers):
        sent = {"accept": "application/json", "authorization": f"Bearer {token}", **headers}
        return browser.request("GET", API + path, headers=sent)

    return get


def test_board_is_what_the_screen_shows(ask, site):
    found = ask("/board").json()
    (one,) = found["infants"]
    (row,) = (each.row for each in site.watch.board().infants)
    assert (one["code"], one["band"], one["state"]) == ("bed-1", ward.BAND_LABEL, "ssc")
    assert one["ssc_hours"] == row.ssc_hours
    assert one["chest_skin_c"] == row.temperature_c
    assert found["failure"] is None


def test_board_says_whether_it_is_looked_at(ask, site, monkeypatch):
    found = ask("/board").json()
    assert (found["watch"], found["waiting"], found["reading"]) == ("looking", 0, False)
    look = LastLook(WatchState.STOPPED, ward.START_UTC_S, 70)
    monkeypatch.setattr(site.watch, "last_look", lambda: look)
    found = ask("/board").json()
    assert (found["watch"], found["looked"]) == ("stopped", "2026-03-01T00:00:00Z")


def test_list_of_infants_is_a_look_at_each_of_them(ask, site):
    for number in range(2, 30):
        site.store.ensure_infant(f"bed-{number}")

    def viewed():
        rows = site.store.audit.rows(limit=1000)
        return [(row.who, row.infant) for row in rows if row.what == "viewed"]

    ask("/infants/bed-1")
    codes = {one["code"] for one in ask("/infants").json()}
    assert len(codes) == 29
    assert sorted(viewed()) == sorted((sites.NAMES[Role.RESEARCHER], code) for code in codes)
    ask("/infants")
    assert len(viewed()) == 29
    site.now_utc_s += AGAIN_S
    ask("/infants")
    assert len(viewed()) == 58


def test_day_has_bounds_and_the_length_of_the_local_day(ask):
    (day,) = ask("/infants/bed-1/days").json()
    assert (day["date"], day["day_minutes"], day["ssc_minutes"]) == (DAY, 1440, 178)
    assert day["hours_lower"] <= day["hours"] <= day["hours_upper"]
    assert day["reviewed_hours"] is None
    assert ask("/infants/bed-1/days?last=2026-02-20").json() == []


def test_infant_has_its_date_of_birth_or_null(ask, site):
    assert ask("/infants/bed-1").json()["born"] is None
    site.store.admissions.edit(
        "bed-1", when_utc_s=site.now_utc_s, who="Amina", weight_g=1450, gestation_days=238,
        target_minutes=None, born_on=dt.date(2026, 2, 23),
    )  # fmt: skip
    assert ask("/infants/bed-1").json()["born"] == "2026-02-23"


def test_minutes_tell_unknown_apart_from_no_band(ask):
    found = ask(f"/infants/bed-1/minutes?first={DAY}").json()
    columns = ["state", "probability", "chest_skin_c", "chest_skin_valid", "core_c", "core_sd_c"]
    assert len({len(found[name]) for name in columns}) == 1
    assert found["state"].count("ssc") == 178
    assert found["begin"] == "2026-03-01T00:00:00Z"


def test_sessions_carry_the_nurses_answer_beside_the_machines(ask, site):
    nurse = site.browser(Role.NURSE)
    (session,) = ask("/infants/bed-1/sessions").json()
    assert session["review"] is None
    values = {"verdict": "missed", "day": DAY, "said_begin": "00:10", "said_end": "00:20"}
    nurse.post("/infants/bed-1/sessions", values)
    verdicts = [
        one["review"] and one["review"]["verdict"] for one in ask("/infants/bed-1/sessions").json()
    ]
    assert verdicts == [None, "missed"]


def test_free_text_never_leaves_by_the_api(ask, site):
    for kind, parts in (
        (RemarkKind.NOTE, {}),
        (RemarkKind.SESSION_END, {"utc_s": ward.START_UTC_S, "reason": "other"}),
    ):
        values = {"text": "her name", **parts}
        site.store.remarks.add("bed-1", kind, who="Amina", when_utc_s=site.now_utc_s, **values)
    answer = ask("/infants/bed-1/remarks")
    assert [one["kind"] for one in answer.json()] == ["session_end"]
    assert "her name" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/infants/bed-9", 404),
        ("/infants/bed-9/days", 404),
        (f"/infants/bed-1/minutes?first={DAY}&last=2026-03-08", 422),
        (f"/infants/bed-1/minutes?first={DAY}&last=2026-02-01", 422),
        ("/infants/bed-1/minutes", 422),
        ("/infants/bed-1/days?first=yesterday", 422),
        ("/infants/bed-1/sessions?last=9999-12-31", 422),
        ("/nothing", 404),
    ],
)
def test_fault_is_told_in_the_form_that_the_description_promises(ask, path, status):
    answer = ask(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"status", "reason"}


@pytest.mark.parametrize("path", PATHS)
def test_nothing_without_a_token(site, path):
    answer = site.nobody().request(
        "GET", path.replace("{code}", "bed-1"), headers={"accept": "*/*"}
    )
    assert answer.status_code == 401


def test_token_of_somebody_who_left_is_dead_at_once(ask, site):
    assert ask("/board").status_code == 200
    site.accounts.end_staff(site.member(Role.RESEARCHER).staff_id, who=None)
    assert ask("/board").status_code == 401


def test_token_opens_no_page_for_people(site, ask):
    token = ask("/board").request.headers["authorization"]
    answer = site.nobody().get("/infants/bed-1", authorization=token)
    assert answer.status_code == 303


def test_description_names_the_token_and_is_for_everybody(site):
    answer = site.nobody().get(f"{API}/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Serve a site; yield its address and a researcher's token."""
    with sites.opened(tmp_path_factory.mktemp("api")) as site:
        token = site.accounts.make_token(site.member(Role.RESEARCHER), "schemathesis", 30)
        listener = bind("127.0.0.1", 0)
        url, stop = url_of(listener), threading.Event()
        thread = threading.Thread(target=serve_until, args=(site.app, listener, stop))
        thread.start()
        yield url, token
        stop.set()
        thread.join()


schema = schemathesis.openapi.from_dict(openapi())


# The paths and answers that the description promises, asked with what it allows and does not.
@schema.parametrize()
@settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
def test_every_answer_is_one_that_the_description_promises(case, served):
    url, token = served
    case.call_and_validate(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"},
        # No description can say that the last day is not to lie before the first.
        excluded_checks=[positive_data_acceptance],
    )
