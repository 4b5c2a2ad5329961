"""From arrays of samples to hours of contact. No I/O, no clock, no state.

    anchors -> clock_fit -> samples -> emission -> chain -> minutes -> sessions -> days
                         samples, minutes -> temperature ---------------------------^
                         samples, minutes -> latest

Each step is one function over arrays, so that a better method replaces one file. All numbers stand
in `parameters.toml`; every result carries the version of the method and of that file.
"""
