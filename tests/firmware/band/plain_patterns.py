"""Runs in MicroPython: every pattern keeps the rules that its module states."""

from band import patterns as p

DAY_MS = 86_400_000
FLASHES_PER_S_MAX = 3
# What a motor may take of a day's battery by one alert that nobody answers: six minutes at some
# 80 mA are 8 mAh.
MOTOR_MS_MAX = 360_000


def variants():
    """Return (name, steps) of every pattern, of PROGRESS each filling."""
    found = []
    for pattern in range(p.COUNT):
        for eighths in range(p.EIGHTHS + 1 if pattern == p.PROGRESS else 1):
            name = "%s %d" % (p.name(pattern), eighths)
            found.append((name, p.steps(pattern, eighths), p.times(pattern)))
    return found


def blue_alone(steps):
    return [step for step in steps if step[2] and not (step[0] or step[1])]


def onsets(steps, times):
    """Return when the light goes on after dark, over as many plays as a showing has."""
    found = []
    now_ms = 0
    was_lit = False
    for red, green, blue, _, duration_ms in steps * times:
        is_lit = bool(red or green or blue)
        if is_lit and not was_lit:
            found.append(now_ms)
        was_lit = is_lit
        now_ms += duration_ms
    return found


def flashes_per_s(steps, times):
    """Return the most flashes that begin within any second."""
    starts = onsets(steps, times)
    most = 0
    for index, start_ms in enumerate(starts):
        inside = [at_ms for at_ms in starts[index:] if at_ms < start_ms + 1000]
        most = max(most, len(inside))
    return most


def rhythm(steps):
    """Return what is left of a pattern without its colours: lit or not, motor, how long."""
    found = []
    for red, green, blue, vibrate, length_ms in steps:
        state = (bool(red or green or blue), vibrate)
        before_ms = found.pop()[1] if found and found[-1][0] == state else 0
        found.append((state, before_ms + length_ms))
    return tuple(found)


def vibrations(steps):
    return tuple(duration_ms for _, _, _, vibrate, duration_ms in steps if vibrate)


def showings_ms(pattern):
    """Return when each showing begins, if nothing ends it."""
    found = [0]
    while p.interval_ms(pattern, len(found)):
        found.append(found[-1] + p.interval_ms(pattern, len(found)))
        assert len(found) < 1000, "never ends: " + p.name(pattern)
    return found


def duration_ms(steps):
    return sum(step[4] for step in steps)


def test_steps_are_whole():
    for name, steps, times in variants():
        assert steps, name
        assert times >= 1, name
        for red, green, blue, vibrate, length_ms in steps:
            assert 0 <= min(red, green, blue) <= max(red, green, blue) <= 255, name
            assert vibrate in (True, False), name
            assert 100 <= length_ms <= 5000, name
        assert max(max(step[:3]) for step in steps) > 0, name


def test_blue_is_never_alone():
    for name, steps, _ in variants():
        assert not blue_alone(steps), name


def test_at_most_three_flashes_in_any_second():
    for name, steps, times in variants():
        assert flashes_per_s(steps, times) <= FLASHES_PER_S_MAX, name


def test_rules_find_what_breaks_them():
    assert blue_alone([(0, 0, 44, False, 300)])
    assert not blue_alone([(0, 44, 44, False, 300)])
    assert flashes_per_s([(9, 0, 0, False, 100), (0, 0, 0, False, 100)], 8) == 5
    # Each half is slow enough, and the end runs into the beginning.
    edge = [(9, 0, 0, False, 100), (0, 0, 0, False, 100), (9, 0, 0, False, 100)]
    edge.append((0, 0, 0, False, 500))
    edge.append((9, 0, 0, False, 100))
    edge.append((0, 0, 0, False, 20))
    assert flashes_per_s(edge, 1) == 3
    assert flashes_per_s(edge, 2) == 4
    assert rhythm([(9, 0, 0, False, 300)]) == rhythm([(0, 9, 0, False, 300)])


def test_no_two_differ_by_colour_alone():
    seen = {}
    for name, steps, _ in variants():
        key = rhythm(steps)
        assert key not in seen, (name, seen[key])
        seen[key] = name


def test_vibrations_differ_in_number_and_length():
    seen = {}
    for pattern in range(p.COUNT):
        beats = vibrations(p.steps(pattern))
        if beats:
            assert beats not in seen, (p.name(pattern), seen[beats])
            seen[beats] = p.name(pattern)
    # Both differ between those that a mother has to tell apart in the dark.
    for pattern in (p.CONTACT_FOUND, p.CONTACT_MISSED, p.COLD, p.ESCALATED, p.TARGET_REACHED):
        assert vibrations(p.steps(pattern))
    assert not vibrations(p.steps(p.CONTACT_LOST))
    assert not vibrations(p.steps(p.PROGRESS, 4))


def test_the_more_urgent_lasts_longer_and_goes_first():
    def per_showing(pattern):
        return sum(vibrations(p.steps(pattern))) * p.times(pattern)

    assert per_showing(p.ESCALATED) > per_showing(p.COLD) > per_showing(p.CONTACT_MISSED)
    assert p.priority(p.ESCALATED) > p.priority(p.COLD)
    for pattern in range(p.COUNT):
        if pattern not in (p.COLD, p.ESCALATED, p.ACKNOWLEDGED, p.IDENTIFY):
            assert p.priority(pattern) < p.priority(p.COLD), p.name(pattern)


def test_every_pattern_ends_and_spends_little():
    for pattern in range(p.COUNT):
        starts = showings_ms(pattern)
        steps = p.steps(pattern)
        once_ms = duration_ms(steps) * p.times(pattern)
        assert once_ms <= 660_000, p.name(pattern)
        assert starts[-1] + once_ms <= DAY_MS // 4, p.name(pattern)
        # A showing ends before the next one begins.
        assert len(starts) == 1 or once_ms < starts[1], p.name(pattern)
        motor_ms = sum(vibrations(steps)) * p.times(pattern) * len(starts)
        assert motor_ms <= MOTOR_MS_MAX, p.name(pattern)


def test_alerts_repeat_for_two_hours():
    minutes = [at_ms // 60_000 for at_ms in showings_ms(p.COLD)]
    assert minutes == list(range(0, 11, 2)) + list(range(20, 121, 10))
    minutes = [at_ms // 60_000 for at_ms in showings_ms(p.ESCALATED)]
    assert minutes == list(range(11)) + list(range(15, 121, 5))


def test_progress_fills_eight_places():
    for eighths in range(p.EIGHTHS + 1):
        lit = [step for step in p.steps(p.PROGRESS, eighths) if max(step[:3])]
        assert len(lit) == p.EIGHTHS
        green = [step for step in lit if not step[0]]
        assert len(green) == eighths
        assert all(step[4] > 2 * 100 for step in green)
