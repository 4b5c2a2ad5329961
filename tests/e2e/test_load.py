"""Fifty bands, one adapter, frames lost, a tenth of the bands away: nothing is missing at the end.

Three days of it: `make load`. Here is a part that takes a minute.
"""

from tests.e2e.load_ward import run_ward


def test_ward_of_fifty_with_losses_is_gapless_at_the_end(tmp_path, seed):
    result = run_ward(tmp_path, seed, 50, 1.5, interval_s=120)
    assert result.missing == {}
    assert result.wrong == {}
    assert result.record_count > 50 * 1.5 * 30
    assert result.failure_count > 0, "nothing was lost: the test proves nothing"


def test_what_is_missing_is_seen(tmp_path, seed, monkeypatch):
    # A collector that takes the first half of each report for the whole.
    from pouch_host.collect import pull

    take = pull._Fetch._take

    def forgetful(self, piece):
        if piece.first_record_no % 5 == 0:
            take(self, piece)

    monkeypatch.setattr(pull._Fetch, "_take", forgetful)
    result = run_ward(tmp_path, seed, 2, 2)
    assert result.missing
