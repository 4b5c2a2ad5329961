"""One band among those on the air: found by its token and label, the others left alone."""

import asyncio
from typing import NamedTuple

import pytest

from pouch_host.collect.exchange import NO_KEY_HERE
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.reaching import RadioReach
from tests.host.collect.fake_band import (
    KEY,
    NOW_UTC_S,
    FakeAdapter,
    band,
    in_simulated_time,
    key_of,
    known_of,
)

LABEL = "P-0000BEEF"
BAND_IDS = {"AA:01": 1, "AA:02": 0xBEEF, "AA:03": 3}
KEYS = {address: key_of(band_id) for address, band_id in BAND_IDS.items()}
# The key of every band here; AA:04 is somebody else's, and AA:05 has none.
KNOWN = known_of(*BAND_IDS.values())


def ward(**changes):
    """Return an adapter with five bands, of which AA:02 is the wanted one."""
    links = {address: band(band_id, 0, key_of(band_id)) for address, band_id in BAND_IDS.items()}
    strangers = {"AA:04": band(4, 0, key_of(4)), "AA:05": band(5, 0, None)}
    keys = KEYS | {"AA:04": key_of(4), "AA:05": None}
    return FakeAdapter(links | strangers | changes, moving=True, keys=keys)


async def label_of(found):
    """Reach a band once; return its label."""
    async with found.connect() as talk:
        return talk.commands.label


def reach(adapter, wanted, scenario=label_of, wait_s=130.0, known=KNOWN):
    """Return what comes of a scenario with the way to a band, and the notes."""
    notes = []

    async def once():
        found = RadioReach(adapter, wanted, lambda: NOW_UTC_S, known, notes.append, wait_s)
        return await scenario(found)

    result = in_simulated_time(once())
    assert adapter.open == 0
    return result, notes


class Failure(NamedTuple):
    error: str
    reason: LinkFailure
    spent_s: float


async def failure_of(found):
    """Connect in vain; return what is said, why, and the seconds that it took."""
    with pytest.raises(LinkError) as caught:
        async with found.connect():
            pass
    return Failure(str(caught.value), caught.value.reason, asyncio.get_running_loop().time())


def tried(adapter):
    """Return which bands were connected to, by the address of their place."""
    return [address.partition("@")[0] for _, address in adapter.tries]


def test_band_is_found_by_its_label_and_the_others_are_left_alone():
    adapter = ward()

    async def once(found):
        async with found.connect() as talk:
            assert adapter.open == 1
            return talk.commands.label

    label, notes = reach(adapter, "p-0000beef", once)
    assert label == LABEL
    # Not even asked: the token tells.
    assert tried(adapter) == ["AA:02"]
    (note,) = notes
    assert note.startswith(f"listening for band {LABEL}: ")
    assert "two short presses" in note


def test_band_is_found_again_in_each_window_at_another_address():
    adapter = ward()

    async def three_times(found):
        for _ in range(3):
            async with found.connect():
                pass
        return found.where

    where, notes = reach(adapter, LABEL, three_times)
    # What a person can do is told once.
    assert len(notes) == 1
    assert where == f"band {LABEL}"
    assert tried(adapter) == ["AA:02"] * 3
    assert len({address for _, address in adapter.tries}) == 3


def test_address_names_no_band():
    for wanted in ("AA:02", "aa:02@1"):
        adapter = ward()
        _, reason, _ = reach(adapter, wanted, failure_of)[0]
        assert reason is LinkFailure.NO_KEY
        assert (adapter.tries, adapter.heard) == ([], [])


def test_band_that_is_not_there_is_told_with_those_of_ours_that_are():
    known = known_of(7, *BAND_IDS.values())
    adapter = ward()
    (error, reason, spent_s), _ = reach(adapter, "P-00000007", failure_of, 90.0, known)
    assert reason is LinkFailure.NOT_REACHED
    # Strangers have no names.
    assert error == (
        "not heard for 90 s: bring it into reach and press its button twice"
        " (heard: P-00000001, P-00000003, P-0000BEEF)"
    )
    assert adapter.tries == []
    assert spent_s == pytest.approx(90, abs=1)


