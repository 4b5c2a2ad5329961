"""Holds the tree to the import rules, and each rule to a planted breach that it must find."""

import pytest

from tests.tidy import import_rules as rules
from tests.tidy.source import Source, our_sources, python_sources

# Rule, a file that breaks it, and the import that does.
PLANTED = [
    (
        rules.protocol_imports_only_what_both_interpreters_have,
        "protocol/pouch_protocol/records.py",
        "import time",
    ),
    (
        rules.protocol_imports_only_what_both_interpreters_have,
        "protocol/pouch_protocol/records.py",
        "def late():\n    from pouch_host import store",
    ),
    (rules.host_never_imports_sim, "host/pouch_host/cli.py", "from pouch_sim import loop"),
    (
        rules.sim_imports_host_only_in_commands,
        "sim/pouch_sim/radio/backend.py",
        "import pouch_host.store",
    ),
    (
        rules.firmware_imports_nothing_of_the_host_side,
        "firmware/band/app.py",
        "import pouch_host",
    ),
    (rules.nobody_imports_firmware, "sim/pouch_sim/band.py", "from drivers import tmp117"),
    (
        rules.firmware_needs_no_module_that_boards_lack,
        "firmware/band/app.py",
        "from typing import Protocol",
    ),
    (
        rules.start_needs_nothing_that_an_update_changes,
        "firmware/start/choice.py",
        "from pouch_protocol import package",
    ),
    (
        rules.start_needs_nothing_that_an_update_changes,
        "firmware/start/state.py",
        "from band.app import run",
    ),
    (
        rules.start_needs_nothing_that_an_update_changes,
        "firmware/start/loader.py",
        "from drivers import tmp117",
    ),
    (
        rules.machine_is_known_only_to_drivers_boards_and_loader,
        "firmware/band/app.py",
        "import machine",
    ),
    (
        rules.machine_is_known_only_to_drivers_boards_and_loader,
        "firmware/start/choice.py",
        "import machine",
    ),
    (
        rules.bluetooth_is_known_to_one_firmware_file,
        "firmware/band/app.py",
        "from bluetooth import BLE",
    ),
    (
        rules.bleak_is_known_to_one_host_file_and_the_radio,
        "host/pouch_host/collect/pull.py",
        "import bleak.exc",
    ),
    (
        rules.bleak_is_known_to_one_host_file_and_the_radio,
        "sim/pouch_sim/commands/demo.py",
        "import bleak",
    ),
    (
        rules.pyserial_is_known_to_one_host_file,
        "host/pouch_host/cli_band.py",
        "from serial.tools import list_ports",
    ),
    (
        rules.resets_of_adapters_are_known_to_one_host_file,
        "host/pouch_host/collect/ble.py",
        "from bluetooth_auto_recovery import recover_adapter",
    ),
    (
        rules.metrics_library_is_known_to_two_host_files,
        "host/pouch_host/cli_collect.py",
        "import prometheus_client",
    ),
    (
        rules.analysis_does_no_input_or_output,
        "host/pouch_host/analysis/days.py",
        "import sqlalchemy",
    ),
    (
        rules.analysis_does_no_input_or_output,
        "host/pouch_host/analysis/days.py",
        "from ..store import Store",
    ),
    (rules.alerts_do_no_input_or_output, "host/pouch_host/alerts/engine.py", "import time"),
    (
        rules.alerts_do_no_input_or_output,
        "host/pouch_host/alerts/engine.py",
        "from datetime import datetime",
    ),
    (
        rules.alerts_do_no_input_or_output,
        "host/pouch_host/alerts/engine.py",
        "from ..analysis import minute_states",
    ),
    (
        rules.alerts_do_no_input_or_output,
        "host/pouch_host/alerts/replay.py",
        "def late():\n    from pouch_host import store",
    ),
    (
        rules.alerts_do_no_input_or_output,
        "host/pouch_host/alerts/replay.py",
        "from pouch_host.alerts_store import events",
    ),
    (
        rules.ward_knows_neither_pages_nor_bands,
        "host/pouch_host/ward/watch.py",
        "from pouch_host.web.language import Language",
    ),
    (
        rules.ward_knows_neither_pages_nor_bands,
        "host/pouch_host/ward/told.py",
        "def late():\n    from ..collect import naming",
    ),
    (
        rules.matplotlib_is_known_only_to_what_draws,
        "host/pouch_host/cli_report.py",
        "from matplotlib.figure import Figure",
    ),
    (
        rules.matplotlib_is_known_only_to_what_draws,
        "sim/pouch_sim/world/room.py",
        "def draw():\n    import matplotlib as mpl",
    ),
    (
        rules.web_never_talks_to_a_band,
        "host/pouch_host/web/app.py",
        "from ..collect import run_collect",
    ),
    (
        rules.web_never_talks_to_a_band,
        "host/pouch_host/web/app.py",
        "from pouch_host import collect",
    ),
    (rules.struct_formats_stay_in_the_protocol, "host/pouch_host/store/raw.py", "import struct"),
]

