"""Fill a store with the last days of a ward's infants, without firmware and radio."""

from pouch_host import derive
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.quick import QuickBand, run_quickly
from pouch_sim.world.physical import PhysicalWorld
from tests.browser import babies, people
from tests.host.ward import sample_values

_SEED = 20_260_304
_US_PER_S = 1_000_000
_HOUR_S = 3600
# Pulled every five minutes in the end, as a ward does; before that an hour's records at once cost
# a test less and tell the same.
_ROUND_S = 300
_LAST_PULL_S = 60
_SAMPLE_S = 30


def make(path):
    """Make the store of the whole ward.

    Args:
        path: the file to make.
    """
    with Store.open(path) as store:
        store.set_zone(babies.ZONE)
        for baby in babies.BABIES:
            _admit(store, baby)
            if baby.band_id is not None:
                live(store, baby)
        # Lies ready on the desk, and nobody wears it.
        store.record_contact(babies.SPARE_BAND_ID, babies.NOW_UTC_S - 20, battery_mv=4100)
        derive.refresh(store, babies.NOW_UTC_S)


def _admit(store, baby):
    store.admissions.admit(
        baby.code,
        when_utc_s=baby.begin_utc_s,
        who=people.HEAD_NURSE,
        weight_g=baby.weight_g,
        gestation_days=baby.gestation_days,
        born_on=baby.born_on,
        target_minutes=round(60 * baby.target_h),
    )
    for hours_ago, caregiver in baby.caregivers:
        at_utc_s = babies.NOW_UTC_S - hours_ago * _HOUR_S
        store.handovers.hand_over(baby.code, caregiver, when_utc_s=at_utc_s, who=people.NURSE)


def live(store, baby):
    """Let a band record its infant's days, and the collector pull them."""
    length_s = baby.hours * _HOUR_S
    end_s = length_s - round(baby.silent_h * _HOUR_S) - _LAST_PULL_S
    late_s = end_s - 2 * _HOUR_S
    pulls_s = [*range(_HOUR_S, late_s, _HOUR_S), *range(late_s, end_s + 1, _ROUND_S)]
    run = run_quickly(
        PhysicalWorld(baby.plan(), _SEED, baby.band_id),
        QuickBand(
            baby.band_id,
            [at_s * _US_PER_S for at_s in pulls_s],
            worn_by_infant=True,
        ),
        start_utc_s=baby.begin_utc_s,
        end_us=length_s * _US_PER_S,
        seed=_SEED,
    )
    store.ensure_band(baby.band_id)
    store.assign(baby.band_id, baby.code, baby.begin_utc_s)
    for piece in run.pieces:
        at_utc_s = baby.begin_utc_s + piece.pulled_us / _US_PER_S
        store.add_segment(
            baby.band_id,
            piece.log_id,
            piece.boot_id,
            piece.first_record_no,
            piece.data,
            at_utc_s,
        )
    store.record_contact(baby.band_id, baby.begin_utc_s + end_s, battery_mv=baby.battery_mv)


def more(store, code, *, until_utc_s, temperature_c=36.4):
    """Let one more pull bring what an infant's band has recorded since the last one.

    Args:
        store: where it goes.
        code: the infant, in SSC on a band whose first boot still lasts.
        until_utc_s: the last sample is of then.
        temperature_c: of its chest.
    """
    baby = next(one for one in babies.BABIES if one.code == code)
    last = store.segments(baby.band_id)[-1]
    held = store.records(baby.band_id).boots[-1].samples[-1]
    uptime_s, first_no = held["uptime_cs"] / 100, last.first_record_no + last.record_count
    end_s = until_utc_s - baby.begin_utc_s
    rows = []
    while (uptime_s := uptime_s + _SAMPLE_S) <= end_s:
        fields = sample_values(
            uptime_s, infant_touched=True, caregiver_touched=True, temperature_c=temperature_c
        )
        number = first_no + len(rows)
        rows.append(records.encode(c.KIND_SAMPLE, fields, last.log_id, number))
    assert rows, "no sample since the last pull"
    store.add_segment(
        baby.band_id, last.log_id, last.boot_id, first_no, b"".join(rows), until_utc_s
    )
