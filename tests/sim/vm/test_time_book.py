"""Where the time of a band goes, by the frames that come from it and go to it."""

from pouch_sim.vm.shadow.opcodes import ASLEEP, AWAKE, RADIO_ON
from pouch_sim.vm.time_book import TimeBook


def booked(book):
    return book.asleep_us, book.radio_us, book.busy_us


def test_time_between_two_frames_is_work_or_the_radios():
    book = TimeBook()
    book.start(1_000)
    book.ran(AWAKE, 1_400)
    assert booked(book) == (0, 0, 400)
    book.ran(RADIO_ON, 2_000)
    assert booked(book) == (0, 600, 400)


def test_time_of_waiting_is_sleep_or_the_radios_or_nobodys():
    book = TimeBook()
    book.waited(AWAKE, 10)
    assert booked(book) == (0, 0, 0)
    book.waited(ASLEEP, 30)
    assert booked(book) == (20, 0, 0)
    book.waited(RADIO_ON, 100)
    assert booked(book) == (20, 70, 0)


def test_band_that_is_ahead_of_the_world_has_not_waited():
    book = TimeBook()
    book.ran(AWAKE, 500)
    book.waited(ASLEEP, 400)
    book.ran(AWAKE, 700)
    assert booked(book) == (0, 0, 700)


def test_start_forgets_what_was_in_the_factory():
    book = TimeBook()
    book.ran(AWAKE, 5_000)
    book.start(100)
    book.ran(AWAKE, 150)
    assert booked(book) == (0, 0, 50)
