import pytest

from pouch_host.alerts import RULES, AlertClass, AlertFamily
from pouch_host.errors import InputError
from tests.host.alerts.timelines import Infant, kinds, rings


def test_muted_class_shows_and_does_not_ring_until_the_mute_ends_by_itself():
    infant = Infant()
    assert kinds(infant.mute("moderate_cold", 30)) == [("muted", "moderate_cold")]
    assert kinds(infant.live("ssc 35.9*12")) == [("raised", "moderate_cold")]
    assert infant.standing[0].muted
    told = infant.live("ssc 35.9*19")
    assert told == [(30, "unmuted", "moderate_cold"), (30, "rang", "moderate_cold")]
    assert not infant.standing[0].muted


def test_mute_that_ends_does_not_ring_again_what_rang_before():
    infant = Infant()
    infant.live("ssc 35.9*12")
    infant.mute("moderate_cold", 10)
    assert kinds(infant.live("ssc 35.9*12")) == [("unmuted", "moderate_cold")]


def test_mute_that_ends_does_not_ring_what_was_acknowledged():
    infant = Infant()
    infant.mute("moderate_cold", 25)
    infant.live("ssc 35.9*12")
    infant.acknowledge()
    assert rings(infant.live("ssc 35.9*20")) == []


@pytest.mark.parametrize("muted", [*AlertClass, *AlertFamily])
def test_mute_of_heat_never_mutes_cold_and_the_other_way_round(muted):
    is_heat = muted in {AlertClass.WARM, AlertClass.HOT, AlertFamily.HEAT}
    other, core = ("danger_cold", "35.4") if is_heat else ("hot", "38.2")
    if muted is AlertClass.HOT:
        core = "35.9"
        other = "moderate_cold"
    infant = Infant()
    infant.mute(muted, 20)
    assert rings(infant.live(f"ssc {core}*12")) == [(10, other)]


@pytest.mark.parametrize(
    ("muted", "core", "rung"),
    [
        ("moderate_cold", "36.2", [(20, "cold_stress")]),
        ("cold_stress", "36.2", []),
        ("cold_stress", "35.9", [(10, "moderate_cold")]),
        ("moderate_cold", "35.4", [(10, "danger_cold")]),
        ("danger_cold", "35.9", [(10, "moderate_cold")]),
        ("cold", "36.2", []),
        ("cold", "35.9", []),
        # A family's mute leaves its dangers out.
        ("cold", "35.4", [(10, "danger_cold")]),
        ("heat", "37.8", []),
        ("heat", "38.0", [(10, "hot")]),
        ("technical", "35.9", [(10, "moderate_cold")]),
    ],
)
def test_mute_covers_its_own_class_or_family_without_dangers(muted, core, rung):
    infant = Infant()
    infant.mute(muted, 30)
    assert rings(infant.live(f"ssc {core}*22")) == rung


def test_mute_of_an_escalation_rings_once_at_its_end():
    infant = Infant()
    infant.live("ssc 35.9*35")
    infant.mute("moderate_cold", 20)
    told = infant.live("ssc 35.9*30")
    assert kinds(told) == [
        ("escalated", "moderate_cold"),
        ("unmuted", "moderate_cold"),
        ("rang", "moderate_cold"),
    ]


@pytest.mark.parametrize("alert_class", list(AlertClass))
def test_mute_is_bounded(alert_class):
    longest_min = RULES[alert_class].mute_max_s // 60
    infant = Infant()
    with pytest.raises(InputError, match=f"mute of {alert_class} for .* choose 1 to"):
        infant.mute(alert_class, longest_min + 1)
    infant.mute(alert_class, longest_min)
    assert [mute.target for mute in infant.engine.mutes()] == [alert_class]
    infant.wait(longest_min + 1)
    assert infant.engine.mutes() == []


def test_mute_bounds_are_the_documented_ones():
    hours = {alert_class: RULES[alert_class].mute_max_s / 3600 for alert_class in AlertClass}
    assert max(hours.values()) == 12
    assert hours["danger_cold"] == hours["severe_cold"] == hours["hot"] == 0.5


@pytest.mark.parametrize("minutes", [0, -5])
def test_mute_into_the_past_is_refused(minutes):
    with pytest.raises(InputError, match="choose 1 to"):
        Infant().mute("warm", minutes)


def test_mute_of_nothing_known_is_refused():
    with pytest.raises(InputError, match="nothing to mute is named 'low': choose of cold"):
        Infant().mute("low", 5)


def test_mute_by_nobody_is_refused():
    with pytest.raises(InputError, match="say who asks"):
        Infant().engine.mute("warm", "", 0, 60)


def test_mute_ends_early_when_asked_and_then_rings():
    infant = Infant()
    infant.mute("moderate_cold", 30)
    infant.live("ssc 35.9*12")
    ended = infant.engine.unmute("moderate_cold", "nurse 8", infant.now_utc_s)
    assert [(event.kind.value, event.who) for event in ended] == [("unmuted", "nurse 8")]
    assert rings(infant.live("ssc 35.9*1")) == [(12, "moderate_cold")]
    with pytest.raises(InputError, match="moderate_cold is not muted"):
        infant.engine.unmute("moderate_cold", "nurse 8", infant.now_utc_s)


def test_mute_made_by_a_clock_a_year_ahead_ends_when_the_clock_is_set():
    infant = Infant()
    year_s = 365 * 86_400
    now_utc_s = infant.now_utc_s
    infant.engine.mute("warm", "nurse 7", now_utc_s + year_s, now_utc_s + year_s + 3600)
    assert [event.kind.value for event in infant.engine.tick(now_utc_s)] == ["unmuted"]


def test_acknowledge_of_what_does_not_stand_is_refused():
    with pytest.raises(InputError, match="alert 3 does not stand"):
        Infant().engine.acknowledge(3, "nurse 7", 0)


def test_acknowledge_by_nobody_is_refused():
    infant = Infant()
    infant.live("ssc 35.9*12")
    with pytest.raises(InputError, match="say who has seen it"):
        infant.engine.acknowledge(infant.standing[0].alert_id, "", 0)