def test_band_whose_key_is_not_here_is_not_listened_for():
    adapter = ward()
    (error, reason, spent_s), notes = reach(adapter, "P-00000004", failure_of)
    assert (error, reason, spent_s, notes) == (NO_KEY_HERE, LinkFailure.NO_KEY, 0, [])
    assert adapter.heard == []


def test_key_that_bears_no_label_may_be_the_bands():
    adapter = ward()
    known = KnownBands.of({"P-00000001": (key_of(1),), "": (key_of(0xBEEF),)})
    assert reach(adapter, LABEL, known=known)[0] == LABEL
    assert tried(adapter) == ["AA:02"]


def test_key_that_bears_no_label_and_is_another_bands_is_told_at_once():
    adapter = ward()
    known = KnownBands.of({"": (key_of(3),)})
    (error, reason, spent_s), _ = reach(adapter, LABEL, failure_of, 1_260.0, known)
    assert (error, reason) == (
        "the key that was given is of P-00000003",
        LinkFailure.REFUSED,
    )
    assert tried(adapter) == ["AA:03"]
    assert spent_s < 60


def test_keys_of_others_that_bear_no_label_are_each_asked_of_once():
    adapter = ward()
    known = KnownBands.of({LABEL: (key_of(7),), "": (key_of(1), key_of(3))})
    (error, _, _), _ = reach(adapter, LABEL, failure_of, 200.0, known)
    assert error == (
        "not heard for 200 s: bring it into reach and press its button twice"
        " (heard: P-00000001, P-00000003); the key that was given is of P-00000003"
    )
    assert tried(adapter) == ["AA:01", "AA:03"]


def test_band_that_has_another_ones_key_is_not_the_one():
    # Whoever has the key of one band can make its token and no other label of it.
    adapter = ward(**{"AA:02": band(9, 0, key_of(0xBEEF))})
    (error, reason, _), _ = reach(adapter, LABEL, failure_of, 50.0)
    assert reason is LinkFailure.NOT_REACHED
    assert error.endswith(f"; says that it is P-00000009 and has the key of {LABEL}")


def test_token_that_was_overheard_is_not_enough():
    # It is on the air for everybody; the proof is not.
    adapter = ward(**{"AA:02": band(0xBEEF, 0, KEY)})
    (error, reason, _), _ = reach(adapter, LABEL, failure_of, 50.0)
    assert reason is LinkFailure.NOT_REACHED
    assert error.endswith(f"; {NO_KEY_HERE}")


def test_band_that_was_missed_is_reached_in_its_next_window():
    tries = []

    def second_time():
        tries.append(1)
        if len(tries) == 1:
            raise LinkError(LinkFailure.NOT_REACHED, "AA:02: timed out")
        return band(0xBEEF, 0, key_of(0xBEEF))()

    assert reach(ward(**{"AA:02": second_time}), LABEL)[0] == LABEL
    assert len(tries) == 2


def test_why_a_band_was_not_reached_is_in_the_error():
    def never():
        raise LinkError(LinkFailure.NOT_REACHED, "AA:02: timed out")

    (error, _, _), _ = reach(ward(**{"AA:02": never}), LABEL, failure_of, 100.0)
    assert error.startswith("not heard for 100 s")
    assert error.endswith("; AA:02: timed out")


def test_failure_in_the_middle_is_the_callers_and_leaves():
    async def fail(found):
        with pytest.raises(LinkError, match="planted"):
            async with found.connect():
                raise LinkError(LinkFailure.LOST, "planted")

    adapter = ward()
    reach(adapter, LABEL, fail)
    assert tried(adapter) == ["AA:02"]
