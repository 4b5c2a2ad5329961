"""What runs before the firmware and is never updated: decides which copy of it runs.

An update brings new copies of band/, boards/, drivers/ and pouch_protocol/. This package stays as
it was flashed, so nothing of it may be needed to change: it imports none of them, and what they
use of it (`state`) keeps its names for the life of a band.
"""
