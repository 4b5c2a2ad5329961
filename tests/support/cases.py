"""Tests of many numbered cases: a share in each run, all with --whole, one alone with --case."""

from collections.abc import Callable, Iterable


class Cases:
    """Runs the cases of one test.

    Args:
        nodeid: the test, as pytest names it on its command line.
        whole: whether every case is run.
        only: the one case to run; None for more.
    """

    def __init__(self, nodeid: str, *, whole: bool = False, only: int | None = None) -> None:
        self._nodeid = nodeid
        self.whole = whole
        self._only = only

    def run(
        self, check: Callable[[int], object], share: Iterable[int], every: Iterable[int] = ()
    ) -> int:
        """Check each case; the first that fails is named in one line that repeats it.

        Args:
            check: raises if a case fails. The case's number is all that it depends on.
            share: the cases of each run.
            every: the cases of --whole, if those are more.

        Returns:
            How many cases were checked.
        """
        numbers = list((self.whole and every) or share)
        if self._only is not None:
            numbers = [self._only]
        for number in numbers:
            try:
                check(number)
            except BaseException as error:
                error.add_note(f"repeat: pytest '{self._nodeid}' --case {number}")
                raise
        assert numbers
        return len(numbers)
