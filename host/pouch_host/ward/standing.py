"""What stands of an infant's alerts, judged for screens: what rings now, and until when not."""

from pouch_host.alerts import (
    Alert,
    AlertClass,
    AlertEngine,
    AlertParameters,
    Priority,
    Rule,
)
from pouch_host.alerts.mutes import Mute

from .board import StandingAlert


def standing_alerts(
    engine: AlertEngine, parameters: AlertParameters, now_utc_s: int
) -> tuple[StandingAlert, ...]:
    """Return the alerts that stand, the gravest first.

    Args:
        engine: of the infant.
        parameters: its rules.
        now_utc_s: for which time mutes are told.
    """
    mutes = [mute for mute in engine.mutes() if mute.holds(now_utc_s)]
    return tuple(
        _judged(alert, parameters.rules[alert.alert_class], mutes)
        for alert in engine.standing(now_utc_s)
    )


def _judged(alert: Alert, rule: Rule, mutes: list[Mute]) -> StandingAlert:
    # What owes its ring has not rung yet; what never may has not either.
    has_rung = not alert.owed and rule.may_ring(escalated=alert.escalated)
    ends = [mute.until_utc_s for mute in mutes if _covers(mute, alert.alert_class, rule)]
    return StandingAlert(
        alert_id=alert.alert_id,
        alert_class=alert.alert_class,
        family=rule.family,
        priority=rule.priority,
        action=alert.action(rule),
        escalated=alert.escalated,
        ringing=has_rung and not alert.is_acknowledged and not alert.muted,
        muted=alert.muted,
        raised_utc_s=alert.raised_utc_s,
        ring_utc_s=alert.ring_utc_s,
        acknowledged_by=alert.acknowledged_by or None,
        acknowledged_utc_s=alert.acknowledged_utc_s,
        muted_until_utc_s=max(ends) if ends and alert.muted else None,
        values=dict(alert.values),
    )


def _covers(mute: Mute, alert_class: AlertClass, rule: Rule) -> bool:
    """Tell whether a mute is of a class; that of a family never is of its dangers."""
    of_family = mute.target is rule.family and rule.priority is not Priority.HIGH
    return mute.target is alert_class or of_family
