"""What a host may ask of a band beyond its records: tests, settings, key, update, reset.

BandSession lets through only what this host may ask (SPEC.md 7.1). What is left to decide here is
what a hand at the button is needed for.
"""

from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.errors import Refusal

from . import config, factory
from . import patterns as p

# The fields of a configuration that are settings of the same name.
_CONFIGURED = (
    "interval_s",
    "plan",
    "quiet_from_min",
    "quiet_until_min",
    "utc_offset_min",
    "target_min",
)


class Requests:
    """Does what BandSession hands over, see pouch_protocol.band."""

    def __init__(
        self,
        root: str,
        board,
        settings,
        recorder,
        make_update,
        self_test,
        signals,
        key_lock,
        restart,
    ) -> None:
        """Take the band's parts.

        Args:
            root: folder of the band's file system.
            board: tells the button.
            settings: the band's Config.
            recorder: takes events.
            make_update: returns the Update; called when one begins.
            self_test: called without arguments; returns the fields of a SELF_TEST_REPLY.
            signals: shows an update, and which band this is.
            key_lock: the KeyLock.
            restart: called without arguments where the band has to start again for what was asked
                to take effect; the answer goes out first.
        """
        self._root = root
        self._board = board
        self._settings = settings
        self._recorder = recorder
        self._make_update = make_update
        self._update = None
        self._self_test = self_test
        self._signals = signals
        self._key_lock = key_lock
        # What the last self-test that was recorded found.
        self._failed = None
        self._restart = restart

    def handle(self, request: messages.Message, trusted: bool, local: bool) -> tuple:
        """Do it; return the reply's opcode and fields.

        Args:
            request: the message.
            trusted: whether the host has shown that it has the band's key.
            local: whether it came over the cable.

        Raises:
            Refusal: it is not done, for the reason in the code.
        """
        opcode = request.opcode
        fields = request.fields
        if opcode == c.OP_SELF_TEST:
            return self._run_self_test()
        if opcode == c.OP_SETTINGS:
            return c.OP_SETTINGS_REPLY, self._settings_fields()
        if opcode in (c.OP_UPDATE_BEGIN, c.OP_UPDATE_DATA, c.OP_UPDATE_FINISH):
            return self._do_update(request)
        if opcode == c.OP_SET_KEY:
            self._set_key(fields, trusted, local)
        elif opcode == c.OP_CONFIGURE:
            self._configure(fields)
        elif opcode == c.OP_FACTORY_RESET:
            if not (trusted or (local and self._board.button_pressed())):
                raise Refusal(c.CODE_NOT_AUTHENTICATED)
            factory.request(self._root)
            self._restart()
        elif opcode == c.OP_IDENTIFY:
            self._signals.identify(fields["duration_s"])
        else:
            raise Refusal(c.CODE_OPCODE_UNSUPPORTED)
        return c.OP_RESPONSE, {"request": opcode, "code": c.CODE_SUCCESS}

    def _run_self_test(self) -> tuple:
        fields = self._self_test()
        # A host may ask for one as often as it likes: only news is recorded.
        if fields["failed"] != self._failed:
            self._failed = fields["failed"]
            self._recorder.add_event(c.EVENT_SELF_TEST, self._failed)
        return c.OP_SELF_TEST_REPLY, fields

    def _do_update(self, request: messages.Message) -> tuple:
        update = self._update
        if update is None:
            update = self._update = self._make_update()
        fields = request.fields
        try:
            if request.opcode == c.OP_UPDATE_BEGIN:
                position = update.begin(fields)
                self._signals.show(p.UPDATING)
            elif request.opcode == c.OP_UPDATE_DATA:
                position = update.data(fields["position"], request.payload)
            else:
                update.finish()
                self._restart()
                return c.OP_RESPONSE, {"request": request.opcode, "code": c.CODE_SUCCESS}
        finally:
            if not update.under_way:
                self._signals.hide(p.UPDATING)
        return c.OP_UPDATE_REPLY, {"position": position}

    def _set_key(self, fields: dict, trusted: bool, local: bool) -> None:
        settings = self._settings
        # Who has the key may replace it. Who holds the cable may give a band its first one; to
        # replace one that is lost takes the button too: a cable in a charger is not consent.
        by_hand = local and (settings.key is None or self._key_lock.is_open)
        if not (trusted or by_hand):
            raise Refusal(c.CODE_NOT_AUTHENTICATED)
        settings.key = fields["key"]
        config.save(self._root, settings)
        self._key_lock.close()
        self._recorder.add_event(c.EVENT_KEY_SET, value=1 if trusted else 0)

    def _settings_fields(self) -> dict:
        settings = self._settings
        fields = {name: getattr(settings, name) for name in _CONFIGURED}
        fields["switches"] = (c.SWITCH_WORN_BY_INFANT if settings.worn_by_infant else 0) | (
            c.SWITCH_BLINDED if settings.blinded else 0
        )
        return fields

    def _configure(self, fields: dict) -> None:
        settings = self._settings
        switches = fields["switches"]
        values = {name: fields[name] for name in _CONFIGURED}
        values["worn_by_infant"] = bool(switches & c.SWITCH_WORN_BY_INFANT)
        values["blinded"] = bool(switches & c.SWITCH_BLINDED)
        if not config.apply(settings, values):
            raise Refusal(c.CODE_INVALID_OPERAND)
        config.save(self._root, settings)
        self._recorder.add_event(c.EVENT_CONFIGURED, 0, settings.plan)
        self._restart()
