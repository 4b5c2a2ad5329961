"""Motion as words of the accelerometer's FIFO, and how to bring them into the VM."""

import numpy as np

WORD_BYTES = 7
RATE_HZ = 12.5
MG_PER_COUNT = 0.061


def encode(counts):
    """Return words as `Lsm6dsox.drain` leaves them, for counts (n, 3)."""
    words = np.zeros((len(counts), WORD_BYTES), dtype=np.uint8)
    words[:, 0] = 0x10
    words[:, 1:] = np.ascontiguousarray(counts, dtype="<i2").view(np.uint8).reshape(-1, 6)
    return words.tobytes()


def to_counts(acceleration_mg):
    """Return what the chip makes of thousandths of g (n, 3): rounded and clipped."""
    counts = np.rint(np.asarray(acceleration_mg) / MG_PER_COUNT)
    return np.clip(counts, -0x8000, 0x7FFF).astype(np.int64)


def put_words(bench, counts):
    """Make them the VM's `words`."""
    bench.do(f"words = bytearray(bytes.fromhex('{encode(counts).hex()}'))")


def sine_mg(count, frequency_hz, rms_mg, *, along=(0, 0, 1), gravity=(0, 0, 1), phase=0.0):
    """Return a sine along one direction on top of gravity, thousandths of g (n, 3)."""
    times_s = np.arange(count) / RATE_HZ
    wave_mg = rms_mg * np.sqrt(2) * np.sin(2 * np.pi * frequency_hz * times_s + phase)
    return np.outer(wave_mg, along) + 1000 * np.asarray(gravity, dtype=float)


def postures(draw, count):
    """Return some directions of length one, spread evenly."""
    directions = draw.normal(size=(count, 3))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)
