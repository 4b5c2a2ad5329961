"""What `import pouch_host as pouch` gives: a store for a researcher who works in Python.

    open_store --> Study --> frames (polars), arrays (numpy), infant by infant
                     |          the tables of the export, with its columns
                     +--> agreement --> Comparison

    analyse    --> Analysis of anybody's samples, without a store

Nothing here writes to a store. What is public, and for how long, stands in docs/API.md; all of it
is reached through `pouch_host`, whose names load what they need when they are asked for.
"""
