"""A person's recorded temperatures: who reads them need not care how the file was written."""

import statistics
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from .recording_csv import RecordingError, Row, read_rows

__all__ = ["Recording", "RecordingError", "Row"]


class Recording:
    """Readings in order of time.

    Attributes:
        rows: the readings, at least two.
        step_s: the usual time between two of them: the median.
        first_utc_s: time of the first, Unix seconds.
        last_utc_s: time of the last.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the readings.

        Args:
            rows: at least two, times rising.
        """
        self.rows = tuple(rows)
        self.first_utc_s = self.rows[0].utc_s
        self.last_utc_s = self.rows[-1].utc_s
        self.step_s = statistics.median(
            after.utc_s - before.utc_s for before, after in pairwise(self.rows)
        )

    @property
    def has_case_temperature(self) -> bool:
        """Whether the outer side was recorded too."""
        return self.rows[0].case_temperature_c is not None

    @classmethod
    def load(cls, path: Path | str, tz: str = "UTC") -> "Recording":
        """Read a CSV file in UTF-8, its fields separated by commas.

        Columns, in any order and case: `time_utc` or `time_local` (ISO 8601; an offset in the
        text wins), `skin_temperature_c`, and where recorded `case_temperature_c`. Others are
        ignored. Rows may be missing, up to a week of them; none may come sooner than 10 s, the
        band's shortest interval, after the row before.

        Args:
            path: the file.
            tz: IANA name of the zone of `time_local`.

        Raises:
            RecordingError: with a line for the person who named the file.
        """
        try:
            zone = ZoneInfo(tz)
        except (KeyError, OSError, ValueError):
            raise RecordingError(
                f"{path}: unknown time zone {tz!r}; give an IANA name such as Asia/Karachi"
            ) from None
        try:
            with Path(path).open(encoding="utf-8-sig", newline="") as file:
                return cls(list(read_rows(str(path), file, zone)))
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise RecordingError(f"{path}: {reason}; name a readable CSV file") from None
        except UnicodeDecodeError:
            raise RecordingError(f"{path}: not UTF-8 text; export it as CSV in UTF-8") from None
