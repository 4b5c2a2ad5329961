"""Stands in for micropython-lib's `unittest` in the unix VM, for plain test functions.

A board gets the real one with `mip install unittest`, and the 32-bit VM has it built in. As a file
it is in no package registry, so the unix VM gets what tests/device/run.py uses of it. The test
test_stand_in_says_what_the_real_one_says runs both and compares.
"""

import io
import sys


class SkipTest(Exception):
    """Ends a test that cannot be run here."""


class TestResult:
    """Counts, and what is to be told of what did not pass: `(what, text)` each."""

    def __init__(self):
        self.testsRun = 0
        self.failuresNum = 0
        self.errorsNum = 0
        self.skippedNum = 0
        self.failures = []
        self.errors = []
        self.skipped = []


class TestSuite:
    """Test functions of one file."""

    def __init__(self, name=""):
        self.name = name
        self._tests = []

    def addTest(self, test):  # noqa: N802 - its name
        self._tests.append(test)

    def run(self, result):
        for test in self._tests:
            print("%s (%s) ..." % (test.__name__, self.name), end="")
            result.testsRun += 1
            try:
                test()
                print(" ok")
            except SkipTest as skipped:
                result.skippedNum += 1
                result.skipped.append(((test.__name__, test), skipped.args[0]))
                print(" skipped:", skipped.args[0])
            except Exception as error:
                text = io.StringIO()
                sys.print_exception(error, text)
                entry = ((test.__name__, test), text.getvalue())
                if isinstance(error, AssertionError):
                    result.failuresNum += 1
                    result.failures.append(entry)
                    print(" FAIL")
                else:
                    result.errorsNum += 1
                    result.errors.append(entry)
                    print(" ERROR")
        return result
