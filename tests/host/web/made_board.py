"""Infants in every state that the board knows, made by hand, and a ward that shows them."""

import asyncio
import threading
from dataclasses import replace

from pouch_host.alerts import RULES, AlertClass
from pouch_host.alerts.mutes import Mute
from pouch_host.derive import BoardRow
from pouch_host.ward import LastLook, StandingAlert, WardBoard, WardSettings, WatchState
from pouch_host.ward.cards import infant_now, worst_first

# 2026-03-05 14:32:05 in Karachi.
NOW_UTC_S = 1_772_703_125
MINUTE_S = 60


def row(code="bed-1", **changes):
    """Return the row of an infant that is well and in contact, but for the changes."""
    well = BoardRow(
        infant_code=code,
        band_label="P-0012ABCD",
        state="ssc",
        ssc_hours=5.2,
        ssc_hours_lower=5.1,
        ssc_hours_upper=5.3,
        target_h=8.0,
        coverage=1.0,
        temperature_c=36.74,
        temperature_age_s=None,
        temperature_valid=True,
        core_c=36.98,
        core_sd_c=0.2,
        last_record_age_s=None,
        battery_mv=3950,
        problems=(),
        admitted=True,
        temperature_utc_s=NOW_UTC_S - 65,
        last_record_utc_s=NOW_UTC_S - 240,
        contact_utc_s=NOW_UTC_S - 240,
        band_heard_utc_s=NOW_UTC_S - 200,
    )
    return replace(well, **changes).aged(NOW_UTC_S)


def alert(alert_class, alert_id=7, *, ringing=True, minutes_ago=12, **changes):
    """Return an alert that stands, ringing but for the changes."""
    rule = RULES[AlertClass(alert_class)]
    made = StandingAlert(
        alert_id=alert_id,
        alert_class=AlertClass(alert_class),
        family=rule.family,
        priority=rule.priority,
        action=rule.action,
        escalated=False,
        ringing=ringing,
        muted=False,
        raised_utc_s=NOW_UTC_S - minutes_ago * MINUTE_S,
        ring_utc_s=NOW_UTC_S - minutes_ago * MINUTE_S,
        acknowledged_by=None,
        acknowledged_utc_s=None,
        muted_until_utc_s=None,
        values={},
    )
    made = replace(made, **changes)
    return replace(made, action=rule.late_action) if made.escalated else made


def infant(code="bed-1", *alerts, mutes=(), version=1, **changes):
    """Return an infant as a ward shows it."""
    return infant_now(row(code, **changes), alerts=alerts, mutes=tuple(mutes), version=version)


def mute(target, minutes, who="Amina"):
    """Return a mute that ends in some minutes."""
    return Mute(AlertClass(target), who, NOW_UTC_S - 300, NOW_UTC_S + minutes * MINUTE_S)


class HandWard:
    """A ward that shows what it is told to: what pages need of a `WardWatch`, without looking.

    Attributes:
        store: of the site.
        settings: of the alerts.
        utc_s: its time.
        look: how the looks at it go on; None as long as they do.
    """

    def __init__(self, store):
        self.store = store
        self.settings = WardSettings()
        self.utc_s = float(NOW_UTC_S)
        self.look = None
        self._board = WardBoard(0, self.utc_s, ())
        self._waiting = set()
        self._lock = threading.Lock()

    def now_utc_s(self):
        return self.utc_s

    def board(self):
        return self._board

    def last_look(self):
        return self.look or LastLook(WatchState.LOOKING, self.utc_s, 0.5)

    def show(self, *infants, failure=None, waiting=0, reading=False):
        """Show these infants from now on; those that differ from before are the changed ones."""
        version = self._board.version + 1
        before = {one.row.infant_code: one for one in self._board.infants}
        made = []
        for one in infants:
            old = before.get(one.row.infant_code)
            same = old is not None and replace(one, version=old.version) == old
            made.append(old if same else replace(one, version=version))
        with self._lock:
            self._board = WardBoard(
                version, self.utc_s, worst_first(made), failure, waiting, reading
            )
            for loop, future in self._waiting:
                loop.call_soon_threadsafe(_wake, future)
            self._waiting.clear()
        return self._board

    async def newer(self, version):
        loop = asyncio.get_running_loop()
        while True:
            with self._lock:
                if self._board.version > version:
                    return self._board
                future = loop.create_future()
                self._waiting.add((loop, future))
            await future


def _wake(future):
    if not future.done():
        future.set_result(None)


def ward_of(count):
    """Return so many infants: first one of each kind, then many that are well."""
    kinds = [
        lambda code: infant(
            code, alert("danger_cold", minutes_ago=14), state="infant_only", temperature_c=34.9,
            core_c=35.2, ssc_hours=1.1, ssc_hours_lower=1.0, ssc_hours_upper=1.4, target_h=12.0,
            contact_utc_s=NOW_UTC_S - 5000,
        ),
        lambda code: infant(code, ssc_hours=8.3, ssc_hours_lower=8.1, ssc_hours_upper=8.6),
        lambda code: infant(
            code, alert("stale", minutes_ago=25), state="ssc", last_record_utc_s=NOW_UTC_S - 2400,
            temperature_utc_s=NOW_UTC_S - 2400, band_heard_utc_s=NOW_UTC_S - 2300, coverage=0.82,
            ssc_hours=2.0, ssc_hours_lower=1.9, ssc_hours_upper=4.0,
        ),
        lambda code: infant(
            code, alert("cold_stress", escalated=True, minutes_ago=51), state="infant_only",
            temperature_c=35.6, core_c=36.1, ssc_hours=0.0, ssc_hours_lower=0.0,
            ssc_hours_upper=0.0, contact_utc_s=None,
        ),
        lambda code: infant(
            code,
            alert(
                "moderate_cold", ringing=False, acknowledged_by="Amina",
                acknowledged_utc_s=NOW_UTC_S - 180,
            ),
            temperature_c=35.5, core_c=35.8, ssc_hours=3.3, ssc_hours_lower=3.2,
            ssc_hours_upper=3.6,
        ),
        lambda code: infant(
            code,
            alert(
                "warm", ringing=False, muted=True, muted_until_utc_s=NOW_UTC_S + 25 * MINUTE_S
            ),
            mutes=[mute("warm", 25)], temperature_c=37.4, core_c=37.8,
        ),
        lambda code: infant(
            code, alert("battery_low", minutes_ago=3), battery_mv=3460, state="caregiver_only",
            temperature_valid=False, temperature_c=33.1, core_c=None, core_sd_c=None,
            contact_utc_s=NOW_UTC_S - 900,
        ),
        lambda code: infant(
            code, band_label=None, state="unknown", temperature_c=None, temperature_utc_s=None,
            core_c=None, core_sd_c=None, last_record_utc_s=None, battery_mv=None,
            contact_utc_s=None, band_heard_utc_s=None, ssc_hours=0.0, ssc_hours_lower=0.0,
            ssc_hours_upper=0.0, coverage=0.0,
        ),
        lambda code: infant(
            code, alert("band_off", ringing=False, minutes_ago=40), state="off",
            temperature_valid=False, temperature_c=28.2, core_c=None, core_sd_c=None,
            contact_utc_s=NOW_UTC_S - 4000,
            problems=("band P-00000009: the touch sensor fails",),
        ),
        lambda code: infant(code, state="infant_only", contact_utc_s=NOW_UTC_S - 1500),
    ]  # fmt: skip
    return [
        kinds[number](f"bed-{number + 1}")
        if number < len(kinds)
        else infant(f"bed-{number + 1}", ssc_hours=float(number % 9))
        for number in range(count)
    ]
