"""The folder of segment files: which there are, and what can be read from each.

    <root>/log/00000000.seg  00000190.seg  00000320.seg ...      named by first record number

Knows files and headers; what is appended and when it becomes durable is the log's business.
"""

import os

from pouch_protocol import constants as c
from pouch_protocol import segments
from pouch_protocol.errors import ProtocolError

_FOLDER = "/log"
_SUFFIX = ".seg"
_DAMAGED_SUFFIX = ".bad"

# littlefs needs free blocks to copy on write, and the tail's folder takes up to eight.
_FREE_BLOCKS_MIN = 16


class SegmentFolder:
    """Segment files in order of their first record numbers.

    Attributes:
        firsts: first record number of each segment, rising.
        damaged_count: segments set aside because their header was unreadable.
    """

    def __init__(self, root: str, band_id: int, interval_s: int) -> None:
        """Make the folder if it is not there, and list it.

        Args:
            root: folder of the band's file system, without trailing slash; made too.
            band_id: written to each new header.
            interval_s: sampling interval in seconds, written to each new header.
        """
        self._folder = root + _FOLDER
        self._band_id = band_id
        self._interval_s = interval_s
        self.damaged_count = 0
        for folder in (root, self._folder):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # It exists: every boot but the first.
        self.firsts = sorted(
            int(entry[0][: -len(_SUFFIX)], 16)
            for entry in os.ilistdir(self._folder)
            if entry[0].endswith(_SUFFIX)
        )

    def find(self, record_no: int) -> int:
        """Return the index of the last segment that starts at or before a number, or 0."""
        low = 0
        high = len(self.firsts)
        while high - low > 1:
            middle = (low + high) // 2
            if self.firsts[middle] <= record_no:
                low = middle
            else:
                high = middle
        return low

    def end_of(self, first: int) -> int:
        """Return one more than the last committed record of the segment that begins so."""
        return first + segments.record_count(os.stat(self._path(first))[6])

    def read(self, first: int, begin: int, count: int) -> tuple:
        """Return `(boot_id, records)` of one segment.

        Args:
            first: the segment's first record number.
            begin: number of the first record wanted.
            count: how many, all of them in this segment.

        Raises:
            ProtocolError: its header is damaged, so whose records these are is not known.
        """
        with open(self._path(first), "rb") as file:
            header = segments.decode_header(file.read(segments.HEADER_BYTES))
            file.seek(segments.record_offset(begin - first))
            return header["boot_id"], file.read(count * c.RECORD_BYTES)

    def create(self, log_id: int, boot_id: int, first: int, uptime_cs: int):  # noqa: ANN201
        """Return a new segment file that holds its header and stays open.

        Args:
            log_id: the log.
            boot_id: boot of every record that it will hold.
            first: number of its first record.
            uptime_cs: uptime of that boot now.
        """
        file = open(self._path(first), "wb")  # noqa: SIM115 - the caller closes it
        file.write(
            segments.encode_header(
                self._band_id, log_id, boot_id, self._interval_s, first, uptime_cs
            )
        )
        self.firsts.append(first)
        return file

    def make_room(self) -> None:
        """Remove the oldest segments until there is room for one more."""
        while len(self.firsts) > 1 and os.statvfs(self._folder)[3] < _FREE_BLOCKS_MIN:
            os.remove(self._path(self.firsts.pop(0)))

    def newest(self) -> tuple:
        """Return `(header, next_record_no)`; header is None if there is no segment.

        From the newest backwards, until one header can be read. What cannot is set aside, and
        the numbers it may have used count as used.
        """
        after = 0
        while self.firsts:
            first = self.firsts[-1]
            after = max(after, self.end_of(first))
            try:
                with open(self._path(first), "rb") as file:
                    return segments.decode_header(file.read(segments.HEADER_BYTES)), after
            except ProtocolError:
                self._set_aside(self.firsts.pop())
        return None, after

    def _set_aside(self, first: int) -> None:
        path = self._path(first)
        if os.stat(path)[6] == 0:
            # Power was cut before its first commit: nothing was in it.
            os.remove(path)
            return
        self.damaged_count += 1
        os.rename(path, path[: -len(_SUFFIX)] + _DAMAGED_SUFFIX)

    def _path(self, first: int) -> str:
        return "%s/%08x%s" % (self._folder, first, _SUFFIX)
