"""Fits the numbers of the analysis on training scenarios: `make fit`.

    training scenarios --> quick gear --> labelled samples --> means and spreads     (looks.py)
                                                           --> core and day bounds   (margins.py)
                                                           --> how minutes come out  (scores.py)

Weights, priors and the chain's own numbers are set by hand. It prints; a person decides, and puts
the numbers into `pouch_host/analysis/parameters.toml`. Nothing here reads a held-out scenario:
`training.py` refuses them.
"""
