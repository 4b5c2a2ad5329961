"""Fits the numbers of the analysis on training scenarios: `make fit`.

    training scenarios --> quick gear --> labelled samples --> means, spreads, leaks   (looks.py)
                                                          --> weights                  (weights.py)
                                                          --> core above skin, bounds  (margins.py)

It prints; a person decides, and copies into `pouch_host/analysis/parameters.toml`. Nothing here
reads a held-out scenario: `training.py` refuses them.
"""
