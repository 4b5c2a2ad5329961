"""A scenario's band in the quick gear, and the folder that it leaves."""

from datetime import datetime

import numpy as np
import pytest

from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_sim.commands.run_files import read_label, read_truth
from pouch_sim.commands.scenario_run import INFANT, quick_band, run_scenario
from pouch_sim.scenarios import Band, Fault, Link, Scenario
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import Act

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US


def _scenario(*faults, length_h=3, **changes):
    usual = {
        "name": "made",
        "title": "made for a test",
        "row": "mixed",
        "split": "own",
        "zone": "Asia/Karachi",
        "start": datetime.fromisoformat("2026-03-01T06:00:00"),
        "length_s": 3600 * length_h,
        "acts": (Act(0.0, "ssc"), Act(3600.0, "cot")),
        "faults": faults,
    }
    return Scenario(**(usual | changes))


def _run(scenario, out, seed=3):
    world = PhysicalWorld(scenario.world_plan(seed), seed, scenario.band_index)
    return run_scenario(
        scenario, world, out, seed=seed, quick=True, on_progress=lambda _share: None
    )


def test_quick_band_is_pulled_at_the_links_pace_and_at_the_end():
    band = quick_band(_scenario(link=Link(pull_every_min=50)), 7, 1)
    assert [at_us // MINUTE_US for at_us in band.pulls_us] == [50, 100, 150, 180]


def test_quick_band_has_the_scenarios_settings():
    scenario = _scenario(band=Band(interval_s=60, worn_by="infant", drift_ppm=12.5))
    band = quick_band(scenario, 7, 1)
    assert (band.interval_s, band.drift_ppm, band.worn_by_infant) == (60, 12.5, True)


def test_quick_band_has_the_scenarios_faults():
    band = quick_band(
        _scenario(
            Fault(600.0, "chip_absent", chip="motion"),
            Fault(900.0, "chip_stuck", chip="touch"),
            Fault(0.0, "chip_noise", chip="infant_thermometer", amount=0.3),
            Fault(1200.0, "bus_stuck", duration_s=60.0),
            Fault(1800.0, "power_cut", duration_s=300.0),
            Fault(3000.0, "out_of_range", duration_s=1200.0),
            Fault(3000.0, "packet_loss", amount=0.1, duration_s=60.0),
        ),
        7,
        1,
    )
    bus_us = (20 * MINUTE_US, 21 * MINUTE_US)
    assert band.absent_us["touch"] == (bus_us,)
    assert band.absent_us["motion"][0] == bus_us
    gone_from_us, gone_until_us = band.absent_us["motion"][1]
    assert gone_from_us == 10 * MINUTE_US
    assert gone_until_us > 3 * HOUR_US
    assert band.faults.stuck_from_us == {"touch": 15 * MINUTE_US}
    assert band.faults.noise_sd == {"infant_thermometer": 0.3}
    assert band.faults.bus_stuck_us is None
    assert band.power_cuts_us == [(30 * MINUTE_US, 35 * MINUTE_US)]
    # Nobody hears it at one o'clock.
    assert [at_us // HOUR_US for at_us in band.pulls_us] == [2, 3]


def test_run_leaves_store_truth_and_label(tmp_path):
    scenario = _scenario()
    summary = _run(scenario, tmp_path)
    assert (summary.sample_count, summary.failures) == (360, ())
    label = read_label(tmp_path)
    assert (label.name, label.seed, label.gear) == ("made", 3, "quick")
    assert label.start_utc == "2026-03-01T01:00:00Z"
    truth = read_truth(tmp_path / "truth.csv")
    assert np.count_nonzero(truth.state == 4) == 60
    with Store.open(tmp_path / "pouch.db", create=False) as store:
        assert store.zone.key == "Asia/Karachi"
        (given,) = store.assignments(INFANT)
        segments = store.segments(given.band_id)
    begin_utc_s = truth.first_utc_s
    assert (given.from_utc_s, given.to_utc_s) == (begin_utc_s, begin_utc_s + 10_800)
    received_s = [segment.received_utc_s - begin_utc_s for segment in segments]
    assert received_s == [3600, 7200, 10_800]


def test_same_seed_gives_the_same_store(tmp_path):
    digests = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        _run(_scenario(), tmp_path / name, seed)
        with Store.open(tmp_path / name / "pouch.db", create=False) as store:
            digests.append(store.content_digest())
    assert digests[0] == digests[1] != digests[2]


def test_folder_that_holds_a_store_is_refused_and_left_alone(tmp_path):
    (tmp_path / "pouch.db").write_bytes(b"somebody's data")
    with pytest.raises(InputError, match=r"pouch\.db exists already: choose another --out"):
        _run(_scenario(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["pouch.db"]


def test_quick_band_has_other_noise_with_another_seed():
    scenario = _scenario(Fault(0.0, "chip_noise", chip="infant_thermometer", amount=0.3))
    first, other = [quick_band(scenario, 7, seed).faults.noise_seed for seed in (1, 2)]
    assert first != other
