"""The tables of docs/SCENARIOS.md as the code has them, row by row."""

from itertools import groupby

from pouch_sim.scenarios import keys, population_model
from pouch_sim.world.activities import SETTINGS
from pouch_sim.world.plan import ACTIVITIES

TOP = "At the top"


def number(value):
    return str(value) if isinstance(value, int) else f"{value:g}"


def default(key):
    if key.default is keys.REQUIRED:
        return "required"
    if key.default is None:
        return "none"
    if isinstance(key.default, bool):
        return str(key.default).lower()
    return key.default if isinstance(key.default, str) else number(key.default)


def allowed(key):
    if key.choices and len(key.choices) > 8:
        return "see below"
    if key.choices:
        return ", ".join(key.choices)
    return f"{number(key.low)} to {number(key.high)}" if key.high > key.low else ""


def key_row(key):
    value = f"{key.kind}, {key.unit}" if key.unit else key.kind
    return [f"`{key.name}`", value, default(key), allowed(key), key.what]


def key_tables():
    """Return the rows of each table of keys, by the heading above it."""
    tables = {TOP: keys.HEAD} | {f"`{name}`": known for name, known in keys.TABLES.items()}
    return {heading: [key_row(key) for key in known] for heading, known in tables.items()}


def setting_rows():
    """Return a row for each setting; the activities that take it alike share one."""
    found = [
        ((name, s.unit, s.low, s.high, s.what), activity, s.default)
        for activity, settings in SETTINGS.items()
        for name, s in settings.items()
    ]
    rows = []
    for (name, unit, low, high, what), group in groupby(
        sorted(found, key=lambda item: item[0]), key=lambda item: item[0]
    ):
        defaults = ", ".join(f"{activity} {number(value)}" for _, activity, value in group)
        rows.append([f"`{name}`", unit, f"{number(low)} to {number(high)}", what, defaults])
    return rows


def activity_rows():
    return [[f"`{name}`", state] for name, state in ACTIVITIES.items()]


def row_rows():
    return [[f"`{name}`", what] for name, what in keys.ROWS.items()]


def fault_rows():
    return [[f"`{name}`", what] for name, what in keys.FAULT_KINDS.items()]


def intervals(ranges):
    return ", ".join(f"{number(low)}-{number(high)}" for low, high in ranges)


def range_rows():
    return [
        [f"`{name}`", intervals(by_split["training"]), intervals(by_split["held_out"])]
        for name, by_split in population_model.RANGES.items()
    ]


def text(rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
