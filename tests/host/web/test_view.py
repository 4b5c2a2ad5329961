import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from pouch_host.derive import BoardRow
from pouch_host.web.view import BoardSettings, View

NOW = datetime(2026, 3, 1, 14, 32, 5, tzinfo=ZoneInfo("Asia/Karachi"))
CALM = BoardRow(
    infant_code="bed-1",
    band_label="P-0012ABCD",
    state="ssc",
    ssc_hours=5.2,
    ssc_hours_lower=5.1,
    ssc_hours_upper=5.3,
    target_h=8.0,
    coverage=1.0,
    temperature_c=36.74,
    temperature_age_s=65,
    temperature_valid=True,
    core_c=36.98,
    core_sd_c=0.2,
    last_record_age_s=240,
    battery_mv=3950,
    problems=(),
)


def board(*rows, settings=None, **options):
    return View(settings or BoardSettings()).board(rows, NOW, **options)


def text_of(html):
    text = unescape(re.sub(r"</?(?!span)[^>]*>", " ", html))
    return " ".join(re.sub(r"</?span[^>]*>", "", text).split())


def order_of(*rows):
    return re.findall(r"<h2>(.*?)</h2>", board(*rows))


def test_board_calm_row_says_state_hours_temperature_ages_and_battery():
    text = text_of(board(CALM))
    for phrase in (
        "bed-1",
        "P-0012ABCD",
        "Skin to skin",
        "5.2 of 8 h",
        "Contact today 5.1 to 5.3 h",
        "100 % known",
        "Skin, chest 36.7 °C 1 min ago",
        "Data 4 min ago",
        "Battery 3.95 V",
    ):
        assert phrase in text


def test_board_never_calls_the_temperature_axillary():
    assert "axilla" not in board(CALM).lower()


def test_board_unknown_time_states_both_bounds_and_draws_them():
    row = replace(CALM, ssc_hours=2.0, ssc_hours_lower=1.9, ssc_hours_upper=4.0, coverage=0.816)
    html = board(row)
    assert "2.0 of 8 h" in text_of(html)
    assert "1.9 to 4.0 h" in text_of(html)
    assert "82 % known" in text_of(html)
    assert 'class="possible"' in html
    assert 'stroke-dasharray="50.0 100"' in html
    assert 'stroke-dasharray="25.0 100"' in html


def test_board_nearly_full_coverage_is_not_called_full():
    assert "99 % known" in text_of(board(replace(CALM, coverage=0.9999)))


def test_board_more_than_the_target_fills_the_ring_once():
    html = board(replace(CALM, ssc_hours=19.0, ssc_hours_lower=19.0, ssc_hours_upper=19.0))
    assert 'stroke-dasharray="100.0 100"' in html
    assert 'class="possible"' not in html
    assert "Contact today 19.0 h" in text_of(html)


def test_board_each_infant_has_its_own_target():
    html = board(CALM, replace(CALM, infant_code="bed-2", target_h=10.4))
    assert "5.2 of 8 h" in text_of(html)
    assert "5.2 of 10.4 h" in text_of(html)
    assert 'stroke-dasharray="65.0 100"' in html
    assert 'stroke-dasharray="50.0 100"' in html


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("ssc", "Skin to skin"),
        ("infant_only", "Infant only"),
        ("caregiver_only", "Caregiver only"),
        ("off", "Band off"),
        ("unknown", "Not known"),
    ],
)
def test_board_each_state_has_word_and_icon(state, word):
    html = board(replace(CALM, state=state))
    assert word in text_of(html)
    assert "icon-state" in html


def test_board_old_data_is_shown_as_stale():
    html = board(replace(CALM, last_record_age_s=3 * 3600, temperature_age_s=3 * 3600))
    assert "is-stale" in html
    assert "is-old" in html
    assert "Stale: 3 h ago" in text_of(html)
    assert "Skin to skin, when last seen" in text_of(html)


def test_board_data_of_this_minute_is_said_to_be_now():
    text = text_of(board(replace(CALM, last_record_age_s=20, temperature_age_s=20)))
    assert "Data now" in text
    assert "°C <1 min ago" in text


def test_board_every_age_can_be_hidden_while_nobody_counts_it_on():
    stale = replace(CALM, last_record_age_s=90_000, temperature_age_s=90_000)
    rows = [
        CALM,
        stale,
        replace(stale, temperature_valid=False),
        replace(CALM, last_record_age_s=5),
    ]
    html = re.sub(r'<span class="age">[^<]*</span>', "", board(*rows))
    assert not re.search(r"\bago\b|\bnow\b", text_of(html))
    assert text_of(html).count("Stale") == 2
    assert "Not valid" in text_of(html)


def test_board_data_at_the_limit_is_not_stale_yet():
    settings = BoardSettings(stale_after_s=600)
    assert "is-stale" not in board(replace(CALM, last_record_age_s=600), settings=settings)
    assert "is-stale" in board(replace(CALM, last_record_age_s=601), settings=settings)


def test_board_infant_without_any_data_says_so():
    row = replace(
        CALM,
        band_label=None,
        state="unknown",
        temperature_c=None,
        temperature_age_s=None,
        temperature_valid=False,
        core_c=None,
        core_sd_c=None,
        last_record_age_s=None,
        battery_mv=None,
    )
    text = text_of(board(row))
    for phrase in ("No band", "Not known", "No reading yet", "No data yet", "Battery not known"):
        assert phrase in text


def test_board_invalid_temperature_is_greyed_and_crosses_no_line():
    html = board(replace(CALM, temperature_c=33.1, temperature_valid=False, core_c=None))
    assert "is-invalid" in html
    assert "Not valid, 1 min ago" in text_of(html)
    assert "likely below" not in text_of(html)


