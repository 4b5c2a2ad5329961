"""A sound scenario file, and how a test writes one with something changed."""

SOUND = """\
title = "a day"
zone = "Asia/Karachi"
start = 2026-03-02T06:00:00
length_h = 6
script = [
    {at = "00:00", do = "cot", cover_tog = 2.5},
    {at = "02:00", do = "ssc", with = "mother"},
    {at = "04:30", do = "table"},
]
event = [
    {at = "03:10", kind = "milk_leak"},
]
fault = [
    {at = "05:00", kind = "power_cut", duration_min = 10},
]

[infant]
weight_kg = 1.5

[caregivers.mother]
skin_c = 35.2

[room]
mean_c = 24

[pod]
skin_pf = 6.5

[band]
interval_s = 30

[link]
pull_every_min = 120
"""


def write(folder, old="", new="", name="day.toml"):
    """Write the sound file with one text changed, which has to be in it; return its path."""
    assert SOUND.count(old) == 1 or not old, old
    path = folder / name
    path.write_text(SOUND.replace(old, new, 1), encoding="utf-8")
    return path
