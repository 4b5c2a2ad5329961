"""The page: a board of one card per infant, rendered here and kept live by server-sent events.

Reads through the store and `pouch_host.derive` only; it never talks to a band.
"""
