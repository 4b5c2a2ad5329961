"""The programme's table: what it says of each infant, and who may have changed it."""

import pytest

from pouch_host.store.programme import DEFAULT_PROGRAMME, ProgrammeRow, target_minutes
from pouch_host.store.refusals import Refusal
from tests.host.store.plain_records import START_UTC_S
from tests.host.store.test_admissions import refused

HEAD = "Farida"


@pytest.mark.parametrize(
    ("weight_g", "weeks", "hours"),
    [
        # What the programme asks for [M8]: 15; 10 to 15; 8 to 12, more below 32 weeks.
        (900, 28, 15),
        (1199, 36, 15),
        (1200, 34, 12),
        (1499, 34, 12),
        (1499, 31, 15),
        (1500, 32, 8),
        (1500, 31, 12),
        (3000, 40, 8),
        (1350, None, 12),
    ],
)
def test_target_by_the_usual_table(weight_g, weeks, hours):
    days = None if weeks is None else weeks * 7
    assert target_minutes(DEFAULT_PROGRAMME, weight_g, days) == hours * 60


def test_target_without_a_weight_is_the_usual_one():
    assert target_minutes(DEFAULT_PROGRAMME, None, 200) is None


def test_target_born_early_is_never_less_than_the_weight_asks_for():
    rows = (ProgrammeRow(0, 480), ProgrammeRow(1500, 600))
    assert target_minutes(rows, 1600, 200) == 600


def test_change_is_kept_in_order_and_noted_and_leaves_targets_alone(store):
    assert store.programme.rows() == list(DEFAULT_PROGRAMME)
    store.admissions.admit("bed-1", when_utc_s=START_UTC_S, who=HEAD, weight_g=1600)
    rows = [ProgrammeRow(2000, 480), ProgrammeRow(0, 1200)]
    store.programme.change(rows, when_utc_s=START_UTC_S, who=HEAD)
    store.programme.change(rows, when_utc_s=START_UTC_S, who=HEAD)
    assert store.programme.rows() == rows[::-1]
    noted = [row for row in store.audit.rows() if row.what == "programme"]
    assert [row.who for row in noted] == [HEAD]
    assert noted[0].detail["after"] == [[0, 1200], [2000, 480]]
    assert store.admissions.infant("bed-1").target_minutes == 480
    second = store.admissions.admit("bed-2", when_utc_s=START_UTC_S, who=HEAD, weight_g=1600)
    assert second.target_minutes == 1200


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ([], Refusal.PROGRAMME_START),
        ([(500, 480)], Refusal.PROGRAMME_START),
        ([(0, 480), (1500, 600), (1500, 480)], Refusal.PROGRAMME_TWICE),
        ([(0, 0)], Refusal.TARGET),
        ([(0, 25 * 60)], Refusal.TARGET),
        ([(100 * n, 480) for n in range(13)], Refusal.PROGRAMME_LONG),
    ],
)
def test_change_to_what_is_no_table_is_refused(store, rows, refusal):
    table = [ProgrammeRow(*row) for row in rows]
    refused(refusal, store.programme.change, table, when_utc_s=START_UTC_S, who=HEAD, of=store)
