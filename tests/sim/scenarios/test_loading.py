from datetime import datetime

import pytest

from pouch_sim.scenarios import Band, Fault, Link, ScenarioError, load, shipped
from pouch_sim.scenarios.keys import ROWS
from pouch_sim.world import activities
from pouch_sim.world.plan import Caregiver, Event
from tests.sim.scenarios.files import SOUND, write

HOUR_S = 3600
DAY_S = 86_400
LINE_2 = '    {at = "02:00", do = "ssc", with = "mother"},\n'
SCRIPT = SOUND[SOUND.index("script") : SOUND.index("event")]
FAULT = '{at = "05:00", kind = "power_cut", duration_min = 10}'


def test_load_sound_file_gives_what_it_says(tmp_path):
    scenario = load(write(tmp_path))
    assert (scenario.name, scenario.row, scenario.split) == ("day", "mixed", "own")
    assert scenario.start == datetime(2026, 3, 2, 6)  # noqa: DTZ001 - local, as the file has it
    assert scenario.start_utc_s == 1_772_413_200  # 01:00 UTC
    assert scenario.length_s == 6 * HOUR_S
    plan = scenario.world_plan(1)
    assert [act.start_s for act in plan.acts] == [0, 2 * HOUR_S, 4.5 * HOUR_S]
    assert [act.activity for act in plan.acts] == ["cot", "ssc", "table"]
    assert plan.acts[0].settings == {"cover_tog": 2.5}
    assert plan.start_hour == 6.0
    assert plan.infant.weight_kg == 1.5
    assert plan.caregivers == (Caregiver("mother", 35.2),)
    assert plan.room.mean_c == 24.0
    assert plan.pod.skin_pf == 6.5
    assert plan.events == (Event(3 * HOUR_S + 600, "milk_leak", 0.5, HOUR_S),)
    assert scenario.faults == (Fault(5 * HOUR_S, "power_cut", duration_s=600),)
    assert (scenario.band, scenario.link) == (Band(), Link(pull_every_min=120))


def test_blocks_with_headers_are_the_same_as_a_list(tmp_path):
    blocks = SOUND.replace(SCRIPT, "") + (
        '\n[[script]]\nat = "00:00"\ndo = "cot"\ncover_tog = 2.5\n'
        '[[script]]\nat = 02:00:00\ndo = "ssc"\nwith = "mother"\n'
        '[[script]]\nat = "04:30:00"\ndo = "table"\n'
    )
    (tmp_path / "blocks.toml").write_text(blocks)
    assert load(tmp_path / "blocks.toml").acts == load(write(tmp_path)).acts


def test_day_counts_from_the_start(tmp_path):
    path = write(tmp_path, LINE_2, LINE_2 + '    {at = "01:00", day = 1, do = "sun"},\n')
    text = path.read_text().replace("length_h = 6", "length_h = 30")
    path.write_text(text.replace('    {at = "04:30", do = "table"},\n', ""))
    assert load(path).acts[-1].start_s == DAY_S + HOUR_S


