"""A running ward with its pages: store, watch, people and web application."""

import asyncio

from pouch_host.store import Store
from pouch_host.ward import WardWatch
from tests.browser import people
from tests.browser.served import Served

# The first look at a ward works out days of every infant.
_PATIENCE_S = 60


class Ward:
    """Everything that `pouch serve` runs, but for the collector.

    Attributes:
        store: its store, for looking into and for adding records.
        clock: returns its time.
        accounts: who may sign in.
        watch: what it shows now.
        url: where its pages are.
        secrets: PIN or password of each member of staff.
    """

    def __init__(self, path, clock, *, staffed=True, settings=None):
        """Start.

        Args:
            path: of the store.
            clock: returns its time in Unix seconds.
            staffed: whether there are people in it yet.
            settings: of the pages, if not the usual.
        """
        self.clock = clock
        self.secrets = people.SECRETS
        self.store = Store.open(path)
        self.accounts = people.accounts_of(self.store, clock)
        if staffed:
            people.hire(self.accounts)
        self._settings = settings
        self._start(port=0)

    @property
    def session_cookie(self):
        """Name of the cookie that holds a session."""
        return self._served.settings.cookie("session")

    @property
    def screen_cookie(self):
        """Name of the cookie that makes a browser a screen of the ward."""
        return self._served.settings.cookie("screen")

    def family_path(self, code):
        """Make a family's link; return the path of its page."""
        token = self.store.family_links.make(code, when_utc_s=self.clock(), who=people.HEAD_NURSE)
        return f"/m/{token}"

    def restart(self):
        """Stop watch and pages, and start them again on the same store and port."""
        self._stop()
        self._start(port=self._served.port)

    def close(self):
        """Stop everything."""
        self._stop()
        self.store.close()

    def _start(self, port):
        self.watch = WardWatch(self.store, clock=self.clock)
        self.watch.start()
        self._served = Served(self.watch, self.accounts, settings=self._settings, port=port)
        self.url = self._served.url

    def _stop(self):
        self._served.close()
        self.watch.stop()

    # What tests ask of it.

    def wait_until_watched(self):
        """Wait until the watch has worked out every infant once."""
        asyncio.run(asyncio.wait_for(self._watched(), _PATIENCE_S))

    async def _watched(self):
        board = self.watch.board()
        while board.waiting or not board.infants:
            board = await self.watch.newer(board.version)

    def infant(self, code):
        """Return what the ward shows of an infant."""
        return next(one for one in self.watch.board().infants if one.row.infant_code == code)

    def audited(self, what):
        """Return the rows of the audit of one kind, newest first."""
        return [row for row in self.store.audit.rows(limit=1000) if row.what == what]
