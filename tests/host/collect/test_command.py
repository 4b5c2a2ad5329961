"""What `pouch collect` says and how it ends, on fake bands."""

import asyncio
import re
import urllib.request

import pytest

from pouch_host.cli_collect import RoundFailed, collect_into
from pouch_host.cli_log import LogLevel
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.errors import BandError
from pouch_host.store import Store
from tests.host.collect.fake_band import (
    KEY,
    LABEL,
    FakeAdapter,
    FakeLink,
    ListSource,
    NamedSource,
    NewerSession,
    in_simulated_time,
    key_of,
    made_records,
)

LISTENING = (
    "listening for one to four minutes: a band is on the air once a minute,"
    " and at once after two short presses of its button\n"
)


NEWER_LABEL = "P-0000BEEF"
NEWER_KEY = key_of(0xBEEF)
KEYS = {LABEL: (KEY,), NEWER_LABEL: (NEWER_KEY,)}


@pytest.fixture
def known():
    return KnownBands.of(KEYS)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def newer_band():
    return FakeLink(NamedSource(0xBEEF, key=NEWER_KEY), session=NewerSession)


def sound_band():
    return FakeLink(ListSource(made_records(12)))


def test_one_round_tells_what_each_band_brought(store, known, capsys):
    adapter = FakeAdapter({"AA:01": sound_band}, moving=True)
    collect_into(store, adapter, known, None, in_simulated_time)
    assert capsys.readouterr().err == LISTENING + "band P-0012ABCD: 12 new records\n"


def test_one_round_with_a_newer_band_fails_naming_it_and_keeps_the_rest(store, known, capsys):
    links = {"AA:01": newer_band, "AA:02": sound_band}
    adapter = FakeAdapter(links, moving=True, keys={"AA:01": NEWER_KEY})
    named = rf"^band {NEWER_LABEL}: the band speaks wire version 2;.*update Pouch"
    with pytest.raises(RoundFailed, match=named) as caught:
        collect_into(store, adapter, known, None, in_simulated_time)
    assert caught.value.exit_code == 1
    assert "P-0012ABCD: 12 new records" in capsys.readouterr().err


def test_one_round_without_a_band_fails(store, known):
    with pytest.raises(RoundFailed, match="no band in reach"):
        collect_into(store, FakeAdapter({}), known, None, in_simulated_time)


def test_one_round_among_strangers_only_says_so(store, known, capsys):
    # One of another hospital, and one that nobody has given a key.
    links = {"AA:01": newer_band, "AA:02": newer_band}
    adapter = FakeAdapter(links, moving=True, keys={"AA:01": key_of(7), "AA:02": None})
    with pytest.raises(RoundFailed, match="no band of ours in reach"):
        collect_into(store, adapter, known, None, in_simulated_time)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "2 bands heard that this computer has no key for"
    ]
    assert adapter.tries == []


def test_one_round_with_a_key_that_bears_no_label_reads_its_band_once_and_ends(store, capsys):
    adapter = FakeAdapter({"AA:01": sound_band}, moving=True)
    collect_into(store, adapter, KnownBands.of({"": (KEY,)}), None, in_simulated_time)
    assert capsys.readouterr().err == LISTENING + "band P-0012ABCD: 12 new records\n"
    assert len(adapter.tries) == 1


def test_one_round_with_a_key_without_a_label_whose_band_fails_ends_too(store):
    def unreachable():
        raise LinkError(LinkFailure.NOT_REACHED, "C0:FF:EE: timed out")

    adapter = FakeAdapter({"AA:01": unreachable}, moving=True)
    with pytest.raises(RoundFailed, match=r"^band without a label: C0:FF:EE: timed out$"):
        collect_into(store, adapter, KnownBands.of({"": (KEY,)}), None, in_simulated_time)
    assert len(adapter.tries) == 3


class DyingAdapter(FakeAdapter):
    """An adapter that fails once it has read so many bands."""

    def __init__(self, links, read_count):
        super().__init__(links, moving=True)
        self._read_count = read_count

    async def hear(self, wanted, timeout_s):
        if len(self.tries) == self._read_count:
            raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: not there")
        return await super().hear(wanted, timeout_s)


def test_adapter_that_does_not_work_is_one_line(store, known):
    with pytest.raises(BandError, match=r"^Bluetooth adapter: not there$"):
        collect_into(store, DyingAdapter({}, 0), known, None, in_simulated_time)


def test_adapter_that_fails_in_the_middle_is_told_after_what_was_read(store, known, capsys):
    adapter = DyingAdapter({"AA:01": sound_band}, 1)
    with pytest.raises(RoundFailed, match=r"^Bluetooth adapter: not there$"):
        collect_into(store, adapter, known, None, in_simulated_time)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "band P-0012ABCD: 12 new records",
        "not read: Bluetooth adapter: not there",
    ]


def test_rounds_tell_of_each_band_and_of_an_adapter_that_fails_until_ctrl_c(store, known, capsys):
    class Interrupted(DyingAdapter):
        async def hear(self, wanted, timeout_s):
            if asyncio.get_running_loop().time() > 100:
                raise KeyboardInterrupt
            return await super().hear(wanted, timeout_s)

    adapter = Interrupted({"AA:01": sound_band}, 1)
    with pytest.raises(KeyboardInterrupt):
        collect_into(store, adapter, known, 300.0, in_simulated_time)
    assert capsys.readouterr().err.splitlines() == [
        "band P-0012ABCD: 12 new records",
        *["not read: Bluetooth adapter: not there"] * 3,
        "Bluetooth adapter seems to be stuck: it is reset",
        "not read: Bluetooth adapter: not there",
    ]


class Ending(FakeAdapter):
    """An adapter that ends the collector at a time, as Ctrl-C does."""

    def __init__(self, links, at_s, before_end=lambda: None):
        super().__init__(links, moving=True)
        self._at_s = at_s
        self._before_end = before_end

    async def hear(self, wanted, timeout_s):
        if asyncio.get_running_loop().time() >= self._at_s:
            self._before_end()
            raise KeyboardInterrupt
        return await super().hear(wanted, timeout_s)


def test_log_has_times_with_offset_and_the_printed_label_from_the_first_try_on(
    store, known, capsys
):
    def third_time():
        if len(adapter.tries) < 3:
            raise LinkError(LinkFailure.NOT_REACHED, "C0:FF:EE: timed out")
        return sound_band()

    store.set_zone("Asia/Karachi")
    adapter = Ending({"AA:01": third_time}, 300)
    with pytest.raises(KeyboardInterrupt):
        collect_into(store, adapter, known, 300.0, in_simulated_time, log_level=LogLevel.INFO)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:00 (WARNING|INFO) pouch_host", line)
        assert "P-0012ABCD: " in line
    assert lines[0].endswith("band P-0012ABCD: C0:FF:EE: timed out")
    assert lines[2].endswith("P-0012ABCD: 12 new records")


def test_metrics_are_served_while_it_runs_and_show_what_was_read(store, known, capsys):
    page = []

    def scrape():
        url = capsys.readouterr().err.split()[3]
        with urllib.request.urlopen(url, timeout=30) as answer:
            page.append(answer.read().decode())

    adapter = Ending({"AA:01": sound_band}, 100, scrape)
    at = ("127.0.0.1", 0)
    with pytest.raises(KeyboardInterrupt):
        collect_into(store, adapter, known, 300.0, in_simulated_time, metrics_at=at)
    assert 'pouch_band_received_records_total{band="P-0012ABCD"} 12.0\n' in page[0]
