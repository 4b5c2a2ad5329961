"""A later program of the same wire version: it appends fields to every message that it sends.

A second copy of the protocol, imported anew, with longer layouts. What it receives from an older
program has not the new fields, so only what one side sends is longer. Runs in both interpreters.
"""

import sys

from pouch_protocol import constants as c

_PACKAGE = "pouch_protocol"
# What a later version might know more, after the fields of this one.
_MORE = ", later_a B, later_b H, later_c 5s"
MORE = {"later_a": 7, "later_b": 0xBEEF, "later_c": b"later"}
MORE_BYTES = 8
UNKNOWN_OP = 0x70


class Later:
    """A copy of the protocol.

    Attributes:
        messages: its module of that name.
        band: likewise.
        host: likewise.
        sent: opcodes of the messages that it has made.
    """

    def __init__(self, replies: bool) -> None:
        """Import it.

        Args:
            replies: whether it is the band's messages that are longer, else the host's.
        """
        kept = {name: module for name, module in sys.modules.items() if _is_ours(name)}
        for name in kept:
            del sys.modules[name]
        try:
            self.messages = __import__(_PACKAGE + ".messages", None, None, ("*",))
            self.band = __import__(_PACKAGE + ".band", None, None, ("*",))
            self.host = __import__(_PACKAGE + ".host", None, None, ("*",))
        finally:
            for name in [name for name in sys.modules if _is_ours(name)]:
                del sys.modules[name]
            sys.modules.update(kept)
        self.sent = set()
        self._lengthen(replies)

    def _lengthen(self, replies):
        messages = self.messages
        texts = messages.LAYOUTS._texts
        longer = [op for op in texts if bool(op & c.OP_REPLY_BIT) == replies]
        for op in longer:
            texts[op] = (texts[op] + _MORE).lstrip(", ")
        texts[UNKNOWN_OP] = "flavour B"
        messages.RECORDS_OVERHEAD_BYTES += MORE_BYTES * replies
        messages.UPDATE_DATA_OFFSET += MORE_BYTES * (not replies)
        messages.UPDATE_DATA_BYTES_MAX -= MORE_BYTES * (not replies)
        encode = messages.encode

        def encode_longer(opcode, procedure, fields, payload=b""):
            self.sent.add(opcode)
            if opcode in longer:
                fields = dict(fields)
                fields.update(MORE)
            return encode(opcode, procedure, fields, payload)

        messages.encode = encode_longer


def _is_ours(name):
    return name == _PACKAGE or name.startswith(_PACKAGE + ".")
