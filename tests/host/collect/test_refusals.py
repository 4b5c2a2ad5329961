"""Every code that a band may answer with is a sentence for a person, and says what to do."""

import pytest

from pouch_host.collect.refusals import sentence
from pouch_protocol import constants as c

CODES = {
    name: value
    for name, value in vars(c).items()
    if name.startswith("CODE_") and value != c.CODE_SUCCESS
}
REQUESTS = {
    name: value
    for name, value in vars(c).items()
    if name.startswith("OP_") and not value & c.OP_REPLY_BIT
}


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_code_is_a_sentence_for_every_request(code):
    for request in REQUESTS.values():
        text = sentence(request, code)
        assert "0x" not in text
        assert len(text.split()) > 5
        assert text[0].islower()
        assert not text.endswith(".")


def test_code_of_a_later_band_is_told_by_its_number():
    assert sentence(c.OP_HELLO, 0x7F) == (
        "it answered with code 0x7f: update Pouch on this computer"
    )


@pytest.mark.parametrize(
    ("request_name", "code", "word"),
    [
        ("OP_SET_KEY", c.CODE_NOT_AUTHENTICATED, "hold its button"),
        ("OP_CONFIGURE", c.CODE_NOT_AUTHENTICATED, "pouch keys add"),
        ("OP_CONFIGURE", c.CODE_NO_KEY, "pouch provision"),
        ("OP_AUTH", c.CODE_NOT_AUTHENTICATED, "in between"),
        ("OP_FACTORY_RESET", c.CODE_NOT_AUTHENTICATED, "hold its button"),
        ("OP_UPDATE_BEGIN", c.CODE_BUSY, "on trial"),
        ("OP_REPORT", c.CODE_BUSY, "busy"),
    ],
)
def test_same_code_says_what_helps_with_this_request(request_name, code, word):
    assert word in sentence(getattr(c, request_name), code)
