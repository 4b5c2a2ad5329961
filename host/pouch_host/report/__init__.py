"""One infant's days on one printed page, for people who meet around a bed or a study.

    InfantAnalysis -> contents: which days, which figures -> page: one figure -> PNG or PDF

Nothing is worked out here that the analysis has not said. The page must be readable on a grey
printer: each state differs in lightness or hatch, not in hue alone. No baby has a name here.
"""

SUFFIXES = (".png", ".pdf")
"""Files that a page can be written to."""
