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


def test_digest_is_the_same_whoever_is_signed_in(tmp_path):
    path = tmp_path / "a.sqlite"
    fill(path)
    with Store.open(path) as store:
        staff = store.accounts.add("Amina", "nurse", "hash", when_utc_s=0, who=None)
        begin = {"secret_hash": "hash", "now_utc_s": 0}
        store.logins.begin(staff.staff_id, "token", "csrf", **begin)
        before = store.content_digest()
        store.logins.touch("token", 60)
        assert store.content_digest() == before
        store.logins.end("token")
        assert store.content_digest() == before
