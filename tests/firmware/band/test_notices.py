"""What a mother is told, for any sequence of samples, against the rule said another way."""

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.support.firmware import load, run_plain
from tests.support.planted import load_planted

c = load("pouch_protocol.constants")
states = load("band.contact")
p = load("band.patterns")
notices = load("band.notices")

MISSED_S = 10_800
FAULT_S = 600
FAULT_BITS = 0x000F
WORN = (states.INFANT_ONLY, states.CAREGIVER_ONLY)

FLAGS = st.sampled_from([0, 0, 0, 0x0001, 0x0004, 0x0008, 0x0010, 0x0020, 0x0104])
STATES = st.sampled_from(
    [states.UNKNOWN, states.SSC, states.INFANT_ONLY, states.CAREGIVER_ONLY, states.OFF]
)
DT_S = st.sampled_from([10, 30, 30, 300, 600, 4_000])
# Runs of equal samples: something is missed after three hours of them.
RUN = st.tuples(FLAGS, STATES, st.booleans(), DT_S, st.integers(1, 30))
RUNS = st.lists(RUN, min_size=1, max_size=8)
FIRST_FOUND = settings(max_examples=2_000, phases=(Phase.generate,))


class Told:
    """Notes what is shown and hidden."""

    def __init__(self):
        self.log = []

    def show(self, pattern):
        self.log.append(("show", pattern))

    def hide(self, pattern):
        self.log.append(("hide", pattern))


def play(module, runs):
    """Return what is told with each sample, and the samples."""
    told = Told()
    rule = module.Notices(told)
    samples, answers = [], []
    for flags, state, reached, dt_s, count in runs:
        for _ in range(count):
            sample = (flags, state, reached, dt_s if samples else 0)
            samples.append(sample)
            rule.take(flags, state, (), sample[2], sample[3])
            answers.append(set(told.log))
            told.log.clear()
    return samples, answers


def _since_s(samples, is_over):
    """Return the seconds from the last sample for which something holds, or from the start."""
    total_s = 0
    for sample in reversed(samples):
        if is_over(sample):
            return total_s
        total_s += sample[3]
    return total_s


def expected(samples, said):
    """Return what the newest sample is to say, looking back over all of them.

    Args:
        samples: up to the newest.
        said: what each of the others was told to say.
    """
    flags, state, reached, _ = samples[-1]
    wanted = set()
    known = [sample[1] for sample in samples if sample[1] != states.UNKNOWN]
    before = known[-2] if len(known) > 1 else states.UNKNOWN
    if state == states.SSC and before != states.SSC:
        wanted.add(("show", p.CONTACT_FOUND))
    if state not in (states.SSC, states.UNKNOWN) and before == states.SSC:
        wanted.add(("show", p.CONTACT_LOST))
    without_s = _since_s(samples, lambda sample: sample[1] == states.SSC)
    last = max([-1, *(at for at, s in enumerate(samples) if s[1] == states.SSC)])
    told = any(("show", p.CONTACT_MISSED) in entry for entry in said[last + 1 :])
    if state in WORN and without_s >= MISSED_S and not reached and not told:
        wanted.add(("show", p.CONTACT_MISSED))
    return wanted | _expected_of_faults(flags, samples, said)


def _expected_of_faults(flags, samples, said):
    if len(samples) == 1:
        return {("show", p.FAULT if flags & FAULT_BITS else p.READY)}
    shown = sum((("show", p.FAULT) in entry) - (("hide", p.FAULT) in entry) for entry in said)
    if not flags & FAULT_BITS:
        return {("hide", p.FAULT)} if shown else set()
    faulty_s = _since_s(samples[1:], lambda sample: not sample[0] & FAULT_BITS)
    return set() if shown or faulty_s < FAULT_S else {("show", p.FAULT)}


def breach(module, runs):
    """Return the first sample that says something else than it should, None if none does."""
    samples, answers = play(module, runs)
    for at in range(len(samples)):
        if answers[at] != expected(samples[: at + 1], answers[:at]):
            return at
    return None


@settings(max_examples=200)
@given(RUNS)
def test_notices_say_what_changed_and_nothing_else(runs):
    assert breach(notices, runs) is None


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        # Said again with every sample, or never.
        ("self._missed = True", "pass"),
        ("            self._missed = False\n", ""),
        ("self._known = state\n        if", "if"),
        ("self._fault_shown = True", "pass"),
        ("self._fault_shown = False\n                self", "self"),
        # Unknown taken for a loss; a table for somebody who misses something.
        ("if state == states.UNKNOWN:", "if False:"),
        (" and state in _WORN", ""),
        ("(self._missed or reached)", "self._missed"),
        # Too early, too late, or counted on.
        ("_MISSED_S = const(10_800)", "_MISSED_S = const(10_770)"),
        ("self._fault_s >= _FAULT_S", "self._fault_s > _FAULT_S"),
        ("elif not faulty:\n            self._fault_s = 0\n", "elif not faulty:\n"),
        ("            self._without_s = 0\n            self", "            self"),
        # A fault at the start that is not told.
        ("p.FAULT if faulty else p.READY", "p.READY"),
        ("    | c.FLAG_MOTION_FAULT\n", ""),
    ],
)
def test_planted_fault_is_found(sound, faulty):
    planted = load_planted("band.notices", sound, faulty)
    try:
        runs = find(RUNS, lambda found: breach(planted, found) is not None, settings=FIRST_FOUND)
    except NoSuchExample:
        pytest.fail(f"no sequence shows that this is wrong: {faulty}")
    assert breach(notices, runs) is None


@pytest.mark.parametrize("name", ["gestures", "notices", "reports"])
def test_plain_file_passes_in_cpython(name):
    run_plain(f"tests.firmware.band.plain_{name}")
