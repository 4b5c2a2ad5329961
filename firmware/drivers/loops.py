"""The loops over every motion word, for the native emitter. Import them from `native`.

Native code, because bytecode takes some 30 times as long for the 375 words of an interval.
`native` runs this same text as bytecode where an interpreter cannot make native code. So it keeps
to what both do alike: no value leaves 31 bits, what lies in arrays is never negative (a 64-bit
machine reads a 32-bit element without its sign), and parameters are at most four.

A word is seven bytes as `Lsm6dsox.drain` leaves it: a tag, then x, y and z as two's complement,
low byte first, in steps of 0.061 mg.
"""

import micropython


@micropython.viper
def spread_sum(words: ptr8, window_count: int, window_words: int) -> int:
    """Return the sum over windows of the largest axis' peak-to-peak value, in counts.

    Args:
        words: whole words.
        window_count: how many windows to look at, 1 to 512.
        window_words: words of a window.
    """
    total = 0
    base = 0
    window = 0
    while window < window_count:
        largest = 0
        axis = 1
        while axis < 7:  # noqa: PLR2004 - low bytes of x, y and z lie at 1, 3 and 5 of 7
            low = 65535
            high = 0
            at = base + axis
            end = at + window_words * 7
            while at < end:
                # The sign bit turned over makes two's complement an offset: order is kept.
                value = (words[at] | words[at + 1] << 8) ^ 32768
                if value < low:  # noqa: PLR1730 - min() would make objects
                    low = value
                if value > high:  # noqa: PLR1730 - as above
                    high = value
                at += 7
            if high - low > largest:  # noqa: PLR1730 - as above
                largest = high - low
            axis += 2
        total += largest
        base += window_words * 7
        window += 1
    return total


@micropython.viper
def halve(words: ptr8, word_count: int, ring: ptr16, state: ptr32):  # noqa: ANN201 - viper's
    """Smooth each axis by weights 1-2-1 and put every second value into the ring.

    At half the rate 5 Hz would pass for 1.25 Hz; the weights take 20 dB off it, and 0.4 dB off
    1 Hz.

    Args:
        words: whole words.
        word_count: how many.
        ring: 64 values for each of three axes, in counts above -32768.
        state: number of the next word modulo 128, then what has been added up per axis.
    """
    word_no = state[0]
    at = 1
    end = 1 + word_count * 7
    while at < end:
        axis = 0
        while axis < 3:  # noqa: PLR2004 - x, y and z
            low = at + axis + axis
            value = (words[low] | words[low + 1] << 8) ^ 32768
            if word_no & 1:
                ring[(axis << 6) + (word_no >> 1)] = (state[axis + 1] + value) >> 2
                state[axis + 1] = value
            else:
                state[axis + 1] = state[axis + 1] + value + value
            axis += 1
        word_no = word_no + 1 & 127
        at += 7
    state[0] = word_no


@micropython.viper
def band_powers(ring: ptr16, oldest: int, tables: ptr8, powers: ptr32):  # noqa: ANN201
    """Sum the power of bins 2 to 4 and of bins 6 to 15 over the three axes.

    Each axis: mean taken off, clipped to +-511 steps of 0.244 mg, weighted by a Hann window, then
    the discrete Fourier transform of 64 values in the bins named. The largest sums: 64 * 2027 *
    127 before the shift, and below 2^29 over all bins and axes (Parseval).

    Args:
        ring: what `halve` fills, and 64 values more to work in.
        oldest: place of the oldest value, 0 to 63.
        tables: 64 of a sine, -127 to 127 with 128 added, then 64 of the window, 0 to 127.
        powers: set to the two sums.
    """
    adult = 0
    infant = 0
    axis = 0
    while axis < 192:  # noqa: PLR2004 - 3 * 64
        total = 0
        n = 0
        while n < 64:  # noqa: PLR2004 - values of a window
            total += ring[axis + n]
            n += 1
        mean = total >> 6
        n = 0
        while n < 64:  # noqa: PLR2004 - as above
            value = (ring[axis + (oldest + n & 63)] - mean) >> 2
            if value > 511:  # noqa: PLR1730, PLR2004 - as above; 125 mg
                value = 511
            if value < -511:  # noqa: PLR1730, PLR2004 - as above
                value = -511
            ring[192 + n] = (value * tables[64 + n] >> 5) + 4096
            n += 1
        k = 2
        while k < 16:  # noqa: PLR2004 - up to 1.46 Hz
            real = 0
            imaginary = 0
            turn = 0
            n = 192
            while n < 256:  # noqa: PLR2004 - the values just worked out
                value = ring[n] - 4096
                imaginary += value * (tables[turn] - 128)
                real += value * (tables[turn + 16 & 63] - 128)
                turn = turn + k & 63
                n += 1
            real >>= 10
            imaginary >>= 10
            power = real * real + imaginary * imaginary
            if k < 5:  # noqa: PLR2004 - below 0.49 Hz
                adult += power
            else:
                infant += power
            k += 1
            if k == 5:  # noqa: PLR2004 - the bin between the bands
                k = 6
        axis += 64
    powers[0] = adult
    powers[1] = infant
