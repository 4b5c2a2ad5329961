"""What is muted, until when, and by whom. Every mute ends by itself."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pouch_host.errors import InputError

from .classes import AlertClass, AlertFamily, Priority
from .parameters import AlertParameters

Target = AlertClass | AlertFamily


@dataclass(frozen=True, slots=True)
class Mute:
    """One class or family that does not ring for a while. It still shows.

    Attributes:
        target: which.
        who: who asked for it.
        since_utc_s: from when.
        until_utc_s: to when.
    """

    target: Target
    who: str
    since_utc_s: int
    until_utc_s: int

    def holds(self, now_utc_s: int) -> bool:
        """Tell whether it is in force.

        Before it began it is not: a clock that was a year ahead when somebody muted, and has been
        set right, would else make a year of four hours.
        """
        return self.since_utc_s <= now_utc_s < self.until_utc_s


class Mutes:
    """The mutes of one infant, one for each target."""

    def __init__(self, parameters: AlertParameters) -> None:
        """Begin with none.

        Args:
            parameters: how long a class may be muted.
        """
        self._rules = parameters.rules
        self._mutes: dict[str, Mute] = {}

    def add(self, target: Target, who: str, now_utc_s: int, until_utc_s: int) -> Mute:
        """Mute a class or a family, in the place of an earlier mute of the same.

        Raises:
            InputError: it would last too long or not at all, or nobody asked for it.
        """
        if not who:
            raise InputError(f"mute of {target}: say who asks for it")
        longest_s = self.longest_s(target)
        if not 0 < until_utc_s - now_utc_s <= longest_s:
            raise InputError(
                f"mute of {target} for {until_utc_s - now_utc_s} s: choose 1 to {longest_s} s"
            )
        mute = Mute(target, who, now_utc_s, until_utc_s)
        self._mutes[str(target)] = mute
        return mute

    def longest_s(self, target: Target) -> int:
        """Return for how long a class or family may be muted, seconds."""
        return min(
            (
                self._rules[alert_class].mute_max_s
                for alert_class in AlertClass
                if alert_class is target or self._covers(target, alert_class)
            ),
            default=0,
        )

    def is_muted(self, alert_class: AlertClass, now_utc_s: int) -> bool:
        """Tell whether a class may not ring."""
        return any(
            mute.holds(now_utc_s)
            and (mute.target is alert_class or self._covers(mute.target, alert_class))
            for mute in self._mutes.values()
        )

    def _covers(self, target: Target, alert_class: AlertClass) -> bool:
        """Tell whether the mute of a family covers a class: never a danger, which is named."""
        rule = self._rules[alert_class]
        return rule.family is target and rule.priority is not Priority.HIGH

    def take(self, target: Target) -> Mute | None:
        """End a mute before its time; None if there is none."""
        return self._mutes.pop(str(target), None)

    def expire(self, now_utc_s: int) -> Iterator[Mute]:
        """Remove the mutes that are over, and yield them."""
        if not self._mutes:
            return
        for mute in [mute for mute in self._mutes.values() if not mute.holds(now_utc_s)]:
            del self._mutes[str(mute.target)]
            yield mute

    def all(self) -> list[Mute]:
        """Return the mutes, the first to end first."""
        return sorted(self._mutes.values(), key=lambda mute: (mute.until_utc_s, str(mute.target)))

    def state(self) -> list[dict[str, Any]]:
        """Return all of it as data that JSON takes."""
        return [asdict(mute) for mute in self._mutes.values()]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Go on from what `state` returned."""
        mutes = [
            Mute(
                named_target(mute["target"]), mute["who"], mute["since_utc_s"], mute["until_utc_s"]
            )
            for mute in state
        ]
        self._mutes = {str(mute.target): mute for mute in mutes}


def named_target(name: str) -> Target:
    """Return the class or family of a name, as a person or a file gives it.

    Raises:
        InputError: there is none.
    """
    for kind in (AlertClass, AlertFamily):
        if name in set(kind):
            return kind(name)
    known = ", ".join([*AlertFamily, *AlertClass])
    raise InputError(f"nothing to mute is named {name!r}: choose of {known}")
