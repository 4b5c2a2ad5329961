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
    c.CODE_NOT_AUTHENTICATED: "it has a key that this computer has not: 'pouch keys add' takes it"
    " from the band's label; if it is lost, 'pouch provision' and the button give a new one",
    c.CODE_NO_KEY: "it has no key yet: give it one with 'pouch provision', over USB",
    c.CODE_NO_ROOM: "its flash has no room: pull its records, then reset it to the factory",
    c.CODE_IMAGE_REFUSED: "what arrived is no whole update for it: fetch the file again",
    c.CODE_OUT_OF_ORDER: "it has started again meanwhile: run the same command again",
}
_OF_REQUESTS = {
    # It is known by its key, so it has it: somebody in between has changed what was said.
    (c.OP_AUTH, c.CODE_NOT_AUTHENTICATED): "it does not take the key by which it is known:"
    " somebody may be in between, so come closer, or use a cable",
    (c.OP_SET_KEY, c.CODE_NOT_AUTHENTICATED): "it has a key that this computer has not: 'pouch"
    " keys add' takes it from the band's label; if it is lost, hold its button for ten seconds,"
    " until the long cyan light, and run the same command again",
    (c.OP_UPDATE_BEGIN, c.CODE_BUSY): "a version is on trial or waits for its start:"
    " try again in ten minutes",
    (c.OP_FACTORY_RESET, c.CODE_NOT_AUTHENTICATED): "this computer has not its key: name the file"
    " with --key-file, or plug it in, hold its button and say --lost-key",
}


def sentence(request: int, code: int) -> str:
    """Return what a refusal means and what to do, without a full stop.

    Args:
        request: opcode of what was asked.
        code: what the band answered.
    """
    known = _OF_REQUESTS.get((request, code)) or _SENTENCES.get(code)
    return known or f"it answered with code 0x{code:02x}: update Pouch on this computer"
