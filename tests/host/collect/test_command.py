"""What `pouch collect` says and how it ends, on fake bands."""

import asyncio

import pytest

from pouch_host.cli_collect import RoundFailed, collect_into
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.errors import BandError
from pouch_host.store import Store
from tests.host.collect.fake_band import (
    KNOWN,
    FakeAdapter,
    FakeLink,
    ListSource,
    NamedSource,
    NewerSession,
    in_simulated_time,
    made_records,
)

LISTENING = (
    "listening for one to four minutes: a band is on the air once a minute,"
    " and at once after two short presses of its button\n"
)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def newer_band():
    return FakeLink(NamedSource(0xBEEF), session=NewerSession)


def test_one_round_tells_what_each_band_brought(store, capsys):
    adapter = FakeAdapter({"AA:01": lambda: FakeLink(ListSource(made_records(12)))})
    collect_into(store, adapter, KNOWN, None, in_simulated_time)
    assert capsys.readouterr().err == LISTENING + "band P-0012ABCD: 12 new records\n"


def test_one_round_with_a_newer_band_fails_naming_it_and_keeps_the_rest(store, capsys):
    adapter = FakeAdapter(
        {"AA:01": newer_band, "AA:02": lambda: FakeLink(ListSource(made_records(12)))}
    )
    with pytest.raises(RoundFailed, match=r"^the band speaks wire version 2;.*$") as caught:
        collect_into(store, adapter, KNOWN, None, in_simulated_time)
    assert caught.value.exit_code == 1
    assert "P-0012ABCD: 12 new records" in capsys.readouterr().err


def test_one_round_without_a_band_fails(store):
    with pytest.raises(RoundFailed, match="no band in reach"):
        collect_into(store, FakeAdapter({}), KNOWN, None, in_simulated_time)


class DyingAdapter(FakeAdapter):
    """An adapter that fails once it has read so many bands."""

    def __init__(self, links, read_count):
        super().__init__(links)
        self._read_count = read_count

    async def hear(self, skip, timeout_s):
        if len(self.tries) == self._read_count:
            raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: not there")
        return await super().hear(skip, timeout_s)


def test_adapter_that_does_not_work_is_one_line(store):
    with pytest.raises(BandError, match=r"^Bluetooth adapter: not there$"):
        collect_into(store, DyingAdapter({}, 0), KNOWN, None, in_simulated_time)


def test_adapter_that_fails_in_the_middle_is_told_after_what_was_read(store, capsys):
    adapter = DyingAdapter({"AA:01": lambda: FakeLink(ListSource(made_records(12)))}, 1)
    with pytest.raises(RoundFailed, match=r"^Bluetooth adapter: not there$"):
        collect_into(store, adapter, KNOWN, None, in_simulated_time)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "band P-0012ABCD: 12 new records",
        "not read: Bluetooth adapter: not there",
    ]


def test_rounds_tell_of_each_band_and_of_an_adapter_that_fails_until_ctrl_c(store, capsys):
    class Interrupted(DyingAdapter):
        async def hear(self, skip, timeout_s):
            if asyncio.get_running_loop().time() > 100:
                raise KeyboardInterrupt
            return await super().hear(skip, timeout_s)

    adapter = Interrupted({"AA:01": lambda: FakeLink(ListSource(made_records(12)))}, 1)
    with pytest.raises(KeyboardInterrupt):
        collect_into(store, adapter, KNOWN, 300.0, in_simulated_time)
    assert capsys.readouterr().err.splitlines() == [
        "band P-0012ABCD: 12 new records",
        *["not read: Bluetooth adapter: not there"] * 4,
    ]