@pytest.mark.parametrize(
    ("core_c", "phrase"),
    [(35.2, "Core was likely below 35.5 °C"), (38.0, "Core was likely above 38.0")],
)
def test_board_line_crossed_long_ago_is_past_and_no_alarm(core_c, phrase):
    html = board(replace(CALM, core_c=core_c, temperature_age_s=19 * 3600))
    assert phrase in text_of(html)
    assert "has-line" not in html
    assert "has-danger" not in html


@pytest.mark.parametrize(
    ("core_c", "phrase", "danger"),
    [
        (36.49, "Core likely below 36.5 °C", False),
        (35.99, "Core likely below 36.0 °C", False),
        (35.49, "Core likely below 35.5 °C", True),
        (31.99, "Core likely below 32.0 °C", True),
        (37.51, "Core likely above 37.5 °C", False),
        (38.0, "Core likely above 38.0 °C", True),
    ],
)
def test_board_core_beyond_a_line_names_the_gravest(core_c, phrase, danger):
    html = board(replace(CALM, core_c=core_c))
    assert phrase in text_of(html)
    assert ("has-danger" in html) is danger


def test_board_cool_skin_in_a_cot_is_judged_by_the_core_that_goes_with_it():
    # The skin alone would be below a line, and is what is shown.
    html = board(replace(CALM, state="infant_only", temperature_c=35.9, core_c=36.6))
    assert "has-line" not in html
    assert "35.9 °C" in text_of(html)


@pytest.mark.parametrize("core_c", [36.5, 37.0, 37.5])
def test_board_normal_temperature_crosses_no_line(core_c):
    assert "has-line" not in board(replace(CALM, core_c=core_c))


def test_board_low_battery_says_so_in_words():
    assert "Battery low, 3.41 V" in text_of(board(replace(CALM, battery_mv=3410)))


def test_board_rows_are_worst_first():
    rows = [
        replace(CALM, infant_code="calm"),
        replace(CALM, infant_code="calm-fewer-hours", ssc_hours=1.0),
        replace(CALM, infant_code="apart", state="infant_only"),
        replace(CALM, infant_code="stale", last_record_age_s=90_000),
        replace(CALM, infant_code="cool", core_c=36.2),
        replace(CALM, infant_code="danger", core_c=35.0),
    ]
    assert order_of(*rows) == ["danger", "cool", "stale", "apart", "calm-fewer-hours", "calm"]


def test_board_old_temperature_ranks_as_unseen_whatever_it_was():
    yesterday = {"last_record_age_s": 19 * 3600, "temperature_age_s": 19 * 3600}
    rows = [
        replace(CALM, infant_code="was-danger", core_c=33.0, **yesterday),
        replace(CALM, infant_code="was-calm", ssc_hours=1.0, **yesterday),
        replace(CALM, infant_code="sensor-silent", temperature_age_s=1200, ssc_hours=6.0),
        replace(CALM, infant_code="apart", state="infant_only", ssc_hours=0.0),
        replace(CALM, infant_code="cool", state="unknown", core_c=36.2),
    ]
    assert order_of(*rows) == ["cool", "was-calm", "was-danger", "sensor-silent", "apart"]


@pytest.mark.parametrize(("count", "few"), [(4, True), (5, False)])
def test_board_few_infants_get_the_larger_cards(count, few):
    rows = [replace(CALM, infant_code=f"bed-{number}") for number in range(count)]
    assert ("is-few" in board(*rows)) is few


def test_board_text_from_the_store_is_escaped():
    row = replace(CALM, infant_code='<b x="1">', problems=("<script>alert(1)</script>",))
    html = board(row)
    assert "<script" not in html
    assert "<b x" not in html
    assert "&lt;script&gt;" in html


def test_board_problem_is_shown_on_the_card():
    problem = "store ward.sqlite: segment 3 of band P-0012ABCD: record 17 fails its CRC"
    assert problem in text_of(board(replace(CALM, problems=(problem,))))


def test_board_without_infants_says_what_to_do():
    assert "pouch assign" in text_of(board())


def test_board_failure_is_one_line_in_place_of_cards():
    html = board(failure="store ward.sqlite: the disk reports an error")
    assert 'role="alert"' in html
    assert "the disk reports an error" in html
    assert "pouch assign" not in html


def test_board_time_is_local_and_simulation_is_said():
    text = text_of(board(CALM, settings=BoardSettings(speed_label="60 times real time")))
    assert "14:32:05" in text
    assert "Asia/Karachi" in text
    assert "Simulated ward, 60 times real time" in text
    assert "Simulated" not in text_of(board(CALM))


def test_page_carries_standing_line_and_no_inline_code():
    html = View(BoardSettings()).page("BOARD", live=True, reload_s=5, silence_ms=10_000)
    assert "Research tool. Does not replace a thermometer." in html
    assert "BOARD" in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)
    # Without scripts the page loads itself again.
    assert re.search(r"<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>", html)


def test_page_without_libraries_reloads_itself_and_loads_no_script():
    html = View(BoardSettings()).page("BOARD", live=False, reload_s=5, silence_ms=10_000)
    assert '<meta http-equiv="refresh" content="5">' in html
    assert "<script" not in html
    assert "<noscript" not in html


def test_board_is_the_same_for_any_zone_of_the_clock():
    # Goal: ages and hours come from the rows alone, never from the clock of the view.
    view = View(BoardSettings())
    karachi, utc = (view.board([CALM], at) for at in (NOW, NOW.astimezone(UTC)))
    assert karachi.partition("</p>")[2] == utc.partition("</p>")[2]
