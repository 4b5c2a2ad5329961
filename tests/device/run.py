"""Runs the device tests, one file at a time, with micropython-lib's unittest.

    mpremote mount . run tests/device/run.py      on a board, from the repository's root

The same file runs in continuous integration: tests/device_vm. A board has little memory, so a file
is loaded, its tests run one by one, and all that came with it is forgotten before the next. If a
test failed, the end is an exception, which mpremote and every interpreter turn into an exit code.
"""

import gc
import io
import sys
import unittest

# Where this tree keeps what is imported by name on a band, from the folder that is mounted. Before
# the board's own folders: what is tested is this tree, not what was copied to the board once.
_FOLDERS = ("", "protocol", "firmware")
_OURS = ("band", "boards", "drivers", "pouch_protocol", "start", "tests")

# What takes most memory comes first: names of functions and fields are never forgotten, so each
# file leaves a little less. Light and motor, which somebody should watch, come last.
FILES = (
    "tests.device.copies",
    "tests.device.seglog",
    "tests.device.rules",
    "tests.device.codecs",
    "tests.device.session",
    "tests.device.lines",
    "tests.device.sealed",
    "tests.device.keys",
    "tests.device.board_chips",
    "tests.device.signals",
    "tests.device.motion",
    "tests.protocol.test_fields",
    "tests.device.dialect",
    "tests.device.uptime",
    "tests.device.packed",
    "tests.device.settings",
    "tests.device.supply",
    "tests.device.waits",
    "tests.firmware.band.plain_warmth",
    "tests.firmware.band.plain_button",
    "tests.device.board_self",
    "tests.device.board_flash",
    "tests.device.board_radio",
    "tests.device.board_sleep",
    "tests.device.board_show",
)


class Outcome:
    """What became of the tests so far.

    Attributes:
        run_count: tests that were begun.
        failed_count: of these; a file that cannot be loaded, or has no test, is one more.
        reasons: why tests were skipped, and how many for that.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.run_count = 0
        self.failed_count = 0
        self.reasons = {}

    def run(self, file: str, test) -> None:
        """Run one test.

        Args:
            file: where it stands.
            test: the function.
        """
        # A result keeps the functions that failed or were skipped, and with them their whole file.
        result = unittest.TestResult()
        suite = unittest.TestSuite(file)
        suite.addTest(test)
        suite.run(result)
        self.run_count += result.testsRun
        self.failed_count += result.failuresNum + result.errorsNum
        for _, reason in result.skipped:
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
        for _, report in result.failures + result.errors:
            print(report)

    def fail(self, file: str, why: str) -> None:
        """Count a file of which nothing can be run."""
        self.failed_count += 1
        print("%s FAILED: %s" % (file, why))

    def end(self) -> None:
        """Print the sums.

        Raises:
            AssertionError: a test failed.
        """
        for reason in sorted(self.reasons):
            print("skipped %d: %s" % (self.reasons[reason], reason))
        skipped = sum(self.reasons.values())
        counts = (self.run_count - skipped, skipped, self.failed_count)
        print("device tests: %d run, %d skipped, %d failed" % counts)
        if self.failed_count:
            raise AssertionError("%d device tests failed" % self.failed_count)


def steps(files=FILES):
    """Run the tests, and yield what was just done after each piece of it.

    Between two pieces nothing of ours is on the interpreter's stack: the 32-bit VM can collect its
    garbage only then.

    Args:
        files: dotted names.

    Raises:
        AssertionError: a test failed.
    """
    sys.path[:0] = [folder for folder in _FOLDERS if folder not in sys.path]
    outcome = Outcome()
    for file in files:
        _forget()
        yield "before " + file
        yield from _run_file(file, outcome)
    _forget()
    outcome.end()


def _run_file(file: str, outcome: Outcome):
    try:
        module = __import__(file, None, None, ("*",))
    except Exception as error:
        text = io.StringIO()
        sys.print_exception(error, text)
        outcome.fail(file, text.getvalue())
        return
    yield file
    names = [name for name in sorted(dir(module)) if name.startswith("test_")]
    if not names:
        outcome.fail(file, "no test in it")
    for name in names:
        outcome.run(file, getattr(module, name))
        yield file + " " + name


def _forget() -> None:
    """Let go of every module of ours; `boot` may have loaded some from the board's flash."""
    for name in list(sys.modules):
        if name.split(".")[0] in _OURS:
            del sys.modules[name]
    gc.collect()


if __name__ == "__main__":
    for _ in steps():
        gc.collect()