RULES = sorted({rule for rule, _, _ in PLANTED}, key=lambda rule: rule.__name__)

# Rule, and an import of the same kind that it must leave alone.
ALLOWED = [
    (
        rules.sim_imports_host_only_in_commands,
        "sim/pouch_sim/commands/demo.py",
        "import pouch_host",
    ),
    (rules.nobody_imports_firmware, "firmware/main.py", "from band.app import run"),
    (rules.nobody_imports_firmware, "sim/pouch_sim/radio/link.py", "from ..band import SimBand"),
    (
        rules.machine_is_known_only_to_drivers_boards_and_loader,
        "firmware/boards/pico_w.py",
        "import machine",
    ),
    (
        rules.machine_is_known_only_to_drivers_boards_and_loader,
        "firmware/start/loader.py",
        "import machine",
    ),
    (
        rules.start_needs_nothing_that_an_update_changes,
        "firmware/start/loader.py",
        "import machine\nfrom . import state\nfrom band.app import run",
    ),
    (
        rules.pyserial_is_known_to_one_host_file,
        "host/pouch_host/cli_band.py",
        "from .collect.serial import open_port",
    ),
    (
        rules.analysis_does_no_input_or_output,
        "host/pouch_host/analysis/days.py",
        "import numpy as np\nfrom .minutes import MinuteStates",
    ),
    (
        rules.alerts_do_no_input_or_output,
        "host/pouch_host/alerts/mutes.py",
        "import numpy as np\nfrom pouch_host.errors import InputError\nfrom .classes import Rule",
    ),
    (
        rules.ward_knows_neither_pages_nor_bands,
        "host/pouch_host/ward/desk.py",
        "from pouch_host.store.alert_log import Deed\nfrom .board import Done",
    ),
    (
        rules.matplotlib_is_known_only_to_what_draws,
        "host/pouch_host/report/page.py",
        "import matplotlib as mpl",
    ),
    (
        rules.matplotlib_is_known_only_to_what_draws,
        "sim/pouch_sim/commands/validate_report.py",
        "from matplotlib.figure import Figure",
    ),
    (
        rules.struct_formats_stay_in_the_protocol,
        "sim/pouch_sim/vm/frames.py",
        "import struct",
    ),
]


@pytest.fixture(scope="module")
def tree():
    return python_sources(our_sources())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_on_the_tree_finds_no_breach(tree, rule):
    breaches = rule(tree)
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_rule_planted_breach_is_found(rule, path, text):
    breaches = rule([Source(path, text)])
    assert breaches
    assert all(breach.startswith(f"{path} imports ") for breach in breaches)


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_rule_allowed_import_passes(rule, path, text):
    assert rule([Source(path, text)]) == []


def test_every_rule_of_the_module_is_applied():
    # A rule without a planted breach would neither be proved nor run.
    public = {
        value
        for name, value in vars(rules).items()
        if callable(value) and not name.startswith("_") and value.__module__ == rules.__name__
    }
    assert public == set(RULES)


def test_the_tree_is_seen_whole(tree):
    # Rules over an empty list of files would pass for ever.
    folders = {source.path.split("/")[0] for source in tree}
    assert {"protocol", "firmware", "host", "sim", "tests"} <= folders
