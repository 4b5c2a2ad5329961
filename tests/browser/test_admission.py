"""A baby comes, gets a band, goes to somebody else's chest, changes bed, goes home."""

from datetime import date

import pytest
from playwright.async_api import expect

from pouch_protocol.constants import band_label
from tests.browser import babies, people, qr_video, steps

SPARE_LABEL = band_label(babies.SPARE_BAND_ID)
CODE = "bed-12"


@pytest.fixture(params=["tablet", "phone"])
def size(request):
    return request.param


async def nurse_at(made_ward, screens, size, path="/"):
    return await screens.open(made_ward, people.NURSE, size=size, path=path)


def worn_by(ward, code):
    """Return the band that an infant wears, by the store."""
    worn = {infant: band_id for band_id, infant in ward.store.wearing.worn().items()}
    return worn.get(code)


async def test_admission_band_is_picked_from_those_seen(made_ward, screens, size):
    screen = await nurse_at(made_ward, screens, size)
    await steps.admit(screen, CODE, weight_g=1420, weeks=32)
    await screen.page.get_by_role("radio", name=SPARE_LABEL).check()
    await screen.page.get_by_role("button", name="Put").click()
    await steps.expect_note(screen, "The band is assigned.")
    assert worn_by(made_ward, CODE) == babies.SPARE_BAND_ID
    infant = made_ward.store.admissions.infant(CODE)
    assert (infant.weight_g, infant.gestation_days) == (1420, 224)
    await screen.go("/")
    await expect(steps.card(screen, CODE)).to_contain_text(SPARE_LABEL)


async def test_date_of_birth_is_put_right_and_the_head_tells_the_age(made_ward, screens, size):
    screen = await nurse_at(made_ward, screens, size, f"/infants/{babies.NEW}/edit")
    field = screen.page.get_by_label("Date of birth")
    await expect(field).to_have_value("2026-02-25")
    # The ward's day is the 4th of March.
    await expect(field).to_have_attribute("max", "2026-03-04")
    await field.fill("2026-02-26")
    await screen.page.get_by_role("button", name="Save").click()
    await steps.expect_note(screen, "Saved.")
    head = screen.page.locator(".infant-head")
    await expect(head).to_contain_text("day 6 after birth")
    await expect(head).to_contain_text("postmenstrual age 35 weeks, 6 days")
    assert made_ward.store.admissions.infant(babies.NEW).born_on == date(2026, 2, 26)


async def test_admission_band_is_scanned_by_the_camera(made_ward, screens, stage, size):
    qr_video.show(stage.video, SPARE_LABEL)
    screen = await nurse_at(made_ward, screens, size)
    await screen.context.grant_permissions(["camera"])
    await steps.admit(screen, CODE, weight_g=1800, weeks=34)
    await screen.page.get_by_role("button", name="Scan with the camera").click()
    await expect(screen.page.get_by_label("Label on the band")).to_have_value(SPARE_LABEL)
    await screen.page.get_by_role("button", name="Put").click()
    await steps.expect_note(screen, "The band is assigned.")
    assert worn_by(made_ward, CODE) == babies.SPARE_BAND_ID


async def test_camera_code_of_something_else_assigns_nothing(made_ward, screens, stage):
    qr_video.show(stage.video, "https://example.org/milk")
    screen = await nurse_at(made_ward, screens, "tablet", f"/infants/{babies.NEW}/band")
    await screen.context.grant_permissions(["camera"])
    await screen.page.get_by_role("button", name="Scan with the camera").click()
    await expect(screen.page.get_by_role("status")).to_contain_text("not a band's")
    await expect(screen.page.get_by_label("Label on the band")).to_have_value("")
    assert worn_by(made_ward, babies.NEW) is None


async def test_handover_to_the_father_is_noted_by_name(made_ward, screens, size):
    screen = await nurse_at(made_ward, screens, size, f"/infants/{babies.WELL}")
    await screen.page.get_by_role("link", name="Hand over").click()
    await screen.page.get_by_role("button", name="Father").click()
    await steps.expect_note(screen, "Handed over.")
    newest = made_ward.store.handovers.of_infant(babies.WELL)[-1]
    assert (newest.caregiver, newest.who) == ("father", people.NURSE)


async def test_band_moves_to_another_baby(made_ward, screens, size):
    screen = await nurse_at(made_ward, screens, size, f"/infants/{babies.WELL}/move")
    band_id = worn_by(made_ward, babies.WELL)
    await screen.page.get_by_role("radio", name=babies.NEW).check()
    await screen.page.get_by_role("button", name="Move the band").click()
    await steps.expect_note(screen, "Moved.")
    assert worn_by(made_ward, babies.NEW) == band_id
    assert worn_by(made_ward, babies.WELL) is None


async def test_discharged_baby_leaves_the_board(made_ward, screens, size):
    screen = await nurse_at(made_ward, screens, size, f"/infants/{babies.WELL}/discharge")
    await screen.page.get_by_role("button", name="Discharge", exact=True).click()
    await steps.expect_note(screen, "Discharged.")
    await expect(steps.card(screen, babies.WELL)).to_have_count(0)
    assert worn_by(made_ward, babies.WELL) is None
    assert made_ward.store.admissions.infant(babies.WELL).discharged_utc_s is not None


@pytest.mark.parametrize("lang", ["en", "ur"])
async def test_forms_with_faults_have_no_barrier_and_no_layout_fault(
    made_ward, screens, size, lang
):
    screen = await screens.open(made_ward, people.NURSE, size=size, lang=lang, path="/admit")
    screen.allow("status of 422")
    page = screen.page
    for field, wrong in (
        ("code", "bed?12"),
        ("weight", "much"),
        ("weeks", "99"),
        ("born", "2016-03-01"),
        ("target", "30"),
    ):
        await page.locator(f"#{field}").fill(wrong)
    await page.locator("form.bedside .is-primary").click()
    await expect(page.locator("p.error")).not_to_have_count(0)
    await screen.must_be_fine("admit-faults")
    await screen.go(f"/infants/{babies.NEW}/band")
    await page.locator("#band").fill("P-00001001")
    await page.locator("form.bedside .go .is-primary").click()
    await expect(page.locator("p.error")).to_have_count(1)
    await screen.must_be_fine("band-faults")
