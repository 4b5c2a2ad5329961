"""docs/BAND.md says of light, vibration, button and pins what the firmware does."""

import re

import pytest

from tests.support.firmware import load
from tests.tidy.source import ROOT

patterns = load("band.patterns")
feedback = load("band.feedback")
button = load("band.button")

TEXT = (ROOT / "docs" / "BAND.md").read_text(encoding="utf-8")
COLOURS = {"r": "red", "a": "amber", "g": "green", "c": "cyan", "w": "white"}
BOARDS = ("xiao_esp32c3", "pico_w")
# Row of the wiring table, and the constant in both boards' files.
WIRES = {
    "Chips, SDA": "_SDA_PIN",
    "Chips, SCL": "_SCL_PIN",
    "Cell, half of it": "_BATTERY_PIN",
    "Button": "_BUTTON_PIN",
    "Light, red": "_RED_PIN",
    "Light, green": "_GREEN_PIN",
    "Light, blue": "_BLUE_PIN",
    "Motor": "_MOTOR_PIN",
}
# What the XIAO prints beside its pins (Seeed wiki, pin map).
XIAO_LABELS = {2: "D0", 3: "D1", 4: "D2", 5: "D3", 6: "D4", 7: "D5", 10: "D10", 20: "D7"}


def table_after(heading, text=TEXT):
    """Return the cells of the first table below a heading, by the text of their first cell."""
    lines = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0].splitlines()
    rows = [line for line in lines if line.startswith("|")][2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {row[0]: row[1:] for row in cells}


def seconds(duration_ms):
    return f"{duration_ms / 1000:g} s"


def in_words(pattern):
    """Return what is seen and felt of a pattern, as the document has it."""
    if pattern == patterns.PROGRESS:
        done, to_come = (patterns.steps(pattern, eighths)[0] for eighths in (8, 0))
        assert (done[0], done[2]) == (0, 0)
        assert to_come[0] == to_come[1] == to_come[2] < done[1]
        assert to_come[4] < done[4]
        return "eight blinks: long green for each eighth done, short faint white for the rest"
    words = []
    for word in patterns.text(pattern).split():
        letter, motor, length_ms = re.fullmatch(r"(\w|\.)(v?)(\d+)", word).groups()
        name = COLOURS.get(letter.lower(), "dark")
        faint = "faint " if letter in COLOURS else ""
        buzz = " with vibration" if motor else ""
        words.append(f"{faint}{name} {seconds(int(length_ms))}{buzz}")
    count = patterns.times(pattern)
    return ", ".join(words) + (f"; {count} times" if count > 1 else "")


def again(pattern):
    """Return when it comes again, as the document has it."""
    waits, showing = [], 1
    while wait_ms := patterns.interval_ms(pattern, showing):
        waits.append(wait_ms // 60_000)
        showing += 1
    runs = [(wait, waits.count(wait)) for wait in dict.fromkeys(waits)]
    return ", then ".join(f"{count} times after {wait} min" for wait, count in runs) or "no"


def test_light_table_is_the_firmwares():
    rows = table_after("What the band says")
    expected = {
        patterns.name(pattern): [in_words(pattern), again(pattern)]
        for pattern in range(patterns.COUNT)
    }
    assert {name: cells[:2] for name, cells in rows.items()} == expected
    for name, (*_, meaning, stops) in rows.items():
        assert meaning, name
        assert stops, name


def test_light_table_names_what_ends_a_pattern():
    rows = table_after("What the band says")
    for pattern in range(patterns.COUNT):
        stops = rows[patterns.name(pattern)][-1]
        for other in patterns.ended_by(pattern):
            assert f"*{patterns.name(other)}*" in stops, patterns.name(pattern)


@pytest.mark.parametrize(
    ("heading", "allowed"),
    [("Quiet hours", feedback._AT_NIGHT), ("Blinded mode", feedback._WHEN_BLINDED)],
)
def test_what_is_shown_by_night_and_blinded_is_named(heading, allowed):
    section = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    named = {
        patterns.name(pattern)
        for pattern in range(patterns.COUNT)
        if f"*{patterns.name(pattern)}*" in section
    }
    assert named == {patterns.name(pattern) for pattern in allowed}


def test_gestures_have_the_firmwares_times():
    rows = table_after("The button")
    assert set(rows) == {
        "One short press",
        f"Two short presses within {seconds(button._SECOND_PRESS_MS)}",
        f"Held for {seconds(button._RECOVER_MS)}",
        f"Held for over {seconds(button._STUCK_MS)}, or at the start",
    }
    assert seconds(button._HOLDING_MS) in rows[f"Held for {seconds(button._RECOVER_MS)}"][0]


@pytest.mark.parametrize("board", BOARDS)
def test_wiring_has_the_firmwares_pins(board):
    source = (ROOT / "firmware" / "boards" / f"{board}.py").read_text(encoding="utf-8")
    rows = table_after("Wiring")
    for row, constant in WIRES.items():
        pin = int(re.search(rf"^{constant} = const\((\d+)\)", source, re.MULTILINE).group(1))
        cell = rows[row][BOARDS.index(board)]
        expected = f"GP{pin}" if board == "pico_w" else f"{XIAO_LABELS[pin]} (GPIO{pin})"
        assert cell == expected, row


def test_every_price_is_in_the_total():
    rows = table_after("What it is made of")
    total = rows.pop("Total")[-1]
    prices = [float(cells[-1]) for cells in rows.values()]
    assert float(total) == pytest.approx(sum(prices))
    assert float(total) < 25


def test_tables_are_found_at_all():
    text = "\n## A\n\n| x | y |\n| - | - |\n| one | 1 |\n\n## B\n"
    assert table_after("A", text) == {"one": ["1"]}
