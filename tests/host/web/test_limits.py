"""A request brings a form, and never so much that it fills the computer."""

import pytest

from pouch_host.web.limits import BODY_BYTES_MAX
from tests.host.web import site as sites


@pytest.fixture
def site(tmp_path):
    with sites.opened(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/sign-in", "/alerts/acknowledge", "/no-such-page"])
def test_body_that_no_form_has_is_refused_before_it_is_read(site, path):
    read = []

    async def pieces():
        read.append(1)
        yield b"x"

    length = str(BODY_BYTES_MAX + 1)
    headers = {"content-length": length, "content-type": "multipart/form-data; boundary=x"}
    answer = site.nobody().request("POST", path, headers=headers, content=pieces())
    assert answer.status_code == 413
    assert "content-security-policy" in answer.headers


def test_body_of_unknown_length_is_refused(site):
    async def pieces():
        yield b"x"

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = site.nobody().request("POST", "/sign-in", headers=headers, content=pieces())
    assert answer.status_code == 411


def test_form_as_long_as_may_be_passes(site):
    fixed = "name=Nobody&secret=1&next="
    form = fixed + "x" * (BODY_BYTES_MAX - len(fixed))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = site.nobody().request("POST", "/sign-in", headers=headers, content=form)
    # Refused for what is in it, not for its length.
    assert answer.status_code == 422