def test_repeat_days_repeats_script_and_events_but_no_faults(tmp_path):
    path = write(tmp_path, "length_h = 6", "length_h = 51\nrepeat_days = true")
    scenario = load(path)
    assert [act.start_s // DAY_S for act in scenario.acts] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert scenario.acts[3].activity == "cot"
    # At 51 h the third day is three hours old: its event is still to come.
    assert [event.start_s for event in scenario.events] == [11_400, DAY_S + 11_400]
    assert len(scenario.faults) == 1


def test_caregiver_without_kind_takes_it_from_the_name_and_skin_from_the_kind(tmp_path):
    more = "[caregivers.father]\n[caregivers.aunt]\n[caregivers.gran]\nkind = 'grandmother'\n"
    path = write(tmp_path, "[room]", more + "[room]")
    people = load(path).caregivers
    assert [person.kind for person in people] == ["mother", "father", "other", "grandmother"]
    assert [person.skin_c for person in people] == [35.2, 34.0, 34.3, 34.3]


def test_script_without_caregivers_table_has_a_mother(tmp_path):
    scenario = load(write(tmp_path, "[caregivers.mother]\nskin_c = 35.2\n", ""))
    assert (scenario.caregiver_names, scenario.caregivers) == (("mother",), (Caregiver(),))


def test_with_names_the_caregiver_by_its_place(tmp_path):
    path = write(tmp_path, 'with = "mother"', 'with = "father"')
    path.write_text(path.read_text() + "[caregivers.father]\n")
    assert [act.caregiver for act in load(path).acts] == [0, 1, 0]


def test_jitter_moves_all_but_the_first_act_and_keeps_the_order(tmp_path, seed):
    scenario = load(write(tmp_path, "length_h = 6", "length_h = 6\njitter_min = 30"))
    plain = [act.start_s for act in scenario.acts]
    moved = [[act.start_s for act in scenario.world_plan(seed + n).acts] for n in range(20)]
    assert len({tuple(starts) for starts in moved}) == 20
    for starts in moved:
        assert starts[0] == 0
        assert starts == sorted(starts)
        assert all(abs(a - b) <= 1800 for a, b in zip(starts, plain, strict=True))
    assert scenario.world_plan(seed) == scenario.world_plan(seed)


def test_hour_that_autumn_repeats_is_the_first(tmp_path):
    path = write(tmp_path, "2026-03-02T06:00:00", "2026-10-25T02:30:00")
    path.write_text(path.read_text().replace("Asia/Karachi", "Europe/Berlin"))
    assert load(path).start_utc_s == 1_792_888_200  # 00:30 UTC


@pytest.mark.parametrize("name", shipped())
def test_shipped_file_loads_and_its_world_takes_it(name):
    scenario = load(shipped()[name])
    split, stem = name.split("/")
    assert scenario.split == split
    assert scenario.row in ROWS
    assert stem.startswith(scenario.row)
    assert scenario.length_s >= 6 * HOUR_S
    plan = scenario.world_plan()
    assert len({act.activity for act in plan.acts}) > 1
    for act in plan.acts:
        assert activities.values(act)


def test_every_row_has_a_training_and_a_held_out_file():
    found = {}
    for path in shipped().values():
        scenario = load(path)
        found.setdefault(scenario.row, set()).add(scenario.split)
    assert found == {row: {"training", "held_out"} for row in ROWS if row != "mixed"}


def test_held_out_files_are_other_days_and_people_than_training():
    scenarios = {name: load(path) for name, path in shipped().items()}
    for name, held in scenarios.items():
        if not name.startswith("held_out/"):
            continue
        trained = scenarios[name.replace("held_out", "training")]
        for part in ("acts", "infant", "caregivers", "room", "pod", "zone", "length_s"):
            same = getattr(held, part) == getattr(trained, part)
            assert not same or part in {"zone", "length_s", "caregivers"}, (name, part)
        starts = [{a.start_s for a in one.acts[1:]} for one in (held, trained)]
        assert len(starts[0] & starts[1]) < min(map(len, starts)), name


BAD_FILES = [
    # What is changed, into what, and what is said after the file's name.
    ("[room]", "[roon]", "line 23: key roon: unknown; did you mean room?"),
    ("title =", "titel =", "line 1: key titel: unknown; did you mean title?"),
    ('title = "a day"\n', "", "line 1: no title; add it: one line for people"),
    ('"a day"', "7", "line 1: key title: 7 is no line of text; give it in quotes"),
    ("length_h = 6", "length_h = 0", "line 4: key length_h: 0 is out of range; give 0.5 to 744 h"),
    ("length_h = 6", "length_h = inf", "line 4: key length_h: inf is out of range"),
    ("length_h = 6", "length_h = true", "line 4: key length_h: True is no number"),
    ("length_h = 6", 'repeat_days = "yes"', "line 4: key repeat_days: 'yes'; give true or false"),
    ("length_h = 6", "seed = 1.5", "line 4: key seed: 1.5 is no whole number"),
    ("length_h = 6", "jitter_min = 59\nlength_h = 6", "line 4: key jitter_min: give less than"),
    ("Asia/Karachi", "Asia/Karachy", "line 2: key zone: unknown 'Asia/Karachy'; give an IANA"),
    ("Asia/Karachi", "../etc", "line 2: key zone: unknown '../etc'"),
    ("2026-03-02T06:00:00", "2026-03-02", "line 3: key start: 2026-03-02 is no date and time"),
    (
        "2026-03-02T06:00:00",
        "2026-03-02T06:00:00Z",
        "line 3: key start: 2026-03-02 06:00:00+00:00",
    ),
    ("2026-03-02T06:00:00", '"soon"', "line 3: key start: 'soon' is no date and time"),
    ("2026-03-02T06:00:00", "1400-03-02T06:00:00", "line 3: key start: year 1400"),
    (SCRIPT, "", "line 1: key script: empty; give at least one line"),
    (SCRIPT, "script = []\n", "line 5: key script: empty"),
    (SCRIPT, "script = 3\n", "line 5: key script: has to be a list of tables"),
    (LINE_2, "    3,\n", "line 5: key script: has to be a list of tables"),
    ('"00:00"', '"00:01"', "line 6: [[script]] 1 at: the script has to begin at 00:00"),
    ('"04:30"', '"02:00"', "line 8: [[script]] 3 at: not later than the line before"),
    ('"04:30"', '"06:00"', "line 8: [[script]] 3 at: after the end of the run, 6 h"),
    ('"04:30"', '"4:30"', "line 8: [[script]] 3 at: '4:30' is no time; give it as HH:MM"),
    ('"04:30"', '"04:60"', "line 8: [[script]] 3 at: 04:60 is past 23:59:59"),
    ('"04:30"', "16200", "line 8: [[script]] 3 at: 16200 is no time"),
    ('at = "04:30", ', "", "line 8: [[script]] 3: no at; add it"),
    ('"04:30"', '"04:30", day = -1', "line 8: [[script]] 3 day: -1 is out of range"),
    ('do = "ssc"', 'do = "scc"', "line 7: [[script]] 2 do: unknown 'scc'; did you mean ssc?"),
    ('"mother"', '"mohter"', "line 7: [[script]] 2 with: unknown 'mohter'; did you mean mother?"),
    ("cover_tog", "cover_togs", "line 6: [[script]] 1 cover_togs: unknown; did you mean cover_t"),
    ("cover_tog", "walking", "line 6: [[script]] 1 walking: no setting of cot"),
    ("cover_tog = 2.5", "cover_tog = 50", "line 6: [[script]] 1 cover_tog: 50 is out of range"),
    ("cover_tog = 2.5", "cover_tog = []", "line 6: [[script]] 1 cover_tog: [] is no number"),
    (
        '"milk_leak"',
        '"milk"',
        "line 11: [[event]] 1 kind: unknown 'milk'; did you mean milk_leak?",
    ),
    ('"03:10"', '"07:10"', "line 11: [[event]] 1 at: after the end of the run"),
    ("length_h = 6", "length_h = 4\nrepeat_days = true", "line 9: [[script]] 3 at: after the end"),
    (
        '"milk_leak"',
        '"milk_leak", amount = 2',
        "line 11: [[event]] 1 amount: 2 is out of range; give 0 to 1",
    ),
    ('kind = "power_cut"', 'kind = "fire"', "line 14: [[fault]] 1 kind: unknown 'fire'"),
    (", duration_min = 10", "", "line 14: [[fault]] 1: power_cut needs duration_min; add it"),
    (
        FAULT,
        '{kind = "chip_stuck", chip = "motion", amount = 1}',
        "line 14: [[fault]] 1 amount: chip_stuck takes no amount; remove it",
    ),
    (
        FAULT,
        '{kind = "chip_absent", chip = "moton"}',
        "line 14: [[fault]] 1 chip: unknown 'moton'; did you mean motion?",
    ),
    (FAULT, '{kind = "chip_absent"}', "line 14: [[fault]] 1: chip_absent needs chip; add it"),
    (
        FAULT,
        '{at = "01:00", kind = "chip_noise", chip = "touch", amount = 1}',
        "line 14: [[fault]] 1 at: chip_noise lasts the whole run; remove it",
    ),
    (
        FAULT,
        '{kind = "packet_loss", amount = 1, duration_min = 9}',
        "line 14: [[fault]] 1 amount: 1 is out of range; give 0 to 0.9",
    ),
    (
        FAULT,
        ",\n    ".join(['{at = "01:00", kind = "bus_stuck", duration_min = 1}'] * 2),
        "line 15: [[fault]] 2 kind: only one bus_stuck is possible; remove this one",
    ),
    ("weight_kg = 1.5", "weight_kg = nan", "line 18: [infant] weight_kg: nan is out of range"),
    ("weight_kg = 1.5", "weight_kg = " + 400 * "9", "line 18: [infant] weight_kg: 99"),
    ("weight_kg = 1.5", "weight_kg = 15", "line 18: [infant] weight_kg: 15 is out of range"),
    ("weight_kg = 1.5", 'weight_kg = "1.5"', "line 18: [infant] weight_kg: '1.5' is no number"),
    ("weight_kg", "weigth_kg", "line 18: [infant] weigth_kg: unknown; did you mean weight_kg?"),
    ("[infant]", "[[infant]]", "line 17: key infant: has to be one table; write it as [infant]"),
    ("skin_c = 35.2", "skin_c = 25", "line 21: [caregivers.mother] skin_c: 25 is out of range"),
    ("[caregivers.mother]\n", "[caregivers]\n", "line 20: key caregivers: gives each a name"),
    ("interval_s = 30", "interval_s = 5", "line 30: [band] interval_s: 5 is out of range"),
    (
        "interval_s = 30",
        "interval_s = 30.5",
        "line 30: [band] interval_s: 30.5 is no whole number",
    ),
    ("interval_s = 30", 'board = "pico"', "line 30: [band] board: unknown 'pico'; did you mean"),
    ("pull_every_min = 120", "packet_loss = 1", "line 33: [link] packet_loss: 1 is out of range"),
]


@pytest.mark.parametrize(("old", "new", "said"), BAD_FILES, ids=lambda text: text[:40])
def test_bad_file_is_refused_in_one_line_that_names_the_place(tmp_path, old, new, said):
    path = write(tmp_path, old, new)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: {said}"), message
    assert "\n" not in message
    assert len(message) < 400


def test_repeated_day_refuses_the_key_day(tmp_path):
    path = write(tmp_path, "length_h = 6", "length_h = 60\nrepeat_days = true")
    path.write_text(path.read_text().replace('"02:00"', '"02:00", day = 1'))
    with pytest.raises(ScenarioError, match=r"line 8: \[\[script\]\] 2 day: repeat_days repeats"):
        load(path)


def test_hour_that_spring_leaves_out_is_refused(tmp_path):
    path = write(tmp_path, "2026-03-02T06:00:00", "2026-03-29T02:30:00")
    path.write_text(path.read_text().replace("Asia/Karachi", "Europe/Berlin"))
    with pytest.raises(ScenarioError, match="line 3: key start: 2026-03-29 02:30:00 does not"):
        load(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"title = \n", "no TOML: Invalid value (at line 1, column 9); correct it there"),
        (b"title = '\xff'", "not UTF-8 text; save it as UTF-8"),
        (b"title = " + 5000 * b"9", "no TOML: Exceeds the limit"),
        (b"title = " + 5000 * b"[", "no TOML: "),
        (b"", "line 1: no title; add it"),
    ],
)
def test_file_that_is_no_toml_is_refused(tmp_path, data, said):
    path = tmp_path / "bad.toml"
    path.write_bytes(data)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {said}")


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="No such file or directory; name a readable"):
        load(tmp_path / "none.toml")
