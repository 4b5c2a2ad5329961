import numpy as np
import pytest

from pouch_host.analysis.emission import channel_values, log_likelihoods
from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.samples import from_columns

PARAMETERS = default_parameters()
COLUMNS = ("infant_touch_pf", "caregiver_touch_pf", "infant_temperature_c")
ALL_COLUMNS = (*COLUMNS, "caregiver_temperature_c", "activity_mg", "breath_adult", "breath_infant")


def typical(substate):
    """Return one sample that looks as a substate does in the middle."""
    place = PARAMETERS.substates.index(substate)
    columns = {name: [PARAMETERS.channels[name].mean[place]] for name in COLUMNS}
    difference_c = PARAMETERS.channels["difference_c"].mean[place]
    columns["caregiver_temperature_c"] = [columns["infant_temperature_c"][0] - difference_c]
    activity = PARAMETERS.channels["activity"].mean[place]
    columns["activity_mg"] = [2.0**activity]
    knots = np.log2(PARAMETERS.breathing.activity_mg)
    for name in ("adult", "infant"):
        band = getattr(PARAMETERS.breathing, name)
        columns[f"breath_{name}"] = [np.interp(activity, knots, band.mean[:, place])]
    return columns


def fit_of(columns):
    return log_likelihoods(from_columns([0.0], interval_s=30, **columns), PARAMETERS)[0]


@pytest.mark.parametrize("substate", PARAMETERS.substates)
def test_emission_a_typical_sample_fits_its_own_state(substate):
    place = PARAMETERS.substates.index(substate)
    fit = fit_of(typical(substate))
    assert fit[place] == 0.0
    assert np.count_nonzero(fit == 0.0) < len(fit)


def test_emission_is_bounded_whatever_the_sample_says():
    for value in (-1e6, 0.0, 1e6):
        fit = fit_of({name: [value] for name in ALL_COLUMNS})
        assert fit.max() == 0.0
        assert fit.min() >= -PARAMETERS.evidence_max


def test_emission_without_any_channel_says_nothing():
    assert (fit_of({}) == 0.0).all()


def test_emission_a_missing_channel_leaves_what_the_others_say():
    whole = typical("ssc")
    without = {name: value for name, value in whole.items() if name != "breath_infant"}
    missing = whole | {"breath_infant": [np.nan]}
    assert fit_of(without) == pytest.approx(fit_of(missing))


def test_emission_breathing_that_movement_covers_says_little():
    # Goal: a mother who walks about alone must not pass for two who breathe.
    ssc = PARAMETERS.substates.index("ssc")
    alone = PARAMETERS.substates.index("worn_dry")
    knots = PARAMETERS.breathing.activity_mg
    difference = []
    for knot in (1, len(knots) - 1):
        columns = {
            "breath_infant": [PARAMETERS.breathing.infant.mean[knot, ssc]],
            "activity_mg": [knots[knot]],
        }
        fit = fit_of(columns) - fit_of({"activity_mg": [knots[knot]]})
        difference.append(fit[ssc] - fit[alone])
    assert difference[1] < difference[0] / 2


def test_emission_breathing_without_activity_is_doubted():
    whole = typical("ssc")
    calm = {"breath_adult": whole["breath_adult"], "breath_infant": whole["breath_infant"]}
    ssc = PARAMETERS.substates.index("ssc")
    nobody = PARAMETERS.substates.index("off_dry")
    with_activity = fit_of(calm | {"activity_mg": [16.0]})
    without = fit_of(calm)
    assert with_activity[ssc] - with_activity[nobody] > without[ssc] - without[nobody] > 0


def test_emission_knows_each_channel_of_the_parameters():
    samples = from_columns([0.0], interval_s=30)
    assert set(channel_values(samples)) == set(PARAMETERS.channels)


def test_emission_of_no_samples_is_empty():
    shape = log_likelihoods(from_columns([], interval_s=30), PARAMETERS).shape
    assert shape == (0, len(PARAMETERS.substates))
