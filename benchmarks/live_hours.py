"""Hours of contact as the host counts them and as the bands showed them, against the truth."""

from pathlib import Path
from statistics import mean
from zoneinfo import ZoneInfo

from pouch_host.derive import infant_days, timeline
from pouch_host.store import Store
from pouch_sim.commands.demo_ward import DemoPlan, DemoWard
from pouch_sim.world.scripted import ScriptedWorld

from .figures import Figure

_INFANTS = 4
_DAYS = 2
_SEED = 1
_US_PER_S = 1_000_000
_US_PER_MIN = 60 * _US_PER_S
_DAY_US = 1440 * _US_PER_MIN
_MIN_PER_H = 60
# 2026-03-01, midnight in Karachi.
_END_UTC_S = 1_772_305_200.0


def measure(folder: Path) -> list[Figure]:
    """Let some infants live through some days; fail if a band told nothing of its own count."""
    plan = DemoPlan(_INFANTS, _DAYS, _SEED, ZoneInfo("Asia/Karachi"), _END_UTC_S)
    ward = DemoWard(plan, folder)
    ward.fill(lambda _share: None)
    hours_min: list[float] = []
    lower_min: list[float] = []
    upper_min: list[float] = []
    band_min: list[float] = []
    with Store.open(ward.store_path) as store:
        for index, infant in enumerate(infant_days(store, _END_UTC_S)):
            world = ScriptedWorld(_SEED, index, worn_by_infant=True)
            (given,) = store.assignments(infant.infant_code)
            tallies = timeline(store.records(given.band_id)).tallies
            if not len(tallies.end_utc_s):
                raise AssertionError(f"infant {infant.infant_code}: the band sent no tally")
            # Days are compared whole, the band's own count as far as its tallies go.
            for number, day in enumerate(infant.days):
                true_min = world.ssc_us(number * _DAY_US, (number + 1) * _DAY_US) / _US_PER_MIN
                hours_min.append(day.hours * _MIN_PER_H - true_min)
                lower_min.append(day.hours_lower * _MIN_PER_H - true_min)
                upper_min.append(day.hours_upper * _MIN_PER_H - true_min)
            told_us = [
                round((utc_s - plan.start_utc_s) * _US_PER_S)
                for utc_s in (tallies.begin_utc_s[0], tallies.end_utc_s[-1])
            ]
            told_min = float(tallies.contact_s.sum()) * _US_PER_S / _US_PER_MIN
            error_min = told_min - world.ssc_us(*told_us) / _US_PER_MIN
            band_min.append(error_min * _DAY_US / (told_us[1] - told_us[0]))
    return [
        Figure("infant-days through the whole path", len(hours_min), ""),
        Figure("  host, confirmed hours, mean error a day", mean(hours_min), "min"),
        Figure("  host, hours at least, mean error a day", mean(lower_min), "min"),
        Figure("  host, hours at most, mean error a day", mean(upper_min), "min"),
        Figure("  band, hours shown, mean error a day", mean(band_min), "min"),
        Figure("  band, hours shown, worst infant's error a day", _worst(band_min), "min"),
        Figure("  host, confirmed hours, worst day's error", _worst(hours_min), "min"),
    ]


def _worst(errors: list[float]) -> float:
    return max(errors, key=abs)
