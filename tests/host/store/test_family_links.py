"""A family's link opens its own infant's day, and never another's."""

import base64

import pytest

from pouch_host.store.refusals import Refusal
from tests.host.store.plain_records import BAND_ID, START_UTC_S
from tests.host.store.test_admissions import refused

HOUR_S = 3600
NOW_UTC_S = START_UTC_S + 48 * HOUR_S
NURSE = "Amina"


@pytest.fixture
def links(store):
    for band_id in (BAND_ID, BAND_ID + 1):
        store.record_contact(band_id, NOW_UTC_S)
    for code, band_id in (("bed-1", BAND_ID), ("bed-2", BAND_ID + 1), ("bed-3", None)):
        store.admissions.admit(code, when_utc_s=START_UTC_S, who=NURSE, band_id=band_id)
    return store.family_links


def make(links, code="bed-1", utc_s=NOW_UTC_S):
    return links.make(code, when_utc_s=utc_s, who=NURSE)


def put_on(store, code, band_id=BAND_ID, hours=1):
    when = {"when_utc_s": NOW_UTC_S + hours * HOUR_S, "who": NURSE}
    return store.wearing.put_on(code, band_id, move=True, **when)


def test_make_gives_a_token_that_cannot_be_guessed_or_read_from_the_store(store, links, path):
    tokens = {make(links) for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(base64.urlsafe_b64decode(token + "=")) * 8 >= 128 for token in tokens)
    store.close()
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not any(token.encode() in held for token in tokens)
    assert not any(token in str(row) for row in store.audit.rows() for token in tokens)


def test_token_opens_its_infant_and_only_the_newest(links):
    first, second = make(links), make(links)
    assert links.code_of(second) == "bed-1"
    assert links.code_of(first) is None
    assert links.code_of(make(links, "bed-2")) == "bed-2"
    assert links.code_of(second) == "bed-1"


@pytest.mark.parametrize("token", ["", "x", "x" * 27, "x" * 28, "\u0627" * 27, "../../etc", "%00"])
def test_token_that_is_none_opens_nothing(links, token):
    make(links)
    assert links.code_of(token) is None


def test_link_of_a_band_that_goes_to_another_infant_ends(store, links):
    token = make(links)
    put_on(store, "bed-3")
    assert links.code_of(token) is None
    assert links.standing("bed-1") is None
    row = next(row for row in store.audit.rows() if row.what == "link_ended")
    assert (row.infant, row.who, row.detail) == ("bed-1", NURSE, {"why": "band_moved"})


def test_link_of_an_infant_that_only_gets_another_band_stands(store, links):
    token = make(links)
    store.wearing.put_on("bed-1", 0xABC, when_utc_s=NOW_UTC_S + HOUR_S, who=NURSE, unheard=True)
    assert links.code_of(token) == "bed-1"


def test_link_ends_when_the_band_that_it_was_stuck_to_is_given_on_later(store, links):
    # Its sticker went with the first band into the drawer, and from there to another infant.
    token = make(links)
    put_on(store, "bed-1", BAND_ID + 1, hours=1)
    assert links.code_of(token) == "bed-1"
    put_on(store, "bed-3", BAND_ID, hours=2)
    assert links.code_of(token) is None


def test_link_made_long_after_that_band_was_put_away_stands(store, links):
    put_on(store, "bed-1", BAND_ID + 1, hours=1)
    token = make(links, utc_s=NOW_UTC_S + 26 * HOUR_S)
    put_on(store, "bed-3", BAND_ID, hours=27)
    assert links.code_of(token) == "bed-1"


@pytest.mark.parametrize("late_h", [0, 3])
def test_link_ends_also_if_the_move_is_entered_late(store, links, late_h):
    # The sticker was made while the band was thought to be this infant's.
    token = make(links)
    when = {"when_utc_s": NOW_UTC_S, "from_utc_s": NOW_UTC_S - late_h * HOUR_S, "who": NURSE}
    store.wearing.put_on("bed-3", BAND_ID, move=True, **when)
    assert links.code_of(token) is None


def test_link_ends_also_if_taking_off_and_changing_are_entered_late(store, links):
    first = make(links)
    store.wearing.take_off(
        "bed-1", when_utc_s=NOW_UTC_S, at_utc_s=NOW_UTC_S - 3 * HOUR_S, who=NURSE
    )
    second = make(links, "bed-2")
    store.wearing.put_on(
        "bed-2", 0xABC, when_utc_s=NOW_UTC_S, from_utc_s=NOW_UTC_S - HOUR_S, who=NURSE,
        unheard=True,
    )  # fmt: skip
    put_on(store, "bed-3", BAND_ID)
    assert links.code_of(first) is None
    assert links.code_of(second) == "bed-2"
    put_on(store, "bed-3", BAND_ID + 1, hours=2)
    assert links.code_of(second) is None


def test_link_ends_when_a_command_moves_the_band(store, links):
    token = make(links)
    store.assign(BAND_ID, "bed-3", NOW_UTC_S + HOUR_S)
    assert links.code_of(token) is None


def test_link_ends_when_the_assignment_is_taken_back(store, links):
    put_on(store, "bed-3")
    token = make(links, "bed-3")
    store.wearing.take_back("bed-3", when_utc_s=NOW_UTC_S + 2 * HOUR_S, who=NURSE)
    assert links.code_of(token) is None


def test_link_stands_when_only_the_moment_is_put_right(store, links):
    token = make(links)
    store.wearing.correct_moment("bed-1", START_UTC_S + HOUR_S, when_utc_s=NOW_UTC_S, who=NURSE)
    assert links.code_of(token) == "bed-1"


def test_link_ends_by_hand_once(store, links):
    token = make(links)
    assert links.standing("bed-1").who == NURSE
    assert links.end("bed-1", when_utc_s=NOW_UTC_S, who=NURSE)
    assert not links.end("bed-1", when_utc_s=NOW_UTC_S, who=NURSE)
    assert links.code_of(token) is None
    assert links.standing("bed-1") is None


def test_link_of_nobody_or_of_an_infant_that_is_gone_is_refused(store, links):
    refused(Refusal.CODE_UNKNOWN, make, links, "bed-9", of=store)
    store.admissions.discharge("bed-1", when_utc_s=NOW_UTC_S, who=NURSE)
    refused(Refusal.NOT_HERE, make, links, "bed-1", of=store)
