"""The lines with which the scenario in the guest tells the runner outside how it goes."""

from dataclasses import dataclass, field

_STEP = "@step "
_PASSED = "@passed"
_FAILED = "@failed "
_GUEST = "@guest "


def step(text):
    """Say that a step is done."""
    print(f"{_STEP}{text}", flush=True)


def passed():
    """Say that everything was as it should be."""
    print(_PASSED, flush=True)


def failed(reason):
    """Say what was not as it should be, in one line."""
    print(_FAILED + " ".join(str(reason).split()), flush=True)


@dataclass
class Outcome:
    """What the guest said so far.

    Attributes:
        steps: what each step said.
        passed: whether the scenario came to its end.
        failure: why it did not, if it said so.
        log: all other lines.
    """

    steps: list[str] = field(default_factory=list)
    passed: bool = False
    failure: str = ""
    log: list[str] = field(default_factory=list)

    def take(self, line):
        """Take one line of the guest's; return whether it was a step."""
        for mark in (_STEP, _GUEST):
            if line.startswith(mark):
                self.steps.append(line.removeprefix(mark))
                return True
        if line == _PASSED:
            self.passed = True
        elif line.startswith(_FAILED):
            self.failure = line.removeprefix(_FAILED)
        else:
            self.log.append(line)
        return False

    def verdict(self, code, timed_out, never_ended):
        """Return "" for success, else one line that says what went wrong.

        Args:
            code: of the guest's end.
            timed_out: the code that says that time was up.
            never_ended: the code that says that it ended without a word.
        """
        if code == 0 and self.passed and not self.failure:
            return ""
        if self.failure:
            return self.failure
        last = self.steps[-1] if self.steps else "nothing"
        if code == timed_out:
            return f"time was up; the last step was: {last}"
        if code == never_ended:
            return f"the guest ended without a word; the last step was: {last}"
        return f"the guest's command ended with {code}; the last step was: {last}"
