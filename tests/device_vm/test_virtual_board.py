"""The device tests on both simulated boards, with their chips, light, motor and radio.

What needs a board would otherwise run for the first time on somebody's desk.
"""

import asyncio
import re
import shutil

import pytest

from pouch_sim.band import BOOT_US
from pouch_sim.errors import BandCrashed
from pouch_sim.hardware.pod import Pod
from pouch_sim.world.scripted import ScriptedWorld
from tests.device_vm import outcome
from tests.device_vm.test_device import STAND_IN, expected_count
from tests.sim.vm.rig import run_until_off, simulation
from tests.support.device_tree import ROOT, RUN

# Light and motor, and the button: docs/BAND.md, wiring.
PINS = {"xiao_esp32c3": (4, 5, 10, 20), "pico_w": (18, 19, 20, 21)}
BUTTON = {"xiao_esp32c3": 3, "pico_w": 15}
TOUCH_ADDRESS = 0x50

each_board = pytest.mark.parametrize("board", PINS)


def add_board(folder, seed, board):
    """Return a simulation, a band in it that runs the device tests, and the band's pod."""
    # As mpremote does: the root is that of the tree that is tested.
    firmware_dir = folder / "root"
    firmware_dir.mkdir()
    shutil.copyfile(ROOT / RUN, firmware_dir / "main.py")
    for name in ("firmware", "protocol", "tests"):
        (firmware_dir / name).symlink_to(ROOT / name)
    sim = simulation(seed)
    pod = Pod(ScriptedWorld(seed, 0))
    band = sim.add_band(
        "band",
        pod.bus,
        firmware_dir=firmware_dir,
        protocol_dir=STAND_IN,
        work_dir=folder,
        board=board,
    )
    return sim, band, pod


def run_after_boot(sim, band, action):
    """Do something to a band that has just started, and run it to its end."""

    async def main():
        await asyncio.sleep(BOOT_US / 1e6 + 0.01)
        action()
        await band.until_off()

    sim.run(main())


@each_board
def test_every_device_test_passes_on_a_simulated_board(tmp_path, seed, board, record_property):
    sim, band, _ = add_board(tmp_path, seed, board)
    output = "\n".join(run_until_off(sim, band))
    printed = outcome.read(output)
    assert printed.failed == 0, output
    assert printed.skipped == 0, output
    assert printed.run == expected_count()
    pins = PINS[board]
    assert {pin for _, pin, level in band.stats.pin_log if level} >= set(pins)
    assert all(band.stats.pins[pin] == 0 for pin in pins)
    record_property("figure", printed.figure(f"simulated {board}"))


def test_light_sleep_is_not_tried_over_the_port_that_it_would_stop(tmp_path, seed):
    sim, band, _ = add_board(tmp_path, seed, "xiao_esp32c3")

    run_after_boot(sim, band, band.usb.plug)
    printed = outcome.read(band.log_text())
    (reason,) = printed.reasons
    assert printed.reasons[reason] == 2
    assert reason.startswith("light sleep would stop the USB port")


@each_board
@pytest.mark.parametrize(
    ("fault", "failing"),
    [
        ("no touch chip", {"board_chips", "board_sleep"}),
        ("empty battery", {"board_self"}),
        ("pressed button", {"board_self", "board_sleep"}),
    ],
)
def test_fault_of_a_board_fails_its_tests(tmp_path, seed, board, fault, failing):
    sim, band, pod = add_board(tmp_path, seed, board)
    if fault == "no touch chip":
        pod.bus.detach(TOUCH_ADDRESS)
    elif fault == "empty battery":
        band.battery_mv = lambda _now_us: 2_400
    level = 0 if fault == "pressed button" else 1
    with pytest.raises(BandCrashed, match="device tests failed"):
        run_after_boot(sim, band, lambda: band.set_pin(BUTTON[board], level))
    output = band.log_text()
    assert outcome.read(output).failed >= 1
    assert set(re.findall(r'File "tests/device/(\w+)\.py"', output)) == failing
