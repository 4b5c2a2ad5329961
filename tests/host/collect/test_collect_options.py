"""The options of `pouch collect`: what they take, and that nothing is done with wrong ones."""

import socket

import pytest
from typer.testing import CliRunner

from pouch_host import cli_collect
from pouch_host.cli import app
from pouch_host.cli_collect import parse_metrics
from pouch_host.collect import ble
from tests.host.collect.fake_band import KEY, LABEL, FakeAdapter, band


@pytest.fixture
def keys(tmp_path):
    """Return a folder with the key of one band."""
    path = tmp_path / "keys" / f"{LABEL}.key"
    path.parent.mkdir()
    path.write_text(KEY.hex())
    path.chmod(0o600)
    return path.parent


@pytest.fixture
def adapter(monkeypatch):
    """Put a radio in this machine's place."""
    made = FakeAdapter({"AA:01": band(1, 12)})
    monkeypatch.setattr(ble, "BleAdapter", lambda: made)
    return made


def collect(*words):
    return CliRunner().invoke(app, ["collect", *(str(word) for word in words)])


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
    result = collect(path, f"--metrics={text}")
    assert result.exit_code == 2
    assert "--metrics" in result.stderr
    assert not path.exists()


def test_metrics_port_in_use_is_one_line_and_nothing_is_collected(tmp_path, keys, adapter):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = collect(tmp_path / "ward.db", "--keys", keys, "--metrics", port)
    assert result.exit_code == 1
    assert result.stderr == (
        f"error: metrics: port {port} is in use: another collector? choose --metrics\n"
    )
    assert adapter.heard == []


def test_without_the_key_of_any_band_there_is_nothing_to_listen_for(tmp_path, adapter):
    path, empty = tmp_path / "ward.db", tmp_path / "none"
    result = collect(path, "--keys", empty)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: no key of any band in {empty}: 'pouch provision'")
    assert adapter.heard == []
    assert not path.exists()


@pytest.mark.parametrize("said", [[], ["--trust-clock"]])
def test_clock_is_vouched_for_by_whoever_says_so(tmp_path, keys, adapter, monkeypatch, said):
    asked = []
    monkeypatch.setattr(cli_collect, "collect_into", lambda *_, **options: asked.append(options))
    result = collect(tmp_path / "ward.db", "--keys", keys, *said)
    assert result.exit_code == 0, result.stderr
    (options,) = asked
    assert options["trust_clock"] is bool(said)


def test_help_says_how_it_ends_and_what_it_does_about_failures():
    text = " ".join(collect("--help").stdout.split())
    for part in (
        "--metrics",
        "--log-level",
        "--trust-clock",
        "SIGTERM",
        "quarter of an hour",
        "NET_ADMIN",
    ):
        assert part in text
