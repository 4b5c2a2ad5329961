"""The log: records in segment files on littlefs, append-only, oldest segment first out.

      append --> pending --flush, two minutes--> tail slot --commit, segment full--> segment file

Numbers rise by one without holes, and the newest segment's header tells log and boot, so nothing
else has to be kept: what the log was before a power cut is read back from the files alone. Only
what is in a segment file is shown to a host, and a number that a host has seen is never given
twice.
"""

from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_protocol.errors import ProtocolError

from .folder import FREE_BLOCKS_MIN, IMAGE_BLOCKS, SegmentFolder
from .tail import RECORDS_MAX, Tail

# 400 records are 8 kB: two littlefs blocks, so 28 days of 30 s records are about 200 files, and
# reuse of the oldest costs at most three hours and twenty minutes of history.
SEGMENT_RECORDS = 400
# Beside an update, which takes minutes: littlefs copies on write, the tail's folder grows by a
# block or two, and the folder of the slots counts as four when it is new.
SPARE_BLOCKS = 8
# A power cut may lose what is not flushed: never more than two minutes of records.
_UNFLUSHED_S_MAX = 120


class SegmentLog:
    """Append, flush, commit, read and forget records. Decides everything from its arguments.

    Attributes:
        log_id: identity of this log since it was formatted, u32.
        boot_id: this boot, u16; one more than the newest boot that left a record.
        keeps_room: whether room for an update stays free, see Trial.
    """

    def __init__(self, root: str, band_id: int, interval_s: int, draw_u32) -> None:
        """Recover the log, or format a new one.

        Args:
            root: folder of the band's file system, without trailing slash.
            band_id: written to each segment's header.
            interval_s: sampling interval, seconds; decides how often a flush is due.
            draw_u32: called once for a new log's identity.
        """
        self.keeps_room = False
        self._flush_records = min(RECORDS_MAX, max(1, _UNFLUSHED_S_MAX // interval_s))
        self._folder = SegmentFolder(root, band_id, interval_s)
        self._tail = Tail(root)
        self._file = None
        self._file_records = 0
        # Records of the open file that a power cut would take, and how many are not committed.
        self._pending = b""
        self._uncommitted = 0
        self._refused = 0
        self._recover(draw_u32)

    @property
    def next_record_no(self) -> int:
        """The number that the next appended record gets."""
        return self._next

    @property
    def flushed_record_no(self) -> int:
        """One more than the newest record that a power cut cannot take away."""
        return self._next - len(self._pending) // c.RECORD_BYTES

    @property
    def oldest_record_no(self) -> int:
        """The oldest record held. Since numbers start at 0, also how many were given up."""
        return self._folder.firsts[0] if self._folder.firsts else self._next

    @property
    def damaged_count(self) -> int:
        """Segments set aside because their header was unreadable."""
        return self._folder.damaged_count

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
            file = self._next_segment(values["uptime_cs"])
        record_no = self._next
        record = records.encode(kind, values, self.log_id, record_no)
        file.write(record)
        self._pending += record
        self._file_records += 1
        self._uncommitted += 1
        self._next += 1
        if len(self._pending) >= self._flush_records * c.RECORD_BYTES:
            self.flush()
        return record_no

    def flush(self) -> None:
        """Make every appended record durable, in a slot, or in their segment if that fails."""
        if not self._pending:
            return
        try:
            self._tail.write(self.log_id, self.boot_id, self.flushed_record_no, self._pending)
        except OSError:
            # A block that is worn out, or a flash that is full: the segment lies elsewhere. If
            # that is refused too there is no log any more, and the band must start again.
            self._refused += 1
            self.commit()
            return
        self._pending = b""
        if self._tail.full:
            self.commit()

    def commit(self) -> None:
        """Put every appended record into its segment file, so that it can be read."""
        if self._file is not None and self._uncommitted:
            self._file.flush()
            self._committed()

    def read(self, first: int, count_max: int) -> tuple:
        """Return `(boot_id, record_no, records)` of committed records of one segment.

        They begin with the first one held at or after `first`; `records` is empty when there is
        none. A record is returned as stored, damaged or not: its CRC tells the host.
        """
        folder = self._folder
        for index in range(folder.find(first), len(folder.firsts)):
            start = folder.firsts[index]
            begin = max(first, start)
            try:
                count = min(count_max, self._end_of(index) - begin)
                if count > 0:
                    boot_id, data = folder.read(start, begin, count)
                    return boot_id, begin, data
            except (ProtocolError, OSError):
                continue  # It cannot be read: pass over it, the others must not wait for it.
        return 0, first, b""

    def make_room(self, blocks: int) -> bool:
        """Give up the oldest records until there is room, or only the newest are left.

        Args:
            blocks: how many have to be free beside what the log takes meanwhile.

        Returns:
            Whether they are now.
        """
        return self._folder.make_room(blocks + SPARE_BLOCKS)

    def take_refused(self) -> int:
        """Return how many writes the file system refused since the last call."""
        refused, self._refused = self._refused, 0
        return refused

    def _end_of(self, index: int) -> int:
        if self._file is not None and index == len(self._folder.firsts) - 1:
            return self._next - self._uncommitted
        return self._folder.end_of(self._folder.firsts[index])

    def _next_segment(self, uptime_cs: int):  # noqa: ANN202 - the port's own file type
        if self._file is not None:
            self._file.close()
            self._committed()
        self._folder.make_room(FREE_BLOCKS_MIN + (IMAGE_BLOCKS if self.keeps_room else 0))
        self._file = self._folder.create(self.log_id, self.boot_id, self._next, uptime_cs)
        self._file_records = 0
        return self._file

    def _committed(self) -> None:
        self._pending = b""
        self._uncommitted = 0
        self._tail.clear()

    def _recover(self, draw_u32) -> None:
        header, self._next = self._folder.newest()
        slots = self._tail.read()
        boot_id = 0
        if header is not None:
            self.log_id = header["log_id"]
            boot_id = header["boot_id"]
        elif slots:
            # Power was cut before the first segment of all was committed.
            self.log_id = slots[-1][1]
        else:
            self.log_id = draw_u32()
        boot_id = max(boot_id, self._recover_tail(slots))
        # Segments set aside may have held later boots: skip as many ids.
        self.boot_id = (boot_id + 1 + self.damaged_count) & 0xFFFF

    def _recover_tail(self, slots: list) -> int:
        """Put records that were flushed and not committed into segments; return their last boot.

        A cut in the middle of this leaves the slots as they are: the next boot does it again.
        """
        last_boot_id = 0
        file = None
        for first, log_id, boot_id, held in slots:
            # What was committed after the slot was written is there already.
            known = max(0, self._next - first) * c.RECORD_BYTES
            if log_id != self.log_id or known >= len(held):
                continue
            data = held[known:]
            record_no = max(first, self._next)
            if file is None or boot_id != last_boot_id or record_no != self._next:
                if file is not None:
                    file.close()
                uptime_cs = records.uptime_cs(data)
                file = self._folder.create(self.log_id, boot_id, record_no, uptime_cs)
            file.write(data)
            last_boot_id = boot_id
            self._next = record_no + len(data) // c.RECORD_BYTES
        if file is not None:
            file.close()
        return last_boot_id
