"""The tail of the log: a few records at a time in small files, until their segment is committed.

    <root>/tail/00  01  02 ...      the slots, used in turn and overwritten from the first again

littlefs keeps a file this small inside the directory itself, so a flush writes about 100 bytes;
making a segment of 8 kB durable writes kilobytes. Slots make records durable every two minutes,
the segment follows when it is full, and then the slots are free again.
"""

import os

from pouch_protocol import segments
from pouch_protocol.errors import ProtocolError

_FOLDER = "/tail"

# A segment's 400 records in slots of four. More slots would only be more files to look through.
SLOTS = 100
# littlefs keeps files up to its cache inside the directory, 128 bytes with MicroPython's
# settings: a slot's header and four records are 94.
RECORDS_MAX = 4


class Tail:
    """Writes slots in turn and reads them all back after a power cut."""

    def __init__(self, root: str) -> None:
        """Make the folder if it is not there.

        Args:
            root: folder of the band's file system, which exists.
        """
        self._folder = root + _FOLDER
        self._next = 0
        try:
            os.mkdir(self._folder)
        except OSError:
            pass  # It exists: every boot but the first.

    @property
    def full(self) -> bool:
        """Whether every slot holds records that are nowhere else: commit the segment."""
        return self._next >= SLOTS

    def clear(self) -> None:
        """Use the slots from the first again: what they hold is in a committed segment."""
        self._next = 0

    def write(self, log_id: int, boot_id: int, first_record_no: int, records: bytes) -> None:
        """Make a few records durable in the next slot.

        Args:
            log_id: their log.
            boot_id: their boot.
            first_record_no: number of the first.
            records: at most RECORDS_MAX of them.
        """
        with open("%s/%02x" % (self._folder, self._next), "wb") as file:
            file.write(segments.encode_slot(log_id, boot_id, first_record_no, records))
        self._next += 1

    def read(self) -> list:
        """Return `(first_record_no, log_id, boot_id, records)` of every readable slot, by number.

        They include what has been committed since: the caller knows from the numbers.
        """
        found = []
        for entry in os.ilistdir(self._folder):
            try:
                with open(self._folder + "/" + entry[0], "rb") as file:
                    fields, records = segments.decode_slot(file.read())
            except (ProtocolError, OSError):
                continue  # Never finished, or damaged: its numbers are missing, no others.
            found.append((fields["first_record_no"], fields["log_id"], fields["boot_id"], records))
        found.sort()
        return found
