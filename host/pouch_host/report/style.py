"""How the page looks: sizes in inches and points, and a look for each state.

On a grey printer the states still differ: contact is dark, infant only is middle grey, caregiver
only is dotted, off is a white box, not known is light with strokes, and no band is nothing at all.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pouch_host.analysis.states import State

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

PAGE_IN = (8.27, 11.69)
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 0.5, 0.4, 0.42, 0.72

INK, INK_SOFT, INK_FAINT = "#1c2321", "#55605c", "#8b938f"
RULE, PAPER = "#d9d8d0", "#ffffff"
CONTACT, POSSIBLE = "#166046", "#b9d8c8"
CORE, CORE_BAND = "#8f4a00", "#ecc999"
DANGER = "#a11212"

TITLE_PT, TEXT_PT, SMALL_PT, TINY_PT = 13.0, 7.5, 6.5, 5.8
THIN_PT = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn.

    Attributes:
        state: which.
        word: what the legend calls it.
        face: colour of the area.
        hatch: what is drawn over it, "" for nothing.
        line: colour of the hatch and, where it has one, of the edge.
        edge_pt: width of the edge.
    """

    state: State
    word: str
    face: str
    hatch: str
    line: str
    edge_pt: float


LOOKS = (
    Look(State.SSC, "skin to skin", CONTACT, "", CONTACT, 0),
    Look(State.INFANT_ONLY, "infant only", "#93a3c9", "", "#93a3c9", 0),
    Look(State.CAREGIVER_ONLY, "caregiver only", "#dfe4f1", "......", "#6b7590", 0),
    Look(State.OFF, "off", PAPER, "", INK_FAINT, 0.4),
    Look(State.UNKNOWN, "not known", "#f3efdf", "//////", "#6b5b2a", 0),
)

# Independent of the settings of whoever makes a page.
SETTINGS: "dict[RcKeyType, Any]" = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": TEXT_PT,
    "axes.linewidth": THIN_PT,
    "axes.edgecolor": INK_FAINT,
    "axes.labelcolor": INK_SOFT,
    "axes.titlesize": TEXT_PT,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "xtick.color": INK_FAINT,
    "ytick.color": INK_FAINT,
    "xtick.labelcolor": INK_SOFT,
    "ytick.labelcolor": INK_SOFT,
    "xtick.major.width": THIN_PT,
    "ytick.major.width": THIN_PT,
    "xtick.major.size": 2.0,
    "ytick.major.size": 2.0,
    "hatch.linewidth": 0.35,
    # Text that can be searched, copied and set anew by a journal.
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    # Else each SVG has other names for its parts.
    "svg.hashsalt": "pouch",
    "text.color": INK,
    "text.parse_math": False,
}
