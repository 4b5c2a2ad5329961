"""Which bands a host knows by what they say on the air, and what it calls them."""

import pytest

from pouch_host.collect.known import NAMELESS, KnownBands, KnownKey
from pouch_host.collect.link import FoundBand
from pouch_host.collect.suite import HostSuite
from pouch_protocol import auth
from tests.host.collect.fake_band import (
    LABEL,
    FakeAdapter,
    FakeLink,
    NamedSource,
    exchange_with,
    in_simulated_time,
    key_of,
    known_of,
)

OTHER = "P-00000002"


def heard(key, nonce=b"abc", address="AA:01"):
    """Return a band on the air that has a key, as the adapter hands it over."""
    token = auth.Recognition(HostSuite(), key).token(nonce)
    return FoundBand(address, object(), token)


def met(known, band_id, key):
    """Let a band prove to a host which label has its key."""
    link = FakeLink(NamedSource(band_id, key=key))
    return in_simulated_time(exchange_with(link, known=known).greet())


def test_band_is_called_by_its_label_in_each_of_its_windows():
    known = known_of(1, 2)
    for number in range(20):
        windows = [heard(key_of(one), bytes((number,) * 3), f"{number}:{one}") for one in (1, 2)]
        assert [known.name_of(band) for band in windows] == ["P-00000001", OTHER]


@pytest.mark.parametrize("token", [b"", b"abcdef", bytes(6), b"abc", bytes(20)])
def test_band_that_says_something_else_has_no_name(token):
    assert known_of(1, 2).name_of(FoundBand("AA:01", object(), token)) is None


def test_band_of_somebody_else_has_no_name():
    assert known_of(1, 2).name_of(heard(key_of(3))) is None
    assert KnownBands.of({}).name_of(heard(key_of(3))) is None


def test_band_has_its_name_by_its_old_key_and_by_its_new_one():
    known = KnownBands.of({"P-00000001": (key_of(1), key_of(11))})
    assert [known.name_of(heard(key_of(number))) for number in (1, 11)] == ["P-00000001"] * 2


def test_band_whose_key_bears_no_label_has_one_name_until_it_has_said_its_label():
    known = KnownBands.of({"": (key_of(1),), OTHER: (key_of(2),)})
    windows = [heard(key_of(1), bytes((number,) * 3), f"AA:{number}") for number in range(3)]
    assert [known.name_of(band) for band in windows] == [NAMELESS] * 3
    met(known, 1, key_of(1))
    assert [known.name_of(band) for band in windows] == ["P-00000001"] * 3
    assert known.name_of(heard(key_of(2))) == OTHER


def test_key_without_a_label_that_two_bands_have_names_neither():
    known = KnownBands.of({"": (key_of(1),)})
    for band_id in (1, 2, 1):
        met(known, band_id, key_of(1))
    assert known.name_of(heard(key_of(1))) == NAMELESS


def test_key_that_comes_or_goes_is_taken_note_of():
    held = {}
    known = KnownBands(lambda: held)
    band = heard(key_of(1))
    assert known.name_of(band) is None
    held = {"P-00000001": (key_of(1),)}
    assert known.name_of(band) == "P-00000001"
    held = {OTHER: (key_of(1),)}
    assert known.name_of(band) == OTHER
    held = {}
    assert known.name_of(band) is None


def test_token_is_looked_for_among_the_keys_once(monkeypatch):
    made_token, looks = auth.Recognition.made_token, []

    def counted(recognition, token):
        looks.append(token)
        return made_token(recognition, token)

    monkeypatch.setattr(auth.Recognition, "made_token", counted)
    known = known_of(*range(1, 51))
    for _ in range(20):
        assert known.name_of(heard(key_of(99))) is None
    assert len(looks) == 50


def test_tokens_of_a_busy_air_are_not_kept_for_ever():
    known = known_of(1)
    for number in range(5000):
        known.label_of(number.to_bytes(6, "big"))
    assert len(known._tokens) <= 4096
    assert known.name_of(heard(key_of(1))) == "P-00000001"


def test_host_may_have_the_key_of_its_own_bands_only():
    known = known_of(1, 2)
    assert known.may_have("P-00000001")
    assert known.may_have(OTHER)
    assert not known.may_have("P-00000003")
    assert not known.may_have("")
    assert not KnownBands.of({}).may_have(OTHER)


def test_key_that_bears_no_label_may_be_of_any_band_until_one_has_proved_to_have_it():
    known = KnownBands.of({"": (key_of(1),)})
    assert known.may_have("P-00000001")
    assert known.may_have("P-00000003")
    met(known, 1, key_of(1))
    assert known.may_have("P-00000001")
    assert not known.may_have("P-00000003")


def test_proof_is_handed_on_with_the_key_that_was_proved():
    proofs = []
    keys = {LABEL: (key_of(1), key_of(2))}
    known = KnownBands(lambda: keys, lambda *proof: proofs.append(proof))
    met(known, 0x0012ABCD, key_of(2))
    assert proofs == [(LABEL, key_of(2))]


def test_key_is_not_shown_where_one_is_printed():
    assert key_of(1).hex() not in repr(KnownKey(OTHER, key_of(1)))
    assert repr(key_of(1)) not in repr(KnownKey(OTHER, key_of(1)))


def test_fake_band_on_the_air_is_known_as_a_real_one_is():
    links = dict.fromkeys(["AA:01", "AA:02", "AA:03"])
    keys = {"AA:01": key_of(1), "AA:02": key_of(2), "AA:03": None}
    adapter = FakeAdapter(links, moving=True, keys=keys)
    known, names = known_of(1, 2), []

    async def listen():
        await adapter.hear(lambda band: names.append(known.name_of(band)), 130.0)

    in_simulated_time(listen())
    assert names == ["P-00000001", OTHER, None] * 3
    # Never the same address or token twice.
    assert len(set(adapter.heard)) == len({token for _, token in adapter.heard}) == 9
