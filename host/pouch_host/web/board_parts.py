"""The board's HTML in pieces: a card for each infant, and the head above them.

Each piece is made once for all screens that see the same of it, and again only when the ward has
changed there. Ages are left out: see `ages`.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pouch_host.alerts import AlertClass, AlertParameters
from pouch_host.ward import InfantNow, StandingAlert, WardBoard
from pouch_host.ward.order import UNSEEN

from .language import Language
from .render import Renderer

# Minutes that a nurse may choose of, up to what the class allows.
_SNOOZE_MIN = (15, 30, 60, 120, 240, 480, 720)
_MINUTE_S = 60
# Languages times units times what is seen; more than a ward ever has open at once.
_VIEWERS_MAX = 24


@dataclass(frozen=True, slots=True)
class Viewer:
    """What decides how the board looks to somebody; two with the same see the same pieces.

    Attributes:
        language: of words and numbers.
        unit: of temperatures, "c" or "f".
        zone: of clock times.
        way: "tend" may acknowledge and snooze; "ask" may after signing in; "look" may not.
        sees_infant: cards lead to the infant's page.
    """

    language: Language
    unit: str
    zone: ZoneInfo
    way: str
    sees_infant: bool

    @property
    def key(self) -> str:
        """Return a short name for it, without a blank or a point."""
        parts = (self.language.code, self.unit, self.zone.key, self.way, int(self.sees_infant))
        return "-".join(map(str, parts)).replace(".", "-")


@dataclass(slots=True)
class _Made:
    """What was made for one kind of viewer: cards by infant with their version, and the head."""

    cards: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    head_version: int = -1
    head: str = ""


class BoardParts:
    """Makes and keeps the pieces. May be used by several threads.

    Args:
        renderer: makes the HTML.
        parameters: of the alerts: how long each may be snoozed.

    Attributes:
        choices: for how many minutes each class may be snoozed.
    """

    def __init__(self, renderer: Renderer, parameters: AlertParameters) -> None:
        self._renderer = renderer
        self.choices = snooze_choices(parameters)
        self._made: OrderedDict[str, _Made] = OrderedDict()
        self._lock = threading.Lock()

    def cards(self, board: WardBoard, viewer: Viewer, since: int = -1) -> dict[str, str]:
        """Return the cards that changed after a version of the board, worst first.

        Args:
            board: the ward as it is.
            viewer: who looks.
            since: a version; -1 for all cards.
        """
        with self._lock:
            made = self._made_for(viewer)
            codes = {infant.row.infant_code for infant in board.infants}
            for gone in made.cards.keys() - codes:
                del made.cards[gone]
            return {
                infant.row.infant_code: self._card(made, infant, viewer)
                for infant in board.infants
                if infant.version > since
            }

    def head(self, board: WardBoard, viewer: Viewer) -> str:
        """Return what stands above the cards."""
        with self._lock:
            made = self._made_for(viewer)
            if made.head_version != board.version:
                made.head = self._html(
                    "board/head.html",
                    viewer,
                    board=board,
                    first=go_first(board),
                    unseen=[infant for infant in board.infants if infant.place == UNSEEN],
                    mutes=[
                        (infant.row.infant_code, mute)
                        for infant in board.infants
                        for mute in infant.mutes
                    ],
                )
                made.head_version = board.version
            return made.head

    def _made_for(self, viewer: Viewer) -> _Made:
        made = self._made.setdefault(viewer.key, _Made())
        self._made.move_to_end(viewer.key)
        while len(self._made) > _VIEWERS_MAX:
            self._made.popitem(last=False)
        return made

    def _card(self, made: _Made, infant: InfantNow, viewer: Viewer) -> str:
        code = infant.row.infant_code
        version, html = made.cards.get(code, (-1, ""))
        if version != infant.version:
            html = self._html("board/card.html", viewer, infant=infant, choices=self.choices)
            made.cards[code] = (infant.version, html)
        return html

    def _html(self, template: str, viewer: Viewer, **values: object) -> str:
        return self._renderer.html(
            template,
            language=viewer.language,
            unit=viewer.unit,
            zone=viewer.zone,
            way=viewer.way,
            sees_infant=viewer.sees_infant,
            **values,
        ).strip()


def go_first(board: WardBoard) -> list[tuple[InfantNow, StandingAlert]]:
    """Return whom a nurse is called to, in the order of the board, with the gravest reason."""
    called: list[tuple[InfantNow, StandingAlert]] = []
    for infant in board.infants:
        ringing = [one for one in infant.alerts if one.ringing and one.family.is_physiological]
        if ringing:
            called.append((infant, max(ringing, key=lambda one: one.priority)))
    return called


def snooze_choices(parameters: AlertParameters) -> dict[AlertClass, tuple[int, ...]]:
    """Return for how many minutes each class may be snoozed. What never rings need not be."""
    return {
        alert_class: tuple(
            minutes
            for minutes in _SNOOZE_MIN
            if minutes * _MINUTE_S <= rule.mute_max_s and rule.may_ring(escalated=True)
        )
        for alert_class, rule in parameters.rules.items()
    }
