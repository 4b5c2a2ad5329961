"""`pouch sim ward`: a ward that is the same again, whose store, truth and logs belong together."""

import csv
import json
import math
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.derive import infant_days
from pouch_host.errors import InputError
from pouch_host.imports import read_log
from pouch_host.store import Store
from pouch_host.store.episode_log import SpanKind
from pouch_sim.commands import ward_logs
from pouch_sim.commands.run_files import STATES, Truth
from pouch_sim.commands.sim_ward import WardPlan, make_ward
from pouch_sim.commands.ward_lives import START, Life, stays

PLAN = WardPlan(infants=2, days=3, stay_days=1, seed=5)
TEXTS = ("truth.csv", "observer.csv", "chart.csv", "diary.csv", "ward.json")
ZONE = ZoneInfo("Africa/Kampala")
# 2026-03-01 00:00 there.
MIDNIGHT_UTC_S = 1_772_312_400
SSC, COT = STATES.index("ssc") + 1, STATES.index("infant_only") + 1


def made(folder):
    shares = []
    end_utc_s, _ = make_ward(PLAN, folder, processes=1, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return end_utc_s


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ward") / "made"
    return SimpleNamespace(folder=folder, end_utc_s=made(folder))


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_same_seed_is_the_same_ward_to_the_byte(ward, tmp_path):
    made(tmp_path)
    for name in TEXTS:
        assert (tmp_path / name).read_bytes() == (ward.folder / name).read_bytes(), name

    def segments(folder):
        with Store.open(folder / "ward.sqlite") as store:
            return [
                (one.first_record_no, one.data)
                for band in store.bands()
                for one in store.segments(band.band_id)
            ]

    assert segments(tmp_path) == segments(ward.folder)


def test_every_minute_of_the_store_has_a_truth_and_the_band_is_near_it(ward):
    rows = rows_of(ward.folder / "truth.csv")
    true = {(row["infant"], row["time_utc"]): row for row in rows}
    assert len(true) == len(rows)
    from pouch_host.derive import infant_analysis

    with Store.open(ward.folder / "ward.sqlite") as store:
        for infant in store.infants():
            found = infant_analysis(store, ward.end_utc_s, infant.code)
            mine = [row for row in rows if row["infant"] == infant.code]
            worn = np.flatnonzero(found.assigned)
            assert len(worn) == len(mine)
            right = 0
            for minute in worn:
                utc_s = found.minutes.first_utc_s + 60 * int(minute)
                key = datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                row = true[infant.code, key]
                right += STATES.index(row["state"]) + 1 == found.minutes.states[minute]
                assert 30 < float(row["infant_core_c"]) < 41
            # Were they moved by an hour, or of another infant, it would be far less.
            assert right > 0.85 * len(worn)


def test_days_are_worked_out_and_infants_went_home(ward):
    with Store.open(ward.folder / "ward.sqlite") as store:
        days = infant_days(store, ward.end_utc_s)
        infants = {one.code: one for one in store.infants()}
        assert store.zone == ZONE
        for one in days:
            infant = infants[one.infant_code]
            assert len(one.days) == 1
            admitted = datetime.fromtimestamp(infant.admitted_utc_s, ZONE).date()
            assert infant.born_on is not None
            assert infant.born_on < admitted
            assert infant.discharged_utc_s < ward.end_utc_s
            assert store.derived.days(infant.infant_id)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("observer", SpanKind.LOOK), ("chart", SpanKind.SLOT), ("diary", SpanKind.EPISODE)],
)
def test_logs_are_read_without_a_complaint(ward, name, kind):
    found = read_log(ward.folder / f"{name}.csv", ZONE, {"s-01", "s-02"}, 120, ward.end_utc_s)
    assert found.complaints == ()
    assert found.kind is kind
    assert found.rows


def test_label_says_when_it_is_over_and_that_nobody_lived(ward):
    held = json.loads((ward.folder / "ward.json").read_text(encoding="utf-8"))
    assert datetime.fromisoformat(held["now"]).timestamp() == ward.end_utc_s
    assert "nobody in it ever lived" in held["what"]


def test_what_is_there_is_not_overwritten(ward, tmp_path):
    with pytest.raises(InputError, match=r"ward\.sqlite exists already"):
        made(ward.folder)
    (tmp_path / "diary.csv").write_text("mine")
    with pytest.raises(InputError, match=r"diary\.csv exists already"):
        made(tmp_path)
    assert (tmp_path / "diary.csv").read_text() == "mine"
    assert not (tmp_path / "ward.sqlite").exists()


