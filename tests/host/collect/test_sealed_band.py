"""The band on a list and the faulty way to it do what they say, or they prove nothing."""

import pytest

from pouch_host.collect.link import LinkError, LinkFailure
from pouch_protocol import records
from tests.host.collect.fake_band import LOG_ID, in_simulated_time, made_records
from tests.host.collect.faulty_way import Faults, FaultyWay
from tests.host.collect.sealed_band import SealedLink, SealedSource, Ward

_ITEMS = [bytes((number, 200, 100, 50)) for number in range(100)]


def _carried(faults, seed=1):
    way = FaultyWay(faults, seed)
    arrived = [item for sent in _ITEMS for item in way.carry(sent)]
    return arrived + way.rest(), way.counts


def test_way_without_faults_carries_all_in_order():
    assert _carried(Faults())[0] == _ITEMS


def test_each_fault_does_what_it_is_named_for():
    arrived, counts = _carried(Faults(lost=0.2))
    assert len(arrived) == 100 - counts["lost"] < 100
    assert arrived == sorted(arrived)
    arrived, counts = _carried(Faults(repeated=0.2))
    assert len(arrived) == 100 + counts["repeated"] > 100
    assert set(arrived) == set(_ITEMS)
    arrived, counts = _carried(Faults(late=0.2))
    assert counts["late"] > 0
    assert arrived != _ITEMS == sorted(arrived)
    arrived, counts = _carried(Faults(spoilt=0.2))
    assert sum(got != sent for got, sent in zip(arrived, _ITEMS, strict=True)) == counts["spoilt"]


def test_same_seed_does_the_same():
    faults = Faults(0.1, 0.1, 0.1, 0.1)
    assert _carried(faults, 5) == _carried(faults, 5)
    assert _carried(faults, 5) != _carried(faults, 6)


def test_channel_of_a_spoilt_frame_stays_what_it_was():
    way = FaultyWay(Faults(spoilt=1.0), 1)
    for channel in (0, 1):
        ((arrived, frame),) = way.carry((channel, _ITEMS[0]))
        assert arrived == channel
        assert frame != _ITEMS[0]


def test_link_ends_after_the_frame_that_it_is_told():
    with Ward() as ward:
        for cut_after in (0, 1, 20):
            link = SealedLink(SealedSource(made_records(300)), cut_after=cut_after)
            with pytest.raises(LinkError) as caught:
                in_simulated_time(ward.pull(link))
            assert caught.value.reason is LinkFailure.LOST
            assert link.sent == cut_after


def test_what_the_band_is_told_becomes_a_record_of_its_log():
    with Ward() as ward:
        source = SealedSource(made_records(3))
        in_simulated_time(ward.pull(SealedLink(source)))
        assert len(source.records) == 4
        assert records.check(source.records[3], LOG_ID, 3)
        assert ward.held() == dict(enumerate(source.records))
        assert source.sent_ranges == [(0, 2), (3, 3)]


def test_wards_share_nothing():
    with Ward() as one, Ward() as other:
        in_simulated_time(one.pull(SealedLink(SealedSource(made_records(3)))))
        assert len(one.held()) == 4
        assert other.held() == {}
