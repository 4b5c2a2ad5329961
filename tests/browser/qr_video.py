"""A film of a code held before a camera, in the plain format that Chromium plays as its camera."""

import numpy as np
import segno

_WIDTH, _HEIGHT = 640, 480
_FRAMES = 4
_FRAMES_PER_S = 10
# Video's own black and white, and grey without a colour (ITU-R BT.601).
_BLACK, _WHITE, _NO_COLOUR = 16, 235, 128
_TABLE = 120
"""Luma of what the label lies on."""
_SIDE_SHARE = 0.7
_QUIET = 4


def show(path, text):
    """Let a camera see a code.

    Args:
        path: of the film; Chromium reads it when a page opens the camera.
        text: in the code; None for a camera that sees no code.
    """
    frame = np.full((_HEIGHT, _WIDTH), _TABLE, dtype=np.uint8)
    if text is not None:
        label = _label(text)
        top, left = (_HEIGHT - len(label)) // 2, (_WIDTH - len(label)) // 2
        frame[top : top + len(label), left : left + len(label)] = label
    colours = np.full(_WIDTH * _HEIGHT // 2, _NO_COLOUR, dtype=np.uint8)
    picture = b"FRAME\n" + frame.tobytes() + colours.tobytes()
    head = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F{_FRAMES_PER_S}:1 Ip A1:1 C420jpeg\n"
    path.write_bytes(head.encode() + _FRAMES * picture)


def _label(text):
    """Return a code with the white around it, as luma."""
    code = segno.make(text, error="m", micro=False)
    modules = np.array([list(row) for row in code.matrix], dtype=bool)
    modules = np.pad(modules, _QUIET)
    scale = int(_SIDE_SHARE * _HEIGHT) // len(modules)
    dark = modules.repeat(scale, 0).repeat(scale, 1)
    return np.where(dark, _BLACK, _WHITE).astype(np.uint8)
