"""One band among those on the air: found by its label or its address, told apart from others."""

import asyncio

import pytest

from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.reaching import RadioReach
from tests.host.collect.fake_band import (
    KEY,
    KNOWN,
    NOW_UTC_S,
    FakeAdapter,
    FakeLink,
    NamedSource,
    in_simulated_time,
)

LABEL = "P-0000BEEF"


def ward(**changes):
    """Return an adapter with three bands, of which AA:02 is the wanted one."""
    links = {f"AA:0{band_id}": _maker(band_id) for band_id in (1, 3)}
    return FakeAdapter(links | {"AA:02": _maker(0xBEEF)} | changes)


def _maker(band_id):
    return lambda: FakeLink(NamedSource(band_id))


def reach(adapter, wanted, scenario=None, wait_s=130.0, known=KNOWN):
    """Reach a band once; return its label, or what the scenario returns, and the notes."""
    notes = []

    async def once():
        found = RadioReach(adapter, wanted, lambda: NOW_UTC_S, known, notes.append, wait_s)
        if scenario is not None:
            return await scenario(found)
        async with found.connect() as talk:
            assert adapter.open == 1
            return talk.commands.label

    result = in_simulated_time(once())
    assert adapter.open == 0
    return result, notes


def test_band_is_found_by_its_label_and_the_others_are_left():
    adapter = ward()
    label, notes = reach(adapter, "p-0000beef")
    assert label == LABEL
    assert [address for _, address in adapter.tries] == ["AA:01", "AA:02"]
    (note,) = notes
    assert "p-0000beef" in note
    assert "two short presses" in note


def test_band_is_found_by_its_address_without_asking_others():
    adapter = ward()
    label, _ = reach(adapter, "aa:02")
    assert label == LABEL
    assert [address for _, address in adapter.tries] == ["AA:02"]


def test_others_are_asked_once_over_all_connections():
    adapter = ward()

    async def twice(found):
        for _ in range(3):
            async with found.connect():
                pass
        return found.where

    where, notes = reach(adapter, LABEL, twice)
    # What a person can do is told once.
    assert len(notes) == 1
    assert where == f"band {LABEL}"
    addresses = [address for _, address in adapter.tries]
    assert sorted(addresses) == ["AA:01", "AA:02", "AA:02", "AA:02", "AA:03"]


def test_band_that_is_not_there_is_told_with_those_that_are():
    async def fail(found):
        with pytest.raises(LinkError) as caught:
            async with found.connect():
                pass
        return str(caught.value), caught.value.reason, asyncio.get_running_loop().time()

    (error, reason, spent_s), _ = reach(ward(), "P-00000007", fail, wait_s=90.0)
    assert reason is LinkFailure.NOT_REACHED
    assert error == (
        "not heard for 90 s: bring it into reach and press its button twice"
        " (heard and asked: P-00000001, P-00000003, P-0000BEEF)"
    )
    assert spent_s == pytest.approx(90, abs=1)


def test_band_that_was_missed_is_reached_in_its_next_window():
    tries = []

    def second_time():
        tries.append(1)
        if len(tries) == 1:
            raise LinkError(LinkFailure.NOT_REACHED, "AA:02: timed out")
        return FakeLink(NamedSource(0xBEEF))

    assert reach(ward(**{"AA:02": second_time}), LABEL)[0] == LABEL
    assert len(tries) == 2


def test_why_a_band_was_not_reached_is_in_the_error():
    def never():
        raise LinkError(LinkFailure.NOT_REACHED, "AA:02: timed out")

    async def fail(found):
        with pytest.raises(LinkError, match=r"not heard for 100 s.*; AA:02: timed out"):
            async with found.connect():
                pass

    reach(ward(**{"AA:02": never}), "aa:02", fail, wait_s=100.0)


def test_failure_in_the_middle_is_the_callers_and_leaves():
    async def fail(found):
        with pytest.raises(LinkError, match="planted"):
            async with found.connect():
                raise LinkError(LinkFailure.LOST, "planted")

    adapter = ward()
    reach(adapter, LABEL, fail)
    assert len(adapter.tries) == 2


def test_without_the_key_of_the_band_the_air_is_not_even_listened_to():
    async def fail(found):
        with pytest.raises(LinkError) as caught:
            async with found.connect():
                pass
        return caught.value.reason, asyncio.get_running_loop().time()

    adapter = ward()
    known = KnownBands.of({"P-00000007": (KEY,)})
    (reason, spent_s), notes = reach(adapter, LABEL, fail, known=known)
    assert (reason, spent_s) == (LinkFailure.NO_KEY, 0)
    assert (adapter.tries, notes) == ([], [])


def test_strangers_are_asked_once_and_counted():
    def stranger():
        return FakeLink(NamedSource(9, key=b"s" * 16))

    async def fail(found):
        with pytest.raises(LinkError) as caught:
            async with found.connect():
                pass
        return str(caught.value)

    adapter = FakeAdapter({"AA:01": stranger, "AA:02": _maker(3), "AA:03": stranger})
    error, _ = reach(adapter, LABEL, fail, wait_s=200.0)
    assert "(heard and asked: P-00000003, 2 of which this computer has no key)" in error
    assert [address for _, address in adapter.tries] == ["AA:01", "AA:02", "AA:03"]


def test_address_of_a_stranger_is_given_up_at_once():
    async def fail(found):
        with pytest.raises(LinkError, match="this computer has no key for this band"):
            async with found.connect():
                pass

    reach(ward(), "aa:02", fail, known=KnownBands.of({"": (b"s" * 16,)}))
