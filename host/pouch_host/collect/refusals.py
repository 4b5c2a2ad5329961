"""What a band's refusals mean, in sentences for the person who asked."""

from pouch_protocol import constants as c

# By code, and where the same code means something else, by request and code.
_SENTENCES = {
    c.CODE_OPCODE_UNSUPPORTED: "its firmware is older and cannot do this: update it first",
    c.CODE_INVALID_OPERAND: "a value is outside of what it takes",
    c.CODE_NO_RECORDS: "it does not hold these records any more",
    c.CODE_BUSY: "it is busy with something else: try again in a minute",
    c.CODE_CORRUPT: "the request arrived damaged again and again:"
    " use another cable, or come closer",
    c.CODE_NOT_AUTHENTICATED: "it has a key that this computer has not: name its file with"
    " --key-file; if the key is lost, give it a new one with 'pouch provision' and its button",
    c.CODE_NO_KEY: "it has no key yet: give it one with 'pouch provision', over USB",
    c.CODE_NO_ROOM: "its flash has no room: pull its records, then reset it to the factory",
    c.CODE_IMAGE_REFUSED: "what arrived is no whole update for it: fetch the file again",
    c.CODE_OUT_OF_ORDER: "it has started again meanwhile: run the same command again",
}
_OF_REQUESTS = {
    (c.OP_SET_KEY, c.CODE_NOT_AUTHENTICATED): "it has a key already: hold its button for ten"
    " seconds, until the long cyan light, and run the same command again",
    (c.OP_UPDATE_BEGIN, c.CODE_BUSY): "a version is on trial or waits for its start:"
    " try again in ten minutes",
    (c.OP_FACTORY_RESET, c.CODE_NOT_AUTHENTICATED): "this computer has not its key: name the file"
    " with --key-file, or plug it in, hold its button and run the same command again",
}


def sentence(request: int, code: int) -> str:
    """Return what a refusal means and what to do, without a full stop.

    Args:
        request: opcode of what was asked.
        code: what the band answered.
    """
    known = _OF_REQUESTS.get((request, code)) or _SENTENCES.get(code)
    return known or f"it answered with code 0x{code:02x}: update Pouch on this computer"
