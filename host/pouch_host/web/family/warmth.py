"""How an infant is, and what to do, as the names of two pictures or three.

not fresh, not valid, not here    not_known    never shown as warm
an alert stands, or a line        cold, hot    what to do beside it
else                              warm
"""

from dataclasses import dataclass

from pouch_host.alerts import AlertClass, AlertFamily, Priority
from pouch_host.analysis.states import State
from pouch_host.ward import InfantNow, StandingAlert

WARM, COLD, HOT, NOT_KNOWN = "warm", "cold", "hot", "not_known"

# What a family can do for itself. In danger, and where it got no better, that is to call.
_HELP = ("call_nurse",)
_FOR_COLD = ("skin_to_skin_and_cap", "cover")
_FOR_HEAT = ("uncover",)
# They say that it may get cold, not that it is; nobody is called for them.
_WARNINGS = frozenset({AlertClass.COOLING, AlertClass.CONTACT_LOST_COLD})


@dataclass(frozen=True, slots=True)
class Warmth:
    """How an infant is.

    Attributes:
        feeling: "warm", "cold", "hot" or "not_known": a picture's name.
        actions: names of the pictures that say what to do, most urgent first.
    """

    feeling: str
    actions: tuple[str, ...] = ()


def warmth_of(infant: InfantNow | None) -> Warmth:
    """Return how an infant is.

    Args:
        infant: as the ward has it, aged to the time of the page; None if it does not have it yet.
    """
    if infant is None:
        return Warmth(NOT_KNOWN)
    if infant.row.band_label is None:
        return Warmth(NOT_KNOWN, ("put_band_on",))
    of_infant = [one for one in infant.alerts if one.family.is_physiological]
    standing = [one for one in of_infant if one.alert_class not in _WARNINGS]
    if infant.stale or infant.temperature_old or not infant.row.temperature_valid:
        return Warmth(NOT_KNOWN, _unseen(infant, standing))
    side = infant.line.side if infant.line is not None else None
    if side == "below" or (side is None and _has(standing, AlertFamily.COLD)):
        return Warmth(COLD, _actions(infant, standing, AlertFamily.COLD, _FOR_COLD))
    if side == "above" or _has(standing, AlertFamily.HEAT):
        return Warmth(HOT, _actions(infant, standing, AlertFamily.HEAT, _FOR_HEAT))
    return Warmth(WARM, _FOR_COLD if of_infant else ())


def _unseen(infant: InfantNow, standing: list[StandingAlert]) -> tuple[str, ...]:
    # Somebody was called before the band went silent: that is not over for being unseen.
    if standing:
        return _HELP
    if infant.stale:
        return ("find_band",)
    if infant.row.state in (State.OFF.word, State.CAREGIVER_ONLY.word):
        return ("put_band_on",)
    return ()


def _has(alerts: list[StandingAlert], family: AlertFamily) -> bool:
    return any(one.family is family for one in alerts)


def _actions(
    infant: InfantNow,
    alerts: list[StandingAlert],
    family: AlertFamily,
    own: tuple[str, ...],
) -> tuple[str, ...]:
    in_danger = infant.line is not None and infant.line.danger
    grave = any(
        one.family is family and (one.priority is Priority.HIGH or one.escalated) for one in alerts
    )
    return (*_HELP, *own) if in_danger or grave else own
