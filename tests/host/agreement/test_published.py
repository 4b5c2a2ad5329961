"""Each statistic equals a worked example that somebody published, named beside its figures."""

import numpy as np
import pytest
from scipy import stats

from pouch_host.agreement import hours_statistics as hours
from pouch_host.agreement.clusters import cluster_interval
from pouch_host.agreement.correlation import icc_of_raters
from pouch_host.agreement.table_statistics import kappa, proportion, yes_no

# Bland and Altman, Lancet 1986;i:307-310, table 1: peak flow of 17 people, first readings, l/min.
LARGE_METER = [
    494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427,
]  # fmt: skip
MINI_METER = [
    512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451,
]  # fmt: skip

# Bland and Altman, J Biopharm Stat 2007;17:571-582, table 1: cardiac output of 12 people by two
# methods, several pairs of each (as in R's MethComp::cardiac).
RV = {
    1: "7.83 7.42 7.89 7.12 7.88", 2: "6.16 7.26 6.71 6.54",
    3: "4.75 5.24 4.86 4.78 6.05 5.42", 4: "4.21 3.61 3.72 3.87 3.92",
    5: "3.13 2.98 2.85 3.17 3.09 3.12", 6: "5.92 6.42 5.92 6.27",
    7: "7.13 6.62 6.58 6.93", 8: "4.54 4.81 5.11 5.29 5.39 5.57",
    9: "4.48 4.92 3.97", 10: "4.22 4.65 4.74 4.44 4.50",
    11: "6.78 6.07 6.52 6.42 6.41 5.76", 12: "5.06 4.72 4.90 4.80 4.90 5.10",
}  # fmt: skip
IC = {
    1: "6.57 5.62 6.90 6.57 6.35", 2: "4.06 4.29 4.26 4.09",
    3: "4.71 5.50 5.08 5.02 6.01 5.67", 4: "4.14 4.20 4.61 4.68 5.04",
    5: "3.03 2.86 2.77 2.46 2.32 2.43", 6: "5.90 5.81 5.70 5.76",
    7: "5.09 4.63 4.61 5.09", 8: "4.72 4.61 4.36 4.20 4.36 4.20",
    9: "3.17 3.12 2.96", 10: "4.35 4.62 3.16 3.53 3.53",
    11: "7.20 6.09 7.00 7.10 7.40 6.80", 12: "4.50 4.20 3.80 3.80 4.20 4.50",
}  # fmt: skip

# Shrout and Fleiss, Psychol Bull 1979;86:420-428, table 2: four judges, six targets.
JUDGES = {
    "1": [9, 6, 8, 7, 10, 6],
    "2": [2, 1, 4, 1, 5, 2],
    "3": [5, 3, 6, 2, 6, 4],
    "4": [8, 2, 8, 6, 9, 7],
}


def pairs(of_people):
    return [(str(who), float(text)) for who, line in of_people.items() for text in line.split()]


def test_bland_altman_1986_peak_flow():
    found = hours.bland_altman([str(n) for n in range(17)], MINI_METER, LARGE_METER, limits_sd=2)
    assert found.method == hours.ONE_DAY
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.sd.value == pytest.approx(38.8, abs=0.05)
    assert (found.lower.value, found.upper.value) == pytest.approx((-79.7, 75.5), abs=0.1)
    # The paper multiplies rounded figures.
    assert found.bias.interval == pytest.approx((-22.0, 17.8), abs=0.1)
    assert found.lower.interval == pytest.approx((-114.3, -45.1), abs=0.2)
    assert found.upper.interval == pytest.approx((40.9, 110.1), abs=0.2)


def test_bland_altman_2007_several_pairs_of_each():
    people = [who for who, _ in pairs(RV)]
    rv, ic = ([value for _, value in pairs(one)] for one in (RV, IC))
    found = hours.bland_altman(people, ic, rv)
    assert (found.days, found.infants) == (60, 12)
    assert found.method == hours.REPEATED
    assert found.bias.value == pytest.approx(0.6021667, abs=5e-8)
    # Ignoring whose they are.
    assert found.sd.value == pytest.approx(0.9610571, abs=5e-8)
    assert found.sd_within.said**2 == pytest.approx(0.170714026, rel=1e-6)
    assert found.sd_limits.value == pytest.approx(0.99062408, abs=5e-7)
    assert found.lower.value == pytest.approx(-1.3394565, abs=1e-6)
    assert found.upper.value == pytest.approx(2.5437899, abs=1e-6)


def test_intervals_of_limits_zou_2013():
    # On the same data, by agree_nest of the R package SimplyAgree 0.3.0 (R 4.2.2): LME and RME.
    # It has 1.959964 where the papers have 1.96.
    people = np.array([int(who) for who, _ in pairs(RV)]) - 1
    rv, ic = ([value for _, value in pairs(one)] for one in (RV, IC))
    away, towards = hours.margins(np.subtract(rv, ic), people, 0.170714026)
    assert (away, towards) == pytest.approx((1.366076, 0.735802), abs=1e-4)
    found = hours.bland_altman([str(who) for who in people], ic, rv)
    assert found.lower.interval == pytest.approx((-1.33946 - away, -1.33946 + towards), abs=1e-5)
    assert found.upper.interval == pytest.approx((2.54379 - towards, 2.54379 + away), abs=1e-5)


