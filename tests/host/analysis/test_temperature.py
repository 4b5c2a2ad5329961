import numpy as np
import pytest

from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.samples import from_columns
from pouch_host.analysis.states import State
from pouch_host.analysis.temperature import minute_temperatures, settled
from tests.host.analysis.test_sessions import FIRST_UTC_S, minutes_of


def temperatures(text, skin_c, outer_c):
    """Return what two samples a minute give for some states."""
    minutes = minutes_of(text)
    utc_s = FIRST_UTC_S + 30 * np.arange(2 * len(text)) + 15.0
    samples = from_columns(
        utc_s,
        interval_s=30,
        infant_temperature_c=np.repeat(skin_c, 2),
        caregiver_temperature_c=np.repeat(outer_c, 2),
    )
    return minute_temperatures(samples, minutes)


@pytest.mark.parametrize(
    ("on_skin", "valid"),
    [
        # Ten minutes to settle; what has not ended yet stays valid.
        ("1" * 20, "0" * 10 + "1" * 10),
        # Not in the last five minutes.
        ("1" * 20 + "0", "0" * 10 + "1" * 5 + "0" * 6),
        # A loss of a minute begins anew.
        ("1" * 12 + "0" + "1" * 12, "0" * 12 + "0" * 11 + "1" * 2),
        ("", ""),
        ("0", "0"),
    ],
)
def test_settled_masks_the_begin_and_the_end_of_contact(on_skin, valid):
    flags = np.array([letter == "1" for letter in on_skin], bool)
    assert "".join("01"[bool(flag)] for flag in settled(flags)) == valid


def test_core_estimate_lies_above_the_skin_and_further_in_a_cot():
    in_ssc = temperatures("S" * 30, np.full(30, 36.2), np.full(30, 35.7))
    in_cot = temperatures("i" * 30, np.full(30, 36.0), np.full(30, 33.8))
    gap_ssc_c = in_ssc.core_c[20] - 36.2
    gap_cot_c = in_cot.core_c[20] - 36.0
    assert 0.0 < gap_ssc_c < 0.7
    assert gap_ssc_c < gap_cot_c < 1.6
    assert in_cot.core_sd_c[20] > 0


def test_core_estimate_without_outer_face_is_less_sure():
    blind = temperatures("i" * 30, np.full(30, 36.0), np.full(30, np.nan))
    seeing = temperatures("i" * 30, np.full(30, 36.0), np.full(30, 33.8))
    assert blind.core_sd_c[20] > seeing.core_sd_c[20]


def test_core_estimate_is_none_where_the_band_is_not_on_the_infant():
    of_caregiver = temperatures("c" * 30, np.full(30, 35.0), np.full(30, 35.5))
    assert not of_caregiver.valid.any()
    assert np.isnan(of_caregiver.core_c).all()
    assert of_caregiver.skin_c[3] == 35.0


def test_core_estimate_of_a_strange_difference_is_bounded():
    gap = default_parameters().core_gap[State.INFANT_ONLY]
    largest = 36.0 - gap.difference_c_max
    far = temperatures("i" * 60, np.full(60, 36.0), np.full(60, 5.0))
    limit = temperatures("i" * 60, np.full(60, 36.0), np.full(60, largest))
    assert far.core_c[50] == limit.core_c[50]
