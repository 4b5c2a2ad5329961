"""The reset of an adapter: which one, and what is said where it cannot be done."""

import inspect
import sys
from types import SimpleNamespace

import pytest

from pouch_host.collect.recovery import ResetFailed, adapter_name, reset
from tests.host.collect.fake_band import in_simulated_time

ADAPTERS = {
    0: {"dev_id": 0, "name": "hci0", "bdaddr": "00:00:00:00:00:01"},
    1: {"dev_id": 1, "name": "hci1", "bdaddr": "00:00:00:00:00:02"},
}


@pytest.fixture
def library(monkeypatch):
    """Put a library in place that notes what it is asked to reset."""
    found = SimpleNamespace(adapters=ADAPTERS, works=True, asked=[])

    async def recover_adapter(hci, mac, gone_silent=False):
        found.asked.append((hci, mac, gone_silent))
        return found.works

    kernel = SimpleNamespace(get_adapters_from_hci=lambda: found.adapters)
    monkeypatch.setitem(sys.modules, "bluetooth_adapters", kernel)
    monkeypatch.setitem(
        sys.modules, "bluetooth_auto_recovery", SimpleNamespace(recover_adapter=recover_adapter)
    )
    return found


@pytest.mark.parametrize(
    ("details", "name"),
    [
        ({"path": "/org/bluez/hci3/dev_C0_00_00_00_00_07", "props": {}}, "hci3"),
        ({"path": "/somewhere/else"}, None),
        ({}, None),
        (object(), None),
    ],
)
def test_adapter_is_named_by_the_path_of_what_it_heard(details, name):
    assert adapter_name(details) == name


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("hci1", (1, "00:00:00:00:00:02", True)),
        (None, (0, "00:00:00:00:00:01", True)),
        # It may come back under another number.
        ("hci7", (0, "00:00:00:00:00:01", True)),
    ],
)
def test_adapter_that_heard_the_bands_is_reset(library, name, asked):
    in_simulated_time(reset(name))
    assert library.asked == [asked]


def test_reset_that_fails_says_what_it_needs(library):
    library.works = False
    with pytest.raises(ResetFailed, match="NET_ADMIN"):
        in_simulated_time(reset("hci0"))


def test_machine_without_an_adapter_says_so(library):
    library.adapters = {}
    with pytest.raises(ResetFailed, match="the kernel knows none"):
        in_simulated_time(reset("hci0"))


def test_machine_without_the_library_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "bluetooth_auto_recovery", None)
    with pytest.raises(ResetFailed, match="install bluetooth-auto-recovery"):
        in_simulated_time(reset("hci0"))


@pytest.mark.skipif(sys.platform != "linux", reason="the library is for Linux")
def test_fake_library_takes_what_the_real_one_takes(library):
    fake = sys.modules.pop("bluetooth_auto_recovery").recover_adapter
    real = pytest.importorskip("bluetooth_auto_recovery").recover_adapter
    assert list(inspect.signature(fake).parameters) == list(inspect.signature(real).parameters)
