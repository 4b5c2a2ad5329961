"""Small timelines drawn as text, and an infant that lives through them minute by minute."""

from pouch_host.alerts import AlertEngine, AlertParameters, EventKind, Observation
from pouch_host.alerts.observation import TOUCHING

# 2026-03-01 00:00 UTC, a whole block of five minutes.
START_UTC_S = 1_772_323_200
MIN_S = 60
SD_C = 0.2

_RINGING = {EventKind.RANG}


def drawn(text):
    """Return what each minute of a drawing holds, as keyword arguments of an `Observation`.

    A part is "STATE CORE*MINUTES NAME=VALUE ...", parts are divided by commas. A core of "-" is
    none that is valid. A name is a field of `Observation`.
    """
    minutes = []
    for part in text.split(","):
        state, core, *extra = part.split()
        core, _, count = core.partition("*")
        minute = {"state": state}
        if core != "-":
            minute |= {
                "core_c": float(core),
                "core_sd_c": SD_C,
                "skin_c": float(core) - 0.2,
                "temperature_valid": state in TOUCHING,
            }
        for pair in extra:
            name, _, value = pair.partition("=")
            minute[name] = int(value) if name in {"flags", "battery_mv"} else float(value)
        minutes += [minute] * int(count or 1)
    return minutes


def minutes_of(text, *, start_utc_s=START_UTC_S, delay_s=0, first=0):
    """Return the observations of a drawing, each received `delay_s` after its time."""
    return [
        Observation(at_s, at_s + delay_s, **minute)
        for at_s, minute in (
            (start_utc_s + MIN_S * number, minute)
            for number, minute in enumerate(drawn(text), start=first)
        )
    ]


class Infant:
    """One infant with its engine, from minute to minute.

    Attributes:
        engine: what is tested.
        minute: the next one, since START_UTC_S.
        events: all so far.
    """

    def __init__(self, **parameters):
        self.engine = AlertEngine(AlertParameters(**parameters))
        self.minute = 0
        self.events = []

    @property
    def now_utc_s(self):
        return START_UTC_S + MIN_S * self.minute

    def live(self, text, *, delay_s=0):
        """Live through a drawing; return the events, each as (minute, kind, class)."""
        events = []
        for minute in minutes_of(text, delay_s=delay_s, first=self.minute):
            events += self.engine.observe(minute)
            events += self.engine.tick(minute.received_utc_s)
            self.minute += 1
        return self._told(events)

    def wait(self, minutes):
        """Let time pass without data; return the events."""
        events = []
        for _ in range(minutes):
            events += self.engine.tick(self.now_utc_s)
            self.minute += 1
        return self._told(events)

    def late(self, text):
        """Receive now what was drawn, up to the minute before; return the events."""
        drawing = drawn(text)
        events = []
        for number, minute in enumerate(drawing, start=self.minute):
            at_s = START_UTC_S + MIN_S * number
            received_s = START_UTC_S + MIN_S * (self.minute + len(drawing))
            events += self.engine.observe(Observation(at_s, received_s, **minute))
        self.minute += len(drawing)
        return self._told(events)

    def acknowledge(self):
        """Acknowledge the gravest alert that stands."""
        alert = self.standing[0]
        return self._told(self.engine.acknowledge(alert.alert_id, "nurse 7", self.now_utc_s))

    def mute(self, target, minutes):
        until_utc_s = self.now_utc_s + MIN_S * minutes
        return self._told(self.engine.mute(target, "nurse 7", self.now_utc_s, until_utc_s))

    @property
    def standing(self):
        return self.engine.standing(self.now_utc_s)

    @property
    def standing_classes(self):
        return [alert.alert_class.value for alert in self.standing]

    def _told(self, events):
        self.events += events
        return [
            (
                (event.told_utc_s - START_UTC_S) // MIN_S,
                event.kind.value,
                event.alert_class.value if event.alert_class else event.target,
            )
            for event in events
        ]


def rings(events):
    """Return (minute, class) of those that rang."""
    return [(minute, name) for minute, kind, name in events if kind in _RINGING]


def kinds(events):
    """Return (kind, class) of each."""
    return [(kind, name) for _, kind, name in events]
