"""Numbers of the alert logic that belong to no single class. docs/ALERTS.md lists them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from pouch_host.errors import InputError

from .classes import RULES, AlertClass, Rule


@dataclass(frozen=True, slots=True)
class AlertParameters:
    """What a site may set. Every number is a choice; the defaults are argued here.

    Attributes:
        stale_after_s: age of the newest minute from which it is shown as stale. Two rounds of
            `pouch collect` at its five minutes: one missed round may be chance.
        late_after_s: age on arrival from which a minute annotates and never rings. Half as much
            again as `stale_after_s`, so that one round that failed costs no alert; a call for
            what was a quarter of an hour ago is a call for the past.
        future_s: how far a minute may lie ahead of its arrival. A minute is 60 s long and two
            clocks that were set differ by seconds; what lies further ahead is a clock fault.
        pause_s: longest step between two minutes that counts as lived through. The band's own
            rule (firmware/band/warmth.py).
        hold_s: how long a condition is held while it cannot be seen. A removal of under 5 minutes
            does not end a session; 5 minutes before it and 10 after it are masked [V16].
        unseen_s: after this long without any data an alert ends, and STALE alone stands. Trials
            with nurses checked every 4 to 6 hours [V7, V8]: by then a person has looked.
        recovered_c: an infant counts as recovering when its core came this much nearer since the
            alert rang or was last looked at. Twice the thermometer's error of 0.1 C; cool infants
            in SSC gain 0.7 C in an hour [T2], 0.35 C in the half hour between two looks.
        contact_min_s: SSC that counts as contact which can be lost: as the settling of the band.
        contact_memory_s: how long after it its loss can be told. As `unseen_s`.
        rules: the rule of every class.

    Raises:
        InputError: a number is not positive, or a class has no rule.
    """

    stale_after_s: int = 600
    late_after_s: int = 900
    future_s: int = 120
    pause_s: int = 120
    hold_s: int = 1200
    unseen_s: int = 14_400
    recovered_c: float = 0.2
    contact_min_s: int = 600
    contact_memory_s: int = 14_400
    rules: Mapping[AlertClass, Rule] = field(default_factory=lambda: RULES)

    def __post_init__(self) -> None:
        """Refuse what would make an alert ring always, or never."""
        for parameter in fields(self):
            value = getattr(self, parameter.name)
            if parameter.name != "rules" and not value > 0:
                raise InputError(f"alert parameter {parameter.name} is {value}: set it above 0")
        missing = sorted(set(AlertClass) - set(self.rules))
        if missing:
            raise InputError(f"alert parameters have no rule for {', '.join(missing)}")
