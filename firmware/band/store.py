"""The log: records in segment files on littlefs, append-only, oldest segment first out.

    <root>/log/00000000.seg  00000190.seg  00000320.seg ...      named by first record number

Numbers rise by one without holes, and the newest segment's header tells log and boot, so nothing
else has to be kept: what the log was before a power cut is read back from the files alone. Only
what is flushed is ever shown to a host; a number that a host has seen is never given twice.
"""

import os

from pouch_protocol import constants as c
from pouch_protocol import records, segments
from pouch_protocol.errors import ProtocolError

_FOLDER = "/log"
_SUFFIX = ".seg"
_DAMAGED_SUFFIX = ".bad"

# 400 records are 8 kB: two littlefs blocks, so 28 days of 30 s records are about 200 files, and
# reuse of the oldest costs at most three hours and twenty minutes of history.
SEGMENT_RECORDS = 400
# littlefs needs free blocks to copy on write; below this the oldest segment goes.
_FREE_BLOCKS_MIN = 8
# A power cut may lose what is not flushed: never more than two minutes of records.
_UNFLUSHED_S_MAX = 120


class SegmentLog:
    """Append, flush, read and forget records. Makes every decision from its arguments.

    Attributes:
        log_id: identity of this log since it was formatted, u32.
        boot_id: this boot, u16; one more than the newest boot that left a record.
        damaged_count: segments set aside at recovery because their header was unreadable.
    """

    def __init__(self, root: str, band_id: int, interval_s: int, draw_u32) -> None:
        """Recover the log, or format a new one.

        Args:
            root: folder of the band's file system, without trailing slash.
            band_id: written to each segment's header.
            interval_s: sampling interval, seconds; decides how often a flush is due.
            draw_u32: called once for a new log's identity.
        """
        self._root = root
        self._folder = root + _FOLDER
        self._band_id = band_id
        self._interval_s = interval_s
        self._flush_records = max(1, _UNFLUSHED_S_MAX // interval_s)
        self._firsts = []
        self._file = None
        self._file_records = 0
        self._unflushed = 0
        self.damaged_count = 0
        self._recover(draw_u32)

    @property
    def next_record_no(self) -> int:
        """The number that the next appended record gets."""
        return self._next

    @property
    def flushed_record_no(self) -> int:
        """One more than the newest record that a power cut cannot take away."""
        return self._next - self._unflushed

    @property
    def oldest_record_no(self) -> int:
        """The oldest record held. Since numbers start at 0, also how many were given up."""
        return self._firsts[0] if self._firsts else self._next

    def append(self, kind: int, values: dict) -> int:
        """Add a record to the newest segment; flush when one is due.

        Args:
            kind: one of the KIND constants.
            values: its fields.

        Returns:
            The record's number.
        """
        file = self._file
        if file is None or self._file_records >= SEGMENT_RECORDS:
            file = self._open_segment(values["uptime_cs"])
        record_no = self._next
        file.write(records.encode(kind, values, self.log_id, record_no))
        self._file_records += 1
        self._unflushed += 1
        self._next += 1
        if self._unflushed >= self._flush_records:
            self.flush()
        return record_no

    def flush(self) -> None:
        """Make every appended record durable."""
        if self._file is not None and self._unflushed:
            self._file.flush()
            self._unflushed = 0

    def read(self, first: int, count_max: int) -> tuple:
        """Return `(boot_id, record_no, records)` of flushed records of one segment.

        They begin with the first one held at or after `first`; `records` is empty when there is
        none. A record is returned as stored, damaged or not: its CRC tells the host.
        """
        index = self._segment_of(first)
        while index < len(self._firsts):
            start = self._firsts[index]
            begin = max(first, start)
            count = min(count_max, self._end_of(index) - begin)
            if count > 0:
                try:
                    return self._read_segment(start, begin, count)
                except ProtocolError:
                    pass  # Its header is damaged, so whose records these are is not known.
            index += 1
        return 0, first, b""

    def _read_segment(self, start: int, begin: int, count: int) -> tuple:
        with open(self._path(start), "rb") as file:
            header = segments.decode_header(file.read(segments.HEADER_BYTES))
            file.seek(segments.record_offset(begin - start))
            return header["boot_id"], begin, file.read(count * c.RECORD_BYTES)

    def _segment_of(self, record_no: int) -> int:
        """Return the index of the last segment that starts at or before a number, or 0."""
        low = 0
        high = len(self._firsts)
        while high - low > 1:
            middle = (low + high) // 2
            if self._firsts[middle] <= record_no:
                low = middle
            else:
                high = middle
        return low

    def _end_of(self, index: int) -> int:
        """Return one more than the last flushed record of a segment."""
        if index == len(self._firsts) - 1 and self._file is not None:
            return self.flushed_record_no
        size = os.stat(self._path(self._firsts[index]))[6]
        return self._firsts[index] + segments.record_count(size)

    def _path(self, first: int) -> str:
        return "%s/%08x%s" % (self._folder, first, _SUFFIX)

    def _open_segment(self, uptime_cs: int):  # noqa: ANN202 - the port's own file type
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = None
        self._make_room()
        file = open(self._path(self._next), "wb")  # noqa: SIM115 - stays open
        file.write(
            segments.encode_header(
                self._band_id,
                self.log_id,
                self.boot_id,
                self._interval_s,
                self._next,
                uptime_cs,
            )
        )
        self._firsts.append(self._next)
        self._file = file
        self._file_records = 0
        return file

    def _make_room(self) -> None:
        while len(self._firsts) > 1:
            free_blocks = os.statvfs(self._folder)[3]
            if free_blocks >= _FREE_BLOCKS_MIN:
                return
            os.remove(self._path(self._firsts.pop(0)))

    def _recover(self, draw_u32) -> None:
        for folder in (self._root, self._folder):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # It exists: every boot but the first.
        self._firsts = sorted(
            int(entry[0][: -len(_SUFFIX)], 16)
            for entry in os.ilistdir(self._folder)
            if entry[0].endswith(_SUFFIX)
        )
        self._next = 0
        newest = None
        # From the newest backwards, until one header can be read; what cannot is set aside,
        # and the numbers it may have used are not used again.
        while self._firsts and newest is None:
            first = self._firsts[-1]
            size = os.stat(self._path(first))[6]
            self._next = max(self._next, first + segments.record_count(size))
            newest = self._read_newest(first)
        if newest is None:
            self.log_id = draw_u32()
            self.boot_id = 1
        else:
            self.log_id = newest["log_id"]
            # Segments set aside may have held later boots: skip as many ids.
            self.boot_id = (newest["boot_id"] + 1 + self.damaged_count) & 0xFFFF

    def _read_newest(self, first: int) -> "dict | None":
        path = self._path(first)
        try:
            with open(path, "rb") as file:
                return segments.decode_header(file.read(segments.HEADER_BYTES))
        except ProtocolError:
            self._firsts.pop()
            if os.stat(path)[6] > 0:
                self.damaged_count += 1
                os.rename(path, path[: -len(_SUFFIX)] + _DAMAGED_SUFFIX)
            else:
                # Power was cut between the file's creation and its first flush: nothing lost.
                os.remove(path)
            return None
