from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pouch_host.agreement import hours_statistics
from pouch_host.agreement.pairs import pair_of
from pouch_host.agreement.result import over_infants
from pouch_host.agreement.told import Grid, Source, Told, told_by_log
from tests.host.agreement.made_told import (
    DAY_MIN,
    START_UTC_S,
    ZONE,
    episode,
    grid,
    look,
    slot,
    told,
)


def pair(reference, other, days=1, slot_min=120):
    return pair_of("bed-1", reference, other, grid(days), slot_min)


def over(*pairs, known_h=16):
    return over_infants(Source.BAND, Source.DIARY, pairs, known_h)


def test_diary_that_runs_two_hours_high_has_a_bias_of_two_hours():
    band = told(*[(day * DAY_MIN + 600, day * DAY_MIN + 900) for day in range(5)], days=5)
    diary = told(*[(day * DAY_MIN + 600, day * DAY_MIN + 1020) for day in range(5)], days=5)
    found = over(pair(band, diary, days=5))
    assert found.hours.bias.value == pytest.approx(2.0)
    assert [day.other_h - day.reference_h for day in found.days] == [2.0] * 5


def test_what_one_does_not_know_counts_for_neither():
    # Goal: unknown is never contact. Method: the band knows half of an hour that the diary has.
    band = told((600, 660), unknown=[(630, 720)])
    diary = told((600, 720))
    found = pair(band, diary)
    assert found.both_min == DAY_MIN - 90
    assert found.days[0].reference_h == found.days[0].other_h == 0.5
    assert found.tables["minute"].tolist() == [[DAY_MIN - 120, 0], [0, 30]]
    assert over(found).left_out_share == 0.0
    assert over(pair(diary, band)).left_out_share == pytest.approx(90 / DAY_MIN)


def test_nothing_known_gives_no_figure_and_says_so():
    band, diary = told((600, 660), unknown=[(0, DAY_MIN)]), told((600, 660))
    found = over(pair(band, diary))
    for figure in (found.minutes.kappa, found.slots.kappa, found.minutes.sensitivity):
        assert figure.value is None
        assert figure.note == "nothing is known to both"
    assert found.hours.bias.value is None
    assert found.episodes.agreement.value is None
    assert found.left_out_share is None


def test_kappa_is_not_defined_where_both_say_one_thing():
    found = over(pair(told(), told()))
    assert found.minutes.kappa.value is None
    assert "not defined" in found.minutes.kappa.note
    assert found.minutes.agreement.value == 1.0


def test_slots_begin_with_the_local_day():
    found = pair(told((0, 120)), told((60, 150)))
    # The first slot: half of it, which is not most; the second: 30 of 120.
    assert found.tables["slot"].tolist() == [[11, 0], [1, 0]]


def test_slots_of_a_log_are_those_of_its_rows():
    log = told_by_log([slot(60, 120), slot(180, 0)], grid())
    found = pair(log, told((70, 180)))
    assert found.tables["slot"].tolist() == [[1, 0], [0, 1]]


def test_slot_of_which_too_little_is_known_is_left_out():
    found = pair(told((0, 120), unknown=[(0, 61)]), told((0, 120)))
    assert found.slots_left_out == 1
    assert found.tables["slot"].tolist() == [[11, 0], [0, 0]]


def test_minutes_that_nobody_can_place_are_counted_apart():
    log = told_by_log([slot(0, 30)], grid())
    found = pair(log, told((0, 30)))
    assert found.unplaced_min == 120
    assert found.tables["minute"].sum() == 0
    assert found.days[0].reference_h == pytest.approx(0.5)


def test_look_is_held_against_the_minute_of_the_other():
    log = told_by_log([look(0, contact=True), look(120, contact=True)], grid())
    band = told((0, 30), unknown=[(120, 125)])
    found = pair(log, band)
    assert found.tables["look"].tolist() == [[0, 0], [0, 1]]
    assert found.looks_left_out == 1
    turned = pair(band, log)
    assert turned.tables["look"].tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize(
    ("reference", "other", "matched"),
    [
        ([(0, 100)], [(0, 100)], 1),
        # 60 of 100 in common.
        ([(0, 100)], [(40, 100)], 1),
        ([(0, 100)], [(50, 100)], 0),
        ([(0, 100)], [(60, 160)], 0),
        # One long in the diary, two by the band: the longer half is not more than half of it.
        ([(0, 100), (110, 200)], [(0, 200)], 0),
        ([(0, 100), (300, 400)], [(0, 90), (290, 400)], 2),
    ],
)
def test_episodes_match_if_more_than_half_of_the_longer_is_common(reference, other, matched):
    found = pair(told(*reference), told(*other)).episodes
    assert (found.reference, found.other) == (len(reference), len(other))
    assert found.matched == matched


