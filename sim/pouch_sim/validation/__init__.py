"""Holds what an analysis says against what happened. Plain data in, numbers out; no I/O.

    truth, states, days, alerts --> agreement, hours, alarms --> report

An empty denominator gives None, never 0: nothing was right or wrong there.
"""
