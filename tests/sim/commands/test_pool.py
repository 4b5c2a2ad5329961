import os

import pytest

from pouch_host.errors import InputError
from pouch_sim.commands.pool import core_count, worked_through


def _halved(number):
    if number % 2:
        raise InputError(f"{number} is odd: give another")
    return number // 2


def _process(_number):
    return os.getpid()


def test_one_process_works_through_all_in_their_order_and_in_this_one():
    assert list(worked_through(_halved, [8, 2, 4], 1)) == [(0, 4), (1, 1), (2, 2)]
    assert list(worked_through(_process, [1, 2], 1)) == [(0, os.getpid()), (1, os.getpid())]


def test_several_processes_give_each_result_with_its_index():
    items = [8, 2, 4, 6]
    assert dict(worked_through(_halved, items, 2)) == {0: 4, 1: 1, 2: 2, 3: 3}


def test_error_of_a_process_is_raised_here_with_its_words():
    with pytest.raises(InputError, match="3 is odd: give another"):
        list(worked_through(_halved, [2, 3, 4], 2))


def test_nothing_to_do_is_done():
    assert list(worked_through(_halved, [], 4)) == []


def test_core_count_is_what_this_process_may_use():
    assert 1 <= core_count() <= (os.cpu_count() or 1)
