"""What `pouch collect` says and how it ends, on fake bands."""

import pytest

from pouch_host.cli_collect import RoundFailed, collect_into
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.errors import BandError
from pouch_host.store import Store
from tests.host.collect.fake_band import FakeAdapter, FakeLink, ListSource, made_records


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def newer_band():
    source = ListSource([])
    fields = source.hello() | {"wire_version": 2, "band_id": 0xBEEF}
    source.hello = lambda: fields
    return FakeLink(source)


def test_one_round_tells_what_each_band_brought(store, capsys):
    adapter = FakeAdapter({"AA:01": lambda: FakeLink(ListSource(made_records(12)))})
    collect_into(store, adapter, None)
    assert capsys.readouterr().err == "band P-0012ABCD: 12 new records\n"


def test_one_round_with_a_newer_band_fails_naming_it_and_keeps_the_rest(store, capsys):
    adapter = FakeAdapter(
        {"AA:01": newer_band, "AA:02": lambda: FakeLink(ListSource(made_records(12)))}
    )
    with pytest.raises(RoundFailed, match=r"^band P-0000BEEF speaks wire version 2;.*$") as caught:
        collect_into(store, adapter, None)
    assert caught.value.exit_code == 1
    assert "P-0012ABCD: 12 new records" in capsys.readouterr().err


def test_one_round_without_a_band_fails(store):
    with pytest.raises(RoundFailed, match="no band in reach"):
        collect_into(store, FakeAdapter({}), None)


def test_adapter_that_does_not_work_is_one_line(store):
    class DeadAdapter(FakeAdapter):
        async def discover(self, duration_s):
            raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: not there")

    with pytest.raises(BandError, match="Bluetooth adapter: not there"):
        collect_into(store, DeadAdapter({}), None)
