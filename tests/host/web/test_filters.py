import pytest

from pouch_host.web.filters import Age, age, one_decimal, percent


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, Age(0, "s")),
        (0, Age(0, "s")),
        (59.9, Age(0, "s")),
        (60, Age(1, "min")),
        (5399, Age(89, "min")),
        (5400, Age(1, "h")),
        (47 * 3600, Age(47, "h")),
        (48 * 3600, Age(2, "d")),
    ],
)
def test_age_takes_the_largest_unit_that_is_exact_enough(seconds, expected):
    assert age(seconds) == expected


def test_percent_is_100_only_if_nothing_is_missing():
    assert [percent(share) for share in (0.0, 0.5, 0.996, 1.0)] == ["0", "50", "99", "100"]


def test_one_decimal_keeps_one():
    assert one_decimal(36.74) == "36.7"
