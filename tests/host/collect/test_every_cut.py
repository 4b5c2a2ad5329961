"""A pull of 500 records is cut after every frame in turn: nothing is lost, nothing asked twice."""

import random

import pytest

from pouch_host.collect import pull as pull_module
from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.store.ranges import merge
from tests.host.collect.fake_band import LOG_ID, in_simulated_time, made_records
from tests.host.collect.sealed_band import SealedLink, SealedSource, Ward
from tests.protocol.plain import BAND_ID

MTUS = (23, 185, 247, 517)
_ATT_HEAD_BYTES = 3
_RECORDS = made_records(500)
_BOOTS = 3
# At MTU 23 a pull is a thousand frames: an eighth of the cuts in each run, others with each seed.
_SHARE_OF_SMALL = 8


@pytest.fixture(autouse=True)
def small_runs(monkeypatch):
    """Make durable what arrives in runs of 120 records, so that a cut falls among several."""
    monkeypatch.setattr(pull_module, "_RUN_RECORDS_MAX", 120)


def _link(source, mtu, cut_after=None):
    return SealedLink(source, mtu - _ATT_HEAD_BYTES, cut_after)


def _clean(mtu):
    """Return how many frames a pull that nobody cuts takes, both ways together."""
    with Ward() as ward:
        source = SealedSource(list(_RECORDS), _BOOTS)
        link = _link(source, mtu)
        in_simulated_time(ward.pull(link))
        assert ward.held() == dict(enumerate(source.records))
        return link.sent


def _check_cut(mtu, cut_after):
    with Ward() as ward:
        source = SealedSource(list(_RECORDS), _BOOTS)
        with pytest.raises(LinkError) as caught:
            in_simulated_time(ward.pull(_link(source, mtu, cut_after)))
        assert caught.value.reason is LinkFailure.LOST
        before = ward.held()
        assert before.items() <= dict(enumerate(source.records)).items()
        held = ward.store.held_ranges(BAND_ID, LOG_ID)
        source.sent_ranges.clear()
        result = in_simulated_time(ward.pull(_link(source, mtu)))
        assert ward.held() == dict(enumerate(source.records))
        assert (result.missing_count, result.absent_count, result.damaged_count) == (0, 0, 0)
        assert result.new_count == len(source.records) - len(before)
        # Not one record that was stored already was sent again.
        sent = source.sent_ranges
        assert merge(sent + held) == [(0, len(source.records) - 1)]
        assert sum(last - first + 1 for first, last in sent) == result.new_count
        return len(before)


@pytest.mark.parametrize("mtu", MTUS)
def test_pull_cut_after_any_frame_is_completed_by_the_next_one_alone(
    mtu, cases, seed, record_property
):
    frames = _clean(mtu)
    share = every = range(frames)
    if mtu == min(MTUS):
        share = sorted(random.Random(seed).sample(every, frames // _SHARE_OF_SMALL))
    stored = []
    count = cases.run(lambda n: stored.append(_check_cut(mtu, n)), share, every)
    record_property("figure", f"link: cut after {count} of {frames} frames at MTU {mtu}")
    # The cuts fell before, within and after what is stored: they tried what they are for.
    if count > 1:
        assert min(stored) == 0
        assert max(stored) > len(_RECORDS) * 9 // 10
        assert len(set(stored)) >= len(_RECORDS) // 120


def test_planted_pull_that_forgets_what_arrived_before_the_cut_is_found(monkeypatch):
    # A pull that stores only what was reported whole asks for everything again.
    def forget(self):
        self._run = []

    sound = pull_module._Fetch._store_run
    frames = _clean(247)
    monkeypatch.setattr(pull_module._Fetch, "_store_run", forget)
    with pytest.raises(AssertionError):
        _check_cut(247, frames - 2)
    monkeypatch.setattr(pull_module._Fetch, "_store_run", sound)
    assert _check_cut(247, frames - 2) > 0


def test_planted_hole_that_is_never_asked_for_is_found(monkeypatch):
    holes = pull_module._Fetch.run

    async def without_the_first(self, oldest, newest):
        return await holes(self, oldest + 1, newest)

    monkeypatch.setattr(pull_module._Fetch, "run", without_the_first)
    with pytest.raises(AssertionError):
        _check_cut(247, 20)
