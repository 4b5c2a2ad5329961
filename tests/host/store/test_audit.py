from tests.host.store.plain_records import BAND_ID, START_UTC_S


def test_rows_come_newest_first_in_pages_and_of_one_infant(store):
    for number in range(5):
        code = f"bed-{number % 2}"
        store.audit.note(what="viewed", when_utc_s=number, who="Amina", infant=code)
    rows = store.audit.rows(limit=2)
    assert [row.when_utc_s for row in rows] == [4, 3]
    before = store.audit.rows(limit=2, before_id=rows[-1].audit_id)
    assert [row.when_utc_s for row in before] == [2, 1]
    of_one = store.audit.rows(infant="bed-1")
    assert [(row.infant, row.when_utc_s) for row in of_one] == [("bed-1", 3), ("bed-1", 1)]
    assert store.audit.rows(infant="bed-9") == []


def test_row_gives_back_what_was_noted(store):
    detail = {"staff": "آمنہ", "until_utc_s": 7}
    store.audit.note(what="x", when_utc_s=START_UTC_S, band_id=BAND_ID, detail=detail)
    (row,) = store.audit.rows()
    assert (row.what, row.who, row.infant, row.band_id) == ("x", None, None, BAND_ID)
    assert row.detail == detail
    assert (row.from_utc_s, row.to_utc_s, row.target_minutes) == (None, None, None)


def test_detail_is_empty_where_nothing_was_said(store):
    store.audit.note(what="x", when_utc_s=0)
    assert store.audit.rows()[0].detail == {}
