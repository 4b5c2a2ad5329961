"""Turn board rows into HTML. Knows neither store nor server: rows in, text out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2

from pouch_host.derive import BoardRow

from . import filters
from .cards import STALE_AFTER_S, make_card, worst_first

_TEMPLATES_DIR = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """How the board is shown.

    Attributes:
        stale_after_s: age in seconds from which data is shown as stale.
        speed_label: how fast the clock runs where it is simulated, as text; None for a true one.
    """

    stale_after_s: float = STALE_AFTER_S
    speed_label: str | None = None


class View:
    """Renders the page and the board on it.

    Args:
        settings: how the board is shown.
    """

    def __init__(self, settings: BoardSettings) -> None:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_TEMPLATES_DIR),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(filters.FILTERS)
        self._page = environment.get_template("page.html")
        self._board = environment.get_template("board.html")
        self._settings = settings

    def board(self, rows: Iterable[BoardRow], now: datetime, *, failure: str | None = None) -> str:
        """Return the board, worst card first.

        Args:
            rows: one per infant.
            now: the time of the board, in the site's zone.
            failure: why there are no rows, as one line; None if all is well.
        """
        cards = worst_first(
            make_card(row, stale_after_s=self._settings.stale_after_s) for row in rows
        )
        return self._board.render(
            cards=cards, failure=failure, now=now, settings=self._settings
        ).strip()

    def page(self, board: str, *, live: bool, reload_s: int, silence_ms: int) -> str:
        """Return the whole page around a board.

        Args:
            board: from `board`.
            live: whether the page has the libraries to receive updates.
            reload_s: seconds until it is loaded again where it cannot receive them.
            silence_ms: milliseconds without an update after which it says so.
        """
        return self._page.render(board=board, live=live, reload_s=reload_s, silence_ms=silence_ms)
