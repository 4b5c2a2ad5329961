"""The folder of segment files: which there are, and what can be read from each.

    <root>/log/00000000.seg  00000190.seg  00000320.seg ...      named by first record number

Knows files and headers; what is appended and when it becomes durable is the log's business.
"""

import os

from pouch_protocol import constants as c
from pouch_protocol import segments
from pouch_protocol.errors import Corrupt, Truncated

_FOLDER = "/log"
_SUFFIX = ".seg"
_DAMAGED_SUFFIX = ".bad"

# littlefs needs free blocks to copy on write, and the tail's folder takes up to eight.
FREE_BLOCKS_MIN = 14
# Room for an image of the firmware, 80 kB and a tenth more, and for the segment that is written
# meanwhile: an update must cost no records that are not the very oldest.
IMAGE_BLOCKS = 24


def free_blocks(path: str) -> int:
    """Return how many blocks of a file system are free at least.

    littlefs counts each folder twice, and so may count more blocks in use than there are. What
    MicroPython makes of that is below zero on a board, and above all there are in 64 bits.
    """
    _, _, all_blocks, free = os.statvfs(path)[:4]
    return free if 0 <= free <= all_blocks else 0


class SegmentFolder:
    """Segment files in order of their first record numbers.

    Attributes:
        firsts: first record number of each segment, rising.
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
        for folder in (root, self._folder):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # It exists: every boot but the first.
        self.firsts = self._list(_SUFFIX)
        self._damaged = self._list(_DAMAGED_SUFFIX)

    @property
    def damaged_count(self) -> int:
        """Segments set aside, at this boot or an earlier one."""
        return len(self._damaged)

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

    def end_of(self, first: int, suffix: str = _SUFFIX) -> int:
        """Return one more than the last committed record of the segment that begins so."""
        return first + segments.record_count(os.stat(self._path(first, suffix))[6])

    def read(self, first: int, begin: int, count: int) -> tuple:
        """Return `(boot_id, records)` of one segment.

        Args:
            first: the segment's first record number.
            begin: number of the first record wanted.
            count: how many, all of them in this segment.

        Raises:
            ProtocolError: its header is damaged, so whose records these are is not known.
            OSError: the file system cannot read it.
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

    def make_room(self, blocks: int) -> bool:
        """Remove segments, damaged ones first and then the oldest, until there is room.

        Args:
            blocks: how many blocks must be free.

        Returns:
            Whether they are. The newest segment always stays.
        """
        while free_blocks(self._folder) < blocks:
            if self._damaged:
                os.remove(self._path(self._damaged.pop(0), _DAMAGED_SUFFIX))
            elif len(self.firsts) > 1:
                os.remove(self._path(self.firsts.pop(0)))
            else:
                return False
        return True

    def newest(self) -> tuple:
        """Return `(header, next_record_no)`; header is None if there is no segment.

        From the newest backwards, until one header can be read. What cannot is set aside, now or
        at an earlier boot, and the numbers it may have used count as used.

        Raises:
            Unsupported: a newer firmware wrote it. Nothing is touched: go back to that firmware.
        """
        after = max([self.end_of(first, _DAMAGED_SUFFIX) for first in self._damaged] or [0])
        while self.firsts:
            first = self.firsts[-1]
            after = max(after, self.end_of(first))
            try:
                with open(self._path(first), "rb") as file:
                    return segments.decode_header(file.read(segments.HEADER_BYTES)), after
            except (Truncated, Corrupt, OSError):
                self._set_aside(self.firsts.pop())
        return None, after

    def _set_aside(self, first: int) -> None:
        path = self._path(first)
        if os.stat(path)[6] == 0:
            # Power was cut before its first commit: nothing was in it.
            os.remove(path)
            return
        self._damaged.append(first)
        os.rename(path, self._path(first, _DAMAGED_SUFFIX))

    def _list(self, suffix: str) -> list:
        return sorted(
            int(entry[0][: -len(suffix)], 16)
            for entry in os.ilistdir(self._folder)
            if entry[0].endswith(suffix)
        )

    def _path(self, first: int, suffix: str = _SUFFIX) -> str:
        return "%s/%08x%s" % (self._folder, first, suffix)
