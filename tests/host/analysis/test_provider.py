import numpy as np

from pouch_host.analysis.provider import with_providers
from pouch_host.analysis.sessions import ssc_sessions
from pouch_host.analysis.temperature import MinuteTemperatures
from tests.host.analysis.test_sessions import minutes_of


def providers(chests_c, minutes_each=90):
    """Return who is taken for the provider of sessions with these caregiver faces."""
    text = ("S" * minutes_each + "i" * 30) * len(chests_c)
    minutes = minutes_of(text)
    outer_c = np.repeat(chests_c, minutes_each + 30)
    nothing = np.full(len(text), np.nan)
    temperatures = MinuteTemperatures(
        nothing, outer_c, np.zeros(len(text), bool), nothing, nothing
    )
    sessions = ssc_sessions(minutes, np.ones(len(text), bool))
    return [one.provider for one in with_providers(sessions, minutes, temperatures)]


def test_provider_clearly_cooler_sessions_are_somebody_else():
    assert providers([35.4, 35.5, 34.0, 35.3, 35.6]) == [
        "mother",
        "mother",
        "other",
        "mother",
        "mother",
    ]


def test_provider_between_the_two_is_unknown():
    assert providers([35.4, 35.5, 34.8, 35.4, 35.5])[2] == "unknown"


def test_provider_of_few_or_short_sessions_is_unknown():
    assert providers([35.4, 34.0, 35.4]) == ["unknown"] * 3
    assert providers([35.4, 34.0, 35.4, 35.4], minutes_each=35) == ["unknown"] * 4


def test_provider_of_no_sessions_is_nobody():
    assert providers([]) == []
