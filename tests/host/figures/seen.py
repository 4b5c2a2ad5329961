"""What is on a figure as a reader sees it: its texts and where they are, and its greys."""

from io import BytesIO

import numpy as np
from matplotlib.text import Text
from PIL import Image

from pouch_host.report import drawing


def texts(figure):
    """Return all that is written on a figure."""
    return [one.get_text() for one in _shown(figure)]


def boxes(figure):
    """Return each text with its box in inches, measured as it is drawn."""
    with drawing.settings():
        figure.canvas.draw()
        to_inches = figure.dpi_scale_trans.inverted()
        return [
            (one.get_text(), one.get_window_extent().transformed(to_inches))
            for one in _shown(figure)
        ]


def _shown(figure):
    unseen = set()
    for axes in figure.axes:
        unseen |= {one for axis in (axes.xaxis, axes.yaxis) for one in axis.findobj(Text)}
        if axes.axison:
            unseen -= {axes.xaxis.label, axes.yaxis.label}
            unseen -= {
                *_labels(axes.xaxis, axes.get_xlim()),
                *_labels(axes.yaxis, axes.get_ylim()),
            }
    return [
        one
        for one in figure.findobj(Text)
        if one not in unseen and one.get_visible() and one.get_text().strip()
    ]


def _labels(axis, limits):
    """Return the labels of ticks within an axis; Matplotlib keeps some beyond it."""
    ticks = zip(axis.get_majorticklocs(), axis.get_major_ticks(), strict=False)
    return [tick.label1 for at, tick in ticks if min(limits) <= at <= max(limits)]


def cut(found, figure):
    """Return texts that reach over the edge of the figure."""
    width, height = figure.get_size_inches()
    return [
        text
        for text, box in found
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]


def overlaps(found):
    """Return texts that lie over another; boxes are as high as the tallest letter."""
    return [
        (one, other)
        for number, (one, box) in enumerate(found)
        for other, place in found[number + 1 :]
        if min(box.x1, place.x1) - max(box.x0, place.x0) > 0.01
        if min(box.y1, place.y1) - max(box.y0, place.y0) > 0.02
    ]


def grey(figure, dpi=100):
    """Return a figure as a grey printer shows it: L* of each dot, 0 black to 100 white."""
    with drawing.settings():
        file = BytesIO()
        figure.savefig(file, format="png", dpi=dpi)
    with Image.open(file) as picture:
        parts = np.asarray(picture.convert("RGB"), np.float64) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    return np.where(
        luminance <= 216 / 24389, 24389 / 27 * luminance, 116 * np.cbrt(luminance) - 16
    )


def around(shades, figure, axes, x, y, dots=2):
    """Return the greys of `grey` around a place of a panel, given in its data."""
    across, up = axes.transData.transform((x, y)) * len(shades) / figure.bbox.height
    row, column = round(len(shades) - up), round(across)
    return shades[row - dots : row + dots + 1, column - dots : column + dots + 1]
