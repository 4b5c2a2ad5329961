"""From arrays of samples to hours of contact. No I/O, no clock, no state.

    anchors -> clock_fit -> samples -> minutes -> days
                         samples -> latest

Each step is one function over arrays, so that a better method replaces one file. Every result
carries the version of the method that made it.
"""

ALGORITHM_VERSION = "touch-threshold-2"
"""Changes whenever the same records may give other states or hours."""
