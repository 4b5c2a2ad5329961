"""A date of birth on the forms that admit an infant and put right what is known of it."""

from datetime import date

import pytest

from pouch_host.accounts.roles import Role
from tests.host.web import site as sites
from tests.host.web.answers import fault_of, value_of


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


def admit(browser, **values):
    return browser.post("/admit", {"code": "bed-7", "weight": "1450", "weeks": "34", **values})


def test_date_of_birth_is_kept_and_put_right(site, nurse):
    # The site's day is 2026-03-01.
    assert 'type="date"' in nurse.get("/admit").text
    assert 'max="2026-03-01"' in nurse.get("/admit").text
    admit(nurse, born="2026-02-23")
    assert site.store.admissions.infant("bed-7").born_on == date(2026, 2, 23)
    page = nurse.get("/infants/bed-7/edit")
    assert value_of(page, "born") == "2026-02-23"
    typed = {"code": "bed-7", "weight": "1450", "weeks": "34"}
    nurse.post("/infants/bed-7/edit", {**typed, "born": "2026-02-24"})
    assert site.store.admissions.infant("bed-7").born_on == date(2026, 2, 24)
    nurse.post("/infants/bed-7/edit", {**typed, "born": ""})
    assert site.store.admissions.infant("bed-7").born_on is None


def test_date_of_birth_typed_with_digits_of_an_urdu_keyboard(site, nurse):
    # Where a browser has no field for dates, it is typed.
    admit(nurse, born=" ۲۰۲۶-۰۲-۲۳ ")
    assert site.store.admissions.infant("bed-7").born_on == date(2026, 2, 23)


@pytest.mark.parametrize(
    ("born", "says"),
    [
        ("23.02.2026", "Enter a date."),
        ("2026-02-30", "Enter a date."),
        ("2026-03-02", "This is in the future."),
        ("2016-02-23", "more than a year before the infant came, on 1 Mar 2026"),
        ("9999-12-31", "This is in the future."),
        ("0001-01-01", "Check the year."),
    ],
)
def test_date_of_birth_that_cannot_be_is_named_beside_its_field(same_site, born, says):
    nurse, before = same_site.browser(Role.NURSE), same_site.store.content_digest()
    answer = admit(nurse, born=born)
    assert answer.status_code == 422
    assert says in fault_of(answer, "born").replace("\xa0", " ")
    assert value_of(answer, "born") == born
    assert same_site.store.content_digest() == before


def test_date_of_birth_after_the_first_band_is_refused(same_site):
    # The infant has its band since the day before.
    same_site.now_utc_s += 86_400
    try:
        answer = same_site.browser(Role.NURSE).post(
            "/infants/bed-1/edit", {"code": "bed-1", "born": "2026-03-02"}
        )
    finally:
        same_site.now_utc_s -= 86_400
    assert answer.status_code == 422
    assert "was here already on 1 Mar 2026" in fault_of(answer, "born").replace("\xa0", " ")