def test_episode_agreement_is_of_all_that_either_has():
    found = over(
        pair(told((0, 100), (300, 400), (600, 700)), told((0, 90), (300, 400), (800, 900)))
    )
    assert found.episodes.agreement.value == pytest.approx(2 / 4)
    assert found.episodes.found.value == pytest.approx(2 / 3)
    assert found.episodes.end_median_min.value == pytest.approx(-5.0)


def test_episode_that_the_other_does_not_know_is_left_out():
    band = told((0, 100), unknown=[(300, 360)])
    found = pair(band, told((0, 100), (300, 400))).episodes
    assert (found.reference, found.other, found.matched, found.left_out) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("begin_utc_s", "minutes", "slots"),
    [
        # 2026-03-29 and 2026-10-25 in Stockholm: days of 23 and of 25 hours.
        (1_774_738_800, 1380, 12),
        (1_792_879_200, 1500, 13),
    ],
)
def test_days_of_23_and_25_hours(begin_utc_s, minutes, slots):
    of_day = Grid(begin_utc_s, minutes, ZoneInfo("Europe/Stockholm"))
    all_of_it = Told(np.ones(minutes), ((begin_utc_s, begin_utc_s + 60 * minutes),))
    found = pair_of("bed-1", all_of_it, all_of_it, of_day, 120)
    (day,) = found.days
    assert day.reference_h == day.other_h == minutes / 60
    assert found.tables["slot"][1, 1] == slots


def test_grid_that_begins_within_a_day_has_slots_that_begin_with_it():
    half = Grid(START_UTC_S + 60 * 90, DAY_MIN - 90, ZONE)
    log = told_by_log([episode(120, 240)], half)
    found = pair_of("bed-1", log, log, half, 120)
    assert found.tables["slot"].tolist() == [[11, 0], [0, 1]]


def test_days_known_too_little_are_left_out_and_counted():
    band = told((600, 660), unknown=[(0, 600)])
    found = over(pair(band, told((600, 660))))
    assert (len(found.days), found.days_left_out) == (0, 1)
    assert len(over(pair(band, told((600, 660))), known_h=14).days) == 1


def test_intervals_come_from_infants_and_are_the_same_each_time():
    rng = np.random.default_rng(5)
    pairs = []
    for number in range(12):
        spans = [(60 * hour, 60 * hour + 45) for hour in rng.choice(24, 8, replace=False)]
        moved = [(begin + number, end + number) for begin, end in spans]
        pairs.append(pair_of(f"bed-{number}", told(*spans), told(*moved), grid(), 120))
    first, again = over(*pairs), over(*pairs)
    assert first == again
    low, high = first.minutes.kappa.interval
    assert low < first.minutes.kappa.said < high
    assert first.minutes.infants == 12
    assert first.minutes.kappa.note == ""
    # Each minute by itself would seem far surer.
    (low, high), (low_each, high_each) = (
        first.minutes.agreement.interval,
        first.minutes.agreement_wilson.interval,
    )
    assert high - low > high_each - low_each
    few = over(*pairs[:3])
    assert "3 infants" in few.minutes.kappa.note
    assert over(pairs[0]).minutes.kappa.low is None


def test_difference_that_grows_with_the_hours_has_a_slope():
    pairs = []
    for number in range(12):
        length = 100 + 60 * number
        band, diary = told((0, length)), told((0, length + 20 + 30 * number))
        pairs.append(pair_of(f"bed-{number}", band, diary, grid(), 120))
    found = over(*pairs).hours
    # Each hour more by the band is half an hour more of difference: of the mean, 0.5 / 1.25.
    assert found.slope.said == pytest.approx(0.4)
    assert found.method == hours_statistics.ONE_DAY
