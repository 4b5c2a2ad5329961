"""What the tables say that no other part of the program says."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from pouch_host.derive import timeline
from pouch_host.export.reading import read_band
from pouch_host.export.selection import Selection
from tests.host.export import made_study as study
from tests.host.export.readers import expected

COLUMNS = (
    "utc_s", "begin_utc_s", "end_utc_s", "infant_temperature_c", "infant_touch_pf", "flags",
)  # fmt: skip


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    from pouch_host.store import Store

    with Store.open(study.copied(tmp_path_factory.mktemp("tables"))) as store:
        return expected(Selection.of(store, study.NOW_UTC_S))


def rows(frames, name, bed):
    return frames[name].filter(pl.col("infant") == bed).to_dicts()


def test_a_band_is_read_as_the_store_decodes_it(store):
    for band_id in (study.SPRING_BAND, study.DAMAGED_BAND):
        whole = timeline(store.records(band_id))
        last_id = store.segment_cursors()[band_id]
        found = read_band(store, band_id, last_id, -np.inf, np.inf)
        for name in COLUMNS:
            np.testing.assert_array_equal(
                getattr(found.timeline.samples, name), getattr(whole.samples, name), err_msg=name
            )
        assert found.timeline.untimed_count == whole.untimed_count
        assert found.record_count == sum(
            len(boot.record_no) for boot in store.records(band_id).boots
        )


def test_a_part_of_a_band_speaks_for_the_same_time(store):
    span = (study.at(study.SPRING_HOUR + 5), study.at(study.SPRING_HOUR + 40))
    last_id = store.segment_cursors()[study.SPRING_BAND]
    part = read_band(store, study.SPRING_BAND, last_id, *span).timeline.samples
    whole = timeline(store.records(study.SPRING_BAND)).samples
    assert len(part) < len(whole)
    for name in COLUMNS:
        np.testing.assert_array_equal(
            getattr(part.between(*span), name), getattr(whole.between(*span), name), err_msg=name
        )


def test_segments_behind_the_cursor_do_not_count(store):
    first_id = store.segments(study.SPRING_BAND)[0].segment_id
    found = read_band(store, study.SPRING_BAND, first_id, -np.inf, np.inf)
    assert found.record_count == store.segments(study.SPRING_BAND)[0].record_count


def test_dates_of_birth_are_told_or_said_not_to_be_known(frames):
    found = {one["infant"]: one for one in frames["infants"].to_dicts()}
    told = {bed: (one["born_date"], one["born_status"]) for bed, one in found.items()}
    assert told == {
        study.SPRING_BED: (study.SPRING_BORN, "told"),
        study.AUTUMN_BED: (study.AUTUMN_BORN, "told"),
        study.DAMAGED_BED: (None, "not_known"),
        study.LATE_BED: (None, "not_known"),
    }


def test_days_have_the_age_of_the_infant(frames):
    def ages(bed, name):
        return [one[name] for one in rows(frames, "days", bed)]

    # A day of 23 hours is a day older all the same.
    assert [one["date"] for one in rows(frames, "days", study.SPRING_BED)][1] == study.SPRING
    assert ages(study.SPRING_BED, "age_days") == [6, 7, 8, 9]
    assert ages(study.SPRING_BED, "postmenstrual_days") == [222, 223, 224, 225]
    # On the day of birth it is 0; without a gestational age there is no postmenstrual one.
    assert ages(study.AUTUMN_BED, "age_days")[:2] == [0, 1]
    assert set(ages(study.AUTUMN_BED, "postmenstrual_days")) == {None}
    assert set(ages(study.DAMAGED_BED, "age_days")) == {None}


def test_gaps_have_their_causes(frames):
    found = rows(frames, "gaps", study.DAMAGED_BED)
    told = {(one["cause"], one["part"]): one for one in found}
    fault = told["sensor_fault", "touch"]
    assert fault["minutes"] == pytest.approx(study.FAULT_TO - study.FAULT_FROM, abs=1)
    assert told["damaged", "all"]["missing_records"] == 5
    assert told["damaged", "all"]["minutes"] == pytest.approx(6, abs=1)
    # Two hours between two bands.
    assert told["no_band", "all"]["minutes"] == 120
    assert told["no_clock", "all"]["begin_utc"] >= fault["end_utc"]
    # The spare band never sent anything.
    assert told["no_records", "all"]["band"] == "P-00990001"
    assert told["no_records", "all"]["minutes"] == 240


def test_a_lost_hour_is_a_gap_with_its_records_counted(frames):
    (gap,) = [one for one in rows(frames, "gaps", study.SPRING_BED) if one["minutes"] > 30]
    assert gap["cause"] == "no_records"
    assert gap["missing_records"] == 61
    assert gap["minutes"] == pytest.approx(61, abs=1)


def test_sessions_show_machine_nurse_and_what_counts(frames):
    found = rows(frames, "sessions", study.SPRING_BED)
    by_origin = {one["origin"]: one for one in found}
    assert set(by_origin) == {"confirmed", "corrected", "rejected", "observed", "derived"}
    corrected = by_origin["corrected"]
    assert corrected["final_minutes"] == corrected["minutes"] - 20
    assert corrected["final_end_utc"] == corrected["said_end_utc"] != corrected["end_utc"]
    assert by_origin["rejected"]["final_minutes"] == 0
    assert not by_origin["rejected"]["counts"]
    observed = by_origin["observed"]
    assert observed["begin_utc"] is None
    assert observed["minutes"] is None
    assert observed["final_minutes"] == 60
    assert by_origin["derived"]["verdict"] == "no_review"
    assert by_origin["confirmed"]["reviewed_by"] == study.NURSES[0]


def test_reviewed_minutes_are_the_reviewed_hours(frames):
    contact = frames["minutes"].filter(pl.col("contact") == "yes")
    counted = contact.group_by("infant", "date").len()
    days = frames["days"].filter(pl.col("review_status") == "reviewed")
    assert len(days) >= 2
    joined = days.join(counted, on=["infant", "date"], how="left")
    told = [round(60 * hours, 6) for hours in joined["reviewed_hours"]]
    assert joined["len"].fill_null(0).to_list() == told
    assert (days["hours"] != days["reviewed_hours"]).any()


def test_episodes_add_up_to_the_minutes_of_the_days(frames):
    days = frames["days"]
    for line in ("below_36_5", "below_36_0", "below_35_5", "above_37_5", "above_38_0"):
        episodes = frames["temperature_episodes"].filter(pl.col("line") == f"core_{line}")
        assert episodes["minutes"].sum() == days[f"{line}_minutes"].sum(), line
    coldest = frames["temperature_episodes"].filter(pl.col("line") == "core_below_35_5")
    assert len(coldest) >= 1
    assert coldest["core_c_extreme"].max() < 35.5
    assert coldest["begin_valid"].all()


def test_an_anchor_tells_how_far_the_clock_is_off_and_whether_it_counts(frames):
    anchors = frames["clock_anchors"].filter(pl.col("band") == "P-00560001")
    assert anchors["used"].to_list() == [True, True, False, False]
    assert anchors["residual_s"].to_list() == [0, 0, 0, 0]
    assert anchors["infant"].unique().to_list() == [study.DAMAGED_BED]
    fits = frames["clock_fits"].filter(pl.col("band") == "P-00560001").sort("boot_id").to_dicts()
    assert [one["anchored"] for one in fits] == [True, False]
    assert fits[1]["rate_before"] is None
    assert fits[1]["earliest_utc"] == fits[0]["last_record_utc"]


def test_alerts_keep_every_acknowledgement(frames):
    found = rows(frames, "alerts", study.DAMAGED_BED)
    assert [one["kind"] for one in found] == ["raised", "acknowledged", "muted", "cleared"]
    assert [one["who"] for one in found] == [None, study.NURSES[0], study.NURSES[1], None]
    assert found[0]["core_c"] == 35.9
    assert found[2]["until_utc"] - found[2]["time_utc"] == timedelta(minutes=60, seconds=-2)


def test_bands_count_what_is_missing_damaged_and_without_a_time(frames):
    found = {one["band"]: one for one in frames["bands"].to_dicts()}
    assert found["P-0012ABCD"]["missing_record_count"] == 61
    assert found["P-00560001"]["damaged_record_count"] == 5
    assert found["P-00560001"]["untimed_sample_count"] == 60
    assert found["P-00990001"]["record_count"] == 0


def test_an_infant_without_a_band_is_there(frames):
    (late,) = rows(frames, "infants", study.LATE_BED)
    assert late["assignment_count"] == 0
    assert late["first_band_utc"] is None
    assert rows(frames, "minutes", study.LATE_BED) == []


def test_free_text_is_left_out_unless_asked_for(frames, store):
    texts = frames["remarks"].select("text", "text_status").rows()
    assert texts == [(None, "left_out"), (None, "none")]
    asked = expected(Selection.of(store, study.NOW_UTC_S, free_text=True))["remarks"]
    assert asked["text"].to_list() == [study.SECRET_TEXT, None]
    assert asked["text_status"].to_list() == ["given", "none"]
