import datetime as dt

import pytest

from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_host.store.remarks import TEXT_MAX, RemarkKind, Verdict

NOW_UTC_S = 1_772_400_000
MACHINE = {"begin_utc_s": NOW_UTC_S - 7200, "end_utc_s": NOW_UTC_S - 3600, "ssc_minutes": 60}
SAID = (NOW_UTC_S - 7000, NOW_UTC_S - 3000)


@pytest.fixture
def store(path):
    with Store.open(path) as opened:
        opened.ensure_infant("bed-1")
        yield opened


def infant_id(store):
    return store.infants()[0].infant_id


def say(store, verdict, **parts):
    store.remarks.review("bed-1", verdict, who="Amina", when_utc_s=NOW_UTC_S, **parts)


def test_answer_keeps_what_the_machine_said_then(store):
    say(store, Verdict.CORRECTED, machine=MACHINE, said=SAID)
    (kept,) = store.remarks.reviews(infant_id(store))
    assert (kept.verdict, kept.machine, kept.who) == (Verdict.CORRECTED, MACHINE, "Amina")
    assert (kept.begin_utc_s, kept.end_utc_s) == (MACHINE["begin_utc_s"], MACHINE["end_utc_s"])
    assert (kept.said_begin_utc_s, kept.said_end_utc_s) == SAID


def test_answers_are_only_ever_added(store):
    say(store, Verdict.CONFIRMED, machine=MACHINE)
    say(store, Verdict.REJECTED, machine=MACHINE)
    kept = store.remarks.reviews(infant_id(store))
    assert [one.verdict for one in kept] == [Verdict.CONFIRMED, Verdict.REJECTED]


def test_answer_and_remark_are_in_the_audit_without_what_was_written(store):
    say(store, Verdict.MISSED, said=SAID)
    store.remarks.add(
        "bed-1", RemarkKind.NOTE, who="Amina", when_utc_s=NOW_UTC_S, text="fed at ten"
    )
    rows = store.audit.rows()
    assert [(row.what, row.who, row.infant) for row in rows] == [
        ("remarked", "Amina", "bed-1"),
        ("reviewed", "Amina", "bed-1"),
    ]
    assert "fed" not in repr(rows)
    assert rows[1].detail == {"verdict": "missed", "said": list(SAID)}


@pytest.mark.parametrize(
    ("verdict", "parts"),
    [
        (Verdict.CONFIRMED, {}),
        (Verdict.CORRECTED, {"machine": MACHINE}),
        (Verdict.MISSED, {}),
        (Verdict.MISSED, {"said": (SAID[1], SAID[0])}),
        (Verdict.MISSED, {"said": (SAID[0], SAID[0])}),
        (Verdict.MISSED, {"said": (NOW_UTC_S - 60, NOW_UTC_S + 60)}),
        (Verdict.MISSED, {"said": (NOW_UTC_S - 2 * 86400, NOW_UTC_S)}),
        (Verdict.MISSED, {"said": (0, 3600)}),
    ],
    ids=["no session", "no times", "no span", "backwards", "empty", "future", "two days", "1970"],
)
def test_answer_that_cannot_be_is_refused_and_nothing_kept(store, verdict, parts):
    with pytest.raises(InputError):
        say(store, verdict, **parts)
    assert store.remarks.reviews(infant_id(store)) == []
    assert store.audit.rows() == []


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (RemarkKind.NOTE, {"text": "  "}),
        (RemarkKind.NOTE, {"text": "x" * (TEXT_MAX + 1)}),
        (RemarkKind.LOW_HOURS, {"reason": "mother_unwell"}),
        (RemarkKind.LOW_HOURS, {"reason": "lazy", "date": dt.date(2026, 3, 1)}),
        (RemarkKind.SESSION_END, {"reason": "hour_achieved"}),
        (RemarkKind.LOW_HOURS, {"reason": "too_hot", "date": dt.date(2026, 3, 3)}),
        (RemarkKind.LOW_HOURS, {"reason": "too_hot", "date": dt.date.max}),
        (RemarkKind.LOW_HOURS, {"reason": "too_hot", "date": dt.date.min}),
        (RemarkKind.SESSION_END, {"reason": "other", "utc_s": NOW_UTC_S + 60}),
        (RemarkKind.SESSION_END, {"reason": "other", "utc_s": -62_135_596_800}),
    ],
    ids=[
        "empty",
        "too long",
        "no day",
        "no such reason",
        "no time",
        "tomorrow",
        "9999",
        "year 1",
        "moment to come",
        "moment of year 1",
    ],
)
def test_remark_that_cannot_be_is_refused(store, kind, parts):
    with pytest.raises(InputError):
        store.remarks.add("bed-1", kind, who="Amina", when_utc_s=NOW_UTC_S, **parts)
    assert store.remarks.remarks(infant_id(store)) == []


def test_remarks_newest_first(store):
    day = dt.date(2026, 3, 1)
    add = store.remarks.add
    add("bed-1", RemarkKind.NOTE, who="Amina", when_utc_s=NOW_UTC_S, text="one")
    add(
        "bed-1",
        RemarkKind.LOW_HOURS,
        who="Samina",
        when_utc_s=NOW_UTC_S,
        date=day,
        reason="too_hot",
    )
    newest, oldest = store.remarks.remarks(infant_id(store))
    assert (newest.kind, newest.date, newest.reason) == (RemarkKind.LOW_HOURS, day, "too_hot")
    assert (oldest.text, oldest.date, oldest.reason) == ("one", None, None)


def test_remark_about_nobody_is_refused(store):
    with pytest.raises(InputError, match="no infant 'bed-9'"):
        store.remarks.add("bed-9", RemarkKind.NOTE, who="Amina", when_utc_s=NOW_UTC_S, text="one")


@pytest.mark.parametrize(
    ("day", "is_kept"),
    [
        (dt.date(2026, 2, 10), False),
        (dt.date(2026, 2, 12), True),
        (dt.date(2026, 3, 2), True),
    ],
)
def test_reason_is_of_a_day_on_which_the_infant_was_here(store, day, is_kept):
    # A day of grace for each side: in which zone the ward is does not matter here.
    came_utc_s = dt.datetime(2026, 2, 12, 12, tzinfo=dt.UTC).timestamp()
    store.assign(9, "bed-1", came_utc_s)

    def add():
        store.remarks.add(
            "bed-1", RemarkKind.LOW_HOURS, who="Amina", when_utc_s=NOW_UTC_S, date=day,
            reason="too_hot",
        )  # fmt: skip

    if is_kept:
        add()
    else:
        with pytest.raises(InputError, match="before the infant came here: check the date"):
            add()
    assert len(store.remarks.remarks(infant_id(store))) == is_kept
