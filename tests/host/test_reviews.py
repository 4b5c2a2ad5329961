import numpy as np
import pytest

from pouch_host.analysis.minutes import MinuteStates
from pouch_host.analysis.sessions import Session
from pouch_host.analysis.states import State
from pouch_host.derive.reviews import reviewed_contact, reviewed_sessions
from pouch_host.store.remarks import Review, Verdict

START_UTC_S = 1_772_323_200


def at(minute):
    return START_UTC_S + 60 * minute


def session(begin, end):
    return Session(at(begin), at(end), end - begin, 0, 0, begin_known=True, end_known=True)


def review(number, verdict, machine=None, said=None):
    begin, end = (at(one) for one in machine) if machine else (None, None)
    said_begin, said_end = (at(one) for one in said) if said else (None, None)
    return Review(number, begin, end, {}, verdict, said_begin, said_end, "Amina", at(1000))


def minutes(*contact):
    states = np.full(300, State.OFF, np.uint8)
    for begin, end in contact:
        states[begin:end] = State.SSC
    empty = np.zeros(300)
    return MinuteStates(START_UTC_S, states, empty, empty, empty, empty, empty, "made")


def spans(reviewed):
    return [
        None
        if one.span_utc_s is None
        else tuple((edge - START_UTC_S) // 60 for edge in one.span_utc_s)
        for one in reviewed
    ]


MACHINE = (session(10, 70), session(100, 160))


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ([], [(10, 70), (100, 160)]),
        ([review(1, Verdict.CONFIRMED, (10, 70))], [(10, 70), (100, 160)]),
        ([review(1, Verdict.REJECTED, (10, 70))], [None, (100, 160)]),
        ([review(1, Verdict.CORRECTED, (100, 160), (105, 150))], [(10, 70), (105, 150)]),
        ([review(1, Verdict.MISSED, said=(200, 260))], [(10, 70), (100, 160), (200, 260)]),
        (
            [
                review(1, Verdict.REJECTED, (10, 70)),
                review(2, Verdict.CONFIRMED, (10, 70)),
            ],
            [(10, 70), (100, 160)],
        ),
        (
            [
                review(1, Verdict.REJECTED, (10, 70)),
                review(2, Verdict.WITHDRAWN, (10, 70)),
            ],
            [(10, 70), (100, 160)],
        ),
        (
            [
                review(1, Verdict.MISSED, said=(200, 260)),
                review(2, Verdict.WITHDRAWN, said=(200, 260)),
            ],
            [(10, 70), (100, 160)],
        ),
    ],
    ids=[
        "none", "confirmed", "rejected", "corrected", "missed", "the newest holds", "withdrawn",
        "missed withdrawn",
    ],
)  # fmt: skip
def test_newest_answer_holds(reviews, expected):
    assert spans(reviewed_sessions(MACHINE, reviews)) == expected


def test_answer_stays_with_a_session_whose_edges_late_records_moved():
    joined = reviewed_sessions([session(12, 75)], [review(1, Verdict.CONFIRMED, (10, 70))])
    assert [one.changed for one in joined] == [True]
    assert joined[0].review is not None


def test_answer_to_a_session_that_was_cut_in_two_goes_with_the_larger_part():
    parts = [session(10, 30), session(36, 70)]
    joined = reviewed_sessions(parts, [review(1, Verdict.CORRECTED, (10, 70), (5, 60))])
    assert [one.review is not None for one in joined] == [False, True]


def test_what_a_rejected_session_has_grown_by_since_is_the_machines():
    found = minutes((10, 200))
    joined = reviewed_sessions([session(10, 200)], [review(1, Verdict.REJECTED, (10, 15))])
    assert np.flatnonzero(reviewed_contact(found, joined)).tolist() == [*range(15, 200)]
    assert joined[0].changed


def test_answer_about_a_session_that_is_gone_goes_with_no_other():
    joined = reviewed_sessions(MACHINE, [review(1, Verdict.REJECTED, (200, 260))])
    assert [one.review for one in joined] == [None, None]


def test_contact_counts_answers_and_leaves_the_rest_to_the_machine():
    found = minutes((10, 70), (100, 160))
    joined = reviewed_sessions(
        MACHINE,
        [
            review(1, Verdict.CORRECTED, (10, 70), (5, 40)),
            review(2, Verdict.MISSED, said=(200, 260)),
        ],
    )
    contact = reviewed_contact(found, joined)
    assert np.flatnonzero(contact).tolist() == [*range(5, 40), *range(100, 160), *range(200, 260)]
    # The machine's own answer is as it was.
    assert int((found.states == State.SSC).sum()) == 120


def test_confirmed_session_keeps_the_gaps_that_the_machine_saw():
    found = minutes((10, 30), (33, 70))
    joined = reviewed_sessions([session(10, 70)], [review(1, Verdict.CONFIRMED, (10, 70))])
    assert int(reviewed_contact(found, joined).sum()) == 57


def test_answer_that_reaches_beyond_the_minutes_counts_as_far_as_they_go():
    found = minutes()
    joined = reviewed_sessions([], [review(1, Verdict.MISSED, said=(-30, 20))])
    assert int(reviewed_contact(found, joined).sum()) == 20