def test_stay_longer_than_the_month_is_refused(tmp_path):
    words = ["sim", "ward", "--out", str(tmp_path), "--days", "3", "--stay", "4"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "nobody stays 4 days of 3" in result.stderr


def test_stays_lie_within_the_month_and_bands_are_put_on_in_the_morning():
    found = stays(3, infants=12, days=10, stay_days=5)
    assert [one.code for one in found] == [f"s-{number:02}" for number in range(1, 13)]
    assert len({one.band_id for one in found}) == 12
    for one in found:
        first = (one.scenario.start - START).days
        length = one.scenario.length_s / 86_400
        assert 3 <= length <= 5
        assert 0 <= first <= first + length <= 10
        assert 8 <= one.put_on_s / 3600 < 12
        assert one.put_on_s % 900 == 0
    lengths = {one.scenario.length_s for one in found}
    assert len(lengths) > 1


# What people write, of a truth made by hand.


def logs(folder, states, *, seed=1, zone=ZONE, first_utc_s=MIDNIGHT_UTC_S):
    """Write logs of one infant; return the rows of each."""
    count = len(states)
    truth = Truth(
        first_utc_s, np.array(states, np.uint8), np.full(count, 37.0), np.full(count, 36.0)
    )
    stay = SimpleNamespace(code="s-01")
    ward_logs.write_logs(folder, [stay], [Life(0, (), truth)], zone, seed)
    return {name: rows_of(folder / name) for name in ward_logs.NAMES}


def utc_s(text):
    return datetime.fromisoformat(text).timestamp()


def test_observer_sees_what_is_there_but_for_a_few_slips(tmp_path):
    states = ([SSC] * 180 + [COT] * 180) * 4 * 20
    rows = logs(tmp_path, states)["observer.csv"]
    asked = [row for row in rows if row["contact"] != "unknown"]
    right = sum(
        (states[round((utc_s(row["at"]) - MIDNIGHT_UTC_S) / 60)] == SSC)
        == (row["contact"] == "yes")
        for row in asked
    )
    assert 0.85 * 240 < len(rows) <= 240
    assert 0.94 * len(asked) < right < len(asked)


def test_chart_is_near_the_hours_that_were(tmp_path):
    states = ([SSC] * 100 + [COT] * 140) * 6 * 20
    rows = logs(tmp_path, states)["chart.csv"]
    told = [float(row["contact_min"]) for row in rows if row["contact_min"]]
    assert len(rows) == 120
    assert len(told) < 120
    assert np.mean(told) == pytest.approx(100, abs=8)
    assert all(minutes % 15 == 0 and 0 <= minutes <= 240 for minutes in told)
    for row in rows:
        assert utc_s(row["end"]) - utc_s(row["begin"]) == 4 * 3600
    # Nobody doubts a slot without any.
    none = logs(tmp_path, [COT] * 1440)["chart.csv"]
    assert {row["contact_min"] for row in none} <= {"0", ""}


@pytest.mark.parametrize("seed", range(8))
def test_diary_runs_high_is_rounded_and_never_overlaps(tmp_path, seed):
    states = ([SSC] * 45 + [COT] * 8 + [SSC] * 60 + [COT] * 10 + [SSC] * 20 + [COT] * 97) * 6 * 5
    rows = logs(tmp_path, states, seed=seed)["diary.csv"]
    spans = [(utc_s(row["begin"]), utc_s(row["end"])) for row in rows if row["contact"] == "yes"]
    assert spans
    assert all(begin < end for begin, end in spans)
    assert all(first[1] <= then[0] for first, then in pairwise(spans))
    # Breaks of 8 and 10 minutes go unnoticed: what is written is longer than what was.
    lengths = [(end - begin) / 60 for begin, end in spans]
    assert np.mean(lengths) > 143


def test_diary_says_no_on_a_day_without_contact_and_nothing_on_one_left_out(tmp_path):
    rows = logs(tmp_path, [COT] * 1440 * 60)["diary.csv"]
    assert {row["contact"] for row in rows} == {"no"}
    assert 45 <= len(rows) < 60
    assert all(utc_s(row["end"]) - utc_s(row["begin"]) == 86_400 for row in rows)


def test_slots_of_a_day_of_23_hours_begin_with_the_day(tmp_path):
    berlin = ZoneInfo("Europe/Berlin")
    begin = datetime(2026, 3, 29, tzinfo=berlin).timestamp()
    rows = logs(tmp_path, [COT] * 47 * 60, zone=berlin, first_utc_s=int(begin))["chart.csv"]
    begins = [row["begin"] for row in rows]
    assert begins[0] == "2026-03-29T00:00+01:00"
    assert begins[1] == "2026-03-29T05:00+02:00"
    assert "2026-03-30T00:00+02:00" in begins
    lengths = [(utc_s(row["end"]) - utc_s(row["begin"])) / 3600 for row in rows]
    assert math.isclose(sum(lengths), 47)
    # The last slot of that day is an hour short.
    assert lengths[5] == 3
