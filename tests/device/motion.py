"""Activity and breathing from motion words: locked numbers, whoever works them out.

A board does so in native code, an interpreter without a native emitter in bytecode.
"""

from array import array

from drivers import native
from drivers.activity import activity_mg
from drivers.breathing import BREATH_MISSING, Breathing
from tests.support.on_band.device import skip

WORDS = 128
# Steps of the accelerometer in a milli-g, nearly: 0.061 mg each.
COUNTS_PER_MG = 16


def _triangle(number, period, height):
    """Return a wave from -height to height and back, in whole numbers."""
    place = number * 4 * height // period % (4 * height)
    if place > 3 * height:
        return place - 4 * height
    return 2 * height - place if place > height else place


def _words(first, counts_of):
    """Return WORDS words of the FIFO; `counts_of` gives the three axes of a number."""
    words = bytearray(7 * WORDS)
    for index in range(WORDS):
        at = 7 * index
        words[at] = 0x10
        for counts in counts_of(first + index):
            words[at + 1] = counts & 0xFF
            words[at + 2] = counts >> 8 & 0xFF
            at += 2
    return words


def _adult(number):
    # 15 a minute at 12.5 words a second, 10 mg, on gravity along z.
    return _triangle(number, 50, 10 * COUNTS_PER_MG), 0, 16_393


def _infant(number):
    # Once a second, 5 mg, on y, with gravity along -x.
    return -16_393, _triangle(4 * number, 50, 5 * COUNTS_PER_MG), 0


def _breaths(counts_of):
    breathing = Breathing()
    for first in range(0, 3 * WORDS, WORDS):
        breathing.feed(_words(first, counts_of), WORDS)
    return breathing.take()


def test_activity_of_a_still_pod_is_zero():
    assert activity_mg(_words(0, lambda number: (0, 0, 16_393)), WORDS) == 0


def test_activity_of_a_wave_is_its_locked_number():
    assert activity_mg(_words(0, _adult), WORDS) == ACTIVITY_MG
    assert activity_mg(bytearray(7), 0) == 255


def test_activity_of_full_scale_saturates():
    ends = (-32_768, 32_767)
    assert activity_mg(_words(0, lambda number: (ends[number & 1], 0, 0)), WORDS) == 254


def test_adults_breath_is_its_locked_number():
    assert _breaths(_adult) == ADULT_BREATH


def test_infants_breath_is_its_locked_number():
    assert _breaths(_infant) == INFANT_BREATH


def test_too_few_words_are_no_breath():
    breathing = Breathing()
    breathing.feed(_words(0, _adult), WORDS - 1)
    assert breathing.take() == (BREATH_MISSING, BREATH_MISSING)


def test_native_code_and_bytecode_agree():
    if not native.NATIVE:
        skip("this interpreter makes no native code: bytecode worked the numbers out")
    names = native.bytecode()
    words = _words(0, _infant)
    native_ring, native_state = array("H", bytes(512)), array("i", bytes(16))
    ring, state = array("H", bytes(512)), array("i", bytes(16))
    native.halve(words, WORDS, native_ring, native_state)
    names["halve"](words, WORDS, ring, state)
    assert (native_ring, native_state) == (ring, state)
    assert native.spread_sum(words, 10, 12) == names["spread_sum"](words, 10, 12)
    tables = bytes(128 + number % 100 for number in range(128))
    powers, native_powers = array("i", bytes(8)), array("i", bytes(8))
    names["band_powers"](ring, 5, tables, powers)
    native.band_powers(native_ring, 5, tables, native_powers)
    assert native_powers == powers
    assert powers[0]


# Worked out by bytecode and by the native code of an x86-64, which agree.
ACTIVITY_MG = 7
ADULT_BREATH = (87, 37)
INFANT_BREATH = (0, 70)
