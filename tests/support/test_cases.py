"""The runner of numbered cases runs all that it should, and says how to repeat one."""

import pytest

from tests.support.cases import Cases


def test_share_is_run_unless_the_whole_is_wanted():
    for whole, expected in ((False, [1, 2]), (True, [1, 2, 3, 4])):
        seen = []
        assert Cases("a", whole=whole).run(seen.append, [1, 2], range(1, 5)) == len(expected)
        assert seen == expected


def test_one_case_is_run_alone():
    seen = []
    Cases("a", only=77).run(seen.append, range(10))
    assert seen == [77]


def test_no_case_at_all_is_no_success():
    with pytest.raises(AssertionError):
        Cases("a").run(print, [])


def test_failing_case_says_how_to_repeat_it():
    with pytest.raises(ZeroDivisionError) as caught:
        Cases("tests/a.py::test_b").run(lambda number: 1 // (number - 3), range(10))
    assert caught.value.__notes__ == ["repeat: pytest 'tests/a.py::test_b' --case 3"]
