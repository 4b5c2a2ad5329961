"""What the quick gear writes: whole records, in the pieces of the pulls, the same for a seed."""

import numpy as np
import pytest

from pouch_host.analysis.clock_fit import BootTimes, fit_boots
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.hardware.pod import PodFaults
from pouch_sim.quick import QuickBand, run_quickly
from pouch_sim.world.scripted import ScriptedWorld

START_UTC_S = 1_790_000_000
HOUR_US = 3_600_000_000
BAND_ID = 0x1234


def _run(seed, hours=4, **changes):
    pulls_us = [hour * HOUR_US for hour in range(1, hours + 1)]
    band = QuickBand(BAND_ID, **{"pulls_us": pulls_us} | changes)
    return run_quickly(
        ScriptedWorld(seed, 0), band, start_utc_s=START_UTC_S, end_us=hours * HOUR_US, seed=seed
    )


def _stored(tmp_path, run):
    with Store.open(tmp_path / "pouch.db") as store:
        for piece in run.pieces:
            count = store.add_segment(
                BAND_ID,
                piece.log_id,
                piece.boot_id,
                piece.first_record_no,
                piece.data,
                START_UTC_S + piece.pulled_us / 1e6,
            )
            assert count == len(piece.data) // c.RECORD_BYTES
        assert all(
            store.holes(BAND_ID, run.log_id, 0, held[-1][1]) == []
            for held in [store.held_ranges(BAND_ID, run.log_id)]
        )
        return store.records(BAND_ID)


def test_pieces_are_read_by_a_store_without_hole_or_damage(tmp_path, seed):
    run = _run(seed)
    held = _stored(tmp_path, run)
    (boot,) = held.boots
    assert held.problems == ()
    assert len(run.pieces) == len(boot.anchors) == 4
    assert boot.record_no.tolist() == list(range(1 + 480 + 4))
    for name in ("uptime_cs", "flags", "infant_temperature_c128", "activity_mg", "breath_infant"):
        assert np.array_equal(boot.samples[name], run.samples[name]), name
    assert np.array_equal(boot.sample_no, run.sample_no)


def test_first_record_is_a_boot_and_every_record_decodes_as_the_protocol_encodes(seed):
    run = _run(seed, hours=1)
    (piece,) = run.pieces
    kinds = []
    for place in range(len(piece.data) // c.RECORD_BYTES):
        data = piece.data[place * c.RECORD_BYTES : (place + 1) * c.RECORD_BYTES]
        number = piece.first_record_no + place
        fields = records.decode(data, piece.log_id, number)
        kinds.append(fields.pop("kind"))
        fields.pop("reserved", None)
        assert records.encode(kinds[-1], fields, piece.log_id, number) == data
    assert kinds == [c.KIND_BOOT, *[c.KIND_SAMPLE] * 120, c.KIND_ANCHOR]


@pytest.mark.parametrize("drift_ppm", [0.0, 200.0, -20_000.0])
def test_anchors_bring_each_sample_back_to_its_true_time(tmp_path, seed, drift_ppm):
    run = _run(seed, hours=6, drift_ppm=drift_ppm)
    (boot,) = _stored(tmp_path, run).boots
    (clock,) = fit_boots(
        [
            BootTimes(
                anchor_uptime_s=boot.anchors["uptime_cs"] / 100,
                anchor_utc_s=boot.anchors["utc_s"] + boot.anchors["utc_ms"] / 1000,
                first_uptime_s=float(boot.uptime_s.min()),
                last_uptime_s=float(boot.uptime_s.max()),
            )
        ]
    )
    utc_s = clock.utc_s(boot.samples["uptime_cs"] / 100)
    # Half of a round trip at either anchor, and its slope carried on to the boot before the first.
    assert np.abs(utc_s - (START_UTC_S + run.true_us / 1e6)).max() < 0.3


def test_what_was_never_pulled_is_in_the_samples_and_in_no_piece(seed):
    run = _run(seed, hours=3, pulls_us=[HOUR_US])
    (piece,) = run.pieces
    assert len(run.samples) == 360
    assert len(piece.data) // c.RECORD_BYTES == 1 + 120 + 1


def test_records_of_a_boot_before_a_cut_come_with_the_first_pull_after_it(seed):
    cuts = ((HOUR_US // 2, HOUR_US // 2 + 60_000_000),)
    run = _run(seed, hours=2, pulls_us=[2 * HOUR_US], power_cuts_us=cuts)
    assert [piece.boot_id for piece in run.pieces] == [1, 2]
    assert {piece.pulled_us for piece in run.pieces} == {2 * HOUR_US}
    assert np.all(np.diff(run.sample_no) >= 1)
    assert np.all(np.diff(run.true_us) > 0)


def test_pull_while_the_band_has_no_power_brings_nothing(seed):
    cuts = ((HOUR_US // 2, 2 * HOUR_US),)
    run = _run(seed, hours=3, power_cuts_us=cuts)
    assert [piece.pulled_us // HOUR_US for piece in run.pieces] == [3, 3]


def test_same_seed_gives_the_same_bytes_and_another_does_not(seed):
    assert _run(seed).pieces == _run(seed).pieces
    assert _run(seed).pieces[0].data != _run(seed + 1).pieces[0].data


def test_worn_by_infant_is_a_flag_of_every_sample(seed):
    assert (_run(seed, hours=1, worn_by_infant=True).samples["flags"] == 0x0100).all()


def test_band_that_never_boots_writes_nothing(seed):
    run = _run(seed, hours=1, boot_at_us=2 * HOUR_US)
    assert (len(run.samples), run.pieces) == (0, ())


def test_day_in_parts_is_the_same_as_in_one(seed, monkeypatch):
    whole = _run(seed, hours=3, interval_s=60)
    monkeypatch.setattr("pouch_sim.quick.motion._WORDS_AT_ONCE", 700)
    parts = _run(seed, hours=3, interval_s=60)
    assert parts.pieces == whole.pieces


@pytest.mark.parametrize(
    "changes",
    [
        {"faults": PodFaults(bus_stuck_us=(0, 1))},
        {"faults": PodFaults(clock_error_ppm={"motion": 100})},
        {"absent": frozenset({"nose"})},
    ],
)
def test_fault_that_only_the_true_gear_knows_is_refused(seed, changes):
    with pytest.raises(ValueError, match=r"use the true gear|no chip is called nose"):
        _run(seed, hours=1, **changes)
