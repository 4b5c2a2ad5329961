"""How Hypothesis' state machines are run: for a while, and until a planted fault is found."""

from hypothesis import HealthCheck, Phase, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def sound(runs, steps):
    """Return the settings with which a machine is to find nothing."""
    return settings(
        max_examples=runs, stateful_step_count=steps, suppress_health_check=_SLOW, deadline=None
    )


def planted(runs_max, steps):
    """Return the settings with which a planted fault is to be found.

    Found is enough: nobody needs the shortest way to a fault that was planted.
    """
    return settings(
        sound(runs_max, steps),
        phases=[Phase.generate],
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
    )