def test_intervals_of_limits_are_of_as_many_standard_deviations_as_the_limits():
    rng = np.random.default_rng(7)
    people = np.repeat(np.arange(6), 4)
    days = rng.normal(0, 1, 6)[people] + rng.normal(0, 1, 24)
    found = hours.bland_altman([str(who) for who in people], 0 * days, days, limits_sd=3)
    _, within = hours.mean_squares(days, people)
    (of_bias, _), (once, _), (thrice, _) = (
        hours.margins(days, people, within, limits_sd) for limits_sd in (0, 1, 3)
    )
    assert thrice**2 - of_bias**2 == pytest.approx(9 * (once**2 - of_bias**2))
    assert found.upper.interval[1] - found.upper.said == pytest.approx(thrice)


def test_intervals_of_few_infants_with_many_days_hold():
    # Goal: 95 of 100 intervals have the true limit, though days of an infant resemble each other.
    # Method: studies of five infants, half of the variance between them; fewer than 52 of 60 come
    # by chance three times in a thousand.
    rng = np.random.default_rng(2013)
    infants = np.repeat(np.arange(5), (4, 5, 6, 7, 8))
    held = {"bias": 0, "upper": 0}
    for _ in range(60):
        days = rng.normal(0, 1, 5)[infants] + rng.normal(0, 1, len(infants))
        found = hours.bland_altman([str(who) for who in infants], 0 * days, days)
        for name, true in (("bias", 0), ("upper", 1.96 * np.sqrt(2))):
            low, high = getattr(found, name).interval
            held[name] += low <= true <= high
    assert held["bias"] >= 52
    assert held["upper"] >= 52


def test_bland_altman_2007_mean_squares():
    people = np.array([int(who) for who, _ in pairs(RV)]) - 1
    differences = np.array(
        [rv - ic for (_, rv), (_, ic) in zip(pairs(RV), pairs(IC), strict=True)]
    )
    between, within = hours.mean_squares(differences, people)
    assert (between, within) == pytest.approx((4.2090856, 0.170714026), rel=1e-6)


def test_intraclass_correlation_shrout_and_fleiss_1979():
    found = icc_of_raters(list(range(6)), JUDGES)
    assert found["ICC(1,1)"].value == pytest.approx(0.17, abs=0.005)
    # Their ICC(2,1) and ICC(3,1), with the interval that they give for ICC(2,1).
    assert found["ICC(A,1)"].value == pytest.approx(0.29, abs=0.005)
    assert found["ICC(C,1)"].value == pytest.approx(0.71, abs=0.005)
    assert found["ICC(A,1)"].low == pytest.approx(0.02, abs=0.005)
    assert found["ICC(A,1)"].high == pytest.approx(0.76, abs=0.005)
    # ICC of the R package psych 2.2.9 on the same table.
    assert found["ICC(A,1)"].interval == pytest.approx((0.018787, 0.76108), abs=5e-6)
    assert found["ICC(C,1)"].interval == pytest.approx((0.342465, 0.94586), abs=5e-6)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # Sim and Wright, Phys Ther 2005;85:257-268: two clinicians on the lateral shift of 39.
        ([[22, 2], [4, 11]], 0.67),
        # Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions 2003, table 18.1:
        # psychotic of 100 by two raters.
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.676),
    ],
)
def test_kappa(table, expected):
    assert kappa(np.array(table)) == pytest.approx(expected, abs=0.0051)


# Each of the 39 of Sim and Wright as an infant of one unit.
ONE_UNIT_EACH = [
    np.eye(4, dtype=np.int64)[kind].reshape(2, 2)
    for kind, count in enumerate((22, 2, 4, 11))
    for _ in range(count)
]


def test_drawn_intervals_of_independent_units_are_about_the_known_ones():
    found = yes_no(ONE_UNIT_EACH)
    # Large-sample interval of Fleiss, Cohen and Everitt (Psychol Bull 1969;72:323), as psych of R
    # and statsmodels have it.
    assert found.kappa.value == pytest.approx(0.66667, abs=5e-6)
    assert found.kappa.interval == pytest.approx((0.42395, 0.90938), abs=0.04)
    assert found.agreement.interval == pytest.approx(found.agreement_wilson.interval, abs=0.05)


def test_drawn_interval_is_of_95_in_100():
    # What draws of 400 yes and no come to is known: quantiles of the binomial distribution.
    values = np.repeat([0.0, 1.0], (120, 280))
    found = cluster_interval(400, lambda chosen: float(values[chosen].mean()))
    assert found == pytest.approx(stats.binom.ppf([0.025, 0.975], 400, 0.7) / 400, abs=0.0026)


def test_minutes_of_an_infant_that_say_the_same_make_nothing_surer():
    once, many = yes_no(ONE_UNIT_EACH), yes_no([1440 * one for one in ONE_UNIT_EACH])
    for name in ("kappa", "agreement", "sensitivity", "specificity"):
        assert getattr(many, name).interval == pytest.approx(getattr(once, name).interval)
    low, high = many.agreement_wilson.interval
    assert high - low < 0.01


def test_sensitivity_and_specificity_altman_and_bland_1994():
    # BMJ 1994;308:1552: liver scan of 344; 231 of 258 abnormal and 54 of 86 normal ones found.
    found = yes_no([np.array([[54, 32], [27, 231]])])
    assert found.sensitivity.value == pytest.approx(0.90, abs=0.005)
    assert found.specificity.value == pytest.approx(0.63, abs=0.005)
    assert found.count == 344


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Newcombe, Stat Med 1998;17:857-872, table I, method 3 (Wilson).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_interval_newcombe_1998(count, of, low, high):
    found = proportion(count, of, "nothing")
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
