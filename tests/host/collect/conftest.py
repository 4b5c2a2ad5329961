"""Fixtures of the tests that talk to a band."""

from tests.host.collect.cable_band import as_on_a_board

__all__ = ["as_on_a_board"]
