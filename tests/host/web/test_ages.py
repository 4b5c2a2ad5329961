import bisect

import pytest

from pouch_host.web.ages import age_steps, digits_of, fill_ages
from pouch_host.web.language import installed

LANGUAGES = list(installed())
NOW_UTC_S = 1_772_703_125


def empty(utc_s):
    return f'<time class="age" data-utc-s="{utc_s}"></time>'


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_age_steps_say_for_every_age_what_the_language_says(language):
    # Goal: a page counts on as the server would. Method: look ages up as static/ages.js does.
    steps = [step.split("=", 1) for step in age_steps(language).split("|")]
    begins = [int(from_s) for from_s, _ in steps]
    assert begins == sorted(set(begins))
    assert begins[0] == 0
    for seconds in [*range(0, 3 * 86_400, 17), *range(0, begins[-1] + 86_400, 3571)]:
        at = bisect.bisect_right(begins, seconds) - 1
        assert steps[at][1] == language.age(seconds), seconds


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_digits_are_ten(language):
    digits = digits_of(language)
    assert len(digits) == 10
    assert digits[4] + digits[2] == language.count(42)


def test_fill_ages_fills_each_and_escapes():
    english = installed().get("en")
    html = fill_ages(
        f"<p>{empty(NOW_UTC_S)} {empty(NOW_UTC_S - 240)}</p>", english, NOW_UTC_S + 0.5
    )
    assert f'data-utc-s="{NOW_UTC_S}">&lt;1\u00a0min\u00a0ago</time>' in html
    assert ">4\u00a0min\u00a0ago</time>" in html


def test_fill_ages_leaves_all_else_alone():
    html = '<time class="age" data-utc-s="5">old</time><time data-utc-s="5"></time>'
    assert fill_ages(html, installed().get("en"), NOW_UTC_S) == html
