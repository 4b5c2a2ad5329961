import os

import pytest

from pouch_sim.vm.cores import pin_to_one_core

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="this system has no processor affinity"
)


@pytest.fixture
def cores():
    """The cores of this machine; the affinity is put back afterwards."""
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, range(os.cpu_count()))
        yield sorted(os.sched_getaffinity(0))
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize("worker", ["gw0", "gw1", "gw7"])
def test_workers_of_xdist_are_spread_over_the_cores(cores, monkeypatch, worker):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)

    assert pin_to_one_core() == cores[int(worker[2:]) % len(cores)]
    assert len(os.sched_getaffinity(0)) == 1


def test_affinity_that_is_one_core_already_is_respected(cores, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    os.sched_setaffinity(0, {cores[-1]})

    assert pin_to_one_core() == cores[-1]


def test_without_xdist_one_core_is_taken(cores, monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)

    core = pin_to_one_core()

    assert core in cores
    assert os.sched_getaffinity(0) == {core}
