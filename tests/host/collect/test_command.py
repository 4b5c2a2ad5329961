"""What `pouch collect` says and how it ends, on fake bands."""

import asyncio
import re
import socket
import urllib.request

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.cli_collect import RoundFailed, collect_into, parse_metrics
from pouch_host.cli_log import LogLevel
from pouch_host.collect import ble
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


def test_one_round_among_strangers_only_says_so(store, capsys):
    adapter = FakeAdapter({"AA:01": newer_band, "AA:02": newer_band}, moving=True)
    with pytest.raises(RoundFailed, match="no band of ours in reach"):
        collect_into(store, adapter, None, in_simulated_time, name_of=lambda _band: None)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "2 bands heard that this computer has no key for"
    ]
    assert adapter.tries == []


class DyingAdapter(FakeAdapter):
    """An adapter that fails once it has read so many bands."""

    def __init__(self, links, read_count):
        super().__init__(links)
        self._read_count = read_count

    async def hear(self, wanted, timeout_s):
        if len(self.tries) == self._read_count:
            raise LinkError(LinkFailure.NOT_REACHED, "Bluetooth adapter: not there")
        return await super().hear(wanted, timeout_s)


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
        async def hear(self, wanted, timeout_s):
            if asyncio.get_running_loop().time() > 100:
                raise KeyboardInterrupt
            return await super().hear(wanted, timeout_s)

    adapter = Interrupted({"AA:01": lambda: FakeLink(ListSource(made_records(12)))}, 1)
    with pytest.raises(KeyboardInterrupt):
        collect_into(store, adapter, KNOWN, 300.0, in_simulated_time)
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


def test_log_has_times_with_offset_and_the_printed_label_from_the_first_try_on(store, capsys):
    def third_time():
        if len(adapter.tries) < 3:
            raise LinkError(LinkFailure.NOT_REACHED, "C0:FF:EE: timed out")
        return FakeLink(ListSource(made_records(12)))

    store.set_zone("Asia/Karachi")
    adapter = Ending({"AA:01": third_time}, 300)
    with pytest.raises(KeyboardInterrupt):
        collect_into(
            store,
            adapter,
            300.0,
            in_simulated_time,
            name_of=lambda _band: "P-0012ABCD",
            log_level=LogLevel.INFO,
        )
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:00 (WARNING|INFO) pouch_host", line)
        assert "P-0012ABCD: " in line
    assert lines[0].endswith("band P-0012ABCD: C0:FF:EE: timed out")
    assert lines[2].endswith("P-0012ABCD: 12 new records")


def test_metrics_are_served_while_it_runs_and_show_what_was_read(store, capsys):
    page = []

    def scrape():
        url = capsys.readouterr().err.split()[3]
        with urllib.request.urlopen(url, timeout=30) as answer:
            page.append(answer.read().decode())

    adapter = Ending({"AA:01": lambda: FakeLink(ListSource(made_records(12)))}, 100, scrape)
    with pytest.raises(KeyboardInterrupt):
        collect_into(store, adapter, 300.0, in_simulated_time, metrics_at=("127.0.0.1", 0))
    assert 'pouch_band_received_records_total{band="P-0012ABCD"} 12.0\n' in page[0]


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("9200", ("127.0.0.1", 9200)),
        (":9200", ("127.0.0.1", 9200)),
        ("0.0.0.0:9200", ("0.0.0.0", 9200)),
        ("[::1]:0", ("::1", 0)),
    ],
)
def test_metrics_option_is_a_port_of_this_computer_unless_an_address_is_given(text, parsed):
    assert parse_metrics(text) == parsed


@pytest.mark.parametrize("text", ["", "here", "127.0.0.1", "host:", "70000", "-1", "\u0663"])
def test_metrics_option_that_is_none_is_a_usage_error_that_names_it(tmp_path, text):
    path = tmp_path / "ward.db"
    result = CliRunner().invoke(app, ["collect", str(path), f"--metrics={text}"])
    assert result.exit_code == 2
    assert "--metrics" in result.stderr
    assert not path.exists()


def test_metrics_port_in_use_is_one_line_and_nothing_is_collected(tmp_path, monkeypatch):
    adapter = FakeAdapter({})
    monkeypatch.setattr(ble, "BleAdapter", lambda: adapter)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(
            app, ["collect", str(tmp_path / "ward.db"), "--metrics", str(port)]
        )
    assert result.exit_code == 1
    assert result.stderr == (
        f"error: metrics: port {port} is in use: another collector? choose --metrics\n"
    )


def test_help_says_how_it_ends_and_what_it_does_about_failures():
    text = " ".join(CliRunner().invoke(app, ["collect", "--help"]).stdout.split())
    for part in ("--metrics", "--log-level", "SIGTERM", "quarter of an hour", "NET_ADMIN"):
        assert part in text
