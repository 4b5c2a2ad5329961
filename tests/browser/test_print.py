"""What is printed of an infant fits one sheet."""

import pytest

from tests.browser import people, steps
from tests.browser.babies import COLD, WELL


@pytest.mark.parametrize("code", [COLD, WELL])
@pytest.mark.parametrize("lang", ["en", "ur"])
async def test_print_view_is_one_page(shown_ward, screens, lang, code):
    screen = await screens.open(shown_ward, people.NURSE, lang=lang, path=f"/infants/{code}/print")
    # Only then it is as long as it gets.
    await screen.page.locator("[data-drawn]").wait_for()
    pdf = await screen.page.pdf(format="A4", print_background=True)
    assert steps.pages_of(pdf) == 1


async def test_page_count_finds_a_second_sheet(screens):
    screen = await screens.blank("tablet")
    await screen.page.set_content("<p>one<p style='break-before: page'>two")
    assert steps.pages_of(await screen.page.pdf(format="A4")) == 2
