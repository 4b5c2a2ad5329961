import pytest

from pouch_host.store import Store
from tests.host.store.plain_records import BAND_ID, START_UTC_S, add


def fill(path, *, first=0):
    with Store.open(path) as store:
        store.assign(BAND_ID, "bed-1", START_UTC_S)
        add(store, first, 5)
        add(store, 20, 5)
        return store.content_digest()


def test_digest_of_the_same_content_is_the_same_in_another_file(tmp_path):
    assert fill(tmp_path / "a.sqlite") == fill(tmp_path / "b.sqlite")


def test_digest_of_other_records_differs(tmp_path):
    assert fill(tmp_path / "a.sqlite") != fill(tmp_path / "b.sqlite", first=1)


def test_digest_of_the_same_records_in_another_order_differs(tmp_path):
    with Store.open(tmp_path / "a.sqlite") as one, Store.open(tmp_path / "b.sqlite") as other:
        for store, order in ((one, (0, 20)), (other, (20, 0))):
            for first in order:
                add(store, first, 5)
        assert one.content_digest() != other.content_digest()


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.set_zone("Asia/Karachi"),
        lambda store: store.ensure_infant("bed-9"),
        lambda store: store.set_target("bed-1", 6, when_utc_s=START_UTC_S),
        lambda store: store.record_contact(BAND_ID, START_UTC_S, battery_mv=3900),
        lambda store: store.assign(BAND_ID, "bed-2", START_UTC_S + 1),
    ],
)
def test_digest_changes_with_every_table(tmp_path, change):
    path = tmp_path / "a.sqlite"
    before = fill(path)
    with Store.open(path) as store:
        change(store)
        assert store.content_digest() != before
