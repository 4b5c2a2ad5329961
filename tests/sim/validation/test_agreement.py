import numpy as np
import pytest

from pouch_sim.validation.agreement import SIZE, agreement, confusion, contact_or_not, kappa, share

UNKNOWN, OFF, CAREGIVER, INFANT, SSC = range(SIZE)


def _states(*runs):
    """Return states of runs, each a state and how many minutes."""
    return np.concatenate([np.full(count, state, np.uint8) for state, count in runs])


def _table(*cells):
    """Return a table of cells, each what happened, what was said, and how often."""
    table = np.zeros((SIZE, SIZE), dtype=np.int64)
    for true, said, count in cells:
        table[true, said] = count
    return table


def test_confusion_counts_what_was_said_of_what_happened():
    true = _states((SSC, 3), (OFF, 2))
    said = _states((SSC, 2), (UNKNOWN, 1), (OFF, 1), (SSC, 1))
    table = confusion(true, said)
    assert table[SSC].tolist() == [1, 0, 0, 0, 2]
    assert table[OFF].tolist() == [0, 1, 0, 0, 1]
    assert table.sum() == 5


def test_confusion_of_unequal_lengths_is_refused():
    with pytest.raises(ValueError, match="2 true minutes and 3 of the analysis"):
        confusion(_states((SSC, 2)), _states((SSC, 3)))


def test_kappa_is_the_textbooks():
    # 35 of 50 agree, 25 would by chance: (0.7 - 0.5) / (1 - 0.5).
    table = _table((OFF, OFF, 20), (OFF, SSC, 5), (SSC, OFF, 10), (SSC, SSC, 15))
    assert kappa(table) == pytest.approx(0.4)


@pytest.mark.parametrize("table", [_table(), _table((SSC, SSC, 9))])
def test_kappa_is_none_without_minutes_or_with_one_state_alone(table):
    assert kappa(table) is None


def test_kappa_is_zero_where_one_state_is_always_said():
    assert kappa(_table((SSC, SSC, 6), (OFF, SSC, 4))) == pytest.approx(0.0)


def test_unknown_minutes_count_beside_kappa_and_against_the_one_with_unknown():
    table = _table((SSC, SSC, 40), (OFF, OFF, 40), (SSC, UNKNOWN, 20))
    found = agreement(table)
    assert found["minutes"] == 100
    assert found["known_share"] == pytest.approx(0.8)
    assert found["kappa"] == pytest.approx(1.0)
    # 80 agree; by chance 60 x 40 + 40 x 40 of 10,000: (0.8 - 0.4) / (1 - 0.4).
    assert found["kappa_with_unknown"] == pytest.approx(2 / 3)
    assert found["confident_wrong_share"] == 0.0


def test_wrong_minutes_are_a_share_of_all_and_of_the_known_ones():
    found = agreement(_table((SSC, SSC, 40), (OFF, SSC, 10), (SSC, UNKNOWN, 50)))
    assert found["confident_wrong_share"] == pytest.approx(0.1)
    assert found["wrong_share_of_known"] == pytest.approx(0.2)
    assert agreement(_table((SSC, UNKNOWN, 5)))["wrong_share_of_known"] is None


def test_contact_or_not_does_not_mind_which_other_state_it_was():
    table = _table((SSC, SSC, 4), (SSC, INFANT, 2), (OFF, CAREGIVER, 7), (INFANT, SSC, 3),
                   (CAREGIVER, UNKNOWN, 5), (SSC, UNKNOWN, 6))  # fmt: skip
    assert contact_or_not(table).tolist() == [[0, 0, 0], [5, 7, 3], [6, 2, 4]]


def test_each_state_has_its_sensitivity_and_specificity_over_known_minutes():
    table = _table(
        (SSC, SSC, 8), (SSC, INFANT, 1), (SSC, UNKNOWN, 1), (INFANT, INFANT, 6), (INFANT, SSC, 4)
    )
    found = agreement(table)["per_state"]
    assert found["ssc"] == {
        "true_minutes": 10,
        "known_share": pytest.approx(0.9),
        "sensitivity": pytest.approx(8 / 9),
        "specificity": pytest.approx(0.6),
        "confident_wrong_share": pytest.approx(0.1),
    }
    assert found["infant_only"]["sensitivity"] == pytest.approx(0.6)
    assert found["infant_only"]["specificity"] == pytest.approx(8 / 9)
    assert found["infant_only"]["confident_wrong_share"] == pytest.approx(0.4)
    # Nothing was off: nothing to find, and nothing was wrongly said.
    assert found["off"]["sensitivity"] is None
    assert found["off"]["specificity"] == 1.0
    assert found["off"]["confident_wrong_share"] is None


def test_share_of_nothing_is_none():
    assert share(0, 0) is None
