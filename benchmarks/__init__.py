"""Figures that a user would feel, each beside a plain way of doing the same in the same run."""
