"""Both boards' files run on the simulated board that they are for, and know its limits."""

import ast
import asyncio
import shutil
from pathlib import Path

import pytest

from pouch_sim.errors import FlashMisuse
from tests.sim.vm.rig import FIRMWARE, EchoBus, run_until_off, simulation

ROOT = Path(__file__).parents[3]
BOARDS = ("xiao_esp32c3", "pico_w")
# Button, red, green, blue, motor: docs/BAND.md, wiring.
BUTTON = {"xiao_esp32c3": 3, "pico_w": 15}
LIGHT = {"xiao_esp32c3": (4, 5, 10), "pico_w": (18, 19, 20)}
MOTOR = {"xiao_esp32c3": 20, "pico_w": 21}

each_board = pytest.mark.parametrize("board", BOARDS)


def add_band(sim, program, work_dir, board):
    """Add a band that runs firmware/<program>.py with the product's boards/ beside it."""
    firmware_dir = work_dir / "firmware"
    shutil.copytree(ROOT / "firmware" / "boards", firmware_dir / "boards")
    shutil.copyfile(FIRMWARE / f"{program}.py", firmware_dir / "main.py")
    return sim.add_band(
        "band",
        EchoBus(),
        firmware_dir=firmware_dir,
        protocol_dir=ROOT / "protocol",
        work_dir=work_dir,
        board=board,
    )


def public_names(board):
    """Return what a board's class offers: methods with their arguments, and constants."""
    path = ROOT / "firmware" / "boards" / f"{board}.py"
    (cls,) = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    found = {"name": cls.name}
    for node in cls.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found[node.name] = ast.unparse(node.args)
        elif isinstance(node, ast.Assign):
            found[ast.unparse(node.targets[0])] = "constant"
    return found


def test_boards_have_the_same_names():
    first, second = (public_names(board) for board in BOARDS)
    assert first == second
    assert {"led", "vibrate", "light_sleep_ms", "SLEEP_MS_MAX"} <= set(first)
    files = {path.stem for path in (ROOT / "firmware" / "boards").glob("*.py")}
    assert files == {"__init__", *BOARDS}


@each_board
def test_board_says_what_it_is_and_drives_its_pins(tmp_path, board):
    sim = simulation()
    band = add_band(sim, "board_all", tmp_path, board)
    band.battery_mv = lambda _now_us: 3_712

    async def main():
        await asyncio.sleep(5)
        band.usb.plug()
        await asyncio.sleep(10)
        band.usb.unplug()
        await band.until_off()

    sim.run(main())

    lines = band.log_text().splitlines()
    name, battery_mv, *others = lines[0].split()
    assert name == board
    assert abs(int(battery_mv) - 3_712) <= 1
    assert others == ["1", "6", "5", "True"]
    assert lines[1:] == ["usb False False", "usb True True", "usb False"]

    red, green, blue = LIGHT[board]
    motor = MOTOR[board]
    log = band.stats.pin_log
    first = next(index for index, (_, *what) in enumerate(log) if what == [red, 255])
    after = [
        ((at_us - log[first][0] + 500) // 1000, pin, level) for at_us, pin, level in log[first:]
    ]
    # 255 and 16 as bright as they look are 99.2 % and 0.4 % of the time.
    assert after == [
        (0, red, 255),
        (0, green, 1),
        (500, motor, 1),
        (750, motor, 0),
        (750, red, 0),
        (750, green, 0),
    ]
    assert band.stats.pins[blue] == 0


@each_board
def test_button_ends_light_sleep_and_is_told(tmp_path, board):
    sim = simulation()
    band = add_band(sim, "board_sleep", tmp_path, board)
    button = BUTTON[board]

    async def main():
        await asyncio.sleep(4)
        band.set_pin(button, 0)
        await asyncio.sleep(4)
        band.set_pin(button, 1)
        await asyncio.sleep(2)
        band.set_pin(button, 0)
        await asyncio.sleep(1)
        band.set_pin(button, 1)
        await band.until_off()

    sim.run(main())
    assert band.log_text().splitlines() == [
        "slept 3000 False []",
        "slept 1000 True [True]",
        # A button that is held does not keep the band awake.
        "slept 3000 True []",
        "awake False [False]",
        "slept 1000 True [True]",
        "awake False [False]",
    ]


@each_board
def test_watchdog_lets_the_board_sleep_and_bites_a_loop(tmp_path, board):
    sim = simulation()
    band = add_band(sim, "board_watchdog", tmp_path, board)

    async def main():
        await asyncio.wait_for(band.until_off(), 3_600)

    sim.run(main())
    assert band.log_text().splitlines() == ["cause 1", "cause 2", "fed", "cause 3"]


def test_pico_w_watchdog_runs_on_in_light_sleep(tmp_path):
    sim = simulation()
    band = add_band(sim, "board_oversleeps", tmp_path, "pico_w")
    assert run_until_off(sim, band) == ["cause 1", "cause 3"]


def test_xiao_watchdog_stands_still_in_light_sleep(tmp_path):
    sim = simulation()
    band = add_band(sim, "board_oversleeps", tmp_path, "xiao_esp32c3")
    assert run_until_off(sim, band) == ["cause 1", "slept"]


def test_boards_refuse_what_they_have_not(tmp_path):
    found = {}
    for board in BOARDS:
        sim = simulation()
        band = add_band(sim, "board_refused", tmp_path / board, board)
        found[board] = dict(line.split() for line in run_until_off(sim, band))
    both = {"pin": "ValueError", "frequency": "ValueError", "duty": "ValueError"}
    assert found["xiao_esp32c3"] == both | {
        "adc": "ValueError",
        "microvolts": "taken",
        "watchdog": "taken",
        "i2c": "taken",
        "cause": "taken",
        "esp32": "taken",
    }
    assert found["pico_w"] == both | {
        "adc": "ValueError",
        "microvolts": "AttributeError",
        "watchdog": "ValueError",
        "i2c": "ValueError",
        "cause": "AttributeError",
        "esp32": "ImportError",
    }


@pytest.mark.parametrize(
    ("program", "board", "message"),
    [
        ("misuse_light", "xiao_esp32c3", "light sleep with pin 5 on"),
        ("misuse_light", "pico_w", "light sleep with pin 19 on"),
        ("misuse_interrupt", "xiao_esp32c3", "the interrupt of wake-up pin 3 on"),
        ("misuse_register", "xiao_esp32c3", "read of register 0x60000000"),
        ("misuse_register", "pico_w", "read of register 0x60000000"),
        ("misuse_write", "xiao_esp32c3", "write of register 0x60004080"),
        ("misuse_write", "pico_w", "register 0x60004080"),
    ],
)
def test_what_would_go_wrong_on_a_board_ends_the_simulation(tmp_path, program, board, message):
    sim = simulation()
    band = add_band(sim, program, tmp_path, board)
    with pytest.raises(FlashMisuse, match=message):
        run_until_off(sim, band)
    assert "never printed" not in band.log_text()


def test_a_board_that_nobody_knows_is_refused(tmp_path):
    sim = simulation()
    with pytest.raises(ValueError, match="no board named arduino: there are xiao_esp32c3, pico_w"):
        add_band(sim, "board_all", tmp_path, "arduino")
    sim.run(asyncio.sleep(0))
