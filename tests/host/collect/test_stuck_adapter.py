"""A collector whose adapter is stuck does what is due for it, tells and counts it."""

import asyncio

import pytest

from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.collector import Collector
from pouch_host.collect.healing import Step
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.status import WardStatus
from pouch_host.store import Store
from tests.host.collect.fake_band import (
    FakeAdapter,
    band,
    in_simulated_time,
    key_of,
    known_of,
    wall_clock,
)

BAND_IDS = (1, 2, 3)
IN_PROGRESS = "Bluetooth adapter: [org.bluez.Error.InProgress] Operation already in progress"


class StuckAdapter(FakeAdapter):
    """An adapter that gets stuck at a time in some way, until a step mends it.

    Args:
        how: "fails", "silent" or "reaches nobody".
        until: the step that mends it.
        at_s: when it gets stuck.
    """

    def __init__(self, links, how, until, at_s=400.0):
        super().__init__(links, moving=True, keys=keys())
        self._how = how
        self._until = until
        self._at_s = at_s
        self.mended_s = None

    @property
    def _is_stuck(self):
        return self.mended_s is None and asyncio.get_running_loop().time() >= self._at_s

    async def hear(self, wanted, timeout_s):
        if self._is_stuck and self._how == "fails":
            raise LinkError(LinkFailure.ADAPTER, IN_PROGRESS)
        if self._is_stuck and self._how == "silent":
            await asyncio.sleep(timeout_s)
            return None
        return await super().hear(wanted, timeout_s)

    def connect(self, band):
        if self._is_stuck and self._how == "reaches nobody":
            raise LinkError(LinkFailure.NOT_REACHED, f"{band.address}: timed out")
        return super().connect(band)

    async def heal(self, step):
        await super().heal(step)
        if step is self._until:
            self.mended_s = asyncio.get_running_loop().time()


class Unhealable(StuckAdapter):
    """An adapter on a machine where it cannot be reset."""

    async def heal(self, step):
        await super().heal(step)
        if step is Step.RESET:
            raise LinkError(LinkFailure.ADAPTER, "Bluetooth adapter: cannot be reset")


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def links():
    return {f"AA:0{number}": band(number, 10, key_of(number)) for number in BAND_IDS}


def keys():
    return {f"AA:0{number}": key_of(number) for number in BAND_IDS}


def run_for(adapter, store, for_s):
    """Run a collector; return its status and all that was told, each with its time."""
    known, status = known_of(*BAND_IDS), WardStatus(store, wall_clock)
    told = []

    async def scenario():
        loop = asyncio.get_running_loop()
        collector = Collector(
            adapter,
            store,
            wall_clock,
            known,
            ClockJudge(),
            name_of=known.name_of,
            status=status,
        )
        task = asyncio.ensure_future(
            collector.run(300.0, lambda outcome: told.append((loop.time(), outcome)))
        )
        await asyncio.sleep(for_s)
        task.cancel()

    in_simulated_time(scenario())
    return status, told


@pytest.mark.parametrize("until", list(Step))
@pytest.mark.parametrize("how", ["fails", "silent", "reaches nobody"])
def test_stuck_adapter_is_mended_by_the_step_that_helps_and_the_ward_is_read_again(
    store, how, until
):
    adapter = StuckAdapter(links(), how, until)
    status, told = run_for(adapter, store, 3 * 3600)
    assert adapter.mended_s is not None
    kinds = [step for _, step in adapter.steps]
    assert kinds == list(Step)[: len(kinds)]
    assert kinds[-1] is until
    assert status.step_counts == dict.fromkeys(kinds, 1)
    last_pulls_s = {}
    for time_s, outcome in told:
        last_pulls_s |= {result.band_id: time_s for result in outcome.pulls}
    assert min(last_pulls_s.values()) > 3 * 3600 - 400
    assert status.adapter_failure == ""
    assert bool(status.adapter_failure_count) == (how == "fails")


def test_reset_is_told_and_the_milder_steps_are_for_the_log(store, caplog):
    _, told = run_for(StuckAdapter(links(), "silent", Step.RESET), store, 3 * 3600)
    notes = [line for _, outcome in told for line in outcome.notes]
    assert notes == ["Bluetooth adapter seems to be stuck: it is reset"]
    lines = [record.message for record in caplog.records if "stuck" in record.message]
    assert len(lines) == 3


def test_machine_that_cannot_reset_its_adapter_says_so_once_and_goes_on(store):
    status, told = run_for(Unhealable(links(), "fails", None), store, 24 * 3600)
    notes = [line for _, outcome in told for line in outcome.notes]
    assert notes == ["Bluetooth adapter: cannot be reset"]
    assert status.step_counts[Step.RESET] == 0
    assert status.step_counts[Step.RESTART_SCAN] > 100
    assert status.adapter_failure == IN_PROGRESS


def test_connect_that_fails_by_the_adapter_does_not_count_against_the_band(store):
    class NotReady(FakeAdapter):
        failures = 2

        def connect(self, band):
            if self.failures:
                self.failures -= 1
                raise LinkError(LinkFailure.ADAPTER, "Bluetooth adapter: not ready")
            return super().connect(band)

    status, told = run_for(NotReady(links(), moving=True, keys=keys()), store, 200)
    assert [outcome.failures for _, outcome in told[:2]] == [["Bluetooth adapter: not ready"]] * 2
    # Half a minute after each, and in the next window then.
    assert [time_s for time_s, _ in told[:2]] == [0, 60]
    assert [one.label for one in status.bands()] == ["P-00000001", "P-00000002", "P-00000003"]
    assert not any(one.failure_counts for one in status.bands())
