"""The metrics of a ward, scraped as Prometheus does."""

import socket
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pouch_host.collect.healing import Step
from pouch_host.collect.metrics import MetricsError, serving
from pouch_host.collect.pull import PullResult
from pouch_host.collect.status import WardStatus
from pouch_host.store import Store
from tests.host import ward

NOW_UTC_S = 1_790_000_000.0
LABEL = ward.BAND_LABEL


@pytest.fixture
def store(tmp_path):
    with Store.open(ward.fill(tmp_path / "ward.db")) as opened:
        yield opened


def scrape(url):
    """Return `{(name, label values): value}` and the text."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        text = answer.read().decode()
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    return samples, text


def test_scrape_tells_of_each_band_and_of_the_adapter_as_it_is_now(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    with serving(status, "127.0.0.1", 0) as url:
        before, _ = scrape(url)
        assert before["pouch_band_pulls_total", LABEL] == 0
        status.note_failed(LABEL, "silent", "nothing came", 1, 0.0)
        result = PullResult(ward.BAND_ID, 12, 4, 0, corrupt_count=2, damaged_count=3)
        status.note_read(LABEL, result, 270.0)
        status.note_failed(LABEL, "lost", "it ended", 1, 0.0)
        for step in (Step.RESTART_SCAN, Step.RESTART_SCAN, Step.CLOSE_STALE, Step.RESET):
            status.note_step(step)
        status.note_adapter_failed("Bluetooth adapter: not there")
        status.stranger_count = 5
        now, _ = scrape(url)
    assert now == {
        ("pouch_band_last_contact_timestamp_seconds", LABEL): ward.START_UTC_S + 3 * 3600,
        ("pouch_band_battery_volts", LABEL): 3.95,
        # The failure after the pull has asked the store again: it has no hole.
        ("pouch_band_missing_records", LABEL): 0,
        ("pouch_band_failures_in_a_row", LABEL): 1,
        ("pouch_band_received_records_total", LABEL): 12,
        ("pouch_band_pulls_total", LABEL): 1,
        ("pouch_band_damaged_frames_total", LABEL): 3,
        ("pouch_band_corrupt_records_total", LABEL): 2,
        ("pouch_band_failures_total", LABEL, "lost"): 1,
        ("pouch_band_failures_total", LABEL, "silent"): 1,
        ("pouch_stranger_bands",): 5,
        ("pouch_clock_doubted",): 0,
        ("pouch_adapter_up",): 0,
        ("pouch_adapter_failures_total",): 1,
        ("pouch_adapter_resets_total",): 1,
        ("pouch_scan_restarts_total",): 2,
        ("pouch_stale_connection_closes_total",): 1,
    }


def test_scrape_says_nothing_about_a_baby_and_nothing_that_is_not_known(store):
    store.assign(0x77, "bed-77", NOW_UTC_S)
    status = WardStatus(store, lambda: NOW_UTC_S)
    status.note_failed("C0:00:00:00:00:07", "lost", "it ended", 1, 0.0)
    with serving(status, "127.0.0.1", 0) as url:
        samples, text = scrape(url)
    assert "bed-" not in text
    assert "C0:00" not in text
    assert ("pouch_band_missing_records", "P-00000077") in samples
    # Never met: no battery, no contact, instead of an empty one at the beginning of time.
    assert ("pouch_band_battery_volts", "P-00000077") not in samples
    assert ("pouch_band_last_contact_timestamp_seconds", "P-00000077") not in samples


def test_scrape_tells_whether_the_clock_is_in_doubt_and_not_why(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    with serving(status, "127.0.0.1", 0) as url:
        status.clock_doubt = f"this computer's clock says 2020, and band {LABEL} 2026"
        doubted, text = scrape(url)
        status.clock_doubt = ""
        right, _ = scrape(url)
    assert (doubted["pouch_clock_doubted",], right["pouch_clock_doubted",]) == (1, 0)
    assert "2020" not in text


def test_two_collectors_in_one_process_share_no_figure(store, tmp_path):
    with Store.open(tmp_path / "empty.db") as empty:
        one = WardStatus(store, lambda: NOW_UTC_S)
        other = WardStatus(empty, lambda: NOW_UTC_S)
        with serving(one, "127.0.0.1", 0) as url, serving(other, "127.0.0.1", 0) as other_url:
            assert LABEL in scrape(url)[1]
            assert LABEL not in scrape(other_url)[1]


def test_port_is_free_again_at_the_end(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    with serving(status, "127.0.0.1", 0) as url:
        port = int(url.split(":")[2].split("/")[0])
    with serving(status, "127.0.0.1", port) as again:
        assert again == url


def test_port_in_use_is_one_line_that_names_it(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(MetricsError) as caught, serving(status, "127.0.0.1", port):
            pass
    assert str(caught.value) == (
        f"metrics: port {port} is in use: another collector? choose --metrics"
    )


def test_address_of_another_machine_is_one_line_that_names_it(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    with (
        pytest.raises(MetricsError, match=r"^metrics: cannot listen on 192\.0\.2\.1 port 9: .+$"),
        serving(status, "192.0.2.1", 9),
    ):
        pass
